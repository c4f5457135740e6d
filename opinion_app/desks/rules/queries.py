"""The table of deadline rules as people read it, and what a changed rule would do to open cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.recompute import Moved, preview, under_rule
from opinion_app.records.clock import DeadlineRuleRow
from opinion_app.rules.deadline_rules import ClockStage, DeadlineRule, newest_in_force
from opinion_app.rules.errors import NotFound
from opinion_app.rules.rule_data import from_data


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule in force, in words; `coming` is the date of a version that is saved but not yet in force."""

    rule: DeadlineRule
    applies_to: str
    allows: str
    coming: date | None


def table(session: Session, today: date) -> list[tuple[ClockStage, list[RuleLine]]]:
    """The rules in force by what they govern, in the order of the life."""
    every = [from_data(row.data) for row in _rows(session)]
    in_force = newest_in_force(every, today)
    groups: list[tuple[ClockStage, list[RuleLine]]] = []
    for stage in ClockStage:
        lines = [_line(rule, every, today) for rule in in_force if rule.stage is stage]
        if lines:
            groups.append((stage, lines))
    return groups


def _line(rule: DeadlineRule, every: Sequence[DeadlineRule], today: date) -> RuleLine:
    coming = [other.in_force_from for other in every if other.code == rule.code and other.in_force_from > today]
    return RuleLine(rule, applies_to(rule), allows(rule), min(coming, default=None))


def applies_to(rule: DeadlineRule) -> str:
    """Which cases a rule is for."""
    words = [word.label for word in (rule.procedure, rule.urgency, rule.kind, rule.risk_level) if word is not None]
    if rule.historic is not None:
        words.append("历史遗留" if rule.historic else "非历史遗留")
    return "、".join(words) or "所有的件"


def allows(rule: DeadlineRule) -> str:
    """How far a rule's deadline may be extended."""
    if rule.extension is None:
        return "不能延期"
    longest = f"，每次最多 {rule.extension.at_most}" if rule.extension.at_most else ""
    return f"{rule.extension.times} 次{longest}，{rule.extension.approver}批准"


def versions(session: Session, code: str) -> list[DeadlineRuleRow]:
    """Every version of a rule, the newest first. Raises NotFound."""
    rows = [row for row in _rows(session) if row.code == code]
    if not rows:
        raise NotFound("没有这条时限规则。")
    return sorted(rows, key=lambda row: row.version_no, reverse=True)


def what_if(session: Session, rule: DeadlineRule, now: datetime) -> list[Moved]:
    """Which open clocks would move if they were put under `rule`."""
    return preview(session, now, work_calendar(session), under_rule(rule, codes(session)))


def codes(session: Session) -> dict[int, str]:
    """The code of every row of the table, old versions too."""
    return {row.id: row.code for row in session.execute(select(DeadlineRuleRow.id, DeadlineRuleRow.code))}


def _rows(session: Session) -> Sequence[DeadlineRuleRow]:
    return session.scalars(select(DeadlineRuleRow).where(DeadlineRuleRow.active).order_by(DeadlineRuleRow.id)).all()
