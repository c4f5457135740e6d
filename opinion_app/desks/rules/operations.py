"""Changing a deadline rule: always a new version with the date it is in force from; open cases follow only when asked to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from opinion_app.desks.rules.queries import codes, versions
from opinion_app.flow import trail
from opinion_app.flow.calendar import RULES_VERSION, bump
from opinion_app.flow.recompute import Moved, apply_rule_to_open
from opinion_app.records.clock import DeadlineRuleRow
from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.deadline_rules import Ahead, Allowance, DeadlineRule
from opinion_app.rules.errors import Invalid
from opinion_app.rules.facts import Actor
from opinion_app.rules.rule_data import check_rule, from_data, to_data
from opinion_app.rules.zone import local_date


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


def changed(held: DeadlineRule, changes: Changes) -> DeadlineRule:
    """The rule with the changes. Raises Invalid naming every field that cannot stand."""
    allowance = None
    if changes.extension_times:
        most = Span(changes.extension_amount, changes.unit) if changes.extension_amount is not None else None
        allowance = Allowance(changes.extension_times, most, changes.approver or "单位负责人")
    rule = replace(
        held,
        name=changes.name,
        span=Span(changes.amount, changes.unit),
        return_window=None if changes.return_amount is None else Span(changes.return_amount, changes.return_unit),
        extension=allowance,
        warning=Ahead(changes.warning_days, changes.warning_percent),
        source=changes.source,
        in_force_from=changes.in_force_from,
    )
    try:
        check_rule(rule)
    except Invalid as refusal:
        raise Invalid(refusal.message, {_FIELDS.get(name, name): words for name, words in refusal.fields.items()}) from refusal
    if replace(rule, in_force_from=held.in_force_from) == held:
        raise Invalid("没有变化。", {"amount": "与现在的规则相同，没有需要保存的变化。"})
    return rule


_FIELDS = {"span": "amount", "extension": "extension_amount", "warning": "warning_days", "return_window": "return_amount"}


def save(
    session: Session, code: str, changes: Changes, note: str, actor: Actor, now: datetime, *, apply_to_open: bool
) -> tuple[DeadlineRule, list[Moved]]:
    """Save a new version; with `apply_to_open` the open cases under the rule follow at once. Raises Invalid or NotFound."""
    if apply_to_open and changes.in_force_from > local_date(now):
        said = "执行日期在以后，现在还不能用于在办的件。请到那天再来修改，或者不勾选这一项。"
        raise Invalid(said, {"apply_to_open": said})
    held = versions(session, code)[0]
    before, rule = from_data(held.data), changed(from_data(held.data), changes)
    row = DeadlineRuleRow(
        code=code,
        version_no=held.version_no + 1,
        data=to_data(rule),
        in_force_from=rule.in_force_from,
        changed_at=now,
        changed_by_id=actor.id,
        note=note,
    )
    session.add(row)
    session.flush()
    bump(session, RULES_VERSION)
    moved = apply_rule_to_open(session, row.id, codes(session), rule, now) if apply_to_open else []
    values = {"时限": (str(before.span), str(rule.span)), "依据": (before.source, rule.source), "变动的时限": (None, len(moved))}
    trail.record(session, "rules.change", f"rule:{code}", actor, now, values)
    return rule, moved
