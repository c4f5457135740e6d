"""The table of deadline rules as people read it, and what a changed, added or retired rule would do to open cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.deadline_table import Proposed, rules
from opinion_app.flow.governing import Governing, by_code, chosen_anew, put_under
from opinion_app.flow.moves import Moves
from opinion_app.flow.recompute import preview
from opinion_app.flow.waiting_replies import would_begin
from opinion_app.records.actors import names_of
from opinion_app.records.clock import DeadlineRuleRow
from opinion_app.rules.deadline_rules import Ahead, ClockStage, DeadlineRule, newest_in_force
from opinion_app.rules.errors import NotFound
from opinion_app.rules.rule_data import from_data
from opinion_app.rules.rule_table import heirs, in_force, match_of, match_words


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One row in words; `coming`: what is saved and not yet in force, as 新版 2027-01-01 起."""

    rule: DeadlineRule
    applies_to: str
    allows: str
    coming: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a row, and who saved it when."""

    row: DeadlineRuleRow
    rule: DeadlineRule
    by: str


def table(session: Session, today: date) -> list[tuple[ClockStage, list[RuleLine]]]:
    """The rows in force by what they govern, in the order of the life; rows that are added but not yet in force come last."""
    held = every(session)
    in_force = newest_in_force(held, today)
    known = {rule.code for rule in held if rule.in_force_from <= today}
    new = {rule.code: rule for rule in held if rule.code not in known and not rule.retired}
    groups: list[tuple[ClockStage, list[RuleLine]]] = []
    for stage in ClockStage:
        lines = [_line(rule, held, today) for rule in (*in_force, *new.values()) if rule.stage is stage]
        if lines:
            groups.append((stage, lines))
    return groups


def out_of_use(session: Session, today: date) -> list[DeadlineRule]:
    """The rows that are retired, each as its last version has it."""
    newest = {rule.code: rule for rule in every(session) if rule.in_force_from <= today}
    return [rule for rule in newest.values() if rule.retired]


def _line(rule: DeadlineRule, held: Sequence[DeadlineRule], today: date) -> RuleLine:
    coming = [other for other in reversed(held) if other.code == rule.code and other.in_force_from > today]
    return RuleLine(rule, applies_to(rule), allows(rule), _coming_words(rule, min(coming, key=_began, default=None)))


def _began(rule: DeadlineRule) -> date:
    return rule.in_force_from


def _coming_words(rule: DeadlineRule, coming: DeadlineRule | None) -> str:
    if coming is None:
        return ""
    said = "停用" if coming.retired else "尚未执行" if coming.in_force_from == rule.in_force_from else "新版"
    return said if said == "尚未执行" else f"{said} {coming.in_force_from.isoformat()} 起"


def applies_to(rule: DeadlineRule) -> str:
    """Which cases a rule is for."""
    return match_words(match_of(rule))


def allows(rule: DeadlineRule) -> str:
    """How far a rule's deadline may be extended."""
    if rule.extension is None:
        return "不能延期"
    longest = f"，每次最多 {rule.extension.at_most}" if rule.extension.at_most else ""
    return f"{rule.extension.times} 次{longest}，{rule.extension.approver}批准"


def versions(session: Session, code: str) -> list[DeadlineRuleRow]:
    """Every version of a rule, the newest first. Raises NotFound."""
    query = select(DeadlineRuleRow).where(DeadlineRuleRow.active, DeadlineRuleRow.code == code)
    rows = list(session.scalars(query.order_by(DeadlineRuleRow.version_no.desc())))
    if not rows:
        raise NotFound("没有这条时限规则。")
    return rows


def history(session: Session, rows: Sequence[DeadlineRuleRow]) -> list[Version]:
    """The versions with who saved them."""
    names = names_of(session, (row.changed_by_id for row in rows))
    return [Version(row, from_data(row.data), names.get(row.changed_by_id or 0, "系统初始值")) for row in rows]


def every(session: Session) -> list[DeadlineRule]:
    """Every version of every row, in the order they were entered."""
    return list(rules(session).values())


def shown(versions: Sequence[DeadlineRule], today: date) -> DeadlineRule:
    """The version of a row that governs today; of a row that is not in force yet the newest. `versions`: the newest first."""
    return in_force(versions, today) or versions[0]


def applied(session: Session, rule: DeadlineRule, now: datetime) -> Moves:
    """What would move if the open cases followed a version that stands in the table."""
    others = [known for known in every(session) if known != rule]
    return _would_move(session, rule, others, now)


def governs(session: Session, rule: DeadlineRule, held: Sequence[DeadlineRule]) -> Governing:
    """Which open clocks a version would govern beside the table `held`: the rule is chosen anew for those that come under its row
    or were under it.

    What the office did to the row before, with the cases in hand or without them, says nothing of which follow now: once it is
    put to use for them, every act goes by it (D15). What is no reply, and runs under another version of the row, follows it even
    where a like duty that began today would come under another row, as one left over from a lower risk level does."""
    codes = {row_id: known.code for row_id, known in rules(session).items()}
    anew = chosen_anew(session, [*held, rule], rule, codes)
    if rule.retired or rule.stage is ClockStage.REPLY:
        return anew
    same = by_code(rule, codes)
    return lambda clock: same(clock) or anew(clock)


def what_if(session: Session, rule: DeadlineRule, now: datetime) -> Moves:
    """Which open clocks would move if they were put under `rule`, or under what follows it where it is retired."""
    return _would_move(session, rule, every(session), now)


def _would_move(session: Session, rule: DeadlineRule, held: Sequence[DeadlineRule], now: datetime) -> Moves:
    warned: dict[int, Ahead] = {}
    moved = preview(session, now, work_calendar(session), put_under(session, governs(session, rule, held), warned), warned)
    moved.extend(would_begin(session, Proposed((*held, rule), rule), now))
    return moved


def taking_over(session: Session, out: DeadlineRule) -> tuple[DeadlineRule | None, ...]:
    """Which rules new cases come under once `out` has retired its row; None: they have no such deadline any more."""
    return heirs(out, [rule for rule in every(session) if rule != out])
