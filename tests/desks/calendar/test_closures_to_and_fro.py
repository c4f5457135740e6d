"""Local closures entered, taken back and entered again: a draft comes back to the day it had and is as late (D12, D15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.desks.calendar.operations import add_closure, remove_closure
from opinion_app.desks.calendar.queries import with_closure, without_closure
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.moves import marks
from opinion_app.flow.recompute import preview
from opinion_app.records.clock import Clock
from opinion_app.records.transaction import transaction
from opinion_app.rules.deadline import buffer_before, is_late
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import Role, Urgency
from opinion_app.rules.zone import local_date, parse_moment
from opinion_app.steps.triage import operations
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import HELP, Office, forwarded, handling_case, make_office
from tests.builders.office import make_actor
from tests.support.databases import alternately

TUESDAY = date(2026, 11, 24)
WORKING = [day for day in (TUESDAY + timedelta(days=ahead) for ahead in range(16)) if day.weekday() < 5]
Late = tuple[datetime, datetime]
"""The date of a draft, and until when it had it."""


@dataclass
class Days:
    """An office whose days are closed and opened again, each after a look at what moves by it: that and nothing else."""

    session: Session
    office: Office
    admin: Actor
    closed: set[date] = field(default_factory=set)

    def turn(self, day: date, now: datetime) -> None:
        """Close the day, or take that back."""
        if day in self.closed:
            shown = marks(preview(self.session, now, without_closure(self.session, day)))
            remove_closure(self.session, day, self.admin, now, shown)
        else:
            shown = marks(preview(self.session, now, with_closure(self.session, day, "停电")))
            add_closure(self.session, day, "停电", self.admin, now, shown)
        self.closed ^= {day}

    def drafts(self) -> dict[int, datetime]:
        """When each draft is due."""
        found = self.session.scalars(select(Clock).where(Clock.stage == "draft"))
        return {clock.id: clock.due_at for clock in found if clock.due_at is not None}


@pytest.fixture
def days(core: Flask) -> Iterator[Days]:
    """A small office inside one transaction, with nothing in hand."""
    with transaction() as session:
        yield Days(session, make_office(session), make_actor(session, "admin", Role.ADMINISTRATOR))


def drafted(days: Days, *turns: tuple[str, str]) -> list[str]:
    """Turn days at moments; answers the day of the draft, the same for both units, before them and after each."""
    answer = [due_day(days)]
    for day, at in turns:
        days.turn(date.fromisoformat(f"2026-{day}"), parse_moment(f"2026-{at}"))
        answer.append(due_day(days))
    return answer


def due_day(days: Days) -> str:
    [day] = {f"{local_date(due):%m-%d}" for due in days.drafts().values()}
    return day


@pytest.mark.parametrize("again", ["12-01T09:00", "12-03T09:00"])
def test_d15_a_draft_late_by_a_closure_is_as_late_when_that_is_entered_again(days: Days, again: str) -> None:
    """The reply is due on a day its issuer has set; taking the closure back gives the draft a day, which is gone as well."""
    forwarded(days.office, date(2026, 12, 2))
    turns = [("12-01", at) for at in ("11-25T09:00", again, again, again, again)]
    assert drafted(days, *turns) == ["11-30", "11-27", "11-30", "11-27", "11-30", "11-27"]


def test_d12_a_draft_known_to_be_late_is_so_again_though_it_had_the_day_for_a_moment(days: Days) -> None:
    forwarded(days.office, date(2026, 12, 2))
    at = "11-30T09:00"
    assert drafted(days, ("12-01", "11-25T09:00"), ("12-01", at), ("12-01", at)) == ["11-30", "11-27", "11-30", "11-27"]


def test_d12_a_draft_told_of_a_later_day_is_not_laid_into_the_past_when_the_closure_is_entered_again(days: Days) -> None:
    """It was still ahead when the closure was taken back, so that nobody had missed it."""
    forwarded(days.office, date(2026, 12, 2))
    at = ("11-25T09:00", "11-26T09:00", "11-30T09:00", "11-30T10:00")
    assert drafted(days, *(("12-01", one) for one in at)) == ["11-30", "11-27", "11-30", "11-30", "11-30"]


def test_d15_of_two_closures_that_move_the_reply_alike_each_lays_the_draft_on_its_own_day(days: Days) -> None:
    """A day closed before the draft was due gives it a day more, one after it none."""
    handling_case(days.office)
    now = "12-02T09:00"
    turns = [(day, now) for day in ("11-25", "11-25", "12-01", "12-01", "11-25")]
    assert drafted(days, *turns) == ["11-30", "12-01", "11-30", "11-30", "11-30", "12-01"]


def test_d15_a_closure_taken_back_beside_another_leaves_the_draft_where_the_other_alone_lays_it(days: Days) -> None:
    handling_case(days.office)
    now = "12-03T09:00"
    turns = [(day, now) for day in ("11-25", "12-01", "11-25", "12-01")]
    assert drafted(days, *turns) == ["11-30", "12-01", "12-02", "11-30", "11-30"]


def test_d12_a_draft_is_late_by_no_day_that_a_slip_has_laid_though_days_are_closed_meanwhile(days: Days) -> None:
    case, complaint = handling_case(days.office), Classification(HELP.kind, "城建", Urgency.COMPLEX, HELP.procedure)
    now = parse_moment("2026-12-02T09:00")
    for new in (complaint, HELP):
        operations.classify(days.session, case, days.office.clerk, now, new, know_late=True)
    assert drafted(days, ("11-25", "12-03T09:00"), ("11-25", "12-03T09:00")) == ["11-30", "12-01", "11-30"]


@pytest.mark.parametrize(("database_url", "seed"), alternately([16, 17, 25, 26]), indirect=["database_url"])
def test_d15_days_closed_and_opened_by_chance_lay_each_draft_where_it_was(days: Days, seed: int) -> None:
    chance = Random(seed)
    handling_case(days.office)
    forwarded(days.office, chance.choice([None, date(2026, 12, 2), date(2026, 12, 4)]))
    now = parse_moment("2026-11-24T09:00") + timedelta(days=chance.randrange(12))
    closures = chance.sample(WORKING, chance.choice([1, 1, 2, 3]))
    left: dict[tuple[int, frozenset[date]], Late] = {}
    for _ in range(14):
        before = days.drafts()
        left |= {(number, frozenset(days.closed)): (due, now) for number, due in before.items()}
        days.turn(chance.choice(closures), now)
        for number, was in before.items():
            missed = {had[0] for (other, _closed), had in left.items() if other == number and is_late(*had)}
            check(days, number, was, left.get((number, frozenset(days.closed))), missed, now)
        now += timedelta(hours=chance.choice([0, 0, 1, 5, 20, 24, 50]))


def check(days: Days, number: int, before: datetime, held: Late | None, missed: set[datetime], now: datetime) -> None:
    """`held`: what the draft had when the same days were closed; `missed`: the dates that passed while it had them."""
    calendar, clock = work_calendar(days.session), days.session.get_one(Clock, number)
    due, today = clock.due_at, local_date(now)
    assert due is not None
    assert clock.latest_at is not None
    counted = local_date(buffer_before(clock.latest_at, clock.amount, calendar, clock.start_at))
    if held is not None and is_late(*held):
        assert due == held[0], "it was late by that day"
    if is_late(before, now):
        assert local_date(due) < today or counted >= today, "late no more, and no more time"
    else:
        assert local_date(due) >= today or due in missed, "late in silence"
        if held is not None and local_date(held[0]) >= calendar.roll_forward(today):
            assert due == held[0] or due in missed
