"""Opening a policy document: the row, the facts rules decide on, and 404 for whoever may not know of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from opinion_app.flow import trail
from opinion_app.flow.cases import tidy_number
from opinion_app.records.assessment import Assessment, Policy
from opinion_app.rules.errors import Conflict, Forbidden, NotFound, Refused
from opinion_app.rules.facts import Actor, PolicyFacts
from opinion_app.rules.permissions import OFFICE_ROLES, UNIT_ROLES, can_see_policy, may_policy
from opinion_app.rules.words import AssessmentState

NO_POLICY = "没有这个编号的政策文件，或者您无权查看。请核对编号。"


def policy_facts(session: Session, policy: Policy) -> PolicyFacts:
    """The facts of a policy document as they stand in this transaction."""
    query = (
        select(Assessment.state, Assessment.decided_by_id)
        .where(Assessment.policy_id == policy.id)
        .order_by(Assessment.version_no.desc())
        .limit(1)
    )
    newest = session.execute(query).first()
    return PolicyFacts(
        policy.id,
        policy.number,
        policy.unit_id,
        policy.released_on is not None,
        newest.state if newest else None,
        newest.decided_by_id if newest else None,
    )


def open_policy(session: Session, number: str, actor: Actor, permission: str | None = None) -> tuple[Policy, PolicyFacts]:
    """The document with `number` and its facts, if `actor` may see it and, where given, has `permission` on it.

    Raises NotFound, Forbidden or Refused."""
    policy = session.scalar(select(Policy).where(Policy.number == tidy_number(number)))
    if policy is None:
        raise NotFound(NO_POLICY)
    facts = policy_facts(session, policy)
    _check(actor, facts, permission)
    return policy, facts


def _check(actor: Actor, facts: PolicyFacts, permission: str | None) -> None:
    if not can_see_policy(actor, facts):
        raise NotFound(NO_POLICY)
    if permission == "policy.approve" and facts.assessor_id == actor.id:
        raise Forbidden("这份研判由您本人作出，须由另一位领导审定。")
    if permission is not None and not may_policy(actor, permission, facts):
        raise Forbidden("您没有办理这一步的权限。")
    if facts.released and permission in ("policy.edit", "policy.assess", "policy.approve"):
        raise Refused("这份文件已经发布，不能再改。发布后出现的舆情，请登记为办理件研判。")
    if permission == "policy.approve" and facts.assessment is not AssessmentState.DECIDED:
        raise Refused("没有等待审定的研判。")


def admit_policy(session: Session, policy: Policy, permission: str, actor: Actor, seen: int | None = None) -> PolicyFacts:
    """Check that `actor` may do this to the document as it stands, before anything is written.

    Raises NotFound, Forbidden, Refused or Conflict."""
    facts = policy_facts(session, policy)
    _check(actor, facts, permission)
    if seen is not None and seen != policy.version:
        raise Conflict("您打开这个页面之后，这份文件已被别人处理过。请刷新页面，看过最新情况后再办。")
    return facts


def policy_done(session: Session, policy: Policy, act: str, actor: Actor, now: datetime, values: trail.Values) -> None:
    """Write down that `act` was done: the row's version goes up, so that two acts at once can never both pass, and the trail."""
    flag_modified(policy, "title")
    session.flush()
    trail.record(session, f"policy.{act}", policy.number, actor, now, values)


def visible_policies(actor: Actor) -> ColumnElement[bool]:
    """The condition on `policies` that leaves what `actor` may see; the same rule as `rules.permissions.can_see_policy`."""
    if actor.has(*OFFICE_ROLES):
        return true()
    return Policy.unit_id == actor.unit_id if actor.has(*UNIT_ROLES) and actor.unit_id is not None else false()
