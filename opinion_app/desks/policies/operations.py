"""Acts on policy documents: register, change, mark as released."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from opinion_app.flow.assess import latest
from opinion_app.flow.numbers import next_number
from opinion_app.flow.policies import admit_policy, policy_done
from opinion_app.flow.trail import record
from opinion_app.records.assessment import Policy
from opinion_app.records.unit import Unit
from opinion_app.rules.errors import Forbidden, Invalid, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.permissions import UNIT_ROLES, may
from opinion_app.rules.policies import PolicyText, check_policy, check_release, release_refusal
from opinion_app.rules.words import AssessmentState, Role
from opinion_app.rules.zone import local_date

LABELS = {"title": "标题", "summary": "主要内容", "document_number": "文号", "planned_on": "拟发布日期"}
CHANGED = "文件内容有改动，须重新研判"


def register(session: Session, actor: Actor, now: datetime, new: PolicyText) -> Policy:
    """Put a document into the register under the next number; a unit head registers for the own unit only."""
    if not may(actor, "policies.edit"):
        raise Forbidden("您没有登记政策文件的权限。")
    check_policy(new)
    _check_unit(session, actor, new.unit_id)
    policy = Policy(
        number=next_number(session, "policy", now),
        title=new.title,
        document_number=new.document_number,
        unit_id=new.unit_id,
        summary=new.summary,
        planned_on=new.planned_on,
        registered_at=now,
        registered_by_id=actor.id,
    )
    session.add(policy)
    session.flush()
    record(session, "policy.register", policy.number, actor, now, {"标题": (None, policy.title)})
    return policy


def _check_unit(session: Session, actor: Actor, unit_id: int) -> Unit:
    unit = session.get(Unit, unit_id)
    if unit is None or not unit.active:
        raise Invalid("起草单位不对。", {"unit": "请选择在用的单位。"})
    if not actor.has(Role.CLERK) and actor.has(*UNIT_ROLES) and unit_id != actor.unit_id:
        raise Invalid("起草单位不对。", {"unit": "只能登记本单位起草的文件。"})
    return unit


def edit(
    session: Session,
    policy: Policy,
    actor: Actor,
    now: datetime,
    new: PolicyText,
    seen: int | None = None,
    *,
    files: bool = False,
) -> bool:
    """Change what is registered; answers whether an assessment lost its force.

    A new wording or a new file is a new document: what was assessed, or even approved, no longer counts for it."""
    admit_policy(session, policy, "policy.edit", actor, seen)
    check_policy(new)
    unit = _check_unit(session, actor, new.unit_id)
    changed: dict[str, tuple[object, object]] = {
        label: (getattr(policy, name), getattr(new, name))
        for name, label in LABELS.items()
        if getattr(policy, name) != getattr(new, name)
    }
    if policy.unit_id != unit.id:
        changed["起草单位"] = (policy.unit.name, unit.name)
    if not changed and not files:
        raise Invalid("没有改动。")
    policy.unit_id = unit.id
    for name in LABELS:
        setattr(policy, name, getattr(new, name))
    void = (files or not changed.keys().isdisjoint(("标题", "主要内容"))) and _void(session, policy)
    policy_done(session, policy, "edit", actor, now, changed)
    return void


def _void(session: Session, policy: Policy) -> bool:
    row = latest(session, policy)
    if row is None or row.state not in (AssessmentState.DECIDED, AssessmentState.APPROVED):
        return False
    row.state, row.note, policy.risk_level = AssessmentState.SUPERSEDED, CHANGED, None
    return True


def release(
    session: Session,
    policy: Policy,
    actor: Actor,
    now: datetime,
    released_on: date,
    document_number: str = "",
    seen: int | None = None,
) -> None:
    """Mark a document as released; refused, with the reason, while its assessment is missing or not approved."""
    facts = admit_policy(session, policy, "policy.release", actor, seen)
    reason = release_refusal(facts)
    if reason is not None:
        raise Refused(reason)
    assessed = latest(session, policy)
    approved_at = assessed.approved_at if assessed is not None else None
    check_release(released_on, local_date(approved_at or now), local_date(now))
    policy.released_on = released_on
    policy.document_number = document_number or policy.document_number
    values = {"发布日期": (None, released_on), "文号": (None, policy.document_number)}
    policy_done(session, policy, "release", actor, now, values)
