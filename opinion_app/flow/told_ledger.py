"""What the ledgers of reminders hold of some clocks: whom, of which rung, of which version of the date, and how (N01)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, false, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from opinion_app.flow.coming_back import gone_for_good, inside_alone
from opinion_app.flow.many_facts import CHUNK
from opinion_app.flow.outbox import RUNG
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice, Reminder, UnitReminder
from opinion_app.rules.recipients import Roster
from opinion_app.rules.words import NoticeState


@dataclass(frozen=True, slots=True)
class Told:
    """An entry of the ledger: the notice it was told by, when it was entered, and of that notice whether it was cancelled on its
    way, whether it is `gone`: cancelled, and it goes no more, whether it was one `inside` the service alone, and whether it
    `waits` to leave with that rung alone."""

    notice_id: int | None
    at: datetime
    cancelled: bool = False
    gone: bool = False
    inside: bool = False
    waits: bool = False


_ON_ITS_WAY = Notice.state.in_((NoticeState.PENDING, NoticeState.UNKNOWN, NoticeState.CLAIMED))
_WAITS = func.coalesce(and_(_ON_ITS_WAY, Notice.category == RUNG), false())  # of others the date moves along
_PEOPLE, _UNITS = range(2)
_CANCELLED = func.coalesce(Notice.state == NoticeState.CANCELLED, false())


Ledger = Mapping[tuple[int, int, str, int], Told]
"""By clock, whom (a person or a unit), rung and version of the date."""


def ledgers_of(session: Session, rows: Sequence[Clock], people: Roster, now: datetime) -> tuple[Ledger, Ledger]:
    """What the ledgers of people and of the groups of units hold of some clocks; an office without any robot is not asked about
    groups. One query for as many as five thousand clocks."""
    told: tuple[dict[tuple[int, int, str, int], Told], ...] = ({}, {})
    for start in range(0, len(rows), CHUNK):
        ids = [row.id for row in rows[start : start + CHUNK]]
        asked = _entries(_PEOPLE, Reminder, Reminder.person_id, ids, now)
        query = union_all(asked, _entries(_UNITS, UnitReminder, UnitReminder.unit_id, ids, now)) if people.robots else asked
        for _, whose, clock_id, who, rung, version, notice_id, at, *became in session.execute(query.order_by("entered")):
            told[whose][clock_id, who, rung, version] = Told(notice_id, at, *map(bool, became))
    return told[_PEOPLE], told[_UNITS]


def _entries(
    whose: int, ledger: type[Reminder | UnitReminder], whom: InstrumentedAttribute[int], ids: Sequence[int], now: datetime
) -> Select[*tuple[Any, ...]]:
    entry = ledger.clock_id, whom, ledger.rung, ledger.deadline_version, ledger.notice_id, ledger.created_at
    became = _CANCELLED, gone_for_good(now), func.coalesce(inside_alone(), false()), _WAITS
    query = select(ledger.id.label("entered"), literal(whose), *entry, *became).outerjoin(Notice, Notice.id == ledger.notice_id)
    return query.where(ledger.clock_id.in_(ids))
