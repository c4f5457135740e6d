"""Publications beside the life of their case: noted when the case goes on, taken down when it may no longer be public."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from opinion_app.flow import index, outbox
from opinion_app.records.case import Case
from opinion_app.records.publication import MaskingDecision, Publication, PublicationPlan
from opinion_app.rules.words import Disclosure, Kind, PlanState, PublicationState, Role

# What makes a publication that was set for later void because its clerk did something else, and how that is said.
ENDS_PLAN = {"withdraw": "已撤回公开", "publish": "已另行公开"}
# What holds it, until somebody has looked: the matter is no longer the one that was reviewed.
HOLDS_PLAN = {"reopen": "这件已重办，答复会有变动", "decide_disclosure": "公开决定或依据有变动，须重新审查"}
RECUSED = "遮盖、审查或定时公开的人已登记回避，须由别人重新审查"
NEVER, WITHHELD = "举报件一律不公开", "公开决定改为不公开"
HELD_NOTICE = "定时公开已搁置，没有公开，请查看"
UNSETTLED = (PlanState.WAITING, PlanState.HELD)
REOPENED = "本件正在重新办理，新的答复公开后将替换下面的内容。"
# What readers are told while an earlier answer still stands; none promises an answer that this case will not give.
NOTES = {
    "reopen": REOPENED,
    "unmerge": REOPENED,
    "merge": "本件已与同一事项的另一件合并办理，以下是此前的答复。",
    "refer": "本件已转有权处理的机关办理，以下是此前的答复。",
    "decline": "本件再次提出的诉求不属于受理范围，以下是此前的答复。",
}


def publication_of(session: Session, case: Case) -> Publication | None:
    """The publication of a case, whatever its state."""
    return session.scalar(select(Publication).where(Publication.case_id == case.id))


def waiting_plan(session: Session, case: Case) -> PublicationPlan | None:
    """The publication that is set for a later moment, if there is one."""
    query = select(PublicationPlan).where(PublicationPlan.case_id == case.id, PublicationPlan.state == PlanState.WAITING)
    return session.scalar(query.order_by(PublicationPlan.id.desc()).limit(1))


def unsettled_plan(session: Session, case: Case) -> PublicationPlan | None:
    """The publication that is set for a later moment, or was and is held."""
    query = select(PublicationPlan).where(PublicationPlan.case_id == case.id, PublicationPlan.state.in_(UNSETTLED))
    return session.scalar(query.order_by(PublicationPlan.id.desc()).limit(1))


def end_plan(session: Session, case: Case, reason: str, now: datetime) -> None:
    """Let nothing go out by itself any more, and have nothing held: somebody settled it."""
    ended = {"state": PlanState.CANCELLED, "ended_at": now, "end_reason": reason}
    open_ones = update(PublicationPlan).where(PublicationPlan.case_id == case.id, PublicationPlan.state.in_(UNSETTLED))
    session.execute(open_ones.values(**ended))


def hold_plan(session: Session, case: Case, row: PublicationPlan, reason: str, now: datetime) -> None:
    """Keep in what was set for a moment until a clerk has looked, and tell the clerks who may see the case."""
    row.state, row.ended_at, row.end_reason = PlanState.HELD, now, reason
    outbox.tell(session, case, outbox.holders_of(session, Role.CLERK), HELD_NOTICE, f"plan_held:{row.id}", now, mail=True)


def reviewers_of(session: Session, plan: PublicationPlan) -> frozenset[int]:
    """Who planned, masked or reviewed what is to go out by itself."""
    bound = MaskingDecision.case_id == plan.case_id, MaskingDecision.snapshot_hash == plan.snapshot_hash
    rows = session.execute(select(MaskingDecision.decided_by_id, MaskingDecision.masked_by_id).where(*bound))
    return frozenset(person for row in rows for person in row if person is not None) | {plan.planned_by_id}


def recused(session: Session, case: Case, person_id: int, now: datetime) -> str:
    """Hold what somebody planned, masked or reviewed who now keeps out of the case; answers why, empty where nothing is held."""
    row = waiting_plan(session, case)
    if row is None or person_id not in reviewers_of(session, row):
        return ""
    hold_plan(session, case, row, RECUSED, now)
    return RECUSED


def take_down(session: Session, publication: Publication, now: datetime) -> None:
    """Take a publication from every public page, the search and the feeds, from the commit on."""
    publication.state, publication.updated_at, publication.note = PublicationState.WITHDRAWN, now, ""
    index.put_publication(session, publication)


def follow(session: Session, case: Case, act: str, now: datetime) -> None:
    """After an act: a case that goes on, merged or elsewhere too, keeps its publication with a note that says so; what became
    an accusation loses it (decisions 9, 14)."""
    never = case.kind is Kind.ACCUSATION or case.restricted
    _follow_plan(session, case, act, now, NEVER if never else HOLDS_PLAN.get(act, ""))
    if act not in NOTES and not never:
        return
    publication = publication_of(session, case)
    if publication is None or publication.state is not PublicationState.PUBLISHED:
        return
    if never:
        take_down(session, publication, now)
    else:
        publication.note, publication.updated_at = NOTES[act], now


def _follow_plan(session: Session, case: Case, act: str, now: datetime, holds: str) -> None:
    if act in ENDS_PLAN:
        end_plan(session, case, ENDS_PLAN[act], now)
    elif act == "decide_disclosure" and case.disclosure is Disclosure.WITHHELD:
        end_plan(session, case, WITHHELD, now)
    elif holds:
        row = waiting_plan(session, case)
        if row is not None:
            hold_plan(session, case, row, holds, now)
            session.flush()
