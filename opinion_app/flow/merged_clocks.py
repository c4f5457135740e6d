"""Whose date counts while cases lie in one another: the survivor answers by the earliest of all of them (D13)."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import settle
from opinion_app.flow.clocks import MERGED, OPEN, ahead_of, refresh, reply_clock, shift_inner
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.deadline_rules import ClockStage

ANSWERING = (ClockStage.REPLY.value, ClockStage.REPORT_BACK.value)


def follow_merged(session: Session, survivor: Case) -> None:
    """Put the survivor's reply, and what its units owe towards it, under the earliest date that lies in it now.

    A case that was taken out again takes its date along."""
    own = reply_clock(session, survivor.id)
    if own is None or own.state not in OPEN:
        return
    session.flush()
    lent = select(func.min(Clock.due_at)).join(Case, Case.id == Clock.case_id)
    own.latest_at = session.scalar(
        lent.where(Case.merged_into_id == survivor.id, Clock.stage.in_(ANSWERING), Clock.end_reason == MERGED)
    )
    settle(own, work_calendar(session), ahead_of(session, own))
    shift_inner(session, survivor)
    refresh(session, survivor)
