"""What a unit's group robot is told: the unit's own letter, of every clock it takes part in, each rung once for a date (N01)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from opinion_app.flow.judging import Judged, Saying, letters, subject_of
from opinion_app.flow.outbox import Letter, to_robot
from opinion_app.records.notice import UnitReminder
from opinion_app.records.once import insert_once
from opinion_app.records.person import Person
from opinion_app.records.unit import Unit
from opinion_app.rules import links
from opinion_app.rules.digest import Trouble


def ring_units(session: Session, judged: Judged, failed: set[int], now: datetime) -> list[Trouble]:
    """Queue the letters of the units; the clocks of one that fails join `failed` and are looked at again (N05)."""
    for clock, rung, unit_id, told in judged.carried_by_units:
        _enter(session, clock.id, unit_id, rung.code, clock.version, now, told.notice_id)
    troubles = []
    for own in letters(judged.for_units):
        try:
            with session.begin_nested():
                _ring(session, own, now)
        except Exception as error:  # one unit's fault must not keep the others quiet (N05)
            failed |= {saying.clock.id for saying in own}
            troubles.append(Trouble(own[0].clock.id, f"{type(error).__name__}: {error}"[:200]))
    return troubles


def _ring(session: Session, own: Sequence[Saying], now: datetime) -> None:
    unit_id = own[0].unit_id
    unit, person = session.get(Unit, unit_id), session.get(Person, own[0].told.person_id)
    if unit is None or person is None or unit_id is None:
        return
    entered = {}
    for saying in own:
        number = _enter(session, saying.clock.id, unit_id, saying.rung.code, saying.clock.version, now)
        if number is not None:
            entered[number] = saying
    if not entered:
        return
    letter = letter_of(list(entered.values()))
    notice_id = to_robot(session, letter, person, unit.robot_url, now, f"unit{unit_id}", unit_id)
    point = update(UnitReminder).where(UnitReminder.id.in_(entered)).values(notice_id=notice_id)
    session.execute(point.execution_options(synchronize_session=False))


def letter_of(own: Sequence[Saying]) -> Letter:
    """The sayings of one letter as the outbox keeps it."""
    first, cases = own[0], {saying.clock.case_id for saying in own}
    return Letter(
        category="rung",
        key=f"rung:{first.clock.id}:{first.rung.code}:{first.clock.version}",
        subject=subject_of(own),
        lines=[saying.line for saying in own],
        link=(first.line["link"] if len(cases) == 1 else "") or links.NOTICES,
        case_id=first.clock.case_id if len(cases) == 1 else None,
    )


def names_of(session: Session, found: Sequence[Sequence[Saying]]) -> dict[int, str]:
    """The names of the units some letters are for."""
    ids = {own[0].unit_id for own in found}
    return {row.id: row.name for row in session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids)))} if ids else {}


def _enter(
    session: Session, clock_id: int, unit_id: int, rung: str, version: int, now: datetime, notice_id: int | None = None
) -> int | None:
    """Put one rung for one unit into its ledger; None when it is there already."""
    entry = {"clock_id": clock_id, "unit_id": unit_id, "rung": rung, "deadline_version": version}
    once = insert_once(session, UnitReminder).values(**entry, notice_id=notice_id, created_at=now)
    new = session.scalar(once.returning(UnitReminder.id))
    return int(new) if new is not None else None
