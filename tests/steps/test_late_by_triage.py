"""No act of triage makes a case late in silence: refused with old and new dates, or known and written down (D12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.flow.clock_changes import running_reply
from opinion_app.flow.clocks import open_clocks
from opinion_app.flow.moved_dates import check_late, moved_words
from opinion_app.flow.recompute import recompute_open
from opinion_app.records.case import Case
from opinion_app.records.move import Move
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import Invalid
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import Kind, Procedure, Stage, Urgency
from opinion_app.rules.zone import local_date, parse_moment
from opinion_app.steps.handling import suspending
from opinion_app.steps.triage import assigning, many, merging, operations
from opinion_app.steps.triage.assigning import Allotment
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import HELP, Office, handling_case, make_office
from tests.builders.office import NOW, make_case

DAY = timedelta(days=1)
URGENT = Classification(Kind.HELP, "城建", Urgency.URGENT, Procedure.ORDINARY)
TOO_LATE = NOW + 2 * DAY
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
    entry = ("reply", NOW + DAY, NOW)
    check_late([entry], later, know_late=False)
    assert "（已逾期）" in moved_words([entry, entry], later)
    assert moved_words([entry, entry], later).count("→") == 1
    assert operations.accept(office.session, case, office.clerk, later, HELP) == []


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
    assert {stage for stage, _before, _after in moved} == {"reply", "draft"}
    assert open_dates(office, case)["draft"] >= local_date(now)
    assert moved_words(moved, now) in last_notes(office, case)[-1]
