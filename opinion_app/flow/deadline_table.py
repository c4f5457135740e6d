"""The office's table of deadline rules: rows of the database turned into rules, kept per process until one is changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import RULES_VERSION, bump, versions
from opinion_app.records.clock import DeadlineRuleRow
from opinion_app.rules.deadline_rules import DeadlineRule
from opinion_app.rules.default_rules import DEFAULT_RULES
from opinion_app.rules.rule_data import from_data, to_data

_loaded: dict[tuple[str, int], dict[int, DeadlineRule]] = {}


def rules(session: Session) -> dict[int, DeadlineRule]:
    """The active rules by the id of their row."""
    key = (str(session.get_bind().engine.url), versions(session)[RULES_VERSION])
    held = _loaded.get(key)
    if held is None:
        rows = session.scalars(select(DeadlineRuleRow).where(DeadlineRuleRow.active).order_by(DeadlineRuleRow.id))
        held = {row.id: from_data(row.data) for row in rows}
        _loaded.clear()
        _loaded[key] = held  # and another thread may clear it at once: what is answered is what was read
    return held


def seed_rules(session: Session, now: datetime) -> int:
    """Put the default table into an office that has none; answers how many rules were added."""
    if session.scalar(select(DeadlineRuleRow.id).limit(1)) is not None:
        return 0
    session.add_all(
        DeadlineRuleRow(code=rule.code, data=to_data(rule), in_force_from=rule.in_force_from, changed_at=now)
        for rule in DEFAULT_RULES
    )
    bump(session, RULES_VERSION)
    return len(DEFAULT_RULES)
