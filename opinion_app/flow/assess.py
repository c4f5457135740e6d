"""Assessing risk (舆情风险评估研判), of a case and of a policy document alike: decide, approve, send back (decisions 5, 34).

A first level and a rise act when they are saved, a fall only once a leader has approved it. A leader who sends back a rise leaves
it standing: only a new assessment can lower the level, and that again needs approval.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from opinion_app.flow import outbox, risk_clocks
from opinion_app.flow.move import admit, move
from opinion_app.flow.moved_dates import DateMoved, check_late, held_dates, moved_sentence, moved_since
from opinion_app.flow.policies import admit_policy, policy_done
from opinion_app.flow.settings import setting
from opinion_app.records.actors import actor_of
from opinion_app.records.assessment import Assessment, Policy
from opinion_app.records.case import Case
from opinion_app.records.person import Person
from opinion_app.rules import links
from opinion_app.rules.assessment import (
    DEFAULT_SCALE,
    Decision,
    Scale,
    Sheet,
    acts_at_once,
    all_leaders_told,
    decide,
    grounds_data,
    scale_data,
    scale_from,
)
from opinion_app.rules.errors import Invalid, Refused
from opinion_app.rules.facts import Actor, CaseFacts
from opinion_app.rules.permissions import can_see
from opinion_app.rules.response_plan import is_written
from opinion_app.rules.words import AssessmentState, RiskLevel, Role

SCALE = "risk_scale"
NO_ASSESSMENT = "没有等待审定的研判。"


def scale(session: Session) -> Scale:
    """The office's own weights and bounds."""
    return scale_from(setting(session, SCALE, scale_data(DEFAULT_SCALE)))


def versions(session: Session, subject: Case | Policy) -> Sequence[Assessment]:
    """Every version of the assessment, newest first, with the people who decided and approved."""
    people = joinedload(Assessment.decided_by), joinedload(Assessment.approved_by)
    query = select(Assessment).where(_of(subject)).order_by(Assessment.version_no.desc()).options(*people)
    return session.scalars(query).all()


def latest(session: Session, subject: Case | Policy) -> Assessment | None:
    """The newest version, whatever its state."""
    return session.scalar(select(Assessment).where(_of(subject)).order_by(Assessment.version_no.desc()).limit(1))


def _of(subject: Case | Policy) -> ColumnElement[bool]:
    return Assessment.case_id == subject.id if isinstance(subject, Case) else Assessment.policy_id == subject.id


def assess(session: Session, case: Case, actor: Actor, now: datetime, sheet: Sheet, seen: int | None = None) -> Assessment:
    """Keep a new version of a case's assessment, let its level act where it may at once, and tell the leaders.

    Raises Invalid for an unfinished sheet, and what `admit` raises."""
    facts = admit(session, case, "assess", actor, seen)
    row, before = _new_version(session, case, actor, now, sheet), case.risk_level
    acts = acts_at_once(before, row.level)
    if acts and row.level is not before:
        case.risk_level = row.level
        risk_clocks.open_assessed(session, case, row, now)
    detail = {
        "version": row.version_no,
        "level": row.level.value,
        "before": before.value if before else None,
        "proposed": row.proposed_level.value,
        "reason": row.difference_reason,
        "acts": acts,
    }
    values = {"风险等级": (before, row.level), "研判版本": (None, row.version_no), "研判结论": (None, row.findings)}
    move(session, case, "assess", actor, now, detail=detail, values=values)
    _tell_case(session, case, facts, row)
    return row


def _new_version(session: Session, subject: Case | Policy, actor: Actor, now: datetime, sheet: Sheet) -> Assessment:
    held = scale(session)
    decision: Decision = decide(sheet, held)
    before = latest(session, subject)
    for waiting in session.scalars(select(Assessment).where(_of(subject), Assessment.state == AssessmentState.DECIDED)):
        waiting.state = AssessmentState.SUPERSEDED
    row = Assessment(
        case_id=subject.id if isinstance(subject, Case) else None,
        policy_id=subject.id if isinstance(subject, Policy) else None,
        version_no=before.version_no + 1 if before else 1,
        factors=grounds_data(sheet, decision.proposal, held),
        proposed_level=decision.proposal.level,
        level=decision.level,
        difference_reason=sheet.difference_reason if decision.level is not decision.proposal.level else "",
        findings=sheet.findings,
        plan=sheet.plan,
        historic=sheet.historic,
        state=AssessmentState.DECIDED,
        decided_by_id=actor.id,
        decided_at=now,
    )
    session.add(row)
    session.flush()
    return row


def _tell_case(session: Session, case: Case, facts: CaseFacts, row: Assessment) -> None:
    """Tell the leaders who may know of the case at once; by mail too where it is a matter of public opinion."""
    people = _leaders(session, row.level, case.lead_unit_id)
    seeing = [person for person in people if can_see(actor_of(session, person), facts)]
    if not seeing:
        seeing = [person for person in outbox.holders_of(session, Role.LEADER) if can_see(actor_of(session, person), facts)]
    mail = row.level is not RiskLevel.NONE
    outbox.tell(session, case, seeing, _what(row), f"assess:{row.id}", row.decided_at, mail=mail)


def _leaders(session: Session, level: RiskLevel, unit_id: int | None) -> list[Person]:
    return outbox.holders_of(session, Role.LEADER) if all_leaders_told(level) else outbox.leader_in_charge(session, unit_id)


