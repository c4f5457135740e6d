"""In which order PostgreSQL locks what many write at once, so that of two who want the same dates none is stopped for a deadlock.

First the calendar, then cases by id, then clocks by id. On SQLite one transaction writes at a time, so there is nothing to order.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, exists, select, text
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import hold
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.words import ClockState

OPEN = (ClockState.RUNNING, ClockState.SUSPENDED)
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('opinion look again'))")


def hold_cases(session: Session, *cases: Case) -> None:
    """Keep these cases and their open clocks for this transaction, before an act writes them in the order it comes to them."""
    ids = [case.id for case in cases]
    _hold(session, Case.id.in_(ids), Clock.case_id.in_(ids))


def hold_all_open(session: Session) -> None:
    """The same of every case with open clocks, before all of them are derived anew."""
    counted = exists().where(Clock.case_id == Case.id, Clock.state.in_(OPEN))
    _hold(session, counted, Clock.state.in_(OPEN))


def hold_running(session: Session, *which: ColumnElement[bool]) -> None:
    """Keep running clocks that the ladder is to look at again; whoever marks some waits for the others who do."""
    if _ordered(session):
        session.execute(_ONE_AT_A_TIME)
        _lock(session, select(Clock.id).where(*which, Clock.state == ClockState.RUNNING).order_by(Clock.id))


def _hold(session: Session, cases: ColumnElement[bool], clocks: ColumnElement[bool]) -> None:
    if _ordered(session):
        hold(session)
        _lock(session, select(Case.id).where(cases).order_by(Case.id))
        _lock(session, select(Clock.id).where(clocks, Clock.state.in_(OPEN)).order_by(Clock.id))


def _ordered(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def _lock(session: Session, rows: Select[int]) -> None:
    session.execute(rows.with_for_update(key_share=True)).all()
