"""The look at a changed ladder counts what will be said anew, and nothing that whoever it names was told already (N01)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from opinion_app.desks.reminders.ladder_operations import Saving, what_if
from opinion_app.flow.ladder import Saved, ladder, save_ladder
from opinion_app.rules.ladder import Ladder, Who
from opinion_app.rules.ladder_changes import Shift
from opinion_app.rules.ladder_data import with_rung
from opinion_app.rules.words import Role
from opinion_app.rules.zone import local_date, parse_moment
from tests.builders.office import make_actor
from tests.desks.reminders.laddered import Office, laddered
from tests.support.queries import counting

NOW = parse_moment("2026-11-12T10:00")  # 催办通知 was told this morning


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """The office the ladder is tried on, 催办通知 told."""
    for made in laddered():
        made.run("2026-11-12T08:31")
        yield made


def later(held: Ladder, *copy: Who) -> Ladder:
    """催办通知 a working day later, with a copy to somebody."""
    return with_rung(held, replace(held.days[3], amount=2, copy=copy), NOW, in_days=True)


@pytest.mark.parametrize(("copy", "anew"), [((Who.IN_CHARGE,), 0), ((Who.IN_CHARGE, Who.CLERKS), 1)])
def test_n01_a_rung_that_everybody_was_told_of_is_no_new_one(
    core: Flask, office: Office, copy: tuple[Who, ...], anew: int
) -> None:
    """What the look counts is what the run of the day then tells: nobody, or whoever joined."""
    admin, wanted = make_actor(office.session, "admin2", Role.ADMINISTRATOR), later(ladder(office.session), *copy)
    with counting(core) as asked:
        shifts = what_if(office.session, wanted, Saving(admin, NOW, local_date(NOW))).shifts
    assert sum("FROM reminders" in one for one in asked) == 1
    assert {row.label: row.counted[Shift.ANEW] for row in shifts} == ({"催办通知": anew} if anew else {})
    told = office.told("urge")
    save_ladder(office.session, wanted, admin, NOW, Saved(local_date(NOW), {}))
    assert office.run("2026-11-12T10:01") == 0
    assert (office.run("2026-11-13T08:31") > 0) is bool(anew)
    assert office.told("urge") - told == ({"clerk"} if anew else set())
