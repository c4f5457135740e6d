"""A rehearsal: exactly what would be told at a moment, to whom and why, without a word written (N14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.desks.reminders.judging import judge, letters, subject_of
from opinion_app.desks.reminders.queries import plan_digests, waiting_clocks
from opinion_app.flow.ladder import taking_effect
from opinion_app.flow.roster import roster
from opinion_app.flow.visible import visible
from opinion_app.records.case import Case
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.rules.digest import Trouble
from opinion_app.rules.facts import Actor
from opinion_app.rules.ladder import Way
from opinion_app.rules.words import Role
from opinion_app.rules.zone import local_date

BATCH = 500
CATEGORIES = {"digest": "待办通报", "rung": "即时催办"}


@dataclass(frozen=True, slots=True)
class Draft:
    """One letter that would be queued; `lines` as the letter would have them."""

    category: str
    person_id: int
    name: str
    subject: str
    ways: str
    lines: tuple[dict[str, Any], ...]


@dataclass
class Rehearsal:
    """Every letter of that moment, and what could not be judged."""

    drafts: list[Draft] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)


def rehearse(session: Session, now: datetime) -> Rehearsal:
    """The digests of that morning, where it is a working day, and the rungs that would be said then. Reads only."""
    found = Rehearsal()
    plans: list[tuple[str, int, str, bool, list[dict[str, Any]]]] = []
    everybody = roster(session, local_date(now))
    morning = plan_digests(session, now, everybody)
    found.troubles += morning.troubles
    told = _digests_told(session, [digest.on for digest in morning.digests])
    plans += [
        ("digest", digest.person_id, digest.subject, True, [line.as_data() for line in digest.lines])
        for digest in morning.digests
        if digest.person_id not in told
    ]
    after, under = 0, taking_effect(session, local_date(now))
    while rows := waiting_clocks(session, now, after, BATCH, every=under is not None):
        judged = judge(session, rows, now, everybody, under)
        found.troubles += judged.troubles
        for own in letters(judged.sayings):
            mail = own[0].rung.way is Way.LETTER
            plans.append(("rung", own[0].told.person_id, subject_of(own), mail, [saying.line for saying in own]))
        after = rows[-1].id
    found.drafts = _drafts(session, plans)
    return found


def _digests_told(session: Session, days: Sequence[Any]) -> set[int]:
    """Who has had this morning's digest already."""
    query = select(Notice.person_id).where(Notice.category == "digest", Notice.local_date.in_(set(days)))
    return set(session.scalars(query)) if days else set()


def _drafts(session: Session, plans: Sequence[tuple[str, int, str, bool, list[dict[str, Any]]]]) -> list[Draft]:
    ids = [person_id for _category, person_id, *_rest in plans]
    query = select(Person.id, Person.name, Person.email, Person.robot_url, Person.active).where(Person.id.in_(ids))
    people = {row.id: row for row in session.execute(query)}
    return [
        Draft(category, person_id, people[person_id].name, subject, _ways(people[person_id], mail=mail), tuple(lines))
        for category, person_id, subject, mail, lines in plans
        if person_id in people and people[person_id].active
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


def shown_to(session: Session, found: Rehearsal, actor: Actor) -> list[Shown]:
    """The letters with the lines about cases the person may see; the administrator reads no case (decisions 15)."""
    ids = {int(line["case"]) for draft in found.drafts for line in draft.lines}
    reads = actor.has(Role.CLERK, Role.AUDITOR)
    seen = set(session.scalars(select(Case.id).where(Case.id.in_(ids), visible(actor)))) if ids and reads else set()
    shown = []
    for draft in found.drafts:
        lines = tuple(line for line in draft.lines if int(line["case"]) in seen)
        shown.append(Shown(draft, lines, len(draft.lines) - len(lines)))
    return shown
