"""The alarm: when mail does not leave or does not arrive, or a job fails or stands still, people hear by another way (N15)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from opinion_app.flow.outbox import Letter, holders_of, inside_key, queue, robot_key, to_robot
from opinion_app.flow.standing_work import LATE_BY, entries_here, jobs, trouble_words, unheard
from opinion_app.flow.unjudged import Unjudged, facts_about, nameable, unjudged, unjudged_words
from opinion_app.records.actors import actor_of
from opinion_app.records.job import JobRun, Lease
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.records.unit import Unit
from opinion_app.rules.timetable import Daily
from opinion_app.rules.words import NoticeChannel, NoticeState, Role
from opinion_app.rules.zone import local_date

STUCK_FOR = timedelta(minutes=30)
LOOKED_BACK = timedelta(minutes=30)
SETTLED = timedelta(minutes=10)  # what queued up while no clock ran has this long to leave
FAILURES = 3
NAMED = 5  # how many robots an alarm names
CLOCK_PAGE = "/office/clock"
ROBOT = "robot"
BEATS = timedelta(minutes=2)  # a clock that led as lately leads now
OF_LETTERS = frozenset({"mail", "refused", "robot"})


@dataclass(frozen=True, slots=True)
class Alarm:
    """One trouble: its name, what everybody may be told, and the dates it is about, whose numbers not everybody may know.

    `ahead`: what is said of it before a trial of the letters, after which their number is another."""

    kind: str
    words: str
    about: tuple[Unjudged, ...] = ()
    ahead: str = ""


def alarms(session: Session, now: datetime) -> list[Alarm]:
    """What is wrong now: mail that does not leave or does not arrive, jobs that fail again and again or stand still."""
    return [
        *_mail_waits(session, now),
        *_mail_refused(session, now),
        *_robots_refuse(session, now),
        *_jobs_fail(session, now),
        *_jobs_stand_still(session, now),
        *_nobody_hears(session, now),
        *_cannot_be_judged(session, now),
    ]


def _mail_waits(session: Session, now: datetime, ended: Collection[int] = ()) -> list[Alarm]:
    """Mail that was tried, or was due and never tried, and has not left for half an hour; without what has `ended` by then."""
    open_ = or_(Notice.state == NoticeState.PENDING, and_(Notice.state == NoticeState.UNKNOWN, Notice.finished_at.is_(None)))
    tried = and_(Notice.attempts > 0, Notice.created_at < now - STUCK_FOR)
    late = and_(tried, Notice.writer_id.is_(None))  # a writer's own mailbox may well be full for days
    if not _left_lately(session, now):
        untouched = and_(Notice.attempts == 0, Notice.next_attempt_at < now - STUCK_FOR)
        late = or_(late, untouched) if _settled(session, now) else late
    query = select(func.count(Notice.id)).where(Notice.channel == NoticeChannel.MAIL, open_, late, Notice.id.not_in(ended))
    waiting = int(session.scalar(query) or 0)
    said = "邮件等了半小时以上还没有发出，请检查邮件服务器"
    return [Alarm("mail", f"有 {waiting} 封{said}", ahead=f"有{said}")] if waiting else []


def _settled(session: Session, now: datetime) -> bool:
    """Whether the clock has led long enough to have sent what had queued up while none ran."""
    taken = session.scalar(select(func.max(Lease.taken_at)))
    return taken is not None and taken < now - SETTLED


def _left_lately(session: Session, now: datetime) -> bool:
    """Whether any mail left in the last half hour: then a long queue is being worked off, no more than the rate allows."""
    sent = Notice.state.in_((NoticeState.SENT, NoticeState.FILED)), Notice.finished_at > now - LOOKED_BACK
    return session.scalar(select(Notice.id).where(Notice.channel == NoticeChannel.MAIL, *sent).limit(1)) is not None


def _mail_refused(session: Session, now: datetime) -> list[Alarm]:
    """Mail that was given up for several people, or for everybody who has an address, while none got through."""
    ended = Notice.state.in_((NoticeState.FAILED, NoticeState.UNKNOWN)), Notice.finished_at > now - LOOKED_BACK
    count = select(func.count(func.distinct(Notice.person_id))).where(Notice.channel == NoticeChannel.MAIL, *ended)
    people = int(session.scalar(count) or 0)
    if not people or _left_lately(session, now):
        return []
    has = or_(Person.email != "", and_(Person.robot_url == "", Unit.email != ""))
    reachable = int(session.scalar(select(func.count(Person.id)).outerjoin(Person.unit).where(Person.active, has)) or 0)
    if people < min(FAILURES, reachable):
        return []
    said = "邮件都没有送到，没有一封发出，请检查邮件服务器和发件地址"
    return [Alarm("refused", f"半小时内 {people} 人的{said}", ahead=f"半小时内{said}")]


def _robots_refuse(session: Session, now: datetime) -> list[Alarm]:
    """Group robots that refused lately, or did not take for half an hour what was tried: by name, for somebody must mend each."""
    refused = and_(Notice.state.in_((NoticeState.FAILED, NoticeState.UNKNOWN)), Notice.finished_at > now - LOOKED_BACK)
    waiting = and_(Notice.state.in_((NoticeState.PENDING, NoticeState.UNKNOWN)), Notice.finished_at.is_(None))
    late = and_(waiting, Notice.attempts > 0, Notice.created_at < now - STUCK_FOR)
    query = (
        select(func.coalesce(Unit.name, Person.name))
        .select_from(Notice)
        .outerjoin(Unit, Unit.id == Notice.unit_id)
        .outerjoin(Person, Person.id == Notice.person_id)
        .where(Notice.channel == NoticeChannel.ROBOT, Notice.category != "alarm", or_(refused, late))
        .distinct()
    )
    whose = sorted(session.scalars(query))
    if not whose:
        return []
    named = "、".join(whose[:NAMED]) + (f"等 {len(whose)} 个" if len(whose) > NAMED else "")
    return [Alarm("robot", f"{named}的群机器人没有接收通知，请核对机器人地址和它的安全设置")]


def _jobs_fail(session: Session, now: datetime) -> list[Alarm]:
    """Jobs that run again and again and failed several times, and those of once a day that failed and failed anew.

    A daily job has one row for its day, which each trial writes over: there is nothing to count."""
    labels = {entry.name: entry.label for entry in entries_here()}
    failing = session.execute(
        select(JobRun.job, func.count(JobRun.id))
        .where(JobRun.succeeded.is_(False), JobRun.started_at > now - LOOKED_BACK, JobRun.started_at <= now)
        .group_by(JobRun.job)
        .having(func.count(JobRun.id) >= FAILURES)
        .order_by(JobRun.job)
    )
    often = [Alarm(f"job:{job}", f"定时作业“{labels.get(job, job)}”半小时内失败 {number} 次") for job, number in failing]
    daily = [entry.name for entry in entries_here() if isinstance(entry.schedule, Daily)]
    again = session.scalars(
        select(JobRun.job)
        .where(
            JobRun.job.in_(daily),
            JobRun.succeeded.is_(False),
            JobRun.slot < now - LATE_BY,
            JobRun.started_at > now - LOOKED_BACK,
            JobRun.started_at <= now,
        )
        .order_by(JobRun.job)
    )
    return [*often, *(Alarm(f"job:{job}", f"定时作业“{labels[job]}”没有成功，正在重试") for job in again)]


def _jobs_stand_still(session: Session, now: datetime) -> list[Alarm]:
    """Jobs that began and do not end, or that are to run again and again and do not; a clock just started is given time."""
    if not _settled(session, now):
        return []
    lines = jobs(session, entries_here(), now)
    return [Alarm(f"still:{line.entry.name}", trouble_words(line, now)) for line in lines if line.stands_still]


def _nobody_hears(session: Session, now: datetime) -> list[Alarm]:
    """Rungs that came and could not be told to anybody; while the clock only just began, they may yet be."""
    return _unheard(session, now, unheard(session, now))


def _unheard(session: Session, now: datetime, number: int) -> list[Alarm]:
    waiting = number if _settled(session, now) else 0
    return [Alarm("unheard", f"有 {waiting} 项到了提醒时间还没有通知到人，请核对人员、请假和代办设置")] if waiting else []


def _cannot_be_judged(session: Session, now: datetime) -> list[Alarm]:
    """Clocks that no run could judge for ten minutes: nobody would ever be reminded of them (N05)."""
    found = unjudged(session, now - LATE_BY)
    return [Alarm("unjudged", _asking(unjudged_words(found, ())), tuple(found))] if found else []


def _asking(words: str) -> str:
    return f"{words}，请联系维护人员"


def _by_words(session: Session, alarm: Alarm, people: Sequence[Person]) -> dict[str, list[Person]]:
    """What is told to whom: the numbers of cases only to those who may know of them (decisions 9, 15)."""
    facts = facts_about(session, alarm.about)
    told: dict[str, list[Person]] = {}
    for person in people:
        named = nameable(alarm.about, actor_of(session, person), facts) if alarm.about else ()
        told.setdefault(_asking(unjudged_words(alarm.about, named)) if alarm.about else alarm.words, []).append(person)
    return told


def raise_alarms(session: Session, now: datetime, url: str) -> list[Alarm]:
    """Tell the administrators and clerks inside the service, and the alarm's own robot where one is set."""
    found = alarms(session, now)
    people = _hearers(session) if found else []
    for alarm in found:
        for words, told in _by_words(session, alarm, people).items():
            queue(session, _letter(alarm, words, now), told, now, mail=False)
        named = people[0] if people else session.scalar(select(Person).order_by(Person.id).limit(1))
        if url and named is not None:  # the robot hears it though nobody is there to be told
            to_robot(session, _letter(alarm, alarm.words, now), named, url, now, ROBOT)
    return found


