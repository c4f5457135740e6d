"""The figures of the worklists, kept per process: every office page shows them, and they change only when somebody acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from opinion_app.desks.worklist.tabs import Moment
from opinion_app.records import trail_mark
from opinion_app.rules.facts import Actor

PEOPLE_AT_MOST = 1000


@dataclass(frozen=True, slots=True)
class _Under:
    """Under what the figures were counted: the acts seen, and the minute, in which nothing falls due but a moment late."""

    mark: str
    minute: datetime
    soon_until: datetime


_Counts = dict[str, int]
# One answer for each person and database. The person is the key with all facts that decide what is seen: whoever gets another
# role, unit or superior unit is another key. A database that is let go of takes its answers along.
_kept: WeakKeyDictionary[Engine, dict[Actor, tuple[_Under, _Counts]]] = WeakKeyDictionary()


def kept_counts(session: Session, actor: Actor, at: Moment, count: Callable[[], _Counts]) -> _Counts:
    """What `count` answered last for this person if nobody has acted since and it is the same minute, else what it answers now.

    The minute bounds what changes without an act: a date that passes. A transaction that may write always counts."""
    mark = trail_mark.mark_of(session)
    if mark is None:
        return count()
    under = _Under(mark, at.now.replace(second=0, microsecond=0), at.soon_until)
    people = _kept.setdefault(session.get_bind().engine, {})
    known = people.get(actor)
    if known is not None and known[0] == under:
        return known[1]
    counts = count()
    if len(people) >= PEOPLE_AT_MOST:
        people.clear()
    people[actor] = (under, counts)
    return counts
