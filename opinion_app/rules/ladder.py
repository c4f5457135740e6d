"""The ladder (催办阶梯) as data: at which moments of a clock whom the service tells, and how (domain §7, decisions 21)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from opinion_app.rules.clock_facts import ClockFacts
from opinion_app.rules.deadline import derive
from opinion_app.rules.digest import OpenClock
from opinion_app.rules.elapsed import elapsed_at
from opinion_app.rules.words import Word
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local, local_date, on_day

CLOSING = time(18, 0)


class Anchor(Word):
    """From what the moment of a rung is counted."""

    ELAPSED = "elapsed", "时限过去百分之"
    WARNING = "warning", "进入临期"
    DUE = "due", "到期"
    WORKING_DAYS = "working_days", "逾期后第几个工作日"
    DAYS = "days", "逾期后第几日"
    HOURS = "hours", "逾期后几小时"


BEFORE_LATE = frozenset({Anchor.ELAPSED, Anchor.WARNING, Anchor.DUE})  # the last of a clock of days: on the day it is due


class Who(Word):
    """Who a rung speaks to; the people are found anew each time, so that it follows the holder (decisions 4)."""

    OWNER = "owner", "现承办环节责任人"
    HEADS = "heads", "承办单位负责人"
    CLERKS = "clerks", "受理员"
    IN_CHARGE = "in_charge", "分管领导"
    MAIN_LEADER = "main_leader", "主要领导"


class Way(Word):
    """How a rung is told: as a line of the morning's digest, by a letter of its own, or inside the service alone."""

    DIGEST = "digest", "随待办通报"
    LETTER = "letter", "单独通知"
    INSIDE = "inside", "只在站内提示"


class Card(Word):
    """The colour a rung shows."""

    NONE = "none", "无"
    YELLOW = "yellow", "黄牌"
    RED = "red", "红牌"


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung; no two of an office share a `code`. `sheet`: it issues a 督办单; `since`: it says nothing of moments before."""

    code: str
    label: str
    anchor: Anchor
    amount: int = 0
    to: tuple[Who, ...] = (Who.OWNER,)
    copy: tuple[Who, ...] = ()
    way: Way = Way.LETTER
    card: Card = Card.NONE
    sheet: bool = False
    active: bool = True
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs of clocks of days and of hours, and when they may speak.

    Rungs of day clocks speak on working days between `morning` and closing. Those of hour clocks speak at once, but at night
    (`quiet_from` to `quiet_until`) only for the levels and urgencies named in `night`. What is late by more than
    `late_hours` or `late_days` (working days) after a standstill is left to the digest (N07)."""

    days: tuple[Rung, ...]
    hours: tuple[Rung, ...]
    night: frozenset[str] = frozenset({"I", "II", "III", "urgent"})
    quiet_from: time = time(22, 0)
    quiet_until: time = time(7, 0)
    late_hours: int = 24
    late_days: int = 5
    main_leader_id: int | None = None
    sheet_days: int = 2
    morning: time = field(default=time(8, 30))

    def of(self, clock: OpenClock) -> tuple[Rung, ...]:
        """The rungs in use for a clock of this kind."""
        return tuple(rung for rung in (self.days if clock.span.unit.in_days else self.hours) if rung.active)

    def named(self, code: str) -> Rung | None:
        """The rung with this code, in use or not."""
        return next((rung for rung in (*self.days, *self.hours) if rung.code == code), None)


_UNIT = (Who.OWNER, Who.HEADS)
_SUPERVISORS = (Who.IN_CHARGE, Who.CLERKS)
_LEADERS = (Who.IN_CHARGE, Who.MAIN_LEADER)
_YELLOW, _RED = "黄牌督办", "红牌督办"
DEFAULT_LADDER = Ladder(
    days=(
        Rung("half", "时限过半提示", Anchor.ELAPSED, 50, way=Way.INSIDE),
        Rung("soon", "即将超时", Anchor.WARNING, way=Way.DIGEST),
        Rung("today", "今天到期", Anchor.DUE, way=Way.DIGEST),
        Rung("urge", "催办通知", Anchor.WORKING_DAYS, 1, copy=(Who.IN_CHARGE,)),
        Rung("yellow", _YELLOW, Anchor.WORKING_DAYS, 5, _UNIT, _SUPERVISORS, card=Card.YELLOW, sheet=True),
        Rung("red", _RED, Anchor.WORKING_DAYS, 15, _UNIT, (*_LEADERS, Who.CLERKS), card=Card.RED),
        Rung("report", "逾期通报", Anchor.DAYS, 30, (Who.MAIN_LEADER, Who.IN_CHARGE), (Who.CLERKS, Who.HEADS), card=Card.RED),
    ),
    hours=(
        Rung("hours_soon", "即将到期", Anchor.WARNING),
        Rung("hours_overdue", "已逾期", Anchor.DUE, copy=(Who.IN_CHARGE,)),
        Rung("hours_yellow", _YELLOW, Anchor.HOURS, 24, _UNIT, _SUPERVISORS, card=Card.YELLOW, sheet=True),
        Rung("hours_red", _RED, Anchor.HOURS, 72, _UNIT, _LEADERS, card=Card.RED),
    ),
)