def _hearers(session: Session) -> list[Person]:
    return holders_of(session, Role.ADMINISTRATOR, Role.CLERK)


@dataclass(frozen=True, slots=True)
class Before:
    """What the jobs of a run do before its check, as a rehearsal has it: whether letters are tried, how many rungs that came ten
    minutes ago nobody hears, and which letters wait no longer."""

    tried: bool = False
    unheard: int = 0
    ended: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Foreseen:
    """An alarm that a run would raise: to whom, inside the service or by the robot; `if_stuck`: only where what is tried at that
    moment does not leave either."""

    words: str
    names: tuple[str, ...]
    to_robot: bool
    if_stuck: bool


def foreseen(session: Session, now: datetime, url: str, before: Before) -> list[Foreseen]:
    """The alarms that the check of a run at `now` would raise, as `raise_alarms` does, to those who had none of that sort that
    day. Reads only (N14)."""
    found: list[Foreseen] = []
    for found_now in _at(session, now, before):
        stuck = before.tried and found_now.kind in OF_LETTERS
        alarm = replace(found_now, words=found_now.ahead or found_now.words) if stuck else found_now
        by_words = _by_words(session, alarm, _hearers(session))
        robot = robot_key(_letter(alarm, "", now), ROBOT)
        keys = {inside_key(_letter(alarm, "", now), person.id) for people in by_words.values() for person in people} | {robot}
        had = set(session.scalars(select(Notice.key).where(Notice.key.in_(keys))))
        for words, people in by_words.items():
            names = tuple(one.name for one in people if inside_key(_letter(alarm, "", now), one.id) not in had)
            found += [Foreseen(words, names, to_robot=False, if_stuck=stuck)] if names else []
        if url and robot not in had:
            found.append(Foreseen(alarm.words, (), to_robot=True, if_stuck=stuck))
    return found


def _at(session: Session, now: datetime, before: Before) -> list[Alarm]:
    """What is wrong at that moment. A run does its jobs, so that none stands still, unless the clock beats now and one hangs."""
    beaten = session.scalar(select(func.max(Lease.beaten_at)))
    beats = beaten is not None and abs(now - beaten) <= BEATS
    return [
        *_mail_waits(session, now, before.ended),
        *_mail_refused(session, now),
        *_robots_refuse(session, now),
        *_jobs_fail(session, now),
        *(_jobs_stand_still(session, now) if beats else ()),
        *_unheard(session, now, before.unheard),
        *_cannot_be_judged(session, now),
    ]


def _letter(alarm: Alarm, words: str, now: datetime) -> Letter:
    key = f"alarm:{alarm.kind}:{local_date(now).isoformat()}"
    return Letter("alarm", key, f"告警：{words}"[:200], [{"text": words}], CLOCK_PAGE)
