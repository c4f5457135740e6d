"""A rehearsal: exactly what would be told at a moment, to whom and why, without a word written (N14)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import exists, false
from sqlalchemy.orm import Session

from opinion_app.desks.reminders.also_sent import ForPerson, Held, about_the_calendar, held_at, untold
from opinion_app.desks.reminders.handed_on import handed_on, heard_by, older_of_theirs
from opinion_app.desks.reminders.made_up import still_to_make, told_by_letter
from opinion_app.desks.reminders.queries import Speaking, morning_of, speaking_clocks
from opinion_app.desks.reminders.said_by_digest import heard_with, said_by_digest
from opinion_app.desks.reminders.suspended import plan_suspended
from opinion_app.desks.reminders.unit_letters import names_of
from opinion_app.flow.arriving import arriving
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.coming_back import coming_back, returns_at_once
from opinion_app.flow.due import soon_until
from opinion_app.flow.handing_on import LettersOn
from opinion_app.flow.judging import BATCH, Judged, Saying, judge, letters, subject_of
from opinion_app.flow.ladder import ladder, taking_effect
from opinion_app.flow.leaving import Outlook, outlook
from opinion_app.flow.looking import Looking, clock_ids
from opinion_app.flow.many_facts import facts_of_many
from opinion_app.flow.outbox import BY_MAILBOX, CATEGORIES, DIGEST, RUNG, Letter, for_mailbox
from opinion_app.flow.recheck import subject_as_it_stands
from opinion_app.flow.roster import roster
from opinion_app.flow.settings import restored_at
from opinion_app.flow.standing_work import LATE_BY, done_at, slots_at
from opinion_app.flow.told_beside import Dates, Whom, dates_in, heard_beside
from opinion_app.flow.unjudged import missed_by_digests
from opinion_app.flow.writer_mail import RECEIPT, SUBJECTS
from opinion_app.records.clock import Clock
from opinion_app.records.current import settings_of
from opinion_app.records.notice import WRITER, Notice
from opinion_app.rules.delivery import GIVE_UP_AFTER
from opinion_app.rules.digest import PersonDigest, Trouble, blind_words
from opinion_app.rules.due_date import DueDate
from opinion_app.rules.facts import Actor, CaseFacts
from opinion_app.rules.ladder import Way
from opinion_app.rules.permissions import can_see
from opinion_app.rules.recipients import Roster, Staff, fit_for_a_group
from opinion_app.rules.words import NoticeChannel, Role
from opinion_app.rules.zone import UnreadableMoment, local_date


@dataclass(frozen=True, slots=True)
class Draft:
    """One letter that would be queued, or that waits and would be tried; `lines` as it would have them. `why_not`: why one
    that waits would be cancelled.

    `person_id` is None for the group of a unit and for the writer of a case."""

    category: str
    person_id: int | None
    name: str
    subject: str
    ways: str
    lines: tuple[dict[str, Any], ...]
    waiting: bool = False
    why_not: str = ""


@dataclass
class Rehearsal:
    """Every letter of that moment, those of the outbox that would be cancelled with the reason, what could not be judged, the
    facts of the cases that were looked at, and how many rungs came ten minutes ago and nobody hears; `ended`: what of the outbox
    waits no longer afterwards, whether or not mail leaves: cancelled, or tried for too long."""

    drafts: list[Draft] = field(default_factory=list)
    cancelled: list[Draft] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    facts: Mapping[int, CaseFacts] = field(default_factory=dict)
    unheard: int = 0
    ended: set[int] = field(default_factory=set)


LAST_YEAR = 9900  # beyond it the days that a calendar counts on have no date
_WAYS = {NoticeChannel.MAIL: "邮件", NoticeChannel.ROBOT: "群机器人"}


class Plan(NamedTuple):
    """One letter as it was planned; `mail`: not in the office's own notices alone."""

    category: str
    person_id: int
    subject: str
    mail: bool
    lines: list[dict[str, Any]]


