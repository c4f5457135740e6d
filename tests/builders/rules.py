"""A changed row of the table of deadline rules for tests."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from opinion_app.flow.calendar import RULES_VERSION, bump
from opinion_app.flow.deadline_table import rules
from opinion_app.flow.recompute import apply_to_open, by_code
from opinion_app.records.clock import DeadlineRuleRow
from opinion_app.rules.clock_facts import Span
from opinion_app.rules.rule_data import to_data
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
