"""In which order PostgreSQL locks what many write at once, so that of two who want the same dates none is stopped for a deadlock.

First the calendar, then cases by id, then clocks by id. On SQLite one transaction writes at a time, so there is nothing to order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, select, text
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from opinion_app.flow.calendar import hold
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.words import OPEN_CLOCK, ClockState

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('opinion look again'))")


def hold_cases(session: Session, *cases: Case) -> None:
    """Keep these cases and their open clocks for this transaction, before an act writes them in the order it comes to them.

    Raises StaleDataError where somebody changed one of them after it was read: what was found of it may hold no longer, and the
    act has to be asked anew. Dates moved meanwhile, which leave their case as it was, are read again."""
    ids = [case.id for case in cases]
    held = _hold(session, Case.id.in_(ids), select(Clock).where(Clock.case_id.in_(ids)))
    if changed := [case.number for case in cases if held.get(case.id, case.version) != case.version]:
        raise StaleDataError(f"changed by somebody else meanwhile: {', '.join(changed)}")


def hold_all_open(session: Session) -> None:
    """The same of every case with open clocks, before all of them are derived anew."""
    counted = exists().where(Clock.case_id == Case.id, Clock.state.in_(OPEN_CLOCK))
    _hold(session, counted, select(Clock.id))


def hold_running(session: Session, *which: ColumnElement[bool]) -> None:
    """Keep running clocks that the ladder is to look at again; whoever marks some waits for the others who do."""
    if _ordered(session):
        session.execute(_ONE_AT_A_TIME)
        _lock(session, select(Clock.id).where(*which, Clock.state == ClockState.RUNNING).order_by(Clock.id))


def _hold(session: Session, cases: ColumnElement[bool], clocks: Select[Any]) -> dict[int, int]:
    """Answers the version each case has now, for who read it before; nothing on SQLite."""
    if not _ordered(session):
        return {}
    hold(session)
    held = _lock(session, select(Case.id, Case.version).where(cases).order_by(Case.id))
    _lock(session, clocks.where(Clock.state.in_(OPEN_CLOCK)).order_by(Clock.id))
    return {row.id: row.version for row in held}


def _ordered(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def _lock(session: Session, rows: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
    return session.execute(rows.with_for_update(key_share=True).execution_options(populate_existing=True)).all()
