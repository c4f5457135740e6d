"""Open cases follow a row when the office says so, whatever it did to that row before without them, and in every stage (D15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask

from opinion_app.desks.rules.operations import Saving, add, apply_now, changed, retire, save
from opinion_app.desks.rules.queries import versions, what_if
from opinion_app.flow.clocks import open_clocks
from opinion_app.flow.recompute import recompute_open
from opinion_app.records.case import Case
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.deadline_rules import ClockStage, DeadlineRule
from opinion_app.rules.errors import Invalid
from opinion_app.rules.facts import Actor
from opinion_app.rules.rule_data import from_data
from opinion_app.rules.rule_table import Match
from opinion_app.rules.words import Kind, Procedure, Role, Urgency
from opinion_app.rules.zone import local_date
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.triage import operations
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import Office, assigned, dues, make_office
from tests.builders.office import NOW, make_actor, make_case
from tests.builders.rules import typed
from tests.support.queries import counting

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PETITION = Classification(Kind.HELP, "城建", Urgency.NORMAL, Procedure.PETITION)
COMPLEX = Classification(Kind.HELP, "城建", Urgency.COMPLEX, Procedure.ORDINARY)


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


@pytest.fixture
def admin(office: Office) -> Actor:
    """Who keeps the table of rules."""
    return make_actor(office.session, "admin", Role.ADMINISTRATOR)


def row(office: Office, code: str) -> DeadlineRule:
    return from_data(versions(office.session, code)[0].data)


def put(office: Office, admin: Actor, code: str, span: Span, day: int, *, follow: bool) -> tuple[int, int]:
    """Save a version of a row; answers how many clocks the look promised to move, and how many moved."""
    now = NOW + day * DAY
    changes = typed(office.session, code, span, now)
    promised = what_if(office.session, changed(row(office, code), changes), now)
    _rule, moved = save(office.session, code, changes, Saving(admin, now, apply_to_open=follow), None)
    return len(promised), len(moved)


def slip(office: Office, case: Case, as_it_is: Classification, day: int) -> None:
    """Classify a case wrongly and then as it was."""
    for kind in (Kind.COMPLAINT, as_it_is.kind):
        operations.classify(
            office.session, case, office.clerk, NOW + day * DAY + HOUR, replace(as_it_is, kind=kind), know_late=True
        )


@pytest.mark.parametrize(
    ("code", "sort", "unit", "due"),
    [
        pytest.param("reply-petition", PETITION, Unit.NATURAL_DAYS, date(2026, 12, 23), id="from-acceptance"),
        pytest.param("reply-complex", COMPLEX, Unit.WORKING_DAYS, date(2027, 1, 4), id="from-receipt"),
    ],
)
def test_d15_a_row_taken_up_without_the_open_cases_is_then_changed_with_them(
    office: Office, admin: Actor, code: str, sort: Classification, unit: Unit, due: date
) -> None:
    session = office.session
    one, other = (make_case(session, office.clerk, procedure=sort.procedure, urgency=sort.urgency) for _ in range(2))
    for case in (one, other):
        operations.accept(session, case, office.clerk, NOW, sort)
    retire(session, code, local_date(NOW + DAY), "本单位规定", Saving(admin, NOW + DAY, apply_to_open=True), None)
    put(office, admin, code, Span(40, unit), 2, follow=False)
    assert dues(office, one)["reply"] == date(2026, 12, 2), "as it was without the row"
    assert put(office, admin, code, Span(30, unit), 3, follow=True) == (2, 2)
    slip(office, one, sort, 3)
    assert [dues(office, case)["reply"] for case in (one, other)] == [due, due], "a slip and back moves nothing"
    assert recompute_open(session, NOW + 4 * DAY) == []


def test_d15_a_row_added_without_the_open_cases_is_then_changed_with_them(office: Office, admin: Actor) -> None:
    session = office.session
    one, other = (make_case(session, office.clerk, procedure=Procedure.HOTLINE, urgency=Urgency.COMPLEX) for _ in range(2))
    like = typed(session, "reply-hotline", Span(20, Unit.WORKING_DAYS), NOW + DAY)
    match = Match(ClockStage.REPLY, Procedure.HOTLINE, Urgency.COMPLEX, None)
    rule, moved = add(session, match, like, Saving(admin, NOW + DAY))
    assert (len(moved), dues(office, one)["reply"]) == (0, date(2026, 11, 30))
    assert put(office, admin, rule.code, Span(15, Unit.WORKING_DAYS), 2, follow=True) == (2, 2)
    slip(office, one, Classification(one.kind, "城建", Urgency.COMPLEX, Procedure.HOTLINE), 2)
    assert [dues(office, case)["reply"] for case in (one, other)] == [date(2026, 12, 14)] * 2
    with pytest.raises(Invalid, match="在办的件没有需要变动的"):
        apply_now(session, rule.code, Saving(admin, NOW + 3 * DAY), None)


def test_a_look_asks_no_more_of_the_database_for_more_cases_taken_up_again(core: Flask, office: Office) -> None:
    session, asked, due = office.session, [], []
    changes = typed(session, "reply-help", Span(9, Unit.WORKING_DAYS), NOW + DAY)
    for _more in range(2):
        for _case in range(3):
            case = make_case(session, office.clerk, now=NOW - 7 * DAY)
            operations.decline(session, case, office.clerk, NOW - DAY, "不属本机关", "不属", "县局", None)
            closing.reopen(session, case, office.clerk, NOW, "留言人补充了材料")
        session.flush()
        with counting(core) as statements:
            moved = what_if(session, changed(row(office, "reply-help"), changes), NOW + DAY)
        asked.append(len(statements))
        due.append({(before.after and local_date(before.after)) for before in moved})
    assert asked[0] == asked[1], statements
    assert due == [{date(2026, 12, 4)}] * 2, "from when it was taken up again"


def test_d15_a_signing_follows_a_row_taken_up_again_as_a_reply_does(office: Office, admin: Actor) -> None:
    case = assigned(office, classification=PETITION)
    started = dues(office, case)["sign_for"]
    at_once = Saving(admin, NOW, apply_to_open=True)
    retire(office.session, "sign-for-petition", local_date(NOW), "本单位规定", at_once, None)
    put(office, admin, "sign-for-petition", Span(4, Unit.WORKING_DAYS), 1, follow=False)
    assert dues(office, case)["sign_for"] == started
    assert put(office, admin, "sign-for-petition", Span(3, Unit.WORKING_DAYS), 2, follow=True) == (2, 2), "of both units"
    assert dues(office, case)["sign_for"] == date(2026, 11, 26)


def test_d15_what_a_supporting_unit_owes_follows_a_row_that_is_put_in_and_taken_out(office: Office, admin: Actor) -> None:
    session, case = office.session, assigned(office)

    def inner() -> list[tuple[str, date]]:
        held = [clock for clock in open_clocks(session, case.id) if clock.stage == "draft" and clock.due_at is not None]
        return sorted((clock.met_by_act, local_date(clock.due_at)) for clock in held if clock.due_at is not None)

    before = inner()
    assert [act for act, _due in before] == ["report_support", "submit_reply"]
    earlier = typed(session, "draft", Span(3, Unit.WORKING_DAYS), NOW)
    at_once = Saving(admin, NOW, apply_to_open=True)
    rule, moved = add(session, Match(ClockStage.DRAFT, kind=Kind.HELP), earlier, at_once)
    assert (len(moved), inner()) == (2, [(act, date(2026, 11, 27)) for act, _due in before])
    retire(session, rule.code, local_date(NOW), "本单位规定", at_once, None)
    assert inner() == before


def test_d15_a_retirement_for_a_later_day_is_put_to_open_cases_on_that_day(office: Office, admin: Actor) -> None:
    session, case = office.session, make_case(office.session, office.clerk, urgency=Urgency.COMPLEX)
    begun, day = dues(office, case)["reply"], local_date(NOW + 3 * DAY)
    with pytest.raises(Invalid, match="到那天在这条规则的页面点“用于在办的件”"):
        retire(session, "reply-complex", day, "本单位规定", Saving(admin, NOW, apply_to_open=True), None)
    retire(session, "reply-complex", day, "本单位规定", Saving(admin, NOW), None)
    with pytest.raises(Invalid, match="在办的件没有需要变动的"):  # the row itself is in force until then
        apply_now(session, "reply-complex", Saving(admin, NOW), None)
    assert dues(office, case)["reply"] == begun
    out, moved = apply_now(session, "reply-complex", Saving(admin, NOW + 3 * DAY), None)
    assert (out.retired, len(moved), dues(office, case)["reply"]) == (True, 1, date(2026, 12, 2))


def test_d15_a_row_saved_as_it_was_before_takes_nothing_from_what_came_in_between(office: Office, admin: Actor) -> None:
    """20, 15 and 20 working days on one day, none of them for the cases in hand: each case keeps what it came under."""
    match = Match(ClockStage.REPLY, kind=Kind.HELP, urgency=Urgency.COMPLEX)
    first = replace(typed(office.session, "reply-help", Span(20, Unit.WORKING_DAYS), NOW), name="复杂求助")
    rule, _moved = add(office.session, match, first, Saving(admin, NOW))
    between = make_case(office.session, office.clerk, now=NOW + HOUR, urgency=Urgency.COMPLEX)
    for hours, days in ((2, 15), (3, 20)):
        now = NOW + hours * HOUR
        save(office.session, rule.code, replace(first, amount=days), Saving(admin, now), None)
    before = dues(office, between)
    assert before["reply"] == date(2026, 12, 21)
    slip(office, between, COMPLEX, 0)
    assert dues(office, between) == before


def test_d15_a_row_put_to_use_and_later_saved_alike_for_new_cases_only_moves_none_in_hand(office: Office, admin: Actor) -> None:
    match = Match(ClockStage.REPLY, kind=Kind.HELP, urgency=Urgency.COMPLEX)
    first = replace(typed(office.session, "reply-help", Span(20, Unit.WORKING_DAYS), NOW), name="复杂求助")
    make_case(office.session, office.clerk, urgency=Urgency.COMPLEX)
    rule, _moved = add(office.session, match, first, Saving(admin, NOW + HOUR))
    case = make_case(office.session, office.clerk, now=NOW + 2 * HOUR, urgency=Urgency.COMPLEX)
    apply_now(office.session, rule.code, Saving(admin, NOW + 3 * HOUR), None)
    save(office.session, rule.code, replace(first, amount=10), Saving(admin, NOW + 4 * HOUR, apply_to_open=True), None)
    save(office.session, rule.code, first, Saving(admin, NOW + 5 * HOUR), None)
    before = dues(office, case)
    assert before["reply"] == date(2026, 12, 7)
    slip(office, case, COMPLEX, 1)
    assert dues(office, case) == before
