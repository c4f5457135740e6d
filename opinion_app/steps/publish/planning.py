"""Publication at a set moment (定时公开): reviewed now, out later; the clock takes each plan once, by a conditional update."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from opinion_app.flow.move import admit, move
from opinion_app.flow.publications import end_plan, hold_plan, unsettled_plan
from opinion_app.records.case import Case
from opinion_app.records.engine import reading_only
from opinion_app.records.move import Move
from opinion_app.records.publication import PublicationPlan
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import OfficeError, Refused, Unfinished
from opinion_app.rules.facts import Actor
from opinion_app.rules.publication import check_moment
from opinion_app.rules.spoken import moment_words
from opinion_app.rules.words import PlanState
from opinion_app.steps.publish.chosen import Chosen, Review
from opinion_app.steps.publish.last_look import WRITTEN, as_reviewed, snapshot_of
from opinion_app.steps.publish.operations import checked, reviewed_values, told_of
from opinion_app.steps.publish.release import put

log = logging.getLogger(__name__)


def plan(
    session: Session,
    case: Case,
    actor: Actor,
    now: datetime,
    at: datetime,
    chosen: Chosen,
    review: Review,
    seen: int | None = None,
) -> PublicationPlan:
    """定时公开: the same checks as for 公开, then the snapshot waits; an earlier plan of the case is replaced."""
    admit(session, case, "plan_publication", actor, seen)
    check_moment(at, now)
    held, snapshot = checked(session, case, actor, now, chosen, review)
    end_plan(session, case, "改定了公开时间或内容", now)
    row = PublicationPlan(
        case_id=case.id,
        publish_at=at,
        source_hash=held.original.hash,
        snapshot_hash=snapshot.hash,
        texts=snapshot.as_json() | {"copies": [copy.id for copy in held.copies], WRITTEN: held.original.left_out},
        correction=held.original.note,
        planned_by_id=actor.id,
        planned_at=now,
    )
    session.add(row)
    values = {"定时公开": (None, at), "快照": (None, snapshot.hash)} | reviewed_values(review, chosen.decisions)
    detail = {"at": at.isoformat(), "words": moment_words(at)} | told_of(review, chosen.decisions, actor, now)
    move(session, case, "plan_publication", actor, now, detail=detail, values=values)
    return row


def cancel(session: Session, case: Case, actor: Actor, now: datetime, reason: str, seen: int | None = None) -> None:
    """取消定时公开: nothing goes out by itself; the case stands among those that wait to be published again."""
    admit(session, case, "cancel_plan", actor, seen)
    row = unsettled_plan(session, case)
    if row is None:
        raise Refused("这件没有定时公开。")
    end_plan(session, case, reason, now)
    move(session, case, "cancel_plan", actor, now, note=reason, values={"定时公开": (row.publish_at, None)})


def publish_due(now: datetime) -> str:
    """Let everything out whose moment has come; answers what was done, for the ledger of jobs.

    Raises Unfinished, when all were tried, where one broke down: it waits and is tried again."""
    with reading_only(), transaction() as session:
        query = select(PublicationPlan.id).where(PublicationPlan.state == PlanState.WAITING, PublicationPlan.publish_at <= now)
        due = list(session.scalars(query.order_by(PublicationPlan.publish_at, PublicationPlan.id)))
    out = held_back = failed = 0
    for plan_id in due:
        try:
            with transaction() as session:
                done = release(session, plan_id, now)
        except Exception:  # one plan's fault must not keep the others in; it is tried again with the next tick
            log.exception("plan %s could not be published", plan_id)
            failed += 1
        else:
            out, held_back = out + (done is True), held_back + (done is False)
    said = "，".join(words for count, words in _told(out, held_back, failed) if count) or "没有到时间的"
    if failed:
        raise Unfinished(said)
    return said


def _told(out: int, held_back: int, failed: int) -> tuple[tuple[int, str], ...]:
    return (out, f"公开 {out} 件"), (held_back, f"搁置 {held_back} 件"), (failed, f"出错 {failed} 件，稍后再试")


def release(session: Session, plan_id: int, now: datetime) -> bool | None:
    """Claim one plan, look once more and publish it; False where it is held instead, None where another node was faster."""
    mine = update(PublicationPlan).where(PublicationPlan.id == plan_id, PublicationPlan.state == PlanState.WAITING)
    if session.connection().execute(mine.values(state=PlanState.DONE, ended_at=now)).rowcount != 1:
        return None
    row = session.get_one(PublicationPlan, plan_id)
    case = session.get_one(Case, row.case_id)
    try:
        held = as_reviewed(session, case, row)
    except OfficeError as reason:
        _hold(session, case, row, reason.message, now)
        return False
    publication = put(session, case, held, snapshot_of(row), now)
    detail = {"index_number": publication.index_number, "replaces": held.publication is not None, "planned": True}
    detail |= _as_planned(session, case)
    move(session, case, "publish", None, now, detail=detail, values={"公开": (None, publication.index_number)})
    return True


def _as_planned(session: Session, case: Case) -> dict[str, Any]:
    """Whose opinions it went out on: those of the plan."""
    plans = select(Move.detail).where(Move.case_id == case.id, Move.act == "plan_publication").order_by(Move.id.desc())
    told = session.scalars(plans.limit(1)).first() or {}
    return {name: told[name] for name in ("secrecy", "disclosure", "reviewer", "reviewed", "kept") if name in told}


def _hold(session: Session, case: Case, row: PublicationPlan, reason: str, now: datetime) -> None:
    hold_plan(session, case, row, reason, now)
    move(session, case, "hold_plan", None, now, note=reason)
