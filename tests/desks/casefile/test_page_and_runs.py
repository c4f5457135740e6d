"""What the page of a case says will be sent is what the runs then send: no more, no less, to whom and when (N01, N14)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import func, select

from opinion_app.desks.calendar.operations import add_closure, remove_closure
from opinion_app.desks.casefile.reminding import Next, coming
from opinion_app.desks.reminders.operations import queue_digests
from opinion_app.flow.cases import facts_of
from opinion_app.flow.ladder import Saved, ladder, save_ladder
from opinion_app.flow.reminding import open_clock, open_of
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.rules.errors import OfficeError
from opinion_app.rules.facts import Actor
from opinion_app.rules.ladder import Way
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import Kind, NoticeChannel, Urgency
from opinion_app.rules.zone import local, local_date, parse_moment
from opinion_app.steps.handling import suspending
from opinion_app.steps.triage import merging, operations
from tests.builders.life import HELP, give_addresses, handling_case
from tests.builders.office import NOW, make_case
from tests.desks.outbox import posted
from tests.desks.outbox.test_nothing_twice import Office, late_with_a_sheet, office

__all__ = ["office"]
DAY = timedelta(days=1)
SORTS = (
    HELP,
    replace(HELP, kind=Kind.INQUIRY),
    replace(HELP, kind=Kind.COMPLAINT),
    replace(HELP, urgency=Urgency.URGENT),
    replace(HELP, urgency=Urgency.COMPLEX),
)


def shown(office: Office, case: Case, now: str) -> list[tuple[str, str, str]]:
    """The rungs the page says will come: when, what, to whom."""
    ahead = coming(office.session, open_of(office.session, case.id), facts_of(office.session, case), parse_moment(now))
    rungs = (one for one in ahead if "待办通报" not in one.what)
    return [(local(one.at).strftime("%m-%d %H:%M"), one.what, one.whom) for one in rungs]


def test_n01_a_rung_that_has_come_outside_working_hours_is_said_to_come_with_the_next_morning(office: Office) -> None:
    """Merged in the evening with an older letter: late from that moment, told next morning."""
    case = handling_case(office.life)
    give_addresses(office.session)
    office.alone(case, "reply")
    due = office.day(case, "reply")
    before = office.after(date.fromisoformat(due), -1)
    posted.morning(office, before)  # type: ignore[arg-type]
    posted.post(office, f"{before}T08:35")  # type: ignore[arg-type]
    old = make_case(office.session, None, now=parse_moment(f"{before}T10:00") - 13 * DAY)
    now = parse_moment(f"{before}T18:30")
    merging.merge(office.session, old, office.life.clerk, now, case.number, "同一件事", know_late=True)
    first = shown(office, case, f"{before}T18:30")[0]
    assert first[:2] == (f"{due[5:]} 08:30", "催办通知：答复")
    office.run(f"{before}T18:31")
    assert shown(office, case, f"{before}T18:32")[0] == first, "the look that waits for the morning changes nothing"
    posted.morning(office, due)  # type: ignore[arg-type]
    mailed = [line.split(" ")[0] for line in posted.post(office, f"{due}T08:35") if "催办通知" in line]  # type: ignore[arg-type]
    assert len(mailed) == len(first[2].split("、"))
    assert not any("催办通知" in what for _at, what, _whom in shown(office, case, f"{due}T08:36"))


@pytest.mark.parametrize("how", ["closure", "ladder"])
def test_n01_what_everybody_it_names_was_told_of_is_not_said_to_come_again(office: Office, how: str) -> None:
    """The day of the card and this one are closed afterwards, or the ladder has it a day later: whoever it names knows."""
    case, day = late_with_a_sheet(office)
    now = parse_moment(f"{day}T10:00")
    if how == "closure":
        for closed in (date.fromisoformat(office.day(case, "reply", 5)), local_date(now)):
            add_closure(office.session, closed, "暴雪", office.admin, now, None)
    else:
        held = ladder(office.session)
        later = tuple(replace(rung, amount=7) if rung.code == "yellow" else rung for rung in held.days)
        save_ladder(office.session, replace(held, days=later), office.admin, now, Saved(local_date(now), {}))
    office.run(f"{day}T10:01")
    assert not any("黄牌" in what and "答复" in what for _at, what, _whom in shown(office, case, f"{day}T10:02"))
    following = office.after(date.fromisoformat(day), 1)
    posted.morning(office, following)  # type: ignore[arg-type]
    assert not any("黄牌" in line for line in posted.post(office, f"{following}T08:35"))  # type: ignore[arg-type]


class Walk:
    """Days on which dates move at random; the page is asked after each act and each run, and the next run compared with it."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.session, self.dice = office, office.session, Random(seed)
        office.life.finance.robot_url = "wecombot://abcdefgh1234/"
        self.case = handling_case(office.life)
        give_addresses(self.session)
        office.alone(self.case, "reply", "contact", "draft")
        self.closed: list[date] = []
        self.rungs = {rung.label for rung in ladder(self.session).days if rung.way is not Way.DIGEST}
        self.page: list[Next] = []
        self.compared = 0

    def look(self, now: datetime) -> None:
        """Ask the page; what tells of a date between two digests has tests of its own."""
        clocks, facts = open_of(self.session, self.case.id), facts_of(self.session, self.case)
        self.page = [one for one in coming(self.session, clocks, facts, now) if one.what.partition("：")[0] in self.rungs]

    def run(self, moment: str) -> None:
        """One run, in the morning after the digests, and what the page said of it."""
        now, last = parse_moment(moment), self.session.scalar(select(func.max(Notice.id))) or 0
        foretold = {(one.what, name) for one in self.page if one.at <= now for name in one.whom.split("、")}
        if moment.endswith("T08:31"):
            queue_digests(self.session, now)
        self.office.run(moment)
        assert self.said(last) == foretold, (moment, self.page)
        self.compared += len(foretold)
        posted.post(self.office, moment)  # type: ignore[arg-type]
        self.session.expire_all()
        self.look(now)

    def said(self, after: int) -> set[tuple[str, str]]:
        """Each rung that was said since, with what its clock waits for, and who heard it: people and the groups of units."""
        ways = (NoticeChannel.IN_APP, NoticeChannel.ROBOT)
        query = select(Notice).where(Notice.id > after, Notice.category == "rung", Notice.channel.in_(ways))
        group, found = f"{self.office.life.finance.name}的群", set()
        for notice in self.session.scalars(query):
            rung, name = notice.subject.partition("：")[0], group if notice.channel is NoticeChannel.ROBOT else notice.receiver
            waits = {open_clock(self.session.get_one(Clock, line["clock"])).waits_for for line in notice.lines}
            found |= {(f"{rung}：{one}", name) for one in waits if rung in self.rungs}
        return found

    def act(self, moment: str) -> None:
        """Move the dates of the case somehow, or not, where the office does not let it."""
        now, clerk = parse_moment(moment), self.office.life.clerk
        try:
            with self.session.begin_nested():
                self.dice.choice((self.classify, self.close, self.reopen, self.suspend, self.resume, self.merge))(clerk, now)
        except OfficeError:
            self.session.expire_all()
        self.session.expire_all()
        self.look(now)

    def classify(self, clerk: Actor, now: datetime) -> None:
        operations.classify(self.session, self.case, clerk, now, self.dice.choice(SORTS), know_late=True)

    def close(self, _clerk: Actor, now: datetime) -> None:
        day = local_date(now) + self.dice.randrange(-9, 6) * DAY
        add_closure(self.session, day, "停电", self.office.admin, now, None)
        self.closed.append(day)

    def reopen(self, _clerk: Actor, now: datetime) -> None:
        day = self.closed.pop() if self.closed else date(2026, 1, 1)
        remove_closure(self.session, day, self.office.admin, now, None)

    def suspend(self, clerk: Actor, now: datetime) -> None:
        suspending.suspend(self.session, self.case, clerk, now, SuspensionGround.HEARING, now, "听证")

    def resume(self, clerk: Actor, now: datetime) -> None:
        suspending.resume(self.session, self.case, clerk, now, now - 2 * DAY, "结束", know_late=True)

    def merge(self, clerk: Actor, now: datetime) -> None:
        old = make_case(self.session, clerk, now=now - self.dice.randrange(1, 12) * DAY)
        merging.merge(self.session, old, clerk, now, self.case.number, "同一件事", know_late=True)


