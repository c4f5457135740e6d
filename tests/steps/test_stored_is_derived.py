"""Whatever is done to cases, in whatever order: what is stored is what the facts and the calendar give again (D19), no case is
left without its reply, and none becomes late without somebody having been asked (D12)."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opinion_app.desks.calendar.operations import add_closure, remove_closure
from opinion_app.flow import clocks
from opinion_app.flow.agreed_dates import agreed_before
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.cases import facts_of
from opinion_app.flow.clock_dates import is_copy, missed
from opinion_app.flow.merged_dates import copies_alone, missed_when_stopped
from opinion_app.flow.moves import Moves
from opinion_app.flow.recompute import preview, recompute_open
from opinion_app.flow.reply_owed import BEFORE_ANSWER, RESTING, reply_rule, uncounted
from opinion_app.flow.roster import roster
from opinion_app.flow.which_rule import letter_of
from opinion_app.records.calendar import CalendarDay
from opinion_app.records.case import Case, Letter
from opinion_app.records.clock import Clock
from opinion_app.records.move import Move
from opinion_app.records.transaction import transaction
from opinion_app.rules.deadline import is_late
from opinion_app.rules.errors import OfficeError
from opinion_app.rules.facts import Actor
from opinion_app.rules.recipients import Owing, Search, owners
from opinion_app.rules.words import OPEN_CLOCK, ClockState, Stage
from opinion_app.rules.workdays import DayKind
from opinion_app.rules.zone import local_date
from tests.builders.life import make_office
from tests.builders.office import NOW
from tests.builders.random_acts import SHOWN_BEFORE, Walk, away_and_back, begin, something
from tests.support.databases import alternately

Duty = tuple[int, str, int | None]
LOCAL = DayKind.LOCAL_CLOSURE.value
FAR = datetime(2100, 1, 1, tzinfo=UTC)


def late(walk: Walk, now: datetime) -> set[Duty]:
    """Whose duties are late, those that rest and were late when they began to among them: a unit's own count as the unit's."""
    found: set[Duty] = set()
    for clock in walk.session.scalars(select(Clock)):
        due = None
        if clock.state in OPEN_CLOCK:
            due = clock.due_at or missed(clock)
        elif clock.end_reason in (*RESTING, clocks.MERGED) and clock.state is ClockState.STOPPED:
            due = missed_when_stopped(clock) or missed(clock)
        if due is not None and is_late(due, now):
            found.add((clock.case_id, clock.stage, clock.assignment_id if clock.stage == "draft" else None))
    return found


def check_dates(walk: Walk, now: datetime) -> None:
    assert preview(walk.session, now, work_calendar(walk.session)) == []
    assert recompute_open(walk.session, now) == []
    for case in walk.cases:
        held = clocks.open_clocks(walk.session, case.id)
        assert case.next_due_at == min((clock.due_at for clock in held if clock.due_at), default=None)
        check_reply(walk, case, [clock for clock in held if clock.stage == "reply"])
        reply = next((clock.due_at for clock in held if clock.stage == "reply"), None)
        inner = [clock.due_at for clock in held if clock.stage == "draft" and clock.due_at is not None]
        assert reply is None or all(due <= reply for due in inner)
    assert uncounted(walk.session) == []
    assert copies_alone(walk.session) == []


def check_reply(walk: Walk, case: Case, replies: list[Clock]) -> None:
    """One reply of a case that is not answered, its own where `reply_rule` says that it counts; none of one that rests."""
    if case.stage not in BEFORE_ANSWER:
        assert replies == [], case.stage
        return
    _choice, start = reply_rule(walk.session, case, letter_of(walk.session, case))
    owed = [clock for clock in replies if not is_copy(clock)]
    assert len(replies) <= 1
    assert [clock.start_at for clock in owed] == ([] if start is None else [start]), case.procedure


def check_issuers(walk: Walk) -> None:
    """Whatever the office does, a letter is answered by the date its issuer has set or agreed to, alone or in another case; of
    one that is taken up again where that day was not gone (decisions 10; D11, D13)."""
    for letter in walk.session.scalars(select(Letter).where(Letter.return_on.is_not(None))):
        case = walk.session.get_one(Case, letter.case_id)
        held = case.merged_into if case.stage is Stage.MERGED else case
        assert held is not None
        if held.stage not in BEFORE_ANSWER:
            continue
        [reply] = [clock for clock in clocks.open_clocks(walk.session, held.id) if clock.stage == "reply"]
        day = agreed_before(walk.session, case.id, FAR) or letter.return_on
        begun = walk.session.scalar(select(func.max(Move.at)).where(Move.case_id.in_([case.id, held.id]), Move.act == "reopen"))
        if day is not None and (begun is None or local_date(begun) <= day):
            assert reply.due_at is not None, held.number
            assert local_date(reply.due_at) <= day, held.number


def check_somebody_owes(walk: Walk, now: datetime) -> None:
    """Whoever is to be reminded of a date is there, a unit with a duty of its own still takes part, and none has two alike."""
    people = roster(walk.session, local_date(now))
    for case in walk.cases:
        facts, held = facts_of(walk.session, case), clocks.open_clocks(walk.session, case.id)
        for clock in held:
            assert owners(Search(facts, people), Owing(clock.owed_by, clock.unit_id), facts), (case.number, clock.stage)
            assert clock.unit_id is None or facts.of_unit(clock.unit_id) is not None, (case.number, clock.stage)
        alike = [(clock.stage, clock.met_by_act, clock.assignment_id) for clock in held]
        assert len(alike) == len(set(alike)), (case.number, alike)


def duties(walk: Walk, case: Case) -> list[tuple[object, ...]]:
    """What is owed of a case: waiting for which act, by when, and by whom; and what it stands still for."""
    held = clocks.open_clocks(walk.session, case.id)
    owed = [(clock.stage, clock.met_by_act, clock.due_at, clock.owed_by, clock.assignment_id) for clock in held]
    return [*sorted(owed, key=str), (case.suspended_for,)]


def check_slips(walk: Walk, now: datetime) -> None:
    """A slip of the classification and back restores everything that is owed; nothing of it stays."""
    for case in walk.cases:
        before = duties(walk, case)
        away = walk.classification(case)
        tried = walk.session.begin_nested()
        with suppress(OfficeError):
            away_and_back(walk, case, now, away)
            assert duties(walk, case) == before, (case.number, case.procedure, away)
        tried.rollback()
        walk.session.expire_all()


def check_closures(walk: Walk, now: datetime) -> None:
    """A day closed by mistake and opened again restores everything that is owed, and so does one opened and closed again."""
    before = {case.id: duties(walk, case) for case in walk.cases}
    day = local_date(now) + timedelta(days=walk.chance.randrange(-12, 12))
    tried = walk.session.begin_nested()
    turns = (remove_closure, close_again) if closed(walk, day) else (close_again, remove_closure)
    for turn in turns:
        turn(walk.session, day, walk.admin, now)
    assert {case.id: duties(walk, case) for case in walk.cases} == before, day
    tried.rollback()
    walk.session.expire_all()


def closed(walk: Walk, day: date) -> bool:
    return walk.session.scalar(select(CalendarDay.id).where(CalendarDay.day == day, CalendarDay.layer == LOCAL)) is not None


def close_again(session: Session, day: date, admin: Actor, now: datetime) -> Moves:
    return add_closure(session, day, "停电", admin, now)


@pytest.mark.parametrize(("database_url", "seed"), alternately(range(6)), indirect=["database_url"])
def test_d19_recomputing_after_any_acts_changes_nothing(core: Flask, seed: int) -> None:
    with transaction() as session:
        walk, now, done = begin(make_office(session), seed), NOW, 0
        for _ in range(16):
            now += timedelta(hours=walk.chance.choice([0, 2, 9, 20, 30, 100]), minutes=walk.chance.randrange(60))
            before = late(walk, now)
            found = something(walk, now)
            if found is None:
                continue
            done += 1
            check_dates(walk, now)
            check_issuers(walk)
            check_somebody_owes(walk, now)
            check_slips(walk, now)
            check_closures(walk, now)
            if not found.known and found.act not in SHOWN_BEFORE:
                assert late(walk, now) <= before, f"{found.act.__name__} makes {found.case.number} late in silence"
        assert done >= 8
