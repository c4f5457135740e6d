"""A petition that answers by a merged case's date has the same date whichever comes first: the merge, its acceptance, or that the
rule it waits by is taken out for the cases in hand (D13, D15)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import permutations

import pytest
from flask import Flask

from opinion_app.cli.doctor import BAD, CHECKS, GOOD
from opinion_app.desks.casefile.why import told, why
from opinion_app.desks.rules import operations as rule_desk
from opinion_app.desks.rules.queries import what_if
from opinion_app.flow import clock_changes, clocks, deadline_table
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import is_copy
from opinion_app.flow.moves import Moves, NotLooked, marks
from opinion_app.flow.recompute import preview
from opinion_app.flow.reply_owed import uncounted
from opinion_app.records.case import Case
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Extension, Span, Unit
from opinion_app.rules.deadline_rules import DeadlineRule
from opinion_app.rules.facts import Actor
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import Kind, Procedure, Role, Urgency
from opinion_app.rules.zone import local_date
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.handling import suspending
from opinion_app.steps.triage import merging, operations
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import HELP, Office, make_office
from tests.builders.office import NOW, make_actor, make_case
from tests.builders.rules import typed

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
AT = NOW + DAY  # when all of it is done, so that only the order differs
PETITION = Classification(Kind.HELP, "城建", Urgency.NORMAL, Procedure.PETITION)
BY_RECEIPT = date(2026, 12, 2)  # seven working days from NOW
HEARING = SuspensionGround.HEARING


@dataclass
class Desk:
    """An office and who changes its table of rules."""

    office: Office
    admin: Actor

    def retire(self, code: str = "reply-petition", now: datetime = AT, looked: str | None = None) -> Moves:
        """Take the rule out, for the cases in hand as well."""
        saving = rule_desk.Saving(self.admin, now, apply_to_open=True, looked=looked)
        return rule_desk.retire(self.office.session, code, local_date(now), "本单位规定", saving, None)[1]

    def out(self) -> DeadlineRule:
        """The version that takes the petitions' rule out."""
        return rule_desk.taken_out(self.office.session, "reply-petition", AT.date(), "本单位规定")

    def petition(self, now: datetime = NOW) -> Case:
        """One that waits for its acceptance."""
        return make_case(self.office.session, self.office.clerk, now=now, procedure=Procedure.PETITION)

    def merge(self, first: Case, into: Case, now: datetime = AT) -> None:
        merging.merge(self.office.session, first, self.office.clerk, now, into.number, "同一件事", know_late=True)

    def classify(self, case: Case, new: Classification, now: datetime = AT) -> None:
        operations.classify(self.office.session, case, self.office.clerk, now, new, know_late=True)

    def due(self, case: Case) -> datetime | None:
        """The due moment of the one reply."""
        [held] = [clock for clock in clocks.open_clocks(self.office.session, case.id) if clock.stage == "reply"]
        return held.due_at


@pytest.fixture
def desk(core: Flask) -> Iterator[Desk]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield Desk(make_office(session), make_actor(session, "admin", Role.ADMINISTRATOR))


def early(desk: Desk) -> Case:
    return make_case(desk.office.session, desk.office.clerk, now=NOW - 3 * DAY)


def later(desk: Desk) -> Case:
    return make_case(desk.office.session, desk.office.clerk, urgency=Urgency.COMPLEX)


def the_same(desk: Desk) -> Case:
    return make_case(desk.office.session, desk.office.clerk)


def of_hours(desk: Desk) -> Case:
    return make_case(desk.office.session, desk.office.clerk, now=AT - HOUR, urgency=Urgency.URGENT)


def prolonged(desk: Desk) -> Case:
    case = early(desk)
    reply = clock_changes.running_reply(desk.office.session, case)
    clock_changes.extend(desk.office.session, case, reply, Extension(NOW, Span(4, Unit.WORKING_DAYS), reason="采购"))
    return case


def standing(desk: Desk) -> Case:
    case = early(desk)
    suspending.suspend(desk.office.session, case, desk.office.clerk, NOW, HEARING, NOW, "听证")
    return case


Made = Callable[[Desk], Case]
Found = tuple[datetime | None, bool]


