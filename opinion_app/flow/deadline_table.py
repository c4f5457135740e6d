"""The office's table of deadline rules: rows of the database turned into rules, kept per process until one is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import RULES_VERSION, bump, versions
from opinion_app.records.clock import DeadlineRuleRow
from opinion_app.rules.deadline_rules import DeadlineRule
from opinion_app.rules.default_rules import DEFAULT_RULES
from opinion_app.rules.rule_data import from_data, to_data


@dataclass(frozen=True, slots=True)
class _Table:
    rules: dict[int, DeadlineRule]
    applied: tuple[tuple[datetime, DeadlineRule], ...]
    saved: tuple[tuple[datetime, DeadlineRule], ...]


@dataclass(frozen=True, slots=True)
class Proposed:
    """The table as it would be with the version `row` put to use for the cases in hand."""

    rules: tuple[DeadlineRule, ...]
    row: DeadlineRule


_loaded: dict[tuple[str, int], _Table] = {}


def rules(session: Session) -> dict[int, DeadlineRule]:
    """The active rules by the id of their row."""
    return _table(session).rules


def applied_since(session: Session, moment: datetime) -> tuple[DeadlineRule, ...]:
    """The versions the office has put the cases in hand under since that moment: whatever class such a case takes later, it
    runs under them as the others do (D15)."""
    return tuple(rule for at, rule in _table(session).applied if at >= moment)


def known_by(
    session: Session, table: Sequence[DeadlineRule], moment: datetime, applied: Sequence[DeadlineRule]
) -> Sequence[DeadlineRule]:
    """The versions of a table, in the order they were entered, without those saved after that moment unless they were `applied`:
    what began before then, if only that morning, began without them.

    A row may be saved as it was before: of versions that are alike those saved last are the ones left out."""
    later = Counter(rule for at, rule in _table(session).saved if at > moment)
    later.subtract(rule for rule in applied if rule in later)
    kept = []
    for rule in reversed(table):
        if later and later[rule] > 0:
            later[rule] -= 1
        else:
            kept.append(rule)
    return kept[::-1]


def note_applied(session: Session, rule: DeadlineRule, now: datetime) -> None:
    """Keep that the cases in hand were put under a version that stands in the table."""
    numbers = {held: row_id for row_id, held in rules(session).items()}
    session.get_one(DeadlineRuleRow, numbers[rule]).applied_at = now
    session.flush()
    bump(session, RULES_VERSION)


def _table(session: Session) -> _Table:
    key = (str(session.get_bind().engine.url), versions(session)[RULES_VERSION])
    held = _loaded.get(key)
    if held is None:
        query = select(DeadlineRuleRow).where(DeadlineRuleRow.active).order_by(DeadlineRuleRow.id)
        fresh = query.execution_options(populate_existing=True)  # kept for all: never what one transaction read before
        rows = [(row, from_data(row.data)) for row in session.scalars(fresh)]
        applied = tuple((row.applied_at, rule) for row, rule in rows if row.applied_at is not None)
        saved = tuple((row.changed_at, rule) for row, rule in rows if row.changed_by_id or row.version_no > 1)
        held = _Table({row.id: rule for row, rule in rows}, applied, saved)
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