@dataclass(frozen=True, slots=True)
class Coming:
    """One rung of one clock: its moment, and when it may be said."""

    rung: Rung
    moment: datetime
    speaks_at: datetime


def moment_of(rung: Rung, clock: OpenClock, facts: ClockFacts, calendar: WorkCalendar, morning: time) -> datetime | None:
    """When a rung comes; None when it never does. Late begins only after the due moment (D05)."""
    in_days = clock.span.unit.in_days
    if rung.anchor is Anchor.ELAPSED:
        share = elapsed_at(derive(facts, calendar), rung.amount)
        if share is not None and in_days:
            share = on_day(local_date(share) + timedelta(days=1), morning)
        return share if share is not None and share < clock.due_at else None
    if rung.anchor is Anchor.WARNING:
        at = clock.warn_at if clock.warn_at is None or not in_days else on_day(local_date(clock.warn_at), morning)
        return at if at is not None and at < clock.due_at else None  # 即将到期 is not said of what is due
    if rung.anchor is Anchor.HOURS:
        return clock.due_at + timedelta(hours=rung.amount, seconds=1)
    due_on = local_date(clock.due_at)
    if rung.anchor is Anchor.DUE:
        if not in_days:
            return clock.due_at + timedelta(seconds=1)
        at = on_day(due_on, morning)
        return at if at < clock.due_at else None  # 今天到期 is not said of what an hour clock's moment has made late by then
    if rung.anchor is Anchor.WORKING_DAYS:
        return on_day(calendar.add_working_days(due_on, rung.amount), morning)
    return on_day(due_on + timedelta(days=rung.amount), morning)


def plan(clock: OpenClock, facts: ClockFacts, ladder: Ladder, calendar: WorkCalendar) -> list[Coming]:
    """Every rung of a clock with its moments, the first to come first."""
    found = []
    for rung in ladder.of(clock):
        moment = moment_of(rung, clock, facts, calendar, ladder.morning)
        if moment is not None:
            found.append(Coming(rung, moment, speaks_at(moment, clock, ladder, calendar)))
    return sorted(found, key=lambda coming: (coming.moment, coming.rung.anchor is not Anchor.ELAPSED))


def speaks_at(moment: datetime, clock: OpenClock, ladder: Ladder, calendar: WorkCalendar) -> datetime:
    """The first instant from `moment` on at which a rung of this clock may be said (N08)."""
    wall = local(moment)
    if clock.span.unit.in_days:
        opens = on_day(wall.date(), ladder.morning)
        if calendar.is_working(wall.date()) and wall.time() <= CLOSING:
            return max(wall, opens)
        return on_day(calendar.next_working_day(wall.date()), ladder.morning)
    return wall if ladder.night & clock.marks or not quiet(wall, ladder) else quiet_ends(wall, ladder)


def quiet(moment: datetime, ladder: Ladder) -> bool:
    """Whether a moment lies in the hours in which only what burns is told."""
    at, begin, end = local(moment).time(), ladder.quiet_from, ladder.quiet_until
    return begin <= at < end if begin <= end else at >= begin or at < end


def quiet_ends(moment: datetime, ladder: Ladder) -> datetime:
    """When the quiet hours end that a moment lies in."""
    wall = local(moment)
    until = on_day(wall.date(), ladder.quiet_until)
    return until if until >= wall else on_day(wall.date() + timedelta(days=1), ladder.quiet_until)


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at a clock found: the rung to be told now, if any, why not, and when to look again (None: never)."""

    tell: Coming | None = None
    next_at: datetime | None = None
    passed: tuple[Coming, ...] = ()


def look(comings: Sequence[Coming], clock: OpenClock, ladder: Ladder, calendar: WorkCalendar, now: datetime) -> Look:
    """The highest rung that has come; the lower ones are said with it, so that catching up is one word (N07)."""
    may_speak = speaks_at(now, clock, ladder, calendar)
    come = tuple(coming for coming in comings if coming.speaks_at <= now)
    following = [coming.speaks_at for coming in comings if coming.speaks_at > now]
    if come and may_speak > now:  # a standstill ended at night: it waits for the morning
        return Look(None, min([may_speak, *following]), come)
    highest = come[-1] if come else None
    if highest is not None and not fresh(highest, clock, ladder, calendar, now):
        highest = None
    return Look(highest, min(following, default=None), come)


def fresh(coming: Coming, clock: OpenClock, ladder: Ladder, calendar: WorkCalendar, now: datetime) -> bool:
    """Whether a rung may still be told: not too late, and not of a time nobody was to be told about."""
    if any(begun is not None and coming.moment < begun for begun in (clock.known_since, coming.rung.since)):
        return False
    if clock.span.unit.in_days:
        return calendar.count_working_days(local_date(coming.speaks_at), local_date(now)) <= ladder.late_days
    return now - coming.speaks_at <= timedelta(hours=ladder.late_hours)