def in_order(desk: Desk, made: Made, acts: tuple[str, ...], own: Made) -> Found:
    """The date a petition has after these acts, all of one moment, and whether it is only a copy then; nothing of it stays."""
    session = desk.office.session
    tried = session.begin_nested()
    case, first = own(desk), made(desk)
    todo: dict[str, Callable[[], object]] = {
        "merge": lambda: desk.merge(first, case),
        "retire": desk.retire,
        "accept": lambda: operations.accept(session, case, desk.office.clerk, AT, PETITION, know_late=True),
    }
    for act in acts:
        todo[act]()
        assert preview(session, AT, work_calendar(session)) == [], (acts, act)
    [reply] = [clock for clock in clocks.open_clocks(session, case.id) if clock.stage == "reply"]
    found = reply.due_at, is_copy(reply)
    tried.rollback()
    session.expire_all()
    deadline_table._loaded.clear()  # what is rolled back here is never rolled back where the office works
    return found


def waiting(desk: Desk) -> Case:
    return desk.petition()


def was_ordinary(desk: Desk) -> Case:
    """A petition that was taken for a message first, and had days granted then."""
    case = make_case(desk.office.session, desk.office.clerk)
    reply = clock_changes.running_reply(desk.office.session, case)
    clock_changes.extend(desk.office.session, case, reply, Extension(NOW, Span(2, Unit.WORKING_DAYS), reason="采购"))
    desk.classify(case, PETITION, NOW)
    return case


@pytest.mark.parametrize("own", [waiting, was_ordinary])
@pytest.mark.parametrize("made", [early, later, the_same, of_hours, prolonged, standing])
def test_d13_merging_retiring_and_accepting_give_one_date_in_any_order(desk: Desk, made: Made, own: Made) -> None:
    for acts in (("merge", "retire", "accept"), ("merge", "retire")):
        found = {order: in_order(desk, made, order, own) for order in permutations(acts)}
        assert len(set(found.values())) == 1, found
        assert not any(copy for _due, copy in found.values())


def test_d15_the_own_date_of_a_copy_is_shown_before_it_is_saved_and_is_the_one_that_is_stored(desk: Desk) -> None:
    case, session = desk.petition(NOW - 30 * DAY), desk.office.session
    desk.merge(make_case(session, desk.office.clerk), case, NOW)
    assert local_date(desk.due(case) or NOW) == BY_RECEIPT
    moves = what_if(session, desk.out(), AT)
    shown = [(row.number, row.before and local_date(row.before), row.after and local_date(row.after)) for row in moves]
    assert shown == [(case.number, BY_RECEIPT, date(2026, 11, 3))]
    assert moves[0].becomes_late
    with pytest.raises(NotLooked, match="会变动 1 项在办时限，其中 1 项会变为逾期"), session.begin_nested():
        desk.retire(looked="")
    session.expire_all()
    deadline_table._loaded.clear()
    assert local_date(desk.due(case) or NOW) == BY_RECEIPT
    assert marks(desk.retire(looked=marks(moves))) == marks(moves)
    assert local_date(desk.due(case) or NOW) == date(2026, 11, 3)
    assert preview(session, AT, work_calendar(session)) == []


@pytest.mark.parametrize(("made", "by"), [(early, "并入，其到期更早，按其时限 12月1日"), (later, "12月2日 周三 第7个工作日")])
def test_d15_the_reasons_of_such_a_date_are_the_cases_own(desk: Desk, made: Made, by: str) -> None:
    case, session = desk.petition(), desk.office.session
    desk.merge(made(desk), case)
    desk.retire()
    reply = clock_changes.running_reply(session, case)
    said = told(why(session, reply, work_calendar(session)))
    assert by in said
    assert "答复求助（求助）" in said
    assert "收到之日" in said
    assert "时限规则“办结信访事项”已停用" in said or made is early


