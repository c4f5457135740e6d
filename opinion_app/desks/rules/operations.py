"""Changing the table of deadline rules: always new versions with the date they are in force from; open cases follow on demand."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opinion_app.desks.rules.queries import every, governs, versions
from opinion_app.flow import trail
from opinion_app.flow.calendar import RULES_VERSION, bump, hold_alone
from opinion_app.flow.deadline_table import note_applied
from opinion_app.flow.moves import Moves, check_looked
from opinion_app.flow.recompute import apply_to_open
from opinion_app.flow.waiting_replies import begin_waiting
from opinion_app.records.clock import DeadlineRuleRow
from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.deadline_rules import Ahead, Allowance, ClockStage, DeadlineRule
from opinion_app.rules.errors import Conflict, Invalid
from opinion_app.rules.facts import Actor
from opinion_app.rules.rule_data import check_rule, from_data, to_data
from opinion_app.rules.rule_table import (
    Match,
    check_date,
    check_day,
    check_retirement,
    in_force,
    match_of,
    match_words,
    new_row,
    retired,
)
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
    """Who saves when, with which note; `apply_to_open`: open cases follow at once.

    `looked`: the mark of the clocks the person was shown to move; None where that is asked elsewhere."""

    actor: Actor
    now: datetime
    note: str = ""
    apply_to_open: bool = False
    looked: str | None = None


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
        said = "与现在的规则相同，没有需要保存的变化；要让在办的件也用这条规则，请用下面的“用于在办的件”。"
        raise Invalid("没有变化。", {"amount": said})
    return rule


def added(session: Session, match: Match, changes: Changes) -> DeadlineRule:
    """A new row of the table as typed. Raises Invalid naming every field that cannot stand."""
    return filled(new_row(f"own-{secrets.token_hex(4)}", match, every(session)), changes)


def taken_out(session: Session, code: str, on: date, source: str) -> DeadlineRule:
    """The version that retires a row. Raises Invalid, NotFound."""
    out = retired(from_data(versions(session, code)[0].data), on, source)
    check_retirement(out, every(session))
    return out


def save(session: Session, code: str, changes: Changes, saving: Saving, seen: int | None) -> tuple[DeadlineRule, Moves]:
    """Save a new version; where `saving` says so the open cases under the rule follow. Raises Invalid, NotFound, Conflict."""
    hold_alone(session)
    held = versions(session, code)[0]
    _unseen(held, seen)
    check_day(changes.in_force_from, local_date(saving.now))
    before, rule = from_data(held.data), changed(from_data(held.data), changes)
    values = {"时限": (str(before.span), str(rule.span)), "依据": (before.source, rule.source)}
    return rule, _put(session, rule, ("rules.change", values), saving)


def add(session: Session, match: Match, changes: Changes, saving: Saving) -> tuple[DeadlineRule, Moves]:
    """Put a row into the table; the first clock it fits that starts from its date on takes it. Raises Invalid."""
    hold_alone(session)
    check_day(changes.in_force_from, local_date(saving.now))
    rule = added(session, match, changes)
    values = {
        "管什么": (None, rule.stage.label),
        "适用于": (None, match_words(match)),
        "时限": (None, str(rule.span)),
        "依据": (None, rule.source),
    }
    return rule, _put(session, rule, ("rules.add", values), saving)


def retire(session: Session, code: str, on: date, source: str, saving: Saving, seen: int | None) -> tuple[DeadlineRule, Moves]:
    """Take a row out of the table from a day on; what started under it runs on unless open cases follow.

    Raises Invalid where cases rely on it, NotFound, Conflict."""
    hold_alone(session)
    held = versions(session, code)[0]
    _unseen(held, seen)
    check_day(on, local_date(saving.now))
    out = taken_out(session, code, on, source)
    values = {"适用于": (match_words(match_of(out)), None), "停用": (None, on.isoformat()), "依据": (None, out.source)}
    return out, _put(session, out, ("rules.retire", values), saving)


def apply_now(session: Session, code: str, saving: Saving, seen: int | None) -> tuple[DeadlineRule, Moves]:
    """Let the open cases of a row follow the version in force, on whatever day it was saved: that which retires it as well.

    Raises Invalid, NotFound, Conflict, NotLooked."""
    hold_alone(session)
    rows = versions(session, code)
    _unseen(rows[0], seen)
    rule = in_force([from_data(row.data) for row in rows], local_date(saving.now))
    if rule is None:
        raise Invalid("这条规则现在没有执行，不能用于在办的件。")
    others = [known for known in every(session) if known != rule]
    moved = _followed(session, rule, others, _why(rule, "现行"), saving)
    if not moved.to_look_at:
        raise Invalid(f"按这条规则，在办的件没有需要变动的{moved.stayed}。")
    trail.record(session, "rules.apply", f"rule:{code}", saving.actor, saving.now, moved.values)
    return rule, moved


def withdraw(session: Session, code: str, saving: Saving, seen: int | None) -> DeadlineRule:
    """Take back the newest version of a row before it comes into force. Raises Invalid once it has, NotFound, Conflict."""
    hold_alone(session)
    held = versions(session, code)[0]
    _unseen(held, seen)
    rule = from_data(held.data)
    if rule.in_force_from <= local_date(saving.now):
        raise Invalid("这一版已经执行，不能撤回；需要改的，请保存新的一版。")
    held.active = False
    session.flush()
    bump(session, RULES_VERSION)
    values: trail.Values = {"撤回的一版": (f"自 {rule.in_force_from.isoformat()} 起 {rule.span}", None)}
    trail.record(session, "rules.withdraw", f"rule:{code}", saving.actor, saving.now, values)
    return rule


def _unseen(held: DeadlineRuleRow, seen: int | None) -> None:
    if seen is not None and seen != held.version_no:
        raise Conflict(OVERTAKEN)


def _put(session: Session, rule: DeadlineRule, said: tuple[str, trail.Values], saving: Saving) -> Moves:
    """Enter a version, let open clocks follow where asked to, and put it on the trail; answers what moved."""
    if saving.apply_to_open and rule.in_force_from > local_date(saving.now):
        late = "执行日期在以后，现在还不能用于在办的件。请不勾选这一项；到那天在这条规则的页面点“用于在办的件”。"
        raise Invalid(late, {"apply_to_open": late})
    last = session.scalar(select(func.max(DeadlineRuleRow.version_no)).where(DeadlineRuleRow.code == rule.code)) or 0
    row = DeadlineRuleRow(
        code=rule.code,
        version_no=last + 1,  # a version that was taken back keeps its number
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
    moved: Moves = Moves()
    if saving.apply_to_open:
        moved = _followed(session, rule, before, _why(rule, "新的"), saving)
    act, values = said
    trail.record(session, act, f"rule:{rule.code}", saving.actor, saving.now, {**values, **moved.values})
    return moved


def _why(rule: DeadlineRule, which: str) -> str:
    return f"时限规则“{rule.name}”已停用" if rule.retired else f"改用{which}时限规则“{rule.name}”"


def _followed(session: Session, rule: DeadlineRule, held: list[DeadlineRule], why: str, saving: Saving) -> Moves:
    """Let the open cases follow a version beside the table `held`, and begin the replies that wait for nothing by it."""
    moved = apply_to_open(session, governs(session, rule, held), why, saving.now)
    note_applied(session, rule, saving.now)
    if rule.stage is ClockStage.REPLY:
        moved.extend(begin_waiting(session, why, saving.now))
    check_looked(moved, saving.looked)
    return moved
