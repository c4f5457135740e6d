"""The digests that named a case: mornings on which somebody was told the same with the same result are one line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from opinion_app.desks.casefile.results import LATEST, READ, TONES, Sent, result, why_not
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.due import clock_words
from opinion_app.flow.outbox import CATEGORIES, DIGEST
from opinion_app.records.clock import Clock
from opinion_app.records.notice import DigestEntry, Notice, Reminder
from opinion_app.rules.digest import place_of
from opinion_app.rules.spoken import day_words
from opinion_app.rules.words import NoticeState
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local_date

TROUBLED = (TONES[NoticeState.FAILED], TONES[NoticeState.UNKNOWN])
MOST = 2000  # entries looked at: half a year of one date, with ten people told of it by two ways
Entry = tuple[Notice, Clock, str]


class Alike(NamedTuple):
    """What the digests of a morning say of a case, and what became of them; that a notice was read makes no difference."""

    said: str
    result: str
    tone: str
    note: str


@dataclass
class Mornings:
    """Working mornings one after the other on which some people were told alike, from the `first` to the `last`.

    `told`: by how many notices, of which so many were `read`, inside the service alone; `at`: the newest."""

    alike: Alike
    first: date
    last: date
    at: datetime
    whom: list[str]
    told: int = 0
    read: int = 0

    def as_sent(self) -> Sent:
        """The line on the page of the case."""
        days = _day(self.last, self.last)
        if self.first != self.last:
            days = f"{_day(self.first, self.last)}–{days}，每个工作日"
        outcome = self.alike.result
        if self.read:
            outcome = READ if self.read == self.told else f"{outcome}·已读 {self.read}/{self.told}"
        what = f"{CATEGORIES[DIGEST]} {days}：{self.alike.said}"
        return Sent(what, "、".join(self.whom), self.at, outcome, self.alike.tone, self.alike.note)


def named_by_digests(case_id: int) -> Select[int, int, str]:
    """Which digests named a case: notice, clock and group, the newest first; but for what the ledger of rungs tells of."""
    entered = select(Reminder.id).where(Reminder.notice_id == DigestEntry.notice_id, Reminder.clock_id == DigestEntry.clock_id)
    return (
        select(DigestEntry.notice_id, DigestEntry.clock_id, DigestEntry.due_group)
        .join(Clock, Clock.id == DigestEntry.clock_id)
        .where(Clock.case_id == case_id, ~entered.exists())
        .order_by(DigestEntry.notice_id.desc())
        .limit(MOST)
    )


def digests_told(session: Session, entries: Sequence[Entry]) -> list[Sent]:
    """On which mornings digests named a case to whom, with what result, newest first; `entries`: the newest notice first."""
    mornings = _of_everybody(_one_after_the_other(entries, work_calendar(session))) if entries else ()
    return [one.as_sent() for one in sorted(mornings, key=_order)[:LATEST]]


def _order(one: Mornings) -> tuple[float, bool]:
    """The newest first; of the same morning first what did not reach its reader."""
    return -one.at.timestamp(), one.alike.tone not in TROUBLED


def _one_after_the_other(every: Iterable[Entry], calendar: WorkCalendar) -> list[Mornings]:
    """The mornings of each person, the newest first, each joined to the working morning after it that was alike."""
    found: list[Mornings] = []
    since: dict[tuple[int | None, str, Alike], Mornings] = {}  # by the person: two may have one name
    for _number, own in groupby(every, key=_notice_id):
        entries = list(own)
        notice = entries[0][0]
        day, alike = notice.local_date or local_date(notice.created_at), _alike(notice, entries)
        whose = notice.person_id, notice.receiver, alike
        run = since.get(whose)
        if run is None or _works_between(day, run.first, calendar):
            run = since[whose] = Mornings(alike, day, day, notice.created_at, [notice.receiver])
            found.append(run)
        run.first = day
        run.told += 1
        run.read += notice.state is NoticeState.SHOWN and notice.read_at is not None
    return found


def _notice_id(entry: Entry) -> int:
    return entry[0].id


def _of_everybody(runs: Iterable[Mornings]) -> Iterable[Mornings]:
    """The same mornings of several people who were told alike as one."""
    found: dict[tuple[date, date, Alike], Mornings] = {}
    for run in runs:
        one = found.setdefault((run.first, run.last, run.alike), run)
        if one is not run:
            one.whom = sorted(one.whom + run.whom)
            one.told += run.told
            one.read += run.read
    return found.values()


def _alike(notice: Notice, entries: Sequence[Entry]) -> Alike:
    groups: dict[str, list[str]] = {}
    for _notice, clock, group in entries:
        groups.setdefault(group, []).append(clock_words(clock))
    said = "、".join(f"{'、'.join(dict.fromkeys(words))}（{group}）" for group, words in sorted(groups.items(), key=_pressing))
    words, tone = result(notice, notice.channel.label)
    return Alike(said, notice.state.label if words == READ else words, tone, why_not(notice))


def _pressing(group: tuple[str, list[str]]) -> int:
    return place_of(group[0])


def _works_between(earlier: date, later: date, calendar: WorkCalendar) -> bool:
    return any(calendar.is_working(earlier + timedelta(days=ahead)) for ahead in range(1, (later - earlier).days))


def _day(day: date, beside: date) -> str:
    return day_words(day, beside.year).split()[0]