def test_d13_a_suspension_after_the_merge_counts_whenever_the_rule_is_taken_out(desk: Desk) -> None:
    session, found = desk.office.session, set()
    for place in range(4):
        tried = session.begin_nested()
        case, first = desk.petition(), early(desk)
        acts: list[Callable[[], object]] = [
            partial(desk.merge, first, case),
            partial(suspending.suspend, session, case, desk.office.clerk, AT, HEARING, AT, "听证"),
            partial(suspending.resume, session, case, desk.office.clerk, AT + 2 * DAY, AT + 2 * DAY, "结束"),
        ]
        acts.insert(place, partial(desk.retire, now=AT if place < 3 else AT + 2 * DAY))
        for act in acts:
            act()
            assert preview(session, AT + 2 * DAY, work_calendar(session)) == []
        found.add(desk.due(case))
        tried.rollback()
        session.expire_all()
        deadline_table._loaded.clear()
    assert [local_date(due or NOW) for due in found] == [date(2026, 12, 3)], "two days after the message's own"


def test_d13_days_granted_after_a_merge_count_once_by_whatever_name_the_case_goes(desk: Desk) -> None:
    case, first = make_case(desk.office.session, desk.office.clerk), early(desk)
    desk.merge(first, case)
    reply = clock_changes.running_reply(desk.office.session, case)
    clock_changes.extend(desk.office.session, case, reply, Extension(AT, Span(2, Unit.WORKING_DAYS), reason="采购"))
    granted = desk.due(case)
    for new in (PETITION, HELP, PETITION, replace(HELP, kind=Kind.COMPLAINT)):
        desk.classify(case, new)
        assert desk.due(case) == granted, new
    merging.unmerge(desk.office.session, first, desk.office.clerk, AT, "不是一件事")
    assert local_date(desk.due(case) or NOW) == date(2026, 12, 4), "seven working days and two"


def test_d13_days_granted_before_are_days_though_the_merged_case_counted_hours(desk: Desk) -> None:
    case = was_ordinary(desk)
    desk.merge(of_hours(desk), case)
    operations.accept(desk.office.session, case, desk.office.clerk, AT, PETITION, know_late=True)
    reply = clock_changes.running_reply(desk.office.session, case)
    assert [data["in_days"] for data in reply.extensions] == [True]


def test_d13_what_a_merged_case_lent_does_not_follow_the_rule_it_came_from(desk: Desk) -> None:
    case, session = desk.petition(), desk.office.session
    desk.merge(make_case(session, desk.office.clerk), case)
    saving = rule_desk.Saving(desk.admin, AT, apply_to_open=True)
    changed = typed(session, "reply-help", Span(2, Unit.WORKING_DAYS), AT)
    assert rule_desk.save(session, "reply-help", changed, saving, None)[1] == []
    assert desk.retire("reply-complaint") == []
    [reply] = [clock for clock in clocks.open_clocks(session, case.id) if clock.stage == "reply"]
    assert (is_copy(reply), local_date(reply.due_at or NOW)) == (True, BY_RECEIPT)


def test_d11_what_was_granted_in_an_earlier_round_does_not_come_back_with_a_merged_date(desk: Desk) -> None:
    case, session, clerk = was_ordinary(desk), desk.office.session, desk.office.clerk
    operations.decline(session, case, clerk, NOW, "不属本机关", "不属", "县局", None)
    closing.reopen(session, case, clerk, AT, "留言人不服")
    desk.merge(early(desk), case)
    desk.retire()
    assert clock_changes.running_reply(session, case).extensions == []


def test_d12_days_granted_before_it_was_a_petition_count_however_it_is_accepted(desk: Desk) -> None:
    found = set()
    for kind in (Kind.HELP, Kind.COMPLAINT):
        case = was_ordinary(desk)
        operations.accept(desk.office.session, case, desk.office.clerk, AT, replace(PETITION, kind=kind))
        found.add(desk.due(case))
    assert [local_date(due or NOW) for due in found] == [date(2027, 1, 27)], "sixty days, and two working days"


def test_d13_the_doctor_names_a_case_that_answers_by_a_merged_date_alone(desk: Desk) -> None:
    case, session = desk.petition(), desk.office.session
    desk.merge(make_case(session, desk.office.clerk), case)
    look = dict(CHECKS)["答复时限"]
    assert look(session, AT).state == GOOD, "it waits for its acceptance"
    case.accepted_at = AT  # as a version before this one could leave it
    session.flush()
    found = look(session, AT)
    assert (found.state, "只按并入件的时限计时" in found.words, case.number in found.words) == (BAD, True, True)
    desk.classify(case, replace(PETITION, kind=Kind.COMPLAINT))
    assert look(session, AT).state == GOOD
    assert uncounted(session) == []