@pytest.mark.parametrize("seed", range(4))
def test_n14_over_days_of_moving_dates_the_runs_say_what_the_page_said(office: Office, seed: int) -> None:
    walk = Walk(office, seed)
    for ahead in range(1, 22):
        day = (NOW + ahead * DAY).date().isoformat()
        for hour in ("08:31", "10:00", "19:00"):
            walk.run(f"{day}T{hour}")
            if walk.dice.random() < 0.3:
                walk.act(f"{day}T{hour[:2]}:40")
                walk.run(f"{day}T{hour[:2]}:41")
    assert walk.compared > 10


def test_n09_a_rung_that_finds_nobody_is_said_to_come_when_somebody_is_back(office: Office) -> None:
    """The whole office is on leave on the morning of 催办通知, and back the day after."""
    case = handling_case(office.life)
    give_addresses(office.session)
    office.alone(case, "reply")
    due = office.mornings(case, "reply", 0)
    late, back = (office.after(date.fromisoformat(due), number) for number in (1, 2))
    for person in office.session.scalars(select(Person)):
        person.leave_from = person.leave_until = date.fromisoformat(late)
    office.session.flush()
    urged = [(at, whom) for at, what, whom in shown(office, case, f"{due}T09:00") if what == "催办通知：答复"]
    assert [at for at, _whom in urged] == [f"{late[5:]} 08:30", f"{back[5:]} 08:30"]
    assert urged[0][1] == "无人"
    for day in (late, back):
        posted.morning(office, day)  # type: ignore[arg-type]
        mails = [line for line in posted.post(office, f"{day}T08:35") if "催办通知" in line]  # type: ignore[arg-type]
        assert len(mails) == (len(urged[1][1].split("、")) if day == back else 0)
