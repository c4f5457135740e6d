"""A changed row of the table of deadline rules for tests, as it stands and as an office types it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.desks.rules.operations import Changes
from opinion_app.desks.rules.queries import versions
from opinion_app.flow.calendar import RULES_VERSION, bump
from opinion_app.flow.deadline_table import rules
from opinion_app.flow.governing import by_code
from opinion_app.flow.recompute import apply_to_open
from opinion_app.records.clock import DeadlineRuleRow
from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.rule_data import from_data, to_data
from opinion_app.rules.zone import local_date
from tests.builders.office import NOW


def rule_changed(session: Session, code: str, span: Span, why: str) -> None:
    """Give a row another span from NOW on, and let the open cases follow it."""
    table = rules(session)
    codes = {number: rule.code for number, rule in table.items()}
    changed = replace(next(rule for rule in table.values() if rule.code == code), span=span)
    session.add(DeadlineRuleRow(code=code, version_no=2, data=to_data(changed), in_force_from=NOW.date(), changed_at=NOW))
    session.flush()
    bump(session, RULES_VERSION)
    apply_to_open(session, by_code(changed, codes), why, NOW)


def typed(session: Session, code: str, span: Span, now: datetime) -> Changes:
    """What somebody types who gives a row another span from that day on and changes nothing else of weight."""
    row = from_data(versions(session, code)[0].data)
    return Changes(
        name=row.name,
        amount=span.amount,
        unit=span.unit,
        return_amount=None,
        return_unit=Unit.HOURS,
        extension_times=0,
        extension_amount=None,
        approver="",
        warning_days=1,
        warning_percent=25,
        source=row.source,
        in_force_from=local_date(now),
    )
