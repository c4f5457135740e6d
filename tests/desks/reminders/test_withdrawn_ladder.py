"""A ladder that is not in force yet can be taken back: it never speaks, stays in the history, and its number is used up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app import clock
from opinion_app.desks.reminders.ladder_operations import history
from opinion_app.desks.reminders.rehearsal import rehearse
from opinion_app.flow.ladder import Saved, ladder, newest, number_in_force, save_ladder, take_effect, taking_effect, withdraw
from opinion_app.records.person import Person
from opinion_app.records.trail import TrailEntry
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import Conflict, NotFound, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.ladder import Anchor, Rung
from opinion_app.rules.ladder_data import with_rung
from opinion_app.rules.words import Role
from opinion_app.rules.zone import local_date, parse_moment
from tests.builders.life import make_office
from tests.builders.office import make_actor
from tests.desks.reminders.laddered import Office, laddered
from tests.support.client import Browser, client_for, forms_in, pick

NOW, DAY = parse_moment("2026-11-12T09:00"), parse_moment("2026-11-17T00:00")
AGAIN, OTHER = Rung("again", "再次催办", Anchor.WORKING_DAYS, 4), Rung("other", "另一级", Anchor.WORKING_DAYS, 8)


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """The office the ladder is tried on, at its second version."""
    for made in laddered():
        made.run("2026-11-12T08:30")
        yield made


@pytest.fixture
def admin(office: Office) -> Actor:
    return make_actor(office.session, "admin2", Role.ADMINISTRATOR, name="钱管理")


def saved(office: Office, admin: Actor, rung: Rung = AGAIN) -> int:
    """A version to come that has one more rung; its number."""
    wanted = with_rung(newest(office.session)[1], rung, DAY, in_days=True)
    save_ladder(office.session, wanted, admin, NOW, Saved(local_date(DAY), {}))
    return newest(office.session)[0]


def test_a_withdrawn_version_never_comes_into_force(office: Office, admin: Actor) -> None:
    held, number = ladder(office.session), saved(office, admin)
    assert taking_effect(office.session, local_date(DAY)) is not None
    withdraw(office.session, number, admin, NOW)
    assert taking_effect(office.session, local_date(DAY)) is None
    assert not take_effect(office.session, DAY)
    drafts = rehearse(office.session, parse_moment("2026-11-17T08:30")).drafts
    assert [draft for draft in drafts if draft.category == "rung" and not draft.waiting] == []
    assert office.run("2026-11-17T08:30") == 0
    assert office.told("again") == set()
    assert (ladder(office.session), number_in_force(office.session)) == (held, 2)


def test_it_stays_in_the_history_and_the_next_builds_on_what_is_left(office: Office, admin: Actor) -> None:
    number = saved(office, admin)
    withdraw(office.session, number, admin, NOW)
    assert newest(office.session)[0] == 2
    assert saved(office, admin, OTHER) == number + 1
    assert newest(office.session)[1].named("again") is None, "nothing of what was withdrawn is in it"
    states = {one.row.version_no: (one.state, one.withdrawn_by) for one in history(office.session, NOW)}
    assert states == {4: ("尚未执行", "—"), 3: ("已撤回", "钱管理"), 2: ("在用", "—")}


def test_of_several_to_come_the_last_goes_first(office: Office, admin: Actor) -> None:
    first, last = saved(office, admin), saved(office, admin, OTHER)
    with pytest.raises(Conflict, match="从最后一版开始"):
        withdraw(office.session, first, admin, NOW)
    withdraw(office.session, last, admin, NOW)
    with pytest.raises(Conflict, match="已经撤回"):
        withdraw(office.session, last, admin, NOW)
    withdraw(office.session, first, admin, NOW)
    assert newest(office.session)[0] == 2


def test_what_is_in_force_or_was_never_saved_cannot_be_withdrawn(office: Office, admin: Actor) -> None:
    number = saved(office, admin)
    with pytest.raises(Refused, match="已经开始执行"):
        withdraw(office.session, number, admin, DAY)
    take_effect(office.session, DAY)
    with pytest.raises(Refused, match="请另存新的一版"):
        withdraw(office.session, number, admin, DAY)
    with pytest.raises(NotFound):
        withdraw(office.session, 99, admin, NOW)


def button(browser: Browser) -> list[str]:
    """The addresses of the page's buttons that withdraw."""
    text = browser.get("/office/ladder").text
    return [form.action for form in forms_in(text, "/office/ladder") if form.action.endswith("/withdraw")]


def test_the_administrator_withdraws_it_on_the_page_and_on_the_trail_and_nobody_else(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        make_office(session)
        make_actor(session, "admin", Role.ADMINISTRATOR)
    admin, path = client_for(app, "admin"), "/office/ladder/hours/hours_red"
    assert button(admin) == []
    day = (local_date(clock.now()) + timedelta(days=30)).isoformat()
    blind = admin.send(pick(admin.forms(path), path), amount="80", in_force_from=day)
    sent = admin.send(pick(forms_in(blind.text), path)) if blind.status_code == 422 else blind
    assert sent.status_code == 303
    assert button(admin) == ["/office/ladder/versions/2/withdraw"]
    assert "撤回后不再执行" in admin.get("/office/ladder").text
    form = pick(admin.forms("/office/ladder"), "/versions/2/withdraw")
    assert client_for(app, "clerk").press("/office/ladder/versions/2/withdraw").status_code == 403
    assert admin.send(form).status_code == 303
    text = admin.get("/office/ladder").text
    assert [words for words in ("第 2 版已撤回", "（已撤回）", "系统初始值（在用）") if words not in text] == []
    assert button(admin) == []
    assert admin.press("/office/ladder/versions/2/withdraw").status_code == 409
    with app.app_context(), transaction() as session:
        who = session.scalar(select(Person.id).where(Person.login == "admin"))
        assert session.scalars(select(TrailEntry.actor_id).where(TrailEntry.act == "ladder.withdraw")).all() == [who]
