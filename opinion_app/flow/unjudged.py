"""What reminders could not judge: kept until they can; alarm, doctor and clock page name it and digests make it up (N05)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.many_facts import facts_of_many
from opinion_app.flow.settings import put_setting, setting
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.digest import Trouble
from opinion_app.rules.facts import Actor, CaseFacts
from opinion_app.rules.permissions import can_see
from opinion_app.rules.words import ClockState, Role

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
    case_id: int = field(default=0, compare=False)


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
    query = select(Clock.id, Case.number, Clock.case_id).join(Case, Case.id == Clock.case_id)
    rows = session.execute(query.where(Clock.id.in_(ids), Clock.state == ClockState.RUNNING))
    cases = {row.id: (row.number, row.case_id) for row in rows}
    found: dict[object, Unjudged] = {}
    for key, entry in sorted(held.items(), key=lambda item: (item[1]["since"], item[0])):
        clock_id, since = int(entry["clock"]), datetime.fromisoformat(entry["since"])
        if since <= before and (clock_id == 0 or clock_id in cases):
            number, case_id = cases.get(clock_id, ("", 0))
            found.setdefault(clock_id or key, Unjudged(number, entry["error"], since, case_id))
    return list(found.values())


def facts_about(session: Session, found: Iterable[Unjudged]) -> dict[int, CaseFacts]:
    """The facts of the cases that troubles are about, by case."""
    ids = {one.case_id for one in found if one.case_id}
    return facts_of_many(session, session.scalars(select(Case).where(Case.id.in_(ids))).all()) if ids else {}


def nameable(found: Iterable[Unjudged], actor: Actor, facts: Mapping[int, CaseFacts]) -> frozenset[int]:
    """The cases whose numbers somebody may be told: those they may see; an administrator has numbers (decisions 9, 15)."""
    named = {one.case_id for one in found if one.case_id in facts}
    return frozenset(one for one in named if actor.has(Role.ADMINISTRATOR) or can_see(actor, facts[one]))


def unjudged_words(found: Sequence[Unjudged], named: Collection[int] | None = None) -> str:
    """有 2 项时限无法判断，不会催办（LY2026-000001）, for people; only numbers of cases in `named`, where that is given."""
    known = (one for one in found if one.number and (named is None or one.case_id in named))
    numbers = list(dict.fromkeys(one.number for one in known))
    clocks, people = sum(1 for one in found if one.number), sum(1 for one in found if not one.number)
    listed = "、".join(numbers[:NAMED]) + (f"等 {len(numbers)} 件" if len(numbers) > NAMED else "")
    said = [f"有 {clocks} 项时限无法判断，不会催办" + (f"（{listed}）" if listed else "")] if clocks else []
    said += [f"有 {people} 人的待办通报没有生成"] if people else []
    return "；".join(said)
