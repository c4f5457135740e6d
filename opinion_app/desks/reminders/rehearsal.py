"""A rehearsal: exactly what would be told at a moment, to whom and why, without a word written (N14)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Row, exists, select
from sqlalchemy.orm import Session

from opinion_app.desks.reminders.judging import BATCH, Judged, Saying, judge, letters, subject_of
from opinion_app.desks.reminders.queries import Morning, facts_for, morning_of, speaking_clocks
from opinion_app.desks.reminders.unit_letters import names_of
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.due import soon_until
from opinion_app.flow.ladder import taking_effect
from opinion_app.flow.outbox import CATEGORIES, DIGEST, RUNG
from opinion_app.flow.roster import roster
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.rules.digest import Trouble
from opinion_app.rules.facts import Actor, CaseFacts
from opinion_app.rules.ladder import Way
from opinion_app.rules.permissions import can_see
from opinion_app.rules.words import Role
from opinion_app.rules.zone import local_date


@dataclass(frozen=True, slots=True)
class Draft:
    """One letter that would be queued; `lines` as the letter would have them."""

    category: str
    person_id: int | None
    name: str
    subject: str
    ways: str
    lines: tuple[dict[str, Any], ...]


@dataclass
class Rehearsal:
    """Every letter of that moment, what could not be judged, and the facts of the cases that were looked at."""

    drafts: list[Draft] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    facts: Mapping[int, CaseFacts] = field(default_factory=dict)


class Plan(NamedTuple):
    """One letter as it was planned; `mail`: not in the office's own notices alone."""

    category: str
    person_id: int
    subject: str
    mail: bool
    lines: list[dict[str, Any]]


def rehearse(session: Session, now: datetime) -> Rehearsal:
    """The digests of that morning, where it is a working day, and the rungs that would be said then. Reads only.

    Everything is read once for both, and in one piece: a page shows this."""
    found = Rehearsal()
    people, calendar = roster(session, local_date(now)), work_calendar(session)
    working = calendar.is_working(local_date(now))
    under = taking_effect(session, local_date(now))
    until = soon_until(now, calendar) if working else None
    pressing, waiting = speaking_clocks(session, now, until, every=under is not None)
    found.facts = facts_for(session, [*pressing, *waiting])
    morning = morning_of(pressing, found.facts, people, now, calendar)
    judged = judge(session, waiting, now, people, under, found.facts)
    found.troubles += morning.troubles + judged.troubles
    found.drafts = _drafts(session, [*_digest_plans(morning), *_rung_plans(waiting, judged)], local_date(now))
    found.drafts += _unit_drafts(session, list(_by_letter(waiting, judged.for_units)))
    return found


def _digest_plans(morning: Morning) -> Iterator[Plan]:
    for digest in morning.digests:
        yield Plan(DIGEST, digest.person_id, digest.subject, True, [line.as_data() for line in digest.lines])


def _rung_plans(waiting: Sequence[Clock], judged: Judged) -> Iterator[Plan]:
    for own in _by_letter(waiting, judged.sayings):
        mail = own[0].rung.way is Way.LETTER
        yield Plan(RUNG, own[0].told.person_id, subject_of(own), mail, [saying.line for saying in own])


def _by_letter(waiting: Sequence[Clock], sayings: Sequence[Saying]) -> Iterator[list[Saying]]:
    """The letters of the rungs; as when they are sent, only clocks of one batch share a letter."""
    batch = {row.id: place // BATCH for place, row in enumerate(waiting)}
    for _, own in groupby(sayings, lambda saying: batch[saying.clock.id]):
        yield from letters(own)


def _drafts(session: Session, plans: Sequence[Plan], today: date) -> list[Draft]:
    """What goes out of what was planned: nothing to who left, nor the digest to who has had this morning's already."""
    people = _people(session, {plan.person_id for plan in plans}, today)
    return [
        Draft(plan.category, person.id, person.name, plan.subject, _ways(person, mail=plan.mail), tuple(plan.lines))
        for plan in plans
        if (person := people.get(plan.person_id)) is not None
        and person.active
        and not (plan.category == DIGEST and person.has_digest)
    ]


def _people(session: Session, ids: set[int], today: date) -> dict[int, Row[Any]]:
    told = exists().where(Notice.person_id == Person.id, Notice.category == DIGEST, Notice.local_date == today)
    columns: tuple[Any, ...] = (Person.id, Person.name, Person.email, Person.robot_url, Person.active, told.label("has_digest"))
    return {row.id: row for row in session.execute(select(*columns).where(Person.id.in_(ids)))}


def _unit_drafts(session: Session, groups: Sequence[Sequence[Saying]]) -> list[Draft]:
    """What the groups of units would be told."""
    names = names_of(session, groups)
    return [
        Draft(RUNG, None, f"{names[own[0].unit_id]}的群", subject_of(own), "群机器人", tuple(saying.line for saying in own))
        for own in groups
        if own[0].unit_id in names
    ]


def _ways(person: Any, *, mail: bool) -> str:
    ways = ["站内"]
    if mail and person.email:
        ways.append("邮件")
    if mail and person.robot_url:
        ways.append("群机器人")
    return "、".join(ways)


@dataclass(frozen=True, slots=True)
class Shown:
    """One letter as somebody may see it; `hidden`: lines about cases that are none of theirs."""

    draft: Draft
    lines: tuple[dict[str, Any], ...]
    hidden: int

    @property
    def heading(self) -> str:
        """The subject; of a letter with anything hidden only its sort, for the subject may name a case (decisions 9, 15)."""
        return CATEGORIES[self.draft.category] if self.hidden else self.draft.subject


def shown_to(found: Rehearsal, actor: Actor) -> list[Shown]:
    """The letters with the lines about cases the person may see; the administrator reads no case (decisions 15)."""
    reads = actor.has(Role.CLERK, Role.AUDITOR)
    seen = {case_id for case_id, facts in found.facts.items() if reads and can_see(actor, facts)}
    shown = []
    for draft in found.drafts:
        lines = tuple(line for line in draft.lines if int(line["case"]) in seen)
        shown.append(Shown(draft, lines, len(draft.lines) - len(lines)))
    return shown
