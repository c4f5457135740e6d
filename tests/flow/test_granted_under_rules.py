"""Time granted to a case under a rule that changes: kept as it was granted, never rewritten, and told as it moves (D04, D15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from opinion_app.desks.rules.operations import Saving, apply_now, changed, save
from opinion_app.desks.rules.queries import versions, what_if
from opinion_app.flow import clock_changes
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.moves import Moves, NotLooked, marks
from opinion_app.flow.recompute import preview, recompute_open
from opinion_app.records.case import Case
from opinion_app.records.submission import Progress
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Extension, Span, Unit
from opinion_app.rules.errors import Invalid
from opinion_app.rules.rule_data import from_data
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import Kind, Procedure, Role, Urgency
from opinion_app.rules.zone import local_date
from opinion_app.steps.handling import extending, suspending
from opinion_app.steps.handling.extending import More
from opinion_app.steps.triage import operations
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import HELP, Office, handling_case, make_office
from tests.builders.office import NOW, make_actor, make_case
from tests.builders.rules import typed

URGENT = replace(HELP, urgency=Urgency.URGENT)
COMPLAINT = Classification(Kind.COMPLAINT, "城建", Urgency.NORMAL, Procedure.ORDINARY)
FIVE_DAYS = Extension(NOW, Span(5, Unit.WORKING_DAYS), reason="采购")
TO_A_DAY = Extension(NOW, until=date(2026, 12, 9), reason="采购")
GRANTED = [pytest.param(FIVE_DAYS, id="five-days"), pytest.param(TO_A_DAY, id="to-a-day")]
HOUR = timedelta(hours=1)


def put(session: Session, office: Office, code: str, span: Span, now: datetime, *, apply_to_open: bool = True) -> Moves:
    """Give a row another span, for open cases too where asked; what was told beforehand is what moved."""
    row, changes = from_data(versions(session, code)[0].data), typed(session, code, span, now)
    told = what_if(session, changed(row, changes), now)
    _rule, moved = save(session, code, changes, Saving(office.clerk, now, apply_to_open=apply_to_open), None)
    if not apply_to_open:
        return told
    assert (list(moved), moved.left_out) == (list(told), told.left_out)
    assert preview(session, now, work_calendar(session)) == []
    return moved


def reply_due(session: Session, case: Case) -> date | None:
    """The day of the reply."""
    due = clock_changes.running_reply(session, case).due_at
    return local_date(due) if due is not None else None


def extended(office: Office, extension: Extension) -> Case:
    """A case whose reply was extended to 9 December."""
    case = handling_case(office)
    clock_changes.extend(office.session, case, clock_changes.running_reply(office.session, case), extension)
    assert reply_due(office.session, case) == date(2026, 12, 9)
    return case


@pytest.mark.parametrize("extension", GRANTED)
def test_d04_days_put_aside_count_again_with_days_by_whichever_rule(core: Flask, extension: Extension) -> None:
    with transaction() as session:
        office = make_office(session)
        case = extended(office, extension)
        reply = clock_changes.running_reply(session, case)
        operations.classify(session, case, office.clerk, NOW + HOUR, URGENT)
        granted = reply.extensions
        put(session, office, "reply-urgent", Span(48, Unit.HOURS), NOW + 2 * HOUR)
        assert reply_due(session, case) == date(2026, 11, 25)
        assert reply.extensions == granted, "an hour more or less says nothing of the days"
        put(session, office, "reply-urgent", Span(3, Unit.WORKING_DAYS), NOW + 3 * HOUR)
        three_and_five, until = date(2026, 12, 3), date(2026, 12, 9)
        assert reply_due(session, case) == (three_and_five if extension is FIVE_DAYS else until)
        operations.classify(session, case, office.clerk, NOW + 4 * HOUR, HELP)
        assert reply_due(session, case) == date(2026, 12, 9)
        assert reply.extensions == granted


@pytest.mark.parametrize("extension", GRANTED)
def test_d04_a_rule_that_turns_to_hours_puts_granted_days_aside_and_back(core: Flask, extension: Extension) -> None:
    with transaction() as session:
        office = make_office(session)
        case = extended(office, extension)
        reply = clock_changes.running_reply(session, case)
        moved = put(session, office, "reply-help", Span(48, Unit.HOURS), NOW + HOUR)
        assert reply_due(session, case) == date(2026, 11, 25)
        assert {row.stage: row.puts_aside for row in moved}["reply"]
        assert [entry["in_days"] for entry in reply.extensions] == [True]
        operations.classify(session, case, office.clerk, NOW + 2 * HOUR, COMPLAINT)
        assert reply_due(session, case) == date(2026, 12, 9)
        operations.classify(session, case, office.clerk, NOW + 3 * HOUR, HELP)
        back = put(session, office, "reply-help", Span(7, Unit.WORKING_DAYS), NOW + 4 * HOUR)
        assert not any(row.puts_aside for row in back)
        assert reply_due(session, case) == date(2026, 12, 9)


def test_d04_hours_granted_count_with_hours_alone(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        case = handling_case(office, urgency=Urgency.URGENT, classification=URGENT)
        reply = clock_changes.running_reply(session, case)
        clock_changes.extend(session, case, reply, Extension(NOW, Span(10, Unit.HOURS), reason="取证"))
        due = reply.due_at
        put(session, office, "reply-urgent", Span(3, Unit.WORKING_DAYS), NOW + HOUR)
        assert reply_due(session, case) == date(2026, 11, 26)
        put(session, office, "reply-urgent", Span(24, Unit.HOURS), NOW + 2 * HOUR)
        assert reply.due_at == due == NOW + 34 * HOUR


def test_d04_a_rule_turned_to_hours_is_looked_at_and_applied_over_a_case_extended_and_suspended(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        case = extended(office, FIVE_DAYS)
        suspending.suspend(session, case, office.clerk, NOW + HOUR, SuspensionGround.HEARING, NOW + HOUR, "听证")
        moved = put(session, office, "reply-help", Span(48, Unit.HOURS), NOW + 2 * HOUR)
        assert [(row.stage, row.left_before, row.left_after, row.puts_aside) for row in moved] == [
            ("reply", "7 个工作日，另延期 5 个工作日", "47 小时", True)
        ]
        assert (moved[0].before, moved[0].after, moved[0].becomes_late) == (None, None, False)
        assert reply_due(session, case) is None
        suspending.resume(session, case, office.clerk, NOW + 3 * HOUR, NOW + 3 * HOUR, "结束")
        reply = clock_changes.running_reply(session, case)
        assert reply.due_at == NOW + 50 * HOUR, "two hours of the hearing are left out"
        put(session, office, "reply-help", Span(7, Unit.WORKING_DAYS), NOW + 4 * HOUR)
        assert reply_due(session, case) == date(2026, 12, 9)


def test_d15_a_case_that_stands_still_is_shown_with_what_is_left_of_it(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        case = handling_case(office)
        suspending.suspend(session, case, office.clerk, NOW + HOUR, SuspensionGround.HEARING, NOW + HOUR, "听证")
        shown = put(session, office, "reply-help", Span(9, Unit.WORKING_DAYS), NOW + 2 * HOUR, apply_to_open=False)
        assert [(row.left_before, row.left_after, row.puts_aside) for row in shown] == [("7 个工作日", "9 个工作日", False)]
        assert marks(shown) != marks(Moves([replace(shown[0], left_after="8 个工作日")]))
        saving = Saving(office.clerk, NOW + 2 * HOUR, looked="")
        with pytest.raises(NotLooked, match="会变动 1 项"), session.begin_nested():
            apply_now(session, "reply-help", saving, None)
        assert list(apply_now(session, "reply-help", replace(saving, looked=marks(shown)), None)[1]) == list(shown)
        with pytest.raises(Invalid, match="没有需要变动的"):
            apply_now(session, "reply-help", saving, None)


def contradicted(session: Session, office: Office) -> Case:
    """A case whose stored facts contradict themselves: two suspensions overlap."""
    case = make_case(session, office.clerk)
    pauses = [(0, 2), (1, 3)]
    clock_changes.running_reply(session, case).pauses = [
        {"since": (NOW + begin * HOUR).isoformat(), "until": (NOW + end * HOUR).isoformat()} for begin, end in pauses
    ]
    session.flush()
    return case


def test_d15_a_case_that_cannot_be_derived_is_named_and_holds_up_no_other(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        office.clerk = make_actor(session, "admin", Role.ADMINISTRATOR)
        broken = contradicted(session, office)
        reply = clock_changes.running_reply(session, broken)
        held = (reply.due_at, reply.rule_id, reply.amount, reply.deadline_version)
        good = make_case(session, office.clerk)
        moved = put(session, office, "reply-help", Span(9, Unit.WORKING_DAYS), NOW + HOUR)
        assert {row.number for row in moved} == {good.number}
        assert [(left.number, left.why) for left in moved.left_out] == [(broken.number, "两次中止计时的时间重叠，请核对。")]
        assert (reply.due_at, reply.rule_id, reply.amount, reply.deadline_version) == held
        assert reply_due(session, good) == date(2026, 12, 4)
        assert moved.stayed == f"；{broken.number}的时限记录有矛盾，推算不出，没有变动，请逐件核对"
        assert moved.values == {"变动的时限": (None, len(moved)), "推算不出的件": (None, broken.number)}
        assert [left.number for left in recompute_open(session, NOW + HOUR).left_out] == [broken.number]
        with pytest.raises(Invalid, match=f"没有需要变动的；{broken.number}的时限记录有矛盾"):
            apply_now(session, "reply-help", Saving(office.clerk, NOW + HOUR), None)
        six = [broken.number, *(contradicted(session, office).number for _ in range(5))]
        stayed = preview(session, NOW, work_calendar(session)).stayed
        assert stayed.startswith(f"；{'、'.join(six[:5])}等 6 件的时限记录")


def test_d04_the_writer_is_told_of_granted_days_as_long_as_they_count(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        case = handling_case(office)
        session.add(Progress(number=case.number, code_hash="x", step="", history=[], updated_at=NOW))
        session.flush()
        extending.ask(session, case, office.finance_head, NOW, More(amount=5), "采购")
        extending.decide(session, case, office.leader, NOW, agree=True, opinion="")
        told = session.get_one(Progress, case.number)
        granted = "经批准延期至 2026年12月9日。原因：采购"
        assert told.why == granted
        put(session, office, "reply-help", Span(200, Unit.HOURS), NOW + HOUR)
        assert (told.why, told.promised_on) == ("", date(2026, 12, 1)), "put aside with the unit"
        put(session, office, "reply-help", Span(8, Unit.WORKING_DAYS), NOW + 2 * HOUR)
        assert told.why == "经批准延期至 2026年12月10日。原因：采购", "and counted again, from a day later"
        operations.classify(session, case, office.clerk, NOW + 3 * HOUR, URGENT, know_late=True)
        assert told.why == ""
        suspending.suspend(session, case, office.clerk, NOW + 4 * HOUR, SuspensionGround.HEARING, NOW + 4 * HOUR, "听证")
        assert "暂停计算" in told.why
