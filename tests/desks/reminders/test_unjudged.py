"""A clock that cannot be judged is counted, named by its case and forgotten once it can be (N05, N15)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.outbox.alarm import alarms, raise_alarms
from opinion_app.desks.reminders import operations
from opinion_app.desks.reminders.operations import queue_digests, queue_rungs
from opinion_app.flow import clocks
from opinion_app.flow.unjudged import NAMED, Unjudged, note_unjudged, unjudged, unjudged_words
from opinion_app.records.case import Case
from opinion_app.records.notice import Notice
from opinion_app.records.transaction import transaction
from opinion_app.rules.digest import Trouble
from opinion_app.rules.words import ClockState, Kind, Role, Urgency
from opinion_app.rules.zone import parse_moment
from tests.builders.life import Office, make_office
from tests.builders.office import NOW, make_actor, make_case

MORNING = parse_moment("2026-12-01T08:30")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def poisoned(office: Office) -> Case:
    """A case whose clocks are of no known stage."""
    case = make_case(office.session, office.clerk, urgency=Urgency.URGENT)
    for clock in clocks.open_clocks(office.session, case.id):
        clock.stage = "unheard-of"
    office.session.flush()
    return case


def told(office: Office, minutes: int) -> list[str]:
    found = alarms(office.session, NOW + minutes * MINUTE)
    return [alarm.words for alarm in found if alarm.kind == "unjudged"]


def test_n05_a_clock_nobody_can_judge_raises_the_alarm_until_it_is_mended(office: Office) -> None:
    case = poisoned(office)
    make_case(office.session, office.clerk)
    queue_rungs(office.session, NOW)
    assert told(office, 5) == [], "it may be mended by the next run"
    queue_rungs(office.session, NOW + 9 * MINUTE)
    [words] = told(office, 10)
    assert words == "有 2 项时限无法判断，不会催办，请联系维护人员", "whom it is told decides whether the number is"
    assert unjudged_words(unjudged(office.session, NOW)) == f"有 2 项时限无法判断，不会催办（{case.number}）"
    for clock, stage in zip(clocks.open_clocks(office.session, case.id), ("accept", "reply"), strict=True):
        clock.stage = stage
    queue_rungs(office.session, NOW + 11 * MINUTE)
    assert told(office, 60) == []


def test_n05_a_clock_that_broke_after_it_was_looked_at_is_found_by_the_digest(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    queue_rungs(office.session, NOW)
    for clock in clocks.open_clocks(office.session, case.id):
        clock.stage = "unheard-of"
    queue_digests(office.session, MORNING)
    [first, *_] = unjudged(office.session, MORNING)
    assert (first.number, first.since) == (case.number, MORNING)
    for clock in clocks.open_clocks(office.session, case.id):
        clock.state = ClockState.STOPPED
    office.session.flush()
    assert unjudged(office.session, MORNING) == [], "nobody waits for a clock that ended"


def test_n05_a_digest_that_could_not_be_made_is_counted_until_the_next(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    make_case(office.session, office.clerk)
    with monkeypatch.context() as patched:
        patched.setattr(operations, "message_of", lambda _digest: 1 / 0)
        queue_digests(office.session, MORNING)
    assert unjudged_words(unjudged(office.session, MORNING)).endswith("人的待办通报没有生成")
    queue_digests(office.session, MORNING + timedelta(days=1))
    assert unjudged(office.session, MORNING + timedelta(days=2)) == []


def test_n05_a_day_off_forgets_nothing_and_the_first_moment_stays(office: Office) -> None:
    case = poisoned(office)
    broken = clocks.open_clocks(office.session, case.id)[0].id
    for minutes in (0, 5):
        note_unjudged(office.session, "rungs", [broken], [Trouble(broken, "torn")], NOW + minutes * MINUTE)
    note_unjudged(office.session, "digests", [], [], NOW)
    assert unjudged(office.session, NOW) == [Unjudged(case.number, "torn", NOW)]


def test_n05_many_are_counted_and_a_few_named() -> None:
    many = [Unjudged(f"LY2026-{number:06}", "torn", NOW) for number in range(NAMED + 2)]
    assert unjudged_words(many).endswith(f"LY2026-{NAMED - 1:06}等 {NAMED + 2} 件）")


def test_n05_a_digest_s_trouble_ends_with_its_cause_on_the_next_working_morning(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    reply = clocks.reply_clock(office.session, case.id)
    assert reply is not None
    note_unjudged(office.session, "digests", [], [Trouble(reply.id, "torn"), Trouble(0, "torn", 1)], MORNING)
    for day_off in ("2026-12-05T08:30", "2026-12-06T08:30"):
        queue_digests(office.session, parse_moment(day_off))
    assert len(unjudged(office.session, MORNING)) == 2, "a day off judges nothing and forgets nothing"
    reply.due_at = reply.warn_at = parse_moment("2027-02-01T23:59:59")  # extended: it presses no more
    office.session.flush()
    queue_digests(office.session, parse_moment("2026-12-07T08:30"))
    assert unjudged(office.session, parse_moment("2026-12-08T08:30")) == []


def test_n15_the_number_of_a_hidden_case_is_told_to_those_alone_who_may_know_of_it(office: Office) -> None:
    hidden, plain = poisoned(office), poisoned(office)
    hidden.kind, hidden.restricted = Kind.ACCUSATION, True
    make_actor(office.session, "admin", Role.ADMINISTRATOR)
    office.session.flush()
    for minutes in (0, 9):
        queue_rungs(office.session, NOW + minutes * MINUTE)
    raise_alarms(office.session, NOW + 15 * MINUTE, "wecombot://alarmalarm/")
    told = {
        (row.channel.value, row.person.login if row.person else ""): row.lines[0]["text"]
        for row in office.session.scalars(select(Notice).where(Notice.category == "alarm"))
    }
    said = "有 4 项时限无法判断，不会催办{}，请联系维护人员"
    assert told["in_app", "clerk"] == said.format(f"（{plain.number}）")
    assert told["in_app", "admin"] == said.format(f"（{hidden.number}、{plain.number}）"), "numbers and dates alone are theirs"
    [robot] = [text for (channel, _login), text in told.items() if channel == "robot"]
    assert robot == said.format("")
