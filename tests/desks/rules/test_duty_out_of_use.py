"""A duty that is no reply, such as the first contact, whose row is retired or added for the cases in hand (D12, D15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.rules.operations import Saving, add, added, retire, save, taken_out
from opinion_app.desks.rules.queries import versions, what_if
from opinion_app.flow.clocks import OUT_OF_USE
from opinion_app.flow.moves import Moves, marks
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.deadline_rules import ClockStage
from opinion_app.rules.facts import Actor
from opinion_app.rules.rule_data import from_data
from opinion_app.rules.rule_table import Match
from opinion_app.rules.words import ClockState, Kind, Procedure, Role
from opinion_app.rules.zone import local_date
from opinion_app.steps.triage import assigning, merging, operations
from tests.builders.life import HELP, Office, dues, handling_case, make_office
from tests.builders.office import NOW, make_actor
from tests.builders.rules import typed

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
COMPLAINT, INQUIRY = replace(HELP, kind=Kind.COMPLAINT), replace(HELP, kind=Kind.INQUIRY)
PETITION = replace(HELP, procedure=Procedure.PETITION)


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


@pytest.fixture
def admin(office: Office) -> Actor:
    """Who keeps the table of rules."""
    return make_actor(office.session, "admin", Role.ADMINISTRATOR)


def retired(office: Office, admin: Actor, days: int = 0) -> tuple[Moves, Moves]:
    """Take the first contact of whoever asks for help out of the table, for the cases in hand as well: promised and done."""
    now = NOW + HOUR + days * DAY
    promised = what_if(office.session, taken_out(office.session, "contact-help", local_date(now), "不再要求"), now)
    saving = Saving(admin, now, apply_to_open=True, looked=marks(promised))
    return promised, retire(office.session, "contact-help", local_date(now), "不再要求", saving, None)[1]


def slip(office: Office, case: Case, days: int = 0, away: operations.Classification = INQUIRY) -> None:
    for kind in (away, HELP):
        operations.classify(office.session, case, office.clerk, NOW + 2 * HOUR + days * DAY, kind, know_late=True)


def contact(office: Office, case: Case) -> Clock:
    return office.session.scalars(select(Clock).where(Clock.case_id == case.id, Clock.stage == "contact")).one()


def test_d15_a_duty_retired_for_the_cases_in_hand_ends_whether_or_not_one_was_misread_meanwhile(
    office: Office, admin: Actor
) -> None:
    misread, other = handling_case(office), handling_case(office)
    promised, done = retired(office, admin)
    assert [(row.number, row.stage, row.after, row.waits) for row in promised] == [
        (case.number, "contact", None, "不再计时") for case in (misread, other)
    ]
    assert done == promised
    slip(office, misread)
    assert dues(office, misread) == dues(office, other)
    assert "contact" not in dues(office, other)
    ended = contact(office, other)
    assert (ended.state, ended.end_reason) == (ClockState.STOPPED, OUT_OF_USE)


def test_d12_one_that_was_late_is_shown_to_stop(office: Office, admin: Actor) -> None:
    handling_case(office)
    promised, _done = retired(office, admin, days=10)
    assert [row.waits for row in promised] == ["不再计时；现已逾期，随之停止计算"]


def test_d15_a_duty_of_another_row_is_left_alone(office: Office, admin: Actor) -> None:
    case = handling_case(office)
    operations.classify(office.session, case, office.clerk, NOW, COMPLAINT)
    promised, done = retired(office, admin)
    assert (promised, done) == ([], [])
    assert "contact" in dues(office, case)


def test_d12_what_another_rule_asks_of_the_office_begins_all_the_same(office: Office, admin: Actor) -> None:
    case = handling_case(office)
    retired(office, admin)
    operations.classify(office.session, case, office.clerk, NOW + 2 * HOUR, PETITION)
    assert dues(office, case)["contact"] == date(2026, 12, 8), "书面告知信访人, by the office"


@pytest.mark.parametrize("first", ["retired", "classified"])
def test_d12_a_case_of_another_kind_has_the_contact_of_that_kind_whichever_came_first(
    office: Office, admin: Actor, first: str
) -> None:
    case = handling_case(office)
    for step in ("retired", "classified") if first == "retired" else ("classified", "retired"):
        if step == "retired":
            retired(office, admin)
        else:
            operations.classify(office.session, case, office.clerk, NOW + 2 * HOUR, COMPLAINT)
    assert dues(office, case)["contact"] == date(2026, 11, 26)


def test_d12_a_contact_misread_on_the_day_its_wrong_row_goes_out_of_use_comes_back(office: Office, admin: Actor) -> None:
    case = handling_case(office, classification=COMPLAINT)
    before = dues(office, case)
    operations.classify(office.session, case, office.clerk, NOW, HELP)
    retired(office, admin)
    operations.classify(office.session, case, office.clerk, NOW + 2 * HOUR, COMPLAINT)
    assert dues(office, case) == before


@pytest.mark.parametrize("away", [INQUIRY, PETITION])
@pytest.mark.parametrize("how", [1, 9, None])
def test_d15_a_row_changed_without_the_cases_in_hand_does_not_reach_one_by_a_slip(
    office: Office, admin: Actor, how: int | None, away: operations.Classification
) -> None:
    misread, other = handling_case(office), handling_case(office)
    now = NOW + DAY
    if how is None:
        retire(office.session, "contact-help", local_date(now), "不再要求", Saving(admin, now), None)
    else:
        changes = typed(office.session, "contact-help", Span(how, Unit.WORKING_DAYS), now)
        save(office.session, "contact-help", changes, Saving(admin, now), None)
    for kind in (away, HELP):
        operations.classify(office.session, misread, office.clerk, now + HOUR, kind)
    assert dues(office, misread) == dues(office, other)
    assert dues(office, other)["contact"] == date(2026, 11, 26)


def test_d13_a_duty_that_went_out_of_use_while_its_case_lay_in_another_does_not_come_back(office: Office, admin: Actor) -> None:
    lent, into, other = handling_case(office), handling_case(office), handling_case(office)
    merging.merge(office.session, lent, office.clerk, NOW + HOUR, into.number, "同一件事")
    retired(office, admin)
    merging.unmerge(office.session, lent, office.clerk, NOW + 2 * HOUR, "不是一件事")
    assert dues(office, lent) == dues(office, other)
    assert contact(office, lent).end_reason == OUT_OF_USE


def test_d15_a_duty_taken_up_again_is_not_asked_anew_of_who_was_let_off(office: Office, admin: Actor) -> None:
    misread, other = handling_case(office), handling_case(office)
    retired(office, admin)
    now = NOW + DAY
    changes = typed(office.session, "contact-help", Span(5, Unit.WORKING_DAYS), now)
    save(office.session, "contact-help", changes, Saving(admin, now, apply_to_open=True), None)
    for away in (INQUIRY, COMPLAINT):
        slip(office, misread, days=1, away=away)
        assert dues(office, misread) == dues(office, other)
    assert "contact" not in dues(office, other)
    assert dues(office, handling_case(office, NOW + 2 * DAY))["contact"] == date(2026, 12, 2)
    assigning.reassign(office.session, misread, office.clerk, NOW + 2 * DAY, office.roads.id, "职责调整", know_late=True)
    before = dues(office, misread)
    assert before["contact"] == date(2026, 12, 2), "the unit that came after was let off nothing"
    for away in (INQUIRY, COMPLAINT):
        slip(office, misread, days=2, away=away)
        assert dues(office, misread) == before


def test_d15_a_duty_added_later_is_asked_of_no_case_in_hand_whatever_it_is_called_meanwhile(office: Office, admin: Actor) -> None:
    """As the page says where a row is added: 原来没有这项时限的不补开."""
    misread, other = handling_case(office, classification=INQUIRY), handling_case(office, classification=INQUIRY)
    now = NOW + DAY
    like = from_data(versions(office.session, "contact-help")[0].data)
    changes = replace(typed(office.session, "contact-help", like.span, now), name="联系咨询人")
    match = Match(ClockStage.CONTACT, kind=Kind.INQUIRY)
    assert what_if(office.session, added(office.session, match, changes), now) == []
    add(office.session, match, changes, Saving(admin, now, apply_to_open=True))
    for kind in (HELP, INQUIRY):
        operations.classify(office.session, misread, office.clerk, now + HOUR, kind, know_late=True)
    assert dues(office, misread) == dues(office, other)
    assert "contact" in dues(office, handling_case(office, now + 2 * HOUR, classification=INQUIRY))