def rehearse(session: Session, now: datetime) -> Rehearsal:
    """What a clock run at that moment would queue and send, by the timetable: the morning's digests from their hour on until the
    office closes, the rungs that have come, cases that stand still, the calendar's letter, what waits. Reads only.

    Everything is read once for all, and in one piece: a page shows this. Raises UnreadableMoment for one beyond every calendar.
    Left out is what tells of something that happened, not of a date: alarms (desks/outbox/alarm.foreseen), the receipts of
    messages not taken in yet (`arriving_drafts`), what readers of a reply rate and what is set to go public."""
    if local_date(now).year > LAST_YEAR:
        raise UnreadableMoment(f"“{local_date(now).isoformat()}”不在可以推算的年代。")
    found, slots, today = Rehearsal(), slots_at(session, now), local_date(now)
    people, calendar, under = roster(session, today), work_calendar(session), taking_effect(session, today)
    digest = slots.get("digest")
    until = soon_until(now, calendar) if digest is not None else None
    told = exists().where(done_at("digest", digest, now)) if digest is not None else false()
    calendar_letters = about_the_calendar(session, now, people) if "calendar" in slots else []
    held = held_at(session, now, slots, calendar_letters)
    rows = [*held.waiting, *held.cancelled]
    named = clock_ids(line for row in (*rows, *held.asking) for line in row.lines)
    speaking = speaking_clocks(session, now, until, told, named, every=under is not None)
    found.facts = _facts(session, speaking, held)
    morning = morning_of(speaking.pressing, found.facts, people, now, calendar)
    by_letter = told_by_letter(session, today) if morning.digests else ()
    digests = still_to_make(morning.digests, held.had, missed_by_digests(session), by_letter)
    look = Looking(
        now,
        calendar,
        under or ladder(session),
        people,
        speaking.named,
        found.facts,
        held.newest | _today(digests, people),
        frozenset(held.followed),
        heard_beside(session, rows),
    )
    handed = handed_on(session, held, look)
    waiting = handed.and_these(speaking.waiting)
    heard = {**handed.heard, **heard_with(digests, said_by_digest(session, digests, morning.rows, now, []), now)}
    judged = judge(session, waiting, now, people, under, found.facts, heard, digests_now=digest is not None)
    found.troubles += morning.troubles + judged.troubles
    found.unheard = _unheard(judged, now)
    standing = plan_suspended(session, now, speaking.standing, found.facts, people)
    others = untold([*(ForPerson(one.person_id, letter) for letter, one in standing), *calendar_letters], held)
    plans = [*_digest_plans(digests), *_rung_plans(waiting, judged), *_other_plans(others), *_handed_on(handed.letters)]
    found.drafts = _drafts(plans, people, found.facts, [*speaking.pressing, *waiting, *look.clocks.values()])
    found.drafts += _unit_drafts(session, list(_by_letter(waiting, judged.for_units)))
    _add_waiting(found, session, held, _after(handed.letters, held, look), _told_by(plans, judged, people))
    return found


def _after(letters: LettersOn, held: Held, look: Looking) -> Looking:
    """What the letters that wait are looked at by once others were asked: of two on a case only the later comes back."""
    over = {row.id for row in older_of_theirs(letters, held.cancelled, look)}
    held.cancelled = [row for row in held.cancelled if row.id not in over]
    followed = look.followed | {row.id for row in older_of_theirs(letters, held.waiting, look)}
    return replace(look, followed=followed, heard=heard_by(letters, held.waiting, look))


def _unheard(judged: Judged, now: datetime) -> int:
    """How many of the rungs that nobody hears came so long ago that the alarm tells of them."""
    tells = (judged.looks[clock_id].found.tell for clock_id in judged.unheard if clock_id in judged.looks)
    return sum(1 for tell in tells if tell is not None and tell.speaks_at < now - LATE_BY)


def arriving_drafts(session: Session, now: datetime) -> tuple[list[Draft], Mapping[int, CaseFacts]]:
    """The word to the clerks, or to whoever sees to it, of each message that a run at that moment takes in from the inbox, and
    the receipts; the facts by what the lines name as their case. Reads only."""
    people, drafts, facts = roster(session, local_date(now)), list[Draft](), dict[int, CaseFacts]()
    for one in arriving(session, now):
        facts[one.facts.id] = one.facts
        plans = [
            Plan(letter.category, person.id, letter.subject, one.mail, [line | {"case": one.facts.id} for line in letter.lines])
            for letter, person in one.letters
        ]
        drafts += _drafts(plans, people, facts, ())
        if one.receipt:
            subject = f"{one.facts.number} {SUBJECTS[RECEIPT]}"
            drafts.append(Draft(RECEIPT, None, WRITER, subject, "邮件", ({"case": one.facts.id, "text": subject},)))
    return drafts, facts


