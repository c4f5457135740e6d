"""People come and go at random while two replies are due and mail fails: whoever has them in the end was told, once (N09).

Each run of the clock tells just what a rehearsal of that moment foretold (N14)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.accounts.operations import set_leave
from opinion_app.desks.outbox.operations import claim, confirm
from opinion_app.desks.people import operations as people
from opinion_app.desks.people import unit_operations as units
from opinion_app.desks.reminders.rehearsal import rehearse
from opinion_app.flow.cases import facts_of
from opinion_app.flow.coming_back import bring_back
from opinion_app.flow.outbox import BY_MAILBOX
from opinion_app.flow.roster import roster
from opinion_app.records.actors import actor_of
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.rules.delivery import Attempt, Outcome
from opinion_app.rules.errors import OfficeError
from opinion_app.rules.facts import Actor
from opinion_app.rules.recipients import Owing, recipients
from opinion_app.rules.words import Kind, NoticeChannel, NoticeState, Role
from opinion_app.rules.zone import local_date, parse_moment
from tests.builders.office import make_person
from tests.desks.outbox.posted import DUE, SENDER, leave, mailing, morning, post, round_
from tests.desks.reminders.laddered import Office, with_case
from tests.support.databases import alternately

THEY = ("handler", "head", "deputy")
LEAVING = (NoticeChannel.MAIL, NoticeChannel.ROBOT)
ROBOT_URL = "wecombot://abcdefgh1234/"
ENDS = parse_moment(f"{DUE}T16:30")
AFTER = [parse_moment(f"{DUE}T{time}") for time in ("16:45", "17:20", "17:21", "17:59", "20:00")]


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """An office with a mail server, an administrator and somebody who may stand in."""
    for made in mailing(core):
        made.people["boss"] = make_person(made.session, "boss", Role.ADMINISTRATOR, email="boss@office.test")
        yield made


class Day:
    """The day as it goes: the office, the dice, what was done and what was told, for whoever has to read a failure."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.dice, self.now = office, Random(seed), parse_moment(f"{DUE}T08:30")
        self.boss: Actor = actor_of(office.session, office.people["boss"])
        self.log: list[str] = []

    def something_happens(self) -> None:
        """One change by a page of people or units; what the page refuses did not happen."""
        [what] = self.dice.choices(
            (self._leave, self._email, self._robot, self._account, self._mailbox, self._role), (7, 4, 2, 3, 2, 2)
        )
        try:
            with self.office.session.begin_nested():
                self._note(what(self.dice.choice(THEY)))
        except OfficeError as refusal:
            self._note(f"refused: {refusal}")
        self.office.session.expire_all()

    def the_clock_runs(self, outcome: Outcome) -> None:
        """Rungs, then both outboxes, as a rehearsal of this very moment foretells."""
        drafts = [draft for draft in rehearse(self.office.session, self.now).drafts if draft.category in BY_MAILBOX]
        leaves = [draft for draft in drafts for _ in _channels(draft.ways)]
        foretold = Counter((draft.name.partition("（")[0], draft.subject, _clocks(draft.lines)) for draft in leaves)
        self.office.run(self.now.strftime("%Y-%m-%dT%H:%M"))
        runs = (*LEAVING, *LEAVING)  # each outbox runs more than once a minute: what comes back by the other way is tried, too
        tried = Counter(one for channel in runs for one in self._post(channel, outcome))
        self._note(f"{outcome.value} {sorted(tried)}")
        assert foretold == tried, "\n".join(self.log)

    def _post(self, channel: NoticeChannel, outcome: Outcome) -> list[tuple[str, str, tuple[int, ...]]]:
        session, done = self.office.session, []
        bring_back(session, channel, self.now, "")
        while (claimed := claim(session, "r1", SENDER, self.now, channel)) is not None:
            confirm(session, claimed, "r1", Attempt(outcome, "x"), self.now)
            notice = session.get_one(Notice, claimed.notice_id)
            done.append((notice.person.name if notice.person is not None else "", claimed.subject, _clocks(notice.lines)))
        return done

    def _note(self, what: str) -> None:
        self.log.append(f"{self.now:%H:%M} {what}")

    def _leave(self, login: str) -> str:
        away = self.office.people[login].leave_from is not None
        if away:
            leave(self.office, login, self.now.isoformat(), None)
            return f"{login} is back"
        deputy = self.office.people[self.dice.choice([one for one in THEY if one != login])]
        who = actor_of(self.office.session, self.office.people[login])
        set_leave(self.office.session, who, deputy.id, local_date(self.now), date(2026, 12, 20), self.now)
        return f"{login} on leave, {deputy.login} stands in"

    def _edit(self, login: str, **new: object) -> str:
        person = self.office.people[login]
        held = {field: getattr(person, field) for field in ("roles", *people.LABELS)}
        people.edit(self.office.session, person, people.PersonValues(**(held | new)), self.boss, self.now, None)
        return f"{login} {new}"

    def _email(self, login: str) -> str:
        return self._edit(login, email="" if self.office.people[login].email else f"{login}@office.test")

    def _robot(self, login: str) -> str:
        return self._edit(login, robot_url="" if self.office.people[login].robot_url else ROBOT_URL)

    def _role(self, login: str) -> str:
        head = self.office.people[login].roles == frozenset({Role.UNIT_HEAD})
        return self._edit(login, roles=frozenset({Role.HANDLER if head else Role.UNIT_HEAD}))

    def _account(self, login: str) -> str:
        person = self.office.people[login]
        (people.disable if person.active else people.enable)(self.office.session, person, self.boss, self.now)
        return f"{login} active: {person.active}"

    def _mailbox(self, _login: str) -> str:
        unit = self.office.people["head"].unit
        assert unit is not None
        email = "" if unit.email else "box@office.test"
        held = {field: getattr(unit, field) for field in units.LABELS} | {"leader_id": self.office.people["vice"].id}
        values = units.UnitValues(**(held | {"email": email}))
        units.edit(self.office.session, unit, values, self.boss, self.now, None)
        return f"the mailbox is {email or 'gone'}"


