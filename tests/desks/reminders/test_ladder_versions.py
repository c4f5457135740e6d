"""The ladder is changed while clocks run: what it says from then on, and what it does not say again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.reminders.rehearsal import rehearse
from opinion_app.flow.ladder import Saved, ladder, save_ladder, take_effect, versions
from opinion_app.records.supervision import Supervision
from opinion_app.rules.ladder import Anchor, Card, Rung, Way, Who
from opinion_app.rules.ladder_data import with_rung
from opinion_app.rules.words import Role
from opinion_app.rules.zone import local_date, parse_moment
from tests.builders.office import make_actor
from tests.desks.reminders.laddered import Office, laddered


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """The office the ladder is tried on."""
    yield from laddered()


def test_a_changed_ladder_looks_forward_and_is_on_the_trail(office: Office) -> None:
    now = parse_moment("2026-11-12T09:00")
    office.run("2026-11-12T08:30")
    held = ladder(office.session)
    new = replace(held.days[3], code="again", label="再次催办", amount=2, card=Card.YELLOW, way=Way.LETTER)
    admin = make_actor(office.session, "admin2", Role.ADMINISTRATOR)
    save_ladder(
        office.session, with_rung(held, new, now, in_days=True), admin, now, Saved(local_date(now), {"台阶": (None, "再次催办")})
    )
    assert office.run("2026-11-12T09:01") == 0
    assert office.run("2026-11-13T08:30") > 0
    assert office.told("again") == {"handler", "head", "vice"}


def test_others_who_get_a_rung_hear_of_what_comes_from_now_on_and_not_of_the_last_days(office: Office) -> None:
    office.run("2026-11-18T08:30")
    sheets = len(office.session.scalars(select(Supervision.id)).all())
    told, now = office.ledger(), parse_moment("2026-11-18T09:00")
    held, admin = ladder(office.session), make_actor(office.session, "admin2", Role.ADMINISTRATOR)
    yellow = replace(held.days[4], copy=(Who.IN_CHARGE, Who.CLERKS, Who.MAIN_LEADER))
    urge = replace(held.days[3], sheet=True, copy=(Who.CLERKS,))
    for rung in (yellow, urge):
        held = with_rung(ladder(office.session), rung, now, in_days=True)
        save_ladder(office.session, held, admin, now, Saved(local_date(now), {}))
    assert office.run("2026-11-18T09:01") == 0, "a changed ladder sends nothing by itself"
    out_of_use = with_rung(ladder(office.session), replace(yellow, active=False), now, in_days=True)
    save_ladder(office.session, out_of_use, admin, now, Saved(local_date(now), {}))
    assert office.run("2026-11-18T09:02") == 0, "nor is a lower rung said again once a higher one is gone"
    assert office.ledger() == told
    assert len(office.session.scalars(select(Supervision.id)).all()) == sheets == 1


def test_a_rung_nobody_was_told_of_yet_is_said_after_the_ladder_changed(office: Office) -> None:
    now = parse_moment("2026-11-12T09:00")  # the clock stood still at 08:30
    office.run("2026-11-11T18:00")
    held, admin = ladder(office.session), make_actor(office.session, "admin2", Role.ADMINISTRATOR)
    changed = with_rung(held, replace(held.days[3], copy=(Who.CLERKS,)), now, in_days=True)
    save_ladder(office.session, changed, admin, now, Saved(local_date(now), {}))
    office.run("2026-11-12T09:01")
    assert office.told("urge") == {"handler", "head", "clerk"}


def test_a_version_to_come_takes_effect_on_its_day_and_a_rehearsal_knows_it(office: Office) -> None:
    now = parse_moment("2026-11-12T09:00")
    office.run("2026-11-12T08:30")
    held, admin = ladder(office.session), make_actor(office.session, "admin2", Role.ADMINISTRATOR)
    day = parse_moment("2026-11-17T00:00")
    again = Rung("again", "再次催办", Anchor.WORKING_DAYS, 4)
    save_ladder(office.session, with_rung(held, again, day, in_days=True), admin, now, Saved(local_date(day), {}, "试行"))
    assert ladder(office.session) == held
    assert office.run("2026-11-16T23:59") == 0
    assert not take_effect(office.session, parse_moment("2026-11-16T23:59"))
    seen = rehearse(office.session, parse_moment("2026-11-17T08:30"))
    queued = [draft.subject for draft in seen.drafts if draft.category == "rung" and not draft.waiting]
    assert [subject.partition("：")[0] for subject in queued] == ["再次催办"] * 2
    assert office.run("2026-11-17T08:30") == 4
    assert office.told("again") == {"handler", "head"}
    assert next((row.version_no, row.note) for row in versions(office.session)) == (3, "试行")
