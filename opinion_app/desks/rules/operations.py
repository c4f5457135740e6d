"""Changing the table of deadline rules: always new versions with the date they are in force from; open cases follow on demand."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from opinion_app.desks.rules.queries import every, governs, versions
from opinion_app.flow import trail
from opinion_app.flow.calendar import RULES_VERSION, bump
from opinion_app.flow.recompute import Moved, apply_to_open
from opinion_app.records.clock import DeadlineRuleRow
from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.deadline_rules import Ahead, Allowance, DeadlineRule
from opinion_app.rules.errors import Conflict, Invalid
from opinion_app.rules.facts import Actor
from opinion_app.rules.rule_data import check_rule, from_data, to_data
from opinion_app.rules.rule_table import Match, check_date, check_retirement, match_of, match_words, new_row, retired
from opinion_app.rules.zone import local_date

OVERTAKEN = "这条时限规则刚刚被别人改过。请重新打开，看过最新内容后再改。"


@dataclass(frozen=True, slots=True)
class Changes:
    """What of a rule the office may change; what it governs and which act meets it stay."""

    name: str
    amount: int
    unit: Unit
    return_amount: int | None
    return_unit: Unit
    extension_times: int
    extension_amount: int | None
    approver: str
    warning_days: int
    warning_percent: int
    source: str
    in_force_from: date


@dataclass(frozen=True, slots=True)
class Saving:
    """Who saves when, with which note; `apply_to_open`: open cases follow at once."""

    actor: Actor
    now: datetime
    note: str = ""
    apply_to_open: bool = False


def filled(row: DeadlineRule, changes: Changes) -> DeadlineRule:
    """The rule with what was typed, in use. Raises Invalid naming every field that cannot stand."""
    allowance = None
    if changes.extension_times:
        most = Span(changes.extension_amount, changes.unit) if changes.extension_amount is not None else None
        allowance = Allowance(changes.extension_times, most, changes.approver or "单位负责人")
    rule = replace(
        row,
        name=changes.name,
        span=Span(changes.amount, changes.unit),
        return_window=None if changes.return_amount is None else Span(changes.return_amount, changes.return_unit),
        extension=allowance,
        warning=Ahead(changes.warning_days, changes.warning_percent),
        source=changes.source,
        in_force_from=changes.in_force_from,
        retired=False,
    )
    try:
        check_rule(rule)
    except Invalid as refusal:
        raise Invalid(refusal.message, {_FIELDS.get(name, name): words for name, words in refusal.fields.items()}) from refusal
    return rule


_FIELDS = {"span": "amount", "extension": "extension_amount", "warning": "warning_days", "return_window": "return_amount"}


def changed(held: DeadlineRule, changes: Changes) -> DeadlineRule:
    """The new version of a rule; that of a retired one takes it up again. Raises Invalid."""
    rule = filled(held, changes)
    check_date(held, rule.in_force_from)
    if replace(rule, in_force_from=held.in_force_from) == held:
        raise Invalid("没有变化。", {"amount": "与现在的规则相同，没有需要保存的变化。"})
    return rule


def added(session: Session, match: Match, changes: Changes) -> DeadlineRule:
    """A new row of the table as typed. Raises Invalid naming every field that cannot stand."""
    return filled(new_row(f"own-{secrets.token_hex(4)}", match, every(session)), changes)


def taken_out(session: Session, code: str, on: date, source: str) -> DeadlineRule:
    """The version that retires a row. Raises Invalid, NotFound."""
    out = retired(from_data(versions(session, code)[0].data), on, source)
    check_retirement(out, every(session))
    return out


def save(session: Session, code: str, changes: Changes, saving: Saving, seen: int | None) -> tuple[DeadlineRule, list[Moved]]:
    """Save a new version; where `saving` says so the open cases under the rule follow. Raises Invalid, NotFound, Conflict."""
    held = versions(session, code)[0]
    _unseen(held, seen)
    before, rule = from_data(held.data), changed(from_data(held.data), changes)
    values = {"时限": (str(before.span), str(rule.span)), "依据": (before.source, rule.source)}
    return rule, _put(session, rule, held.version_no + 1, ("rules.change", values), saving)


def add(session: Session, match: Match, changes: Changes, saving: Saving) -> tuple[DeadlineRule, list[Moved]]:
    """Put a row into the table; the first clock it fits that starts from its date on takes it. Raises Invalid."""
    rule = added(session, match, changes)
    values = {
        "管什么": (None, rule.stage.label),
        "适用于": (None, match_words(match)),
        "时限": (None, str(rule.span)),
        "依据": (None, rule.source),
    }
    return rule, _put(session, rule, 1, ("rules.add", values), saving)


def retire(
    session: Session, code: str, on: date, source: str, saving: Saving, seen: int | None
) -> tuple[DeadlineRule, list[Moved]]:
    """Take a row out of the table from a day on; what started under it runs on unless open cases follow.

    Raises Invalid where cases rely on it, NotFound, Conflict."""
    held = versions(session, code)[0]
    _unseen(held, seen)
    out = taken_out(session, code, on, source)
    values = {"适用于": (match_words(match_of(out)), None), "停用": (None, on.isoformat()), "依据": (None, out.source)}
    return out, _put(session, out, held.version_no + 1, ("rules.retire", values), saving)


def _unseen(held: DeadlineRuleRow, seen: int | None) -> None:
    if seen is not None and seen != held.version_no:
        raise Conflict(OVERTAKEN)


def _put(session: Session, rule: DeadlineRule, number: int, said: tuple[str, trail.Values], saving: Saving) -> list[Moved]:
    """Enter a version, let open clocks follow where asked to, and put it on the trail; answers what moved."""
    if saving.apply_to_open and rule.in_force_from > local_date(saving.now):
        late = "执行日期在以后，现在还不能用于在办的件。请到那天再来修改，或者不勾选这一项。"
        raise Invalid(late, {"apply_to_open": late})
    row = DeadlineRuleRow(
        code=rule.code,
        version_no=number,
        data=to_data(rule),
        in_force_from=rule.in_force_from,
        changed_at=saving.now,
        changed_by_id=saving.actor.id,
        note=saving.note,
    )
    before = every(session)
    session.add(row)
    session.flush()
    bump(session, RULES_VERSION)
    moved: list[Moved] = []
    if saving.apply_to_open:
        moved = apply_to_open(session, governs(session, rule, before), f"改用新的时限规则“{rule.name}”", saving.now)
    act, values = said
    trail.record(session, act, f"rule:{rule.code}", saving.actor, saving.now, {**values, "变动的时限": (None, len(moved))})
    return moved
