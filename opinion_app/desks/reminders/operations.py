"""Queueing reminders: one digest per person and working day, and each rung once per person and version of a date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from opinion_app.desks.reminders.made_up import had_on, still_to_make, told_by_letter
from opinion_app.desks.reminders.queries import plan_digests, waiting_clocks
from opinion_app.desks.reminders.said_by_digest import Said, said_by_digest
from opinion_app.desks.reminders.unit_letters import letter_of, ring_units
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.cases import facts_of
from opinion_app.flow.coming_back import gone_for_good, inside_alone
from opinion_app.flow.digest_ledger import enter_digests, going_out
from opinion_app.flow.handing_on import ask_who_has_it_now
from opinion_app.flow.judging import BATCH, Judged, Saying, judge, letters
from opinion_app.flow.ladder import begin_reminding, ladder, take_effect
from opinion_app.flow.ledger import LONGEST, OfDate, entry
from opinion_app.flow.outbox import Letter, queue, queue_many
from opinion_app.flow.supervise import Asked, asked_of, issue
from opinion_app.flow.unjudged import DIGESTS, RUNGS, missed_by_digests, note_digests_made, note_unjudged
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice, Reminder
from opinion_app.records.once import insert_once
from opinion_app.records.person import Person
from opinion_app.rules import links
from opinion_app.rules.digest import OpenClock, PersonDigest, Trouble
from opinion_app.rules.ladder import Rung, Way
from opinion_app.rules.reminder_words import ReminderState, SupervisionKind
from opinion_app.rules.sheet import asked_unit
from opinion_app.rules.still_told import StillTold
from opinion_app.rules.zone import local_date


@dataclass
class Queued:
    """What a run queued: how many people, how many notices that were not there yet, and what could not be judged."""

    people: int = 0
    notices: int = 0
    troubles: list[Trouble] = field(default_factory=list)
    last: int | None = None
    unheard: int = 0

    def __str__(self) -> str:
        told = f"{self.people} 人，" if self.people else ""
        said = f"{told}新增通知 {self.notices} 条"
        said += f"；{self.unheard} 项到了提醒时间而没有人可以通知" if self.unheard else ""
        return said + (f"；{len(self.troubles)} 条时限未能判断：{self.troubles[0].error}" if self.troubles else "")

    def add(self, other: Queued) -> None:
        """Count what another batch queued."""
        self.notices += other.notices
        self.troubles += other.troubles
        self.unheard += other.unheard


def queue_digests(session: Session, now: datetime) -> Queued:
    """Queue this morning's digest for everybody concerned; on a day off it does nothing.

    Run again on that day it makes up what could not be judged before, and adds nothing else."""
    morning = plan_digests(session, now)
    done = Queued(len(morning.digests), 0, morning.troubles)
    if morning.day_off:
        return done
    today, missed = local_date(now), missed_by_digests(session)
    digests = still_to_make(morning.digests, had_on(session, today), missed, told_by_letter(session, today))
    said = said_by_digest(session, digests, morning.rows, now, done.troubles)
    try:
        with session.begin_nested():
            done.notices = _queue_all(session, digests, said, now)
    except Exception:  # something is wrong with one of them: each by itself, so that only that one stays behind
        for digest in digests:
            _queue_alone(session, digest, said, now, done)
    note_unjudged(session, DIGESTS, (), done.troubles, now)
    note_digests_made(session, local_date(now))
    return done


def _queue_alone(session: Session, digest: PersonDigest, said: Said, now: datetime, done: Queued) -> None:
    try:
        with session.begin_nested():
            done.notices += _queue_all(session, [digest], said, now)
    except Exception as error:  # one person's fault must not keep the others' digests back (N05)
        why = f"人员 {digest.person_id}：{type(error).__name__}: {error}"[:200]
        left = {line.clock_id for line in digest.lines} if digest.part > 1 else {0}
        done.troubles += [Trouble(clock_id, why, digest.person_id) for clock_id in sorted(left)]


def _queue_all(session: Session, digests: Sequence[PersonDigest], said: Said, now: datetime) -> int:
    """Queue the digests by one statement, and note what they say by two others; answers how many notices were new (the key is
    person and local date, decisions 21)."""
    ids = [digest.person_id for digest in digests]
    people = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(ids)))}
    told = [(message_of(digest), people[digest.person_id]) for digest in digests if digest.person_id in people]
    made = queue_many(session, told, now, mail=True)
    leaving = going_out(made)
    enter_digests(session, ((leaving.get(person.id, ()), letter.lines) for letter, person in told))
    notices = {person_id: notice_id for notice_id, person_id in made}
    _note_rungs(session, [digest for digest in digests if digest.person_id in notices], said, notices, now)
    return len(made)


def message_of(digest: PersonDigest) -> Letter:
    """A digest as the outbox keeps it."""
    return Letter(
        category="digest",
        key=f"digest:{digest.on.isoformat()}{f':{digest.part}' if digest.part > 1 else ''}",
        subject=digest.subject,
        lines=[line.as_data() for line in digest.lines],
        link=links.NOTICES,
        local_date=digest.on,
    )


def _note_rungs(session: Session, digests: Sequence[PersonDigest], said: Said, notices: Mapping[int, int], now: datetime) -> None:
    """Enter the rungs that the digests say (临期, 今天到期) in the ledger, so that everybody can see they were said."""
    entries = [
        entry(_of(clock), rung.code, digest.person_id, line.reason, now, notice_id=notices[digest.person_id])
        for digest in digests
        for line in digest.lines
        if line.clock_id in said
        for clock, rung in [said[line.clock_id]]
    ]
    if entries:
        session.execute(insert_once(session, Reminder.__table__), entries)


def queue_rungs(session: Session, now: datetime) -> Queued:
    """Say every rung that has come, in batches; run again it adds nothing."""
    done = ask_first(session, now)
    while (batch := ring_batch(session, now, done.last or 0)).last is not None:
        done.add(batch)
        done.last = batch.last
    return done


def ask_first(session: Session, now: datetime) -> Queued:
    """Before any rung is said: whoever has by now what a waiting letter asks for is asked, and so told of its dates by that. A
    transaction of its own."""
    handed = ask_who_has_it_now(session, now)
    return Queued(notices=handed.notices, troubles=handed.troubles)


def ring_batch(session: Session, now: datetime, after: int) -> Queued:
    """Say the rungs of the next clocks by id; `last` of the answer is None when none was left. A transaction of its own."""
    begin_reminding(session, now)
    take_effect(session, now)
    rows = waiting_clocks(session, now, after, BATCH)
    if not rows:
        return Queued()
    judged = judge(session, rows, now)
    done = Queued(troubles=judged.troubles, last=rows[-1].id, unheard=len(judged.unheard))
    for clock, rung, person_id, told in judged.carried:
        _enter(session, clock, rung, person_id, "", told.at, state=ReminderState.CARRIED, notice_id=told.notice_id)
    failed: set[int] = set()
    for own in letters(judged.sayings):
        try:
            with session.begin_nested():
                done.notices += _ring(session, own, now)
        except Exception as error:  # one letter's fault must not keep the others quiet (N05); its clocks are looked at again
            failed |= {saying.clock.id for saying in own}
            done.troubles.append(Trouble(own[0].clock.id, f"{type(error).__name__}: {error}"[:200]))
    done.troubles += ring_units(session, judged, failed, now)
    done.troubles += _issue_sheets(session, judged, failed, now)
    _advance(session, judged, failed)
    note_unjudged(session, RUNGS, [row.id for row in rows], done.troubles, now)
    return done


def _issue_sheets(session: Session, judged: Judged, failed: set[int], now: datetime) -> list[Trouble]:
    """The 督办单 that come with a rung, each once for a version of a date, and not of one that moved after it had asked (N01); a
    date that was put off since asks anew.

    That it must be answered is a clock of its own."""
    asking = [one for one in judged.telling if one[1].sheet and one[0].id not in failed]
    if not asking:
        return []
    troubles, days = [], ladder(session).sheet_days
    for clock, rung, before in asking:
        try:
            with session.begin_nested():
                if not _asked_before(session, clock, rung, before):
                    _issue_sheet(session, clock, rung, days, now)
        except Exception as error:  # one case's fault keeps no other's sheet back (N05); its clock is looked at again
            failed.add(clock.id)
            troubles.append(Trouble(clock.id, f"{type(error).__name__}: {error}"[:200]))
    return troubles


def _asked_before(session: Session, clock: OpenClock, rung: Rung, before: StillTold) -> bool:
    asked = asked_of(session, clock.case_id, _sheet_key(clock, rung, ""))
    return any(before.counts(int(version)) for version in asked)


def _issue_sheet(session: Session, clock: OpenClock, rung: Rung, days: int, now: datetime) -> None:
    case = session.get_one(Case, clock.case_id)
    unit_id = asked_unit(clock, facts_of(session, case))
    if unit_id is None:
        return
    text = f"{clock.waits_for}时限已逾期（{clock.due_date.moment()}到期），请说明原因、已采取的措施和预计办结时间。"
    key = _sheet_key(clock, rung, clock.version)
    due_on = work_calendar(session).add_working_days(local_date(now), days)
    issue(session, case, Asked(SupervisionKind.SUPERVISE, text, unit_id, due_on, rung.card.value, key, days), None, now)


def _sheet_key(clock: OpenClock, rung: Rung, version: int | str) -> str:
    return f"{clock.id}:{rung.code}:{version}"


def _ring(session: Session, own: Sequence[Saying], now: datetime) -> int:
    """Enter the rungs of one letter in the ledger and queue it; what is there already, whoever entered it, is not said again."""
    entered, again = {}, False
    for saying in own:
        number = _enter(session, saying.clock, saying.rung, saying.told.person_id, saying.told.reason, now)
        if number is None and saying.anew:
            number = _enter_anew(session, saying, now)
            again = again or number is not None
        if number is not None:
            entered[number] = saying
    if not entered:
        return 0
    new = list(entered.values())
    first, letter = new[0], letter_of(new)
    letter = replace(letter, key=f"{letter.key}:{now:%Y%m%d%H%M}") if again else letter
    person = session.get(Person, first.told.person_id)
    mail = first.rung.way is Way.LETTER
    made = queue(session, letter, [person] if person is not None else [], now, mail=mail)
    if made:
        point = update(Reminder).where(Reminder.id.in_(entered)).values(notice_id=made[-1])
        session.execute(point.execution_options(synchronize_session=False))
    return len(made)


def _enter_anew(session: Session, saying: Saying, now: datetime) -> int | None:
    """Take over the entry of a letter that was cancelled and goes no more, or of a notice inside the service alone. None for any
    other, whose reader was told."""
    clock, gone = saying.clock, select(Notice.id).where(or_(gone_for_good(now), inside_alone()))
    same = Reminder.clock_id == clock.id, Reminder.deadline_version == clock.version, Reminder.rung == saying.rung.code
    mine = update(Reminder).where(*same, Reminder.person_id == saying.told.person_id, Reminder.notice_id.in_(gone))
    told = {"state": ReminderState.TOLD, "reason": saying.told.reason[:LONGEST], "notice_id": None, "created_at": now}
    made = session.scalar(mine.values(**told).returning(Reminder.id).execution_options(synchronize_session=False))
    return int(made) if made is not None else None


def _enter(
    session: Session,
    clock: OpenClock,
    rung: Rung,
    person_id: int,
    reason: str,
    now: datetime,
    *,
    state: ReminderState = ReminderState.TOLD,
    notice_id: int | None = None,
) -> int | None:
    """Put one rung for one person into the ledger; None when it is there already."""
    row = entry(_of(clock), rung.code, person_id, reason, now, state=state, notice_id=notice_id)
    new = session.scalar(insert_once(session, Reminder.__table__).values(**row).returning(Reminder.id))
    return int(new) if new is not None else None


def _of(clock: OpenClock) -> OfDate:
    return OfDate(clock.case_id, clock.id, clock.version)


def _advance(session: Session, judged: Judged, failed: Iterable[int]) -> None:
    """Write down when each clock is looked at again; what nobody heard is, by the next run.

    One whose date, recipients or ladder changed since it was read stays as it is, and so is looked at again by the next run."""
    for clock_id, looked in judged.looks.items():
        if clock_id in failed:
            continue
        found, unheard = looked.found, clock_id in judged.unheard
        waits = found.tell.speaks_at if found.tell is not None and unheard else found.next_at
        unchanged = (
            Clock.deadline_version == looked.version,
            Clock.rung_version == looked.rung_version,
            Clock.next_rung_at.is_not_distinct_from(looked.next_rung_at),
        )
        session.execute(
            update(Clock)
            .where(Clock.id == clock_id, *unchanged)
            .values(next_rung_at=waits, rung_version=looked.version)
            .execution_options(synchronize_session=False)
        )