def _what(row: Assessment) -> str:
    return f"风险研判为“{row.level.label}”，请审定"


def approve(
    session: Session,
    case: Case,
    actor: Actor,
    now: datetime,
    *,
    passed: bool,
    opinion: str = "",
    know_late: bool = False,
    seen: int | None = None,
) -> tuple[Assessment, list[DateMoved]]:
    """A leader other than the assessor approves the newest assessment or sends it back; a fall acts from here on.

    Answers the assessment and which dates moved: a duty that goes on counts from its old start by the rules of the lower level,
    or by those of a matter no longer 历史遗留. Raises Invalid where one is late by that and nobody said they know (D12)."""
    admit(session, case, "approve_assessment", actor, seen)
    held = held_dates(session, case)
    row, before = _judge(session, case, actor, now, passed=passed, opinion=opinion), case.risk_level
    if passed and row.level is not before:
        case.risk_level = row.level
        risk_clocks.lower(session, case, row, now)
    elif passed:
        risk_clocks.revise_historic(session, case, row, now)
    moved = moved_since(session, case, held)
    check_late(moved, now, know_late=know_late, how="按审定的结果")
    risk_clocks.meet(session, case, (risk_clocks.TOLD_BY_APPROVAL,), now)
    detail = {"version": row.version_no, "level": row.level.value, "before": before.value if before else None, "passed": passed}
    values = {"研判": (None, row.state)} | ({"风险等级": (before, row.level)} if passed and row.level is not before else {})
    note = "\n".join(filter(None, [opinion, moved_sentence(moved, now)]))
    move(session, case, "approve_assessment", actor, now, note=note, detail=detail, values=values)
    told, words = _assessor(session, row), "研判已审定" if passed else "研判被退回，请重新研判"
    outbox.tell(session, case, told, words, f"approve_assessment:{row.id}", now, mail=False)
    return row, moved


def _judge(session: Session, subject: Case | Policy, actor: Actor, now: datetime, *, passed: bool, opinion: str) -> Assessment:
    row = latest(session, subject)
    if row is None or row.state is not AssessmentState.DECIDED:
        raise Refused(NO_ASSESSMENT)
    if not passed and not opinion:
        raise Invalid("退回须写明理由。", {"opinion": "请写明为什么退回、要补充什么。"})
    if passed:
        for old in session.scalars(select(Assessment).where(_of(subject), Assessment.state == AssessmentState.APPROVED)):
            old.state = AssessmentState.SUPERSEDED
    row.state = AssessmentState.APPROVED if passed else AssessmentState.SENT_BACK
    row.approved_by_id, row.approved_at, row.approval_opinion = actor.id, now, opinion
    return row


def _assessor(session: Session, row: Assessment) -> list[Person]:
    person = session.get(Person, row.decided_by_id) if row.decided_by_id is not None else None
    return [person] if person is not None else []


def assess_policy(
    session: Session,
    policy: Policy,
    actor: Actor,
    now: datetime,
    sheet: Sheet,
    seen: int | None = None,
    *,
    plan_file: bool = False,
) -> Assessment:
    """Keep a new version of a policy document's assessment (谁起草谁研判); `plan_file` says that the plan comes as an attachment.

    A document that carries any risk needs a response plan before it can go to the leader (制定应对处置预案)."""
    admit_policy(session, policy, "policy.assess", actor, seen)
    row, before = _new_version(session, policy, actor, now, sheet), policy.risk_level
    if row.level is not RiskLevel.NONE and not (is_written(row.plan) or plan_file):
        said = "有舆情风险的文件须同时制定应对处置预案：请填写（只有提纲不算），或者作为附件上传。"
        raise Invalid("还缺应对处置预案。", {"plan": said})
    if acts_at_once(before, row.level):
        policy.risk_level = row.level
    values = {"风险等级": (before, row.level), "研判版本": (None, row.version_no), "研判结论": (None, row.findings)}
    policy_done(session, policy, "assess", actor, now, values)
    _tell_policy(session, policy, _leaders(session, row.level, policy.unit_id), _what(row), f"assess:{row.id}", now, mail=True)
    return row


def approve_policy(
    session: Session, policy: Policy, actor: Actor, now: datetime, *, passed: bool, opinion: str = "", seen: int | None = None
) -> Assessment:
    """A leader other than the assessor approves the assessment of a policy document, or sends it back with a reason."""
    admit_policy(session, policy, "policy.approve", actor, seen)
    row, before = _judge(session, policy, actor, now, passed=passed, opinion=opinion), policy.risk_level
    if passed:
        policy.risk_level = row.level
    values = {"研判": (None, row.state), "审定意见": (None, opinion), "风险等级": (before, policy.risk_level)}
    policy_done(session, policy, "approve_assessment", actor, now, values)
    words = "研判已审定，可以发布" if passed else "研判被退回，请重新研判"
    _tell_policy(session, policy, _assessor(session, row), words, f"approve_assessment:{row.id}", now, mail=False)
    return row


def _tell_policy(
    session: Session, policy: Policy, people: Iterable[Person], what: str, key: str, now: datetime, *, mail: bool
) -> None:
    letter = outbox.Letter(
        category="policy",
        key=f"policy:{policy.id}:{key}",
        subject=f"{policy.number} {what}",
        lines=[{"number": policy.number, "kind": "政策文件", "text": what}],
        link=links.policy(policy.number),
    )
    outbox.queue(session, letter, people, now, mail=mail)