def _add_waiting(found: Rehearsal, session: Session, held: Held, look: Looking, planned: Mapping[Whom, Dates]) -> None:
    """The letters of the outbox, and those that come back to it, as they would leave or be cancelled.

    What is cancelled for its way goes by another within the minute."""
    restored, alarm_url = restored_at(session), settings_of().alarm_url
    seen = {row.id: outlook(row, look, held.cases, restored, alarm_url) for row in held.waiting}
    found.ended |= {row.id for row in held.waiting if seen[row.id].why_not or look.now - row.created_at > GIVE_UP_AFTER}
    gone = [
        row for row in held.waiting if seen[row.id].why_not and row.id not in look.followed and returns_at_once(row, look.now)
    ]
    backs = coming_back(session, [*held.cancelled, *gone], look, alarm_url, planned)
    again = [(one.letter, outlook(one.letter, look, held.cases, restored, alarm_url)) for one in backs]
    for row, one in sorted([*((row, seen[row.id]) for row in held.waiting), *again], key=lambda pair: pair[0].id):
        (found.cancelled if one.why_not else found.drafts).append(_waiting_draft(row, one))
        found.cancelled += [_waiting_draft(row, behind) for behind in _left_behind(row, one)]


def _handed_on(letters: LettersOn) -> Iterator[Plan]:
    """What is asked of others instead of the readers of letters that are not sent for that: by whichever way, once."""
    for letter, person in letters:
        lines = [line | {"case": letter.case_id} for line in letter.lines]
        yield Plan(letter.category, person.id, letter.subject, True, lines)


def _left_behind(row: Notice, seen: Outlook) -> Iterator[Outlook]:
    """The lines that a letter would leave without, as the letter they become (flow/left_behind)."""
    lines = [line for line, _ in seen.cut]
    if lines:
        yield Outlook(subject_as_it_stands(row, lines), tuple(lines), "；".join(dict.fromkeys(why for _, why in seen.cut)))


def _told_by(plans: Iterable[Plan], judged: Judged, people: Roster) -> dict[Whom, Dates]:
    """Whom the letters that would be queued now tell of which dates, outside the service."""
    found = defaultdict[Whom, Dates](frozenset)
    for plan in plans:
        one = people.staff.get(plan.person_id)
        if plan.mail and one is not None and one.active and _channels(one):
            found["person", plan.person_id] |= dates_in(plan.lines)
    for saying in judged.for_units:
        found["unit", saying.unit_id] |= dates_in([saying.line])
    return found


def _today(digests: Iterable[PersonDigest], people: Roster) -> dict[tuple[int, NoticeChannel], date]:
    """Those who have a digest of today by the time the outbox is sent: an older one of theirs gives way to it."""
    return {(one.person_id, channel): one.on for one in digests for channel in _channels(people.staff[one.person_id])}


def _channels(one: Staff) -> tuple[NoticeChannel, ...]:
    """The ways a digest of theirs is queued by, beside the service itself; the mailbox of the unit is one by mail."""
    return (*one.ways, NoticeChannel.MAIL) if one.mailbox else one.ways


def _facts(session: Session, speaking: Speaking, held: Held) -> Mapping[int, CaseFacts]:
    """The facts of every case that any of the letters speaks of."""
    clocks = [*speaking.pressing, *speaking.waiting, *speaking.standing, *speaking.named.values()]
    return facts_of_many(session, ({row.case_id: row.case for row in clocks} | held.cases).values())


def _other_plans(others: Sequence[ForPerson]) -> Iterator[Plan]:
    for one in others:
        yield Plan(one.letter.category, one.person_id, one.letter.subject, True, one.letter.lines)


def _waiting_draft(row: Notice, seen: Outlook) -> Draft:
    """A letter of the outbox as it would leave. What it says of its case is shown with the case, like any other line."""
    lines = [{**line, "case": line.get("case", row.case_id)} for line in seen.lines] or [
        {"case": row.case_id, "text": seen.subject}
    ]
    name = f"{row.unit.name}的群" if row.for_group and row.unit is not None else row.receiver
    person_id = None if row.for_group else row.person_id
    return Draft(
        row.category, person_id, name, seen.subject, _WAYS[row.channel], tuple(lines), waiting=True, why_not=seen.why_not
    )


