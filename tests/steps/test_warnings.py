"""临期 is said before a clock is due, whatever moved its date (D16)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from opinion_app.flow import assess, clock_changes, risk_clocks
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Extension, Span, Unit
from opinion_app.rules.words import Kind, Procedure, RiskLevel, Urgency
from opinion_app.rules.zone import parse_moment
from opinion_app.steps.triage import merging, operations
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import Office, handling_case, make_office
from tests.builders.office import NOW, make_case
from tests.builders.rules import rule_changed
from tests.flow.test_assess import sheet

HOUR = timedelta(hours=1)


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def test_d16_a_level_raised_late_still_warns_in_time(office: Office) -> None:
    case = handling_case(office)
    assess.assess(office.session, case, office.clerk, NOW, sheet(RiskLevel.III), case.version)
    assess.assess(office.session, case, office.clerk, NOW + 40 * HOUR, sheet(RiskLevel.II), case.version)
    [response] = [clock for clock in risk_clocks.risk_clocks(office.session, case) if clock.stage == "risk_response"]
    assert (response.due_at, response.warn_at) == (NOW + 48 * HOUR, NOW + 46 * HOUR)


def test_d16_a_day_taken_over_from_a_message_is_warned_about_before_it_ends(office: Office) -> None:
    first = make_case(office.session, office.clerk, now=NOW - 11 * 24 * HOUR)  # due today
    urgent = make_case(office.session, office.clerk)
    new = Classification(Kind.HELP, "城建", Urgency.URGENT, Procedure.ORDINARY)
    operations.accept(office.session, urgent, office.clerk, NOW, new)
    merging.merge(office.session, first, office.clerk, NOW, urgent.number, "同一件事")
    reply = clock_changes.running_reply(office.session, urgent)
    assert reply.due_at == parse_moment("2026-11-23T23:59:59")
    assert reply.warn_at == parse_moment("2026-11-23T20:29:59.250")


def test_d16_what_is_hours_now_is_warned_about_by_hours_and_days_granted_before_are_put_aside(office: Office) -> None:
    case = handling_case(office)
    reply = clock_changes.running_reply(office.session, case)
    clock_changes.extend(office.session, case, reply, Extension(NOW, Span(5, Unit.WORKING_DAYS), reason="采购"))
    rule_changed(office.session, "reply-help", Span(48, Unit.HOURS), "改为小时")
    assert (reply.due_at, reply.warn_at) == (NOW + 48 * HOUR, NOW + 36 * HOUR)
