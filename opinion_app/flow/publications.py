"""Publications beside the life of their case: noted when the case goes on, taken down when it may no longer be public."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from opinion_app.flow import index
from opinion_app.records.case import Case
from opinion_app.records.publication import Publication, PublicationPlan
from opinion_app.rules.words import Kind, PlanState, PublicationState

# What makes a publication that was set for later void, and how that is said.
ENDS_PLAN = {"reopen": "已重办", "withdraw": "已撤回公开", "decide_disclosure": "公开决定有变动", "publish": "已另行公开"}
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


def end_plan(session: Session, case: Case, reason: str, now: datetime) -> None:
    """Let nothing go out by itself any more: the texts, the answer or the decision are no longer those that were reviewed."""
    ended = {"state": PlanState.CANCELLED, "ended_at": now, "end_reason": reason}
    waiting = update(PublicationPlan).where(PublicationPlan.case_id == case.id, PublicationPlan.state == PlanState.WAITING)
    session.execute(waiting.values(**ended))


def take_down(session: Session, publication: Publication, now: datetime) -> None:
    """Take a publication from every public page, the search and the feeds, from the commit on."""
    publication.state, publication.updated_at, publication.note = PublicationState.WITHDRAWN, now, ""
    index.put_publication(session, publication)


def follow(session: Session, case: Case, act: str, now: datetime) -> None:
    """After an act: a case that goes on, merged or elsewhere too, keeps its publication with a note that says so; what became
    an accusation loses it (decisions 9, 14)."""
    never = case.kind is Kind.ACCUSATION or case.restricted
    if never or act in ENDS_PLAN:
        end_plan(session, case, ENDS_PLAN.get(act, "举报件一律不公开"), now)
    if act not in NOTES and not never:
        return
    publication = publication_of(session, case)
    if publication is None or publication.state is not PublicationState.PUBLISHED:
        return
    if never:
        take_down(session, publication, now)
    else:
        publication.note, publication.updated_at = NOTES[act], now
