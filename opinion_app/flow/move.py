"""The one door through which every act on a case goes: right, stage and version checked, row, trail and clocks written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from opinion_app.flow import clocks, progress, publications, trail
from opinion_app.flow.cases import facts_of, gates_passed, gates_refused, latest_reply
from opinion_app.flow.extension_requests import void_stale
from opinion_app.flow.row_order import hold_cases
from opinion_app.records.case import Case
from opinion_app.records.move import Move
from opinion_app.rules import life
from opinion_app.rules.errors import Conflict, NotFound, Refused
from opinion_app.rules.facts import Actor, CaseFacts
from opinion_app.rules.permissions import can_see
from opinion_app.rules.reply import history_step, review_step
from opinion_app.rules.words import Disclosure, Kind, ReplyState, ReviewStep, Stage

REVIEWING = frozenset({"submit_reply", "check_unit_head", "check_gates", "sign_off"})


def admit(
    session: Session, case: Case, act: str, actor: Actor, seen_version: int | None = None, besides: Sequence[Case] = ()
) -> CaseFacts:
    """Check that `actor` may do `act` on the case as it stands, before anything is written, and keep what it will write for it:
    the case and its dates, with those of the cases `besides` that the act writes too.

    `seen_version` is the version of the page the act was decided on. Raises NotFound, Forbidden, Refused or Conflict, and
    StaleDataError where one of these cases was changed between the reading and the keeping."""
    facts = facts_of(session, case)
    if not can_see(actor, facts):
        raise NotFound("没有这个编号的件，或者您无权查看。")
    if seen_version is not None and seen_version != case.version:
        raise Conflict("您打开这个页面之后，这件已被别人处理过。请刷新页面，看过最新情况后再办。")
    life.check(actor, facts, act)
    hold_cases(session, case, *besides)
    return facts


def move(
    session: Session,
    case: Case,
    act: str,
    actor: Actor | None,
    now: datetime,
    *,
    to: Stage | None = None,
    note: str = "",
    detail: dict[str, Any] | None = None,
    values: trail.Values | None = None,
    unit_id: int | None = None,
    by: str = "系统",
) -> Move:
    """Write down that `act` was done: the stage, the move, the trail, the clocks it starts and meets, the citizen's progress.

    The caller has asked `admit`; the system and the writer, actor None, need no permission, `by` names them. `unit_id` is the
    unit whose own clock the act meets. Flushes, so that a case somebody else changed meanwhile raises StaleDataError here and not
    at the commit."""
    entry = life.ACTS[act]
    before = case.stage
    after = to or before
    if after is not before and after not in entry.to:
        raise Refused(f"“{entry.label}”不能把这件变为“{after.label}”。")
    case.stage = after
    case.to_publish = waits_to_go_public(case, act)
    case.review_step = _waits_for(session, case, act)
    row = Move(
        case_id=case.id,
        act=act,
        from_stage=before,
        to_stage=after,
        actor_id=actor.id if actor else None,
        actor_name=actor.name if actor else by,
        at=now,
        note=note,
        detail=detail or {},
    )
    session.add(row)
    raise_version(case)
    session.flush()
    changed = dict(values or {})
    if before is not after:
        changed["环节"] = (before, after)
    trail.record(session, f"case.{act}", case.number, actor, now, changed, actor_name=by)
    clocks.after_act(session, case, act, now, unit_id, entered=before is not after)
    void_stale(session, case, now)
    progress.follow(session, case, act, now)
    publications.follow(session, case, act, now)
    return row


def raise_version(case: Case) -> None:
    """Have the row saved whether or not a column of it changes, so that two acts that rest on one case can never both pass."""
    flag_modified(case, "stage")


def _waits_for(session: Session, case: Case, act: str) -> ReviewStep | None:
    """Whom the reply waits for after `act`: kept with the case, so that a list of many need not look at every check."""
    if case.stage is not Stage.UNDER_REVIEW:
        return _history_waits_for(session, case) if case.to_publish else None
    if act not in REVIEWING:
        return case.review_step
    with session.no_autoflush:  # the checks just made are known to the reply; the case is saved once, below
        return review_step(gates_passed(latest_reply(session, case.id)))


def _history_waits_for(session: Session, case: Case) -> ReviewStep | None:
    """The same for a reply that came with an import and was decided to be public."""
    with session.no_autoflush:
        reply = latest_reply(session, case.id)
        if reply is None or reply.state is not ReplyState.APPROVED:
            return None
        return history_step(gates_passed(reply), gates_refused(reply))


def waits_to_go_public(case: Case, act: str) -> bool:
    """Whether the case is over, was decided to be public and is not out yet: a list of its own, so that none is forgotten."""
    over = case.stage in (Stage.CLOSED, Stage.ARCHIVED)
    public = case.disclosure in (Disclosure.PUBLIC, Disclosure.PARTIAL)
    never = case.kind is Kind.ACCUSATION or case.restricted
    if not over or not public or never or act in ("publish", "plan_publication", "withdraw"):
        return False
    return case.to_publish or act in ("decide_disclosure", "close", "cancel_plan", "hold_plan")
