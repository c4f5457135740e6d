"""No act of triage makes a case late in silence: refused with old and new dates, or known and written down (D12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from wtforms import Form

from opinion_app.flow.clock_changes import running_reply
from opinion_app.flow.clocks import ACTIVE, open_clocks
from opinion_app.flow.moved_dates import check_late, late_of, moved_words
from opinion_app.flow.recompute import recompute_open
from opinion_app.forms import late_tick
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case
from opinion_app.records.move import Move
from opinion_app.records.transaction import transaction
from opinion_app.rules.due_date import DueDate
from opinion_app.rules.errors import Invalid
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import AssignmentState, Kind, Procedure, Stage, Urgency
from opinion_app.rules.zone import local_date, parse_moment
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.handling import suspending
from opinion_app.steps.triage import assigning, many, merging, operations
from opinion_app.steps.triage.assigning import Allotment
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import HELP, Office, assigned, forwarded, handling_case, make_office
from tests.builders.office import NOW, make_case, make_unit

DAY = timedelta(days=1)
URGENT = Classification(Kind.HELP, "城建", Urgency.URGENT, Procedure.ORDINARY)
TOO_LATE = NOW + 2 * DAY
OVER = NOW + 30 * DAY  # the reply was due on the second of December
Act = Callable[..., object]


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def accept(office: Office, case: Case, *, know_late: bool) -> None:
    operations.accept(office.session, case, office.clerk, TOO_LATE, URGENT, know_late=know_late)


def classify(office: Office, case: Case, *, know_late: bool) -> None:
    operations.classify(office.session, case, office.clerk, TOO_LATE, URGENT, know_late=know_late)


def assign(office: Office, case: Case, *, know_late: bool) -> None:
    allotment = Allotment(office.finance.id, [], "请速办")
    assigning.assign(office.session, case, office.clerk, TOO_LATE, URGENT, allotment, know_late=know_late)


def last_notes(office: Office, case: Case) -> list[str]:
    return list(office.session.scalars(select(Move.note).where(Move.case_id == case.id).order_by(Move.id)))


@pytest.mark.parametrize("act", [accept, classify, assign])
def test_d12_triage_that_would_make_the_reply_late_is_refused_with_both_dates(office: Office, act: Act) -> None:
    case = make_case(office.session, office.clerk)
    with pytest.raises(Invalid) as refused, office.session.begin_nested():
        act(office, case, know_late=False)
    assert "答复时限：2026-12-02 → 2026-11-24 10:00（已逾期）" in refused.value.message
    assert "know_late" in refused.value.fields
    assert (case.urgency, case.stage) == (Urgency.NORMAL, Stage.RECEIVED), "nothing of it stays"
    act(office, case, know_late=True)
    assert any("答复时限：2026-12-02 → 2026-11-24 10:00（已逾期）" in note for note in last_notes(office, case))


def test_d12_dates_that_move_without_being_late_are_told_and_ask_for_no_tick(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    moved = operations.accept(office.session, case, office.clerk, NOW + DAY / 48, URGENT)
    said = moved_words(moved, NOW)
    assert "答复时限：2026-12-02 → 2026-11-24 10:00" in said
    assert "逾期" not in said
    assert last_notes(office, case)[-1] == said


def test_d12_assigning_an_accepted_case_anew_writes_down_what_it_changed(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    operations.accept(office.session, case, office.clerk, NOW, HELP)
    assign(office, case, know_late=True)
    assert last_notes(office, case)[-1].startswith("请速办\n")
    assert "答复时限：2026-12-02 → 2026-11-24 10:00（已逾期）" in last_notes(office, case)[-1]


def test_d12_the_date_of_a_units_draft_is_told_with_the_reply_it_belongs_to(office: Office) -> None:
    case = handling_case(office)
    moved = operations.classify(office.session, case, office.clerk, TOO_LATE, URGENT, know_late=True)
    assert {"reply", "draft"} <= {stage for stage, _before, _after in moved}
    assert running_reply(office.session, case).due_at == NOW + DAY


def test_d12_what_was_late_already_is_made_late_by_nobody(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    later = NOW + 30 * DAY
    entry = ("reply", DueDate(NOW + DAY, guess=False), DueDate(NOW, guess=False))
    check_late([entry], later, know_late=False)
    assert "（已逾期）" in moved_words([entry, entry], later)
    assert moved_words([entry, entry], later).count("→") == 1
    assert operations.accept(office.session, case, office.clerk, later, HELP) == []


def given(office: Office, case: Case, *, know_late: bool) -> None:
    allotment = Allotment(office.finance.id, [], "请速办")
    assigning.assign(office.session, case, office.clerk, OVER, HELP, allotment, know_late=know_late)


class Ticked(Form):
    """A form with nothing but the tick."""

    tick = late_tick("改派后")


def test_d12_the_tick_promises_no_former_date_for_a_unit_that_never_had_one(office: Office) -> None:
    case = handling_case(office)
    with pytest.raises(Invalid, match="提交答复稿时限：— → 2026-12-02（已逾期）"):
        reassigned(office, case, know_late=False)
    assert "原来的日期" not in Ticked().tick.description


def reassigned(office: Office, case: Case, *, know_late: bool) -> None:
    assigning.reassign(office.session, case, office.clerk, OVER, office.roads.id, "职责调整", know_late=know_late)


def added(office: Office, case: Case, *, know_late: bool) -> None:
    water = make_unit(office.session, "水务站")
    assigning.add_unit(office.session, case, office.clerk, OVER, water.id, "请协助", know_late=know_late)


@pytest.mark.parametrize(("act", "make"), [(given, make_case), (reassigned, None), (added, None)])
def test_d12_a_unit_is_given_no_day_that_is_gone_unless_somebody_knows(
    office: Office, act: Act, make: Callable[..., Case] | None
) -> None:
    case = make(office.session, office.clerk) if make else handling_case(office)
    units = set(parts(office, case))
    with pytest.raises(Invalid, match="时限：— → 2026-12-02（已逾期）") as refused, office.session.begin_nested():
        act(office, case, know_late=False)
    assert "know_late" in refused.value.fields
    assert set(parts(office, case)) == units, "nothing of it stays"
    act(office, case, know_late=True)
    assert "时限：— → 2026-12-02（已逾期）" in last_notes(office, case)[-1]


def parts(office: Office, case: Case) -> list[int]:
    query = select(Assignment.unit_id).where(Assignment.case_id == case.id, Assignment.state.in_(ACTIVE))
    return list(office.session.scalars(query))


def test_d12_a_case_reassigned_in_time_asks_for_no_tick_and_tells_its_new_dates(office: Office) -> None:
    case = handling_case(office)
    lead, moved = assigning.reassign(office.session, case, office.clerk, NOW + DAY, office.roads.id, "职责调整")
    assert lead.id == office.roads.id
    assert "签收时限：" in moved_words(moved, NOW + DAY)
    assert moved_words(moved, NOW + DAY) in last_notes(office, case)[-1]
    assert "已逾期" not in last_notes(office, case)[-1]


def test_d12_a_case_given_back_tells_what_ends_and_what_the_office_owes_and_makes_nothing_late(office: Office) -> None:
    case = assigned(office)
    part = office.session.scalars(select(Assignment).where(Assignment.unit_id == office.finance.id)).one()
    part.state, part.return_asked_at, part.return_reason = AssignmentState.RETURN_ASKED, NOW, "不属本单位职责"
    _row, moved = assigning.decide_return(office.session, case, office.clerk, OVER, agree=True, opinion="同意")
    assert late_of(moved, OVER) == []
    said = last_notes(office, case)[-1]
    assert said.startswith("同意\n时限随之变动：")
    assert "签收时限：2026-11-24 → —" in said
    assert "受理分办时限：— → 2026-12-24" in said
    assert open_dates(office, case)["reply"] == date(2026, 12, 2), "its own date stands"


def test_d11_a_letter_taken_up_again_after_its_own_date_asks_the_same(office: Office) -> None:
    case = forwarded(office, date(2026, 11, 30))
    operations.refer(office.session, assigned_again(office, case), office.clerk, NOW, "县信访局", "不属本地", None)
    with pytest.raises(Invalid, match="重办后，有时限随即逾期") as refused, office.session.begin_nested():
        closing.reopen(office.session, case, office.clerk, OVER, "退回重办")
    assert "答复时限：— → 2026-11-30（已逾期）" in refused.value.message
    moved = closing.reopen(office.session, case, office.clerk, OVER, "退回重办", know_late=True)
    assert moved_words(moved, OVER) in last_notes(office, case)[-1]


def assigned_again(office: Office, case: Case) -> Case:
    """The case with another unit that has not signed yet, so that it can still be referred."""
    assigning.reassign(office.session, case, office.clerk, NOW, office.roads.id, "职责调整")
    return case


def test_d12_many_at_once_says_which_case_needs_a_look_of_its_own() -> None:
    refusal = Invalid("按这样的分类，有时限随即逾期。", {"know_late": "请勾选"})
    assert many.reason(refusal) == "按这样的分类，有时限随即逾期。请打开这件单独交办。"


def open_dates(office: Office, case: Case) -> dict[str, date]:
    return {clock.stage: local_date(clock.due_at) for clock in open_clocks(office.session, case.id) if clock.due_at}


def test_d13_a_merge_that_moves_a_units_draft_leaves_it_today_and_no_day_that_is_gone(office: Office) -> None:
    case, now = handling_case(office), parse_moment("2026-11-26T16:00")
    other = make_case(office.session, office.clerk, now=NOW - 5 * DAY)
    _into, moved = merging.merge(office.session, other, office.clerk, now, case.number, "同一件事")
    assert "2026-11-30 → 2026-11-26" in moved_words(moved, now), "counted back it would lie on the day before"
    assert "已逾期" not in moved_words(moved, now)
    assert moved_words(moved, now) in last_notes(office, other)[-1]
    before = open_dates(office, case)
    assert recompute_open(office.session, now + 2 * DAY) == [], "and stays there"
    assert open_dates(office, case) == before


def test_d13_a_merge_that_makes_the_other_case_late_is_refused_until_somebody_says_they_know(office: Office) -> None:
    case, now = handling_case(office), NOW + DAY
    other = make_case(office.session, office.clerk, now=NOW - 20 * DAY)
    with pytest.raises(Invalid, match=r"答复时限：2026-12-02 → 2026-11-1.（已逾期）") as refused, office.session.begin_nested():
        merging.merge(office.session, other, office.clerk, now, case.number, "同一件事")
    assert "know_late" in refused.value.fields
    assert (other.stage, open_dates(office, case)["reply"]) == (Stage.RECEIVED, date(2026, 12, 2)), "nothing of it stays"
    _into, moved = merging.merge(office.session, other, office.clerk, now, case.number, "同一件事", know_late=True)
    assert {"reply", "draft"} <= {stage for stage, _before, _after in moved}


def test_d13_a_case_taken_out_when_its_time_is_over_asks_the_same(office: Office) -> None:
    case, into, late = handling_case(office), make_case(office.session, office.clerk), parse_moment("2026-12-14T10:00")
    merging.merge(office.session, case, office.clerk, NOW, into.number, "同一件事")
    with pytest.raises(Invalid, match="拆分后，有时限随即逾期") as refused, office.session.begin_nested():
        merging.unmerge(office.session, case, office.clerk, late, "不是一件事")
    assert "答复时限：— → 2026-12-02（已逾期）" in refused.value.message
    said = merging.unmerge(office.session, case, office.clerk, late, "不是一件事", know_late=True)
    assert said in last_notes(office, case)[-1]


def test_d09_a_back_dated_resumption_gives_the_unit_today_and_tells_its_date(office: Office) -> None:
    case, held, now = handling_case(office), parse_moment("2026-11-27T10:00"), parse_moment("2026-12-10T10:00")
    suspending.suspend(office.session, case, office.clerk, held, SuspensionGround.HEARING, held, "听证")
    moved = suspending.resume(office.session, case, office.clerk, now, parse_moment("2026-12-08T10:00"), "结束")
    assert {waits_for for waits_for, _before, _after in moved} == {"reply", "draft", "report_support"}
    assert open_dates(office, case)["draft"] >= local_date(now)
    assert moved_words(moved, now) in last_notes(office, case)[-1]
