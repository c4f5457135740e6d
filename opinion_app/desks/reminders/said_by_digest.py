"""The rungs that a morning's digests say (临期, 今天到期), so that the ladder does not say them again (N12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.ladder import ladder, told_from
from opinion_app.flow.reminding import open_clock, rungs_of
from opinion_app.flow.told_ledger import Ledger, Told
from opinion_app.records.clock import Clock
from opinion_app.rules.digest import OpenClock, PersonDigest, Trouble
from opinion_app.rules.ladder import Rung, Way, look

Said = Mapping[int, tuple[OpenClock, Rung]]
"""By clock the rung that a digest says."""


def said_by_digest(
    session: Session, digests: Sequence[PersonDigest], rows: Sequence[Clock], now: datetime, troubles: list[Trouble]
) -> Said:
    """The rung of each clock that a digest says, judged once however many people are told; what cannot be joins `troubles`, and
    keeps no digest back (N05)."""
    held, calendar, since = ladder(session), work_calendar(session), told_from(session, now)
    spoken, said = {line.clock_id for digest in digests for line in digest.lines}, {}
    for row in rows:
        if row.id not in spoken:
            continue
        try:
            clock = open_clock(row, since)
            tell = look(rungs_of(session, row, clock, held), clock, held, calendar, now).tell
        except Exception as error:  # its line is said all the same; that its rungs are not is reported, not swallowed
            troubles.append(Trouble(row.id, f"{type(error).__name__}: {error}"[:200]))
            continue
        if tell is not None and tell.rung.way is Way.DIGEST:
            said[row.id] = (clock, tell.rung)
    return said


def heard_with(digests: Sequence[PersonDigest], said: Said, now: datetime) -> Ledger:
    """What the ledger will hold once these digests are made."""
    return {
        (line.clock_id, digest.person_id, said[line.clock_id][1].code, said[line.clock_id][0].version): Told(None, now)
        for digest in digests
        for line in digest.lines
        if line.clock_id in said
    }
