"""The office's table of deadline rules: rows of the database turned into rules, kept per process until one is changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import RULES_VERSION, bump, versions
from opinion_app.records.clock import DeadlineRuleRow
from opinion_app.rules.deadline_rules import DeadlineRule
from opinion_app.rules.default_rules import DEFAULT_RULES
from opinion_app.rules.rule_data import from_data, to_data


@dataclass(frozen=True, slots=True)
class _Table:
    rules: dict[int, DeadlineRule]
    applied: tuple[tuple[datetime, int], ...]
    saved: tuple[tuple[datetime, int], ...]


@dataclass(frozen=True, slots=True)
class Proposed:
    """The table as it would be with the version `row` put to use for the cases in hand."""

    rules: tuple[DeadlineRule, ...]
    row: DeadlineRule


_loaded: dict[tuple[Engine, int], _Table] = {}


def rules(session: Session) -> dict[int, DeadlineRule]:
    """The active rules by the id of their row."""
    return _table(session).rules


def has_applied_since(session: Session, moment: datetime) -> bool:
    """Whether the office has put the cases in hand under a version since that moment."""
    return any(at >= moment for at, _row_id in _table(session).applied)


def known_to(
    session: Session, registered_at: datetime, by: datetime, proposed: Proposed | None = None, *, then: bool = False
) -> tuple[Sequence[DeadlineRule], frozenset[DeadlineRule]]:
    """The versions that count for a case, in the order they were entered, and those of them that count as in force for it.

    Left out is what the office saved after the moment `by`: what began before then, if only that morning, began without it. What
    the cases in hand were put under since this one was registered counts whenever it was saved: whatever class such a case takes
    later, it runs under it as the others do (D15). `proposed`: as it would be with another table; `then`: without what the cases
    in hand were put under. A row may be saved as it was before, so versions are told apart by their number."""
    held = _table(session)
    applied = set[int]() if then else {row_id for at, row_id in held.applied if at >= registered_at}
    later = {row_id for at, row_id in held.saved if at > by} - applied
    in_force = {held.rules[row_id] for row_id in applied}
    if proposed is None:
        return [rule for row_id, rule in held.rules.items() if row_id not in later], frozenset(in_force)
    numbered = _numbered(held.rules, proposed.rules)
    known = [rule for row_id, rule in numbered if rule is proposed.row or row_id not in later]
    return known, frozenset(in_force | {proposed.row})


def _numbered(rows: Mapping[int, DeadlineRule], table: Iterable[DeadlineRule]) -> Iterator[tuple[int | None, DeadlineRule]]:
    """The versions of a table with the number of the row each is, as far as they are rows, and in the same order."""
    left = iter(rows.items())
    for rule in table:
        yield next((row_id for row_id, row in left if row == rule), None), rule


def note_applied(session: Session, rule: DeadlineRule, now: datetime) -> None:
    """Keep that the cases in hand were put under a version that stands in the table."""
    numbers = {held: row_id for row_id, held in rules(session).items()}
    session.get_one(DeadlineRuleRow, numbers[rule]).applied_at = now
    session.flush()
    bump(session, RULES_VERSION)


def _table(session: Session) -> _Table:
    key = (session.get_bind().engine, versions(session)[RULES_VERSION])  # one address may lead to another database later
    held = _loaded.get(key)
    if held is None:
        query = select(DeadlineRuleRow).where(DeadlineRuleRow.active).order_by(DeadlineRuleRow.id)
        fresh = query.execution_options(populate_existing=True)  # kept for all: never what one transaction read before
        rows = [(row, from_data(row.data)) for row in session.scalars(fresh)]
        applied = tuple((row.applied_at, row.id) for row, _rule in rows if row.applied_at is not None)
        saved = tuple((row.changed_at, row.id) for row, _rule in rows if row.changed_by_id or row.version_no > 1)
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