def _digest_plans(digests: Iterable[PersonDigest]) -> Iterator[Plan]:
    for digest in digests:
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


def _drafts(plans: Sequence[Plan], people: Roster, facts: Mapping[int, CaseFacts], clocks: Iterable[Clock]) -> list[Draft]:
    """What goes out of what was planned, each way with the words it has there: nothing to who left."""
    due = {row.id: row.due_date for row in clocks if row.due_date is not None}
    drafts = []
    for plan in plans:
        one = people.staff.get(plan.person_id)
        if one is not None and one.active:
            said: dict[str, tuple[list[str], Plan]] = {}
            for way, words in _by_way(plan, one, facts, due):
                said.setdefault(repr(words), ([], words))[0].append(way)
            drafts += [_draft(one, "、".join(ways), words) for ways, words in said.values()]
    return drafts


def _draft(one: Staff, ways: str, plan: Plan) -> Draft:
    return Draft(plan.category, plan.person_id, one.actor.name, plan.subject, ways, tuple(plan.lines))


def _by_way(plan: Plan, one: Staff, facts: Mapping[int, CaseFacts], due: Mapping[int, DueDate]) -> Iterator[tuple[str, Plan]]:
    """Every way a letter reaches its person by, with what it says there: a group robot and the unit's mailbox nothing of a case
    they may not speak of, the mailbox numbers and dates alone."""
    yield "站内", plan
    if not plan.mail:
        return
    fit = [line for line in plan.lines if not line.get("case") or fit_for_a_group(facts[int(line["case"])])]
    shared = plan if len(fit) == len(plan.lines) else plan._replace(lines=fit, subject=_subject(plan, fit) if fit else "")
    for channel in one.ways:
        if channel is not NoticeChannel.ROBOT or fit:
            yield _WAYS[channel], shared if channel is NoticeChannel.ROBOT else plan
    if one.mailbox and fit and plan.category in BY_MAILBOX:
        told = for_mailbox(Letter(plan.category, "", plan.subject, fit))
        lines = [line | _date_alone(due.get(line.get("clock", 0))) for line in told.lines]
        yield "单位邮箱", plan._replace(lines=lines, subject=_subject(plan._replace(subject=told.subject), lines))


def _date_alone(due: DueDate | None) -> dict[str, str]:
    return {"text": blind_words(due)} if due is not None else {}


def _subject(plan: Plan, lines: Sequence[Mapping[str, Any]]) -> str:
    return subject_as_it_stands(Notice(category=plan.category, subject=plan.subject), lines)


def _unit_drafts(session: Session, groups: Sequence[Sequence[Saying]]) -> list[Draft]:
    """What the groups of units would be told."""
    names = names_of(session, groups)
    return [
        Draft(RUNG, None, f"{names[own[0].unit_id]}的群", subject_of(own), "群机器人", tuple(saying.line for saying in own))
        for own in groups
        if own[0].unit_id in names
    ]


@dataclass(frozen=True, slots=True)
class Shown:
    """One letter as somebody may see it; `hidden`: lines about cases that are none of theirs."""

    draft: Draft
    lines: tuple[dict[str, Any], ...]
    hidden: int

    @property
    def heading(self) -> str:
        """The subject; of a letter with anything hidden only its sort, for the subject may name a case (decisions 9, 15)."""
        return CATEGORIES.get(self.draft.category, "通知") if self.hidden else self.draft.subject


def shown_to(found: Rehearsal, actor: Actor, drafts: Iterable[Draft] | None = None) -> list[Shown]:
    """The letters (or `drafts` of them) with the lines about cases the person may see; the administrator reads no case
    (decisions 15)."""
    reads = actor.has(Role.CLERK, Role.AUDITOR)
    seen = {case_id for case_id, facts in found.facts.items() if reads and can_see(actor, facts)}
    shown = []
    for draft in found.drafts if drafts is None else drafts:
        lines = tuple(line for line in draft.lines if not line.get("case") or int(line["case"]) in seen)
        shown.append(Shown(draft, lines, len(draft.lines) - len(lines)))
    return shown
