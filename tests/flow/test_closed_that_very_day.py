"""A unit's draft that is due today, on a day that turns out to be closed, is due on the next day that is worked."""

from __future__ import annotations

from datetime import date

from flask import Flask

from opinion_app.desks.calendar import operations as calendar
from opinion_app.flow.clocks import open_clocks
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Role
from opinion_app.rules.zone import local_date, parse_moment
from tests.builders.life import forwarded, make_office
from tests.builders.office import make_actor

LAST_DAY = date(2026, 12, 1)


def test_d14_a_closure_entered_on_the_last_day_of_a_draft_moves_it_and_names_it(core: Flask) -> None:
    """A letter of 3 December keeps its date; its units' drafts, due two working days before, can be made on the 2nd."""
    with transaction() as session:
        case = forwarded(make_office(session), date(2026, 12, 3))
        drafts = [clock for clock in open_clocks(session, case.id) if clock.stage == "draft"]
        assert {local_date(clock.due_at) for clock in drafts if clock.due_at} == {LAST_DAY}
        admin = make_actor(session, "admin", Role.ADMINISTRATOR)
        moved = calendar.add_closure(session, LAST_DAY, "停电", admin, parse_moment("2026-12-01T08:00"))
        assert {local_date(clock.due_at) for clock in drafts if clock.due_at} == {date(2026, 12, 2)}
        assert {(one.number, local_date(one.after)) for one in moved if one.after} == {(case.number, date(2026, 12, 2))}
