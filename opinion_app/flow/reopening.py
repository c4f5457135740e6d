"""重办: a case that was over is taken up again, because the office or the writer asked for it; one way for both."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.flow import clocks, progress
from opinion_app.flow.handover import hand_to_holder, hand_to_unit
from opinion_app.flow.issuer_dates import still_set
from opinion_app.flow.move import move
from opinion_app.flow.moved_dates import DateMoved, check_late, held_dates, moved_sentence, moved_since
from opinion_app.flow.reply_owed import owe_anew
from opinion_app.records.case import Case
from opinion_app.rules.deadline_rules import StartEvent
from opinion_app.rules.facts import Actor, CaseFacts
from opinion_app.rules.words import Stage

ANSWERED_ONES = (Stage.ANSWERED, Stage.CLOSED, Stage.ARCHIVED)


def open_again(
    session: Session,
    case: Case,
    facts: CaseFacts,
    actor: Actor | None,
    now: datetime,
    reason: str,
    by: str = "系统",
    *,
    know_late: bool = False,
) -> list[DateMoved]:
    """Take the case up again after the caller has asked whether that is open; without `actor` it was `by` who asked.

    A publication stays up until it is replaced or withdrawn (decisions 14). Answers which dates began. Raises Invalid where
    one is late at once, such as the date on a notice (来文单位), and nobody of the office said they know (D12)."""
    held = held_dates(session, case)
    to_unit = case.stage in ANSWERED_ONES and facts.lead is not None
    case.closed_at = case.archived_at = case.disclosure = None
    case.reply_round += 1
    if not to_unit:
        case.accepted_at = None
    to = Stage.HANDLING if to_unit else Stage.RECEIVED
    done = move(session, case, "reopen", actor, now, to=to, note=reason, detail={"round": case.reply_round}, by=by)
    if to_unit:
        owe_anew(session, case, now, still_set(session, case, now))
    else:
        clocks.open_event(session, case, StartEvent.RECEIVED, now)  # the time runs from now on, not from receipt
        clocks.refresh(session, case)
    moved = moved_since(session, case, held)
    check_late(moved, now, know_late=know_late or actor is None, how="重办后")
    done.note = "\n".join(filter(None, [reason, moved_sentence(moved, now)]))
    progress.follow(session, case, "reopen", now)  # once more: only now is the new date known
    if to_unit and case.lead_unit_id is not None:
        hand_to_unit(session, case, case.lead_unit_id, "重办，请重新办理答复", f"reopen:{done.id}", now, mail=True)
    else:
        what = "重新受理，呈您批示" if case.needs_leader else "重新受理"  # it was over while it lay before the leader
        hand_to_holder(session, case, what, f"reopen:{done.id}", now)
    return moved
