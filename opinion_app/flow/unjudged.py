"""What reminders could not judge: kept until they can; alarm, doctor and clock page name it and digests make it up (N05)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.settings import put_setting, setting
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.digest import Trouble
from opinion_app.rules.words import ClockState

UNJUDGED = "unjudged_clocks"
DIGESTS, RUNGS, PERSON = "digests", "rungs", "person"
_MADE_ON = "digests_made_on"
NAMED = 5  # cases that a sentence names
_Held = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A trouble that stands: the number of the case (empty where one person's digest failed), what went wrong, since when."""

    number: str
    error: str
    since: datetime


def note_unjudged(session: Session, job: str, looked_at: Iterable[int], troubles: Sequence[Trouble], now: datetime) -> None:
    """Keep what one run of a job could not judge, and forget what it could; `looked_at` are the ids of its clocks.

    The digests of a morning look at all that presses: what they do not name now, they could judge or need not any more."""
    held: _Held = setting(session, UNJUDGED, {})
    gone = {f"{job}:{clock_id}" for clock_id in looked_at}
    over = (f"{DIGESTS}:", f"{PERSON}:") if job == DIGESTS else ()
    kept = {key: entry for key, entry in held.items() if key not in gone and not key.startswith(over)}
    for trouble in troubles:
        key = f"{job}:{trouble.clock_id}" if trouble.clock_id else f"{PERSON}:{trouble.person_id}"
        since = held[key]["since"] if key in held else now.isoformat()
        kept[key] = {"clock": trouble.clock_id, "error": trouble.error, "since": since}
    if kept != held:
        put_setting(session, UNJUDGED, kept)


@dataclass(frozen=True, slots=True)
class Missed:
    """What the last run of the digests could not say: the clocks, and the people who have none yet."""

    clocks: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()


def missed_by_digests(session: Session) -> Missed:
    """What the last run of the digests could not say."""
    held: _Held = setting(session, UNJUDGED, {})
    named = [key.partition(":") for key in held]
    ids = [(which, int(number)) for which, _, number in named if number.isdecimal()]  # a former release named people by the error
    return Missed(
        frozenset(number for which, number in ids if which == DIGESTS),
        frozenset(number for which, number in ids if which == PERSON),
    )


def note_digests_made(session: Session, day: date) -> None:
    """Remember that the digests of a day were made, whoever was there to have one."""
    if not digests_made(session, day):
        put_setting(session, _MADE_ON, day.isoformat())


def digests_made(session: Session, day: date) -> bool:
    """Whether the digests of that day were made."""
    return setting(session, _MADE_ON, "") == day.isoformat()


def unjudged(session: Session, before: datetime) -> list[Unjudged]:
    """What has stood since `before` or longer, the longest first, each clock once; a clock that ended troubles nobody."""
    held: _Held = setting(session, UNJUDGED, {})
    if not held:
        return []
    ids = {int(entry["clock"]) for entry in held.values()}
    query = select(Clock.id, Case.number).join(Case, Case.id == Clock.case_id)
    numbers = {row.id: row.number for row in session.execute(query.where(Clock.id.in_(ids), Clock.state == ClockState.RUNNING))}
    found: dict[object, Unjudged] = {}
    for key, entry in sorted(held.items(), key=lambda item: (item[1]["since"], item[0])):
        clock_id, since = int(entry["clock"]), datetime.fromisoformat(entry["since"])
        if since <= before and (clock_id == 0 or clock_id in numbers):
            found.setdefault(clock_id or key, Unjudged(numbers.get(clock_id, ""), entry["error"], since))
    return list(found.values())


def unjudged_words(found: Sequence[Unjudged]) -> str:
    """有 2 项时限无法判断，不会催办（LY2026-000001）, for people."""
    numbers = list(dict.fromkeys(one.number for one in found if one.number))
    clocks, people = sum(1 for one in found if one.number), sum(1 for one in found if not one.number)
    named = "、".join(numbers[:NAMED]) + (f"等 {len(numbers)} 件" if len(numbers) > NAMED else "")
    said = [f"有 {clocks} 项时限无法判断，不会催办（{named}）"] if clocks else []
    said += [f"有 {people} 人的待办通报没有生成"] if people else []
    return "；".join(said)