def _clocks(lines: Iterable[Mapping[str, Any]]) -> tuple[int, ...]:
    return tuple(sorted(int(line["clock"]) for line in lines))


def _channels(ways: str) -> list[str]:
    return [way for way in ways.split("、") if way != "站内"]


def a_day(office: Office, seed: int) -> Day:
    """From the morning's digest to the evening: changes and runs; mail works a third of the time, in the end always."""
    day = Day(office, seed)
    morning(office, DUE)
    day.now = parse_moment(f"{DUE}T08:32")
    while day.now < ENDS:
        day.the_clock_runs(Outcome.SENT if day.dice.random() < 0.35 else Outcome.UNREACHABLE)
        day.something_happens()
        day.now += timedelta(minutes=day.dice.randrange(1, 30))
    for day.now in AFTER:
        day.the_clock_runs(Outcome.SENT)
    return day


def told(office: Office, since: datetime) -> Counter[tuple[int, int, NoticeChannel]]:
    """How often the letters that left told each person of each clock by each way."""
    left = Notice.state == NoticeState.SENT, Notice.created_at >= since, Notice.category.in_(BY_MAILBOX)
    found = office.session.scalars(select(Notice).where(*left).execution_options(populate_existing=True))
    return Counter((one.person_id or 0, int(line["clock"]), one.channel) for one in found for line in one.lines)


def test_n09_who_could_be_told_inside_only_is_written_to_once_there_is_an_address(office: Office) -> None:
    """Somebody was asked to pass it on; that is no letter to who has it."""
    office.people["head"].active = False
    office.people["deputy"].email = ""
    office.session.flush()
    morning(office, DUE)
    post(office, f"{DUE}T08:35")
    leave(office, "handler", f"{DUE}T09:00")
    assert round_(office, f"{DUE}T09:01") == ["boss 今天到期：LY2026-000001"]
    day = Day(office, 0)
    day.now = parse_moment(f"{DUE}T09:30")
    day._email("deputy")
    assert round_(office, f"{DUE}T09:31") == ["deputy 今天到期：LY2026-000001 答复"]
    assert [round_(office, f"{DUE}T{time}") for time in ("09:32", "17:00")] == [[], []]


@pytest.mark.parametrize(("database_url", "seed"), alternately(range(5)), indirect=["database_url"])
def test_n09_n14_whoever_has_it_in_the_end_was_told_once_and_every_run_was_foretold(office: Office, seed: int) -> None:
    case, clock = with_case(office.session, None, office.case.lead_unit_id or 0, office.people["handler"].id)
    case.kind = Kind.ACCUSATION if seed % 2 else case.kind  # of which no robot and no mailbox may speak
    office.run("2026-11-10T08:32")
    day = a_day(office, seed)
    heard = told(office, parse_moment(f"{DUE}T08:30"))
    assert [one for one, times in heard.items() if times > 1] == [], "\n".join(day.log)
    assert untold(office, [(office.case, office.clock), (case, clock)], heard) == [], "\n".join(day.log)


def untold(office: Office, due: list[tuple[Case, Clock]], heard: Counter[tuple[int, int, NoticeChannel]]) -> list[str]:
    """Who has one of the clocks when the day ends, can be reached and heard nothing of it; a clock that nobody heard of."""
    staff = roster(office.session, local_date(AFTER[-1]))
    logins = {row.id: row.login for row in office.session.scalars(select(Person))}
    found = []
    for case, clock in due:
        theirs = recipients(Owing(clock.owed_by, clock.unit_id), facts_of(office.session, case), staff)
        reached = {one.person_id for one in theirs if any((one.person_id, clock.id, way) in heard for way in LEAVING)}
        found += [] if reached else [f"nobody heard of {case.number}"]
        facts = facts_of(office.session, case)
        ways = {who: staff.staff[who].outside(facts) for who in (one.person_id for one in theirs)}
        found += [f"{logins[who]} heard nothing of {case.number}" for who in ways if ways[who] and who not in reached]
    return found
