"""A duty whose row goes out of use for the cases in hand ends there and then where the next row asks somebody else (D15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.rules import operations as rule_desk
from opinion_app.desks.rules.queries import what_if
from opinion_app.flow import assess, clocks, risk_clocks
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.moves import marks
from opinion_app.flow.recompute import ASKED_NO_MORE, preview
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.transaction import transaction
from opinion_app.rules.assessment import Ground, Sheet
from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.deadline_rules import OwedBy
from opinion_app.rules.words import Procedure, RiskFactor, RiskLevel, Role, Urgency
from opinion_app.rules.zone import local_date
from opinion_app.steps.triage import assigning, merging, operations
from opinion_app.steps.triage.assigning import Allotment
from tests.builders.life import HELP, Office, dues, handling_case, make_office
from tests.builders.office import NOW, make_actor, make_case
from tests.builders.rules import typed

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PETITION = replace(HELP, procedure=Procedure.PETITION)


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def slip(office: Office, case: Case, *path: operations.Classification) -> None:
    for new in path:
        operations.classify(office.session, case, office.clerk, NOW + 2 * DAY, new, know_late=True)


def contact(office: Office, case: Case) -> tuple[str, date | None] | None:
    """Who owes the contact of a case and by when; None where nobody does."""
    owed = [clock.owed_by for clock in office.session.scalars(select(Clock).where(Clock.case_id == case.id)) if runs(clock)]
    return (owed[0], dues(office, case)["contact"]) if owed else None


def runs(clock: Clock) -> bool:
    return clock.stage == "contact" and clock.ended_at is None


def test_d15_a_contact_ends_when_its_row_goes_out_and_the_next_asks_somebody_else(office: Office) -> None:
    session, now = office.session, NOW + DAY
    admin = make_actor(session, "admin", Role.ADMINISTRATOR)
    case, lent, into = (handling_case(office, classification=each) for each in (PETITION, PETITION, HELP))
    merging.merge(session, lent, office.clerk, NOW + HOUR, into.number, "同一件事")
    assert contact(office, case) == (OwedBy.OFFICE.value, date(2026, 12, 8))
    out = rule_desk.taken_out(session, "contact-petition", local_date(now), "本单位规定")
    shown = what_if(session, out, now)
    assert [(row.number, row.stage, row.after, row.waits) for row in shown] == [(case.number, "contact", None, ASKED_NO_MORE)]
    saving = rule_desk.Saving(admin, now, apply_to_open=True, looked=marks(shown))
    rule_desk.retire(session, "contact-petition", local_date(now), "本单位规定", saving, None)
    merging.unmerge(session, lent, office.clerk, now + HOUR, "分别答复")
    for each in (case, lent):
        assert contact(office, each) is None, "nothing more is asked of the unit that leads"
        before = dues(office, each)
        slip(office, each, HELP, PETITION)
        assert dues(office, each) == before
    slip(office, case, HELP)
    assert contact(office, case) == (OwedBy.LEAD.value, date(2026, 11, 30)), (
        "of what was no petition it is asked as of the others"
    )
    assert preview(session, NOW + 2 * DAY, work_calendar(session)) == []


def test_d15_a_contact_is_owed_on_where_a_row_put_to_use_would_ask_it_of_somebody_else(office: Office) -> None:
    session, now = office.session, NOW + DAY
    admin = make_actor(session, "admin", Role.ADMINISTRATOR)
    rule_desk.retire(session, "contact-petition", local_date(NOW), "本单位规定", rule_desk.Saving(admin, NOW), None)
    case = handling_case(office, classification=PETITION)
    before = dues(office, case)
    assert contact(office, case) == (OwedBy.LEAD.value, date(2026, 11, 26))
    again = typed(session, "contact-petition", Span(9, Unit.NATURAL_DAYS), now)
    rule_desk.save(session, "contact-petition", again, rule_desk.Saving(admin, now, apply_to_open=True), None)
    assert dues(office, case) == before
    slip(office, case, HELP, PETITION)
    assert dues(office, case) == before


def test_d12_a_slip_takes_neither_of_two_contacts_from_who_owes_them(office: Office) -> None:
    """The office's written notice from receipt on, and the unit's call, because the row of the notice was gone when it came."""
    session = office.session
    admin = make_actor(session, "admin", Role.ADMINISTRATOR)
    case = make_case(session, office.clerk, now=NOW - DAY, procedure=Procedure.PETITION)
    rule_desk.retire(session, "contact-petition", local_date(NOW), "本单位规定", rule_desk.Saving(admin, NOW), None)
    assigning.assign(session, case, office.clerk, NOW + HOUR, PETITION, Allotment(office.finance.id, [], ""))
    owed = [(clock.owed_by, clock.due_at) for clock in clocks.open_clocks(session, case.id) if runs(clock)]
    assert {who for who, _due in owed} == {OwedBy.OFFICE.value, OwedBy.LEAD.value}
    slip(office, case, replace(PETITION, procedure=Procedure.ORDINARY, urgency=Urgency.COMPLEX), PETITION)
    assert [(clock.owed_by, clock.due_at) for clock in clocks.open_clocks(session, case.id) if runs(clock)] == owed


def test_d15_duties_of_a_level_that_a_merge_once_stopped_come_back_under_the_rule_of_the_cases_in_hand(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, now = office.session, NOW + 2 * HOUR
    case, other, into = (handling_case(office) for _ in range(3))
    sheet = Sheet({factor: Ground(1, "截图") for factor in RiskFactor}, RiskLevel.III, "综合判断", "有风险")
    for each in (case, other):
        assess.assess(session, each, office.clerk, NOW, sheet, each.version)
    monkeypatch.setattr(merging, "leave_nothing_open", lambda *_: None)  # as it could be once
    merging.merge(session, case, office.clerk, NOW + HOUR, into.number, "同一件事")
    admin = make_actor(session, "admin", Role.ADMINISTRATOR)
    changes = typed(session, "risk-publish-III", Span(12, Unit.HOURS), now)
    rule_desk.save(session, "risk-publish-III", changes, rule_desk.Saving(admin, now, apply_to_open=True), None)
    merging.unmerge(session, case, office.clerk, now, "分别答复")
    mine, others = ({clock.stage: clock.due_at for clock in risk_clocks.risk_clocks(session, each)} for each in (case, other))
    assert mine == others
    assert mine["risk_publish"] == NOW + timedelta(hours=12)
