"""The figures of the navigation are kept until somebody acts, and are never older than the last act or minute."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from opinion_app import clock
from opinion_app.app import create_app
from opinion_app.desks.worklist import kept_counts
from opinion_app.flow import trail
from opinion_app.records import trail_mark
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.engine import begin_reading, begin_writing
from opinion_app.records.person import Person, PersonRole
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Role
from tests.builders.office import NOW, make_case, make_person, seed
from tests.support.client import Browser, client_for
from tests.support.databases import hurry, make_settings, release
from tests.support.queries import counting

Clock = Callable[[datetime], None]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Lets the service's clock stand at a moment."""

    def stand(at: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: at)

    stand(NOW)
    return stand


@pytest.fixture
def office(app: Flask, set_clock: Clock) -> Flask:
    """Two clerks and a case to be sorted."""
    furnish_with(app, cases=1)
    return app


def furnish_with(app: Flask, cases: int) -> None:
    with app.app_context(), transaction() as session:
        seed(session)
        for login in ("clerk", "deputy"):
            make_person(session, login, Role.CLERK)
        for _ in range(cases):
            make_case(session)


def figure(browser: Browser, view: str = "received") -> int:
    """What the navigation of a page shows beside a view."""
    found = re.search(
        rf'href="/office/todo/{view}"[^>]*><span>[^<]*</span><span class="count[^"]*">(\d+)<', browser.get("/office/me").text
    )
    return int(found[1]) if found else 0


def asked_for_figures(app: Flask, browser: Browser) -> bool:
    with counting(app, kept=True) as asked:
        browser.get("/office/me")
    return any("count(*)" in statement and "next_due_at" in statement for statement in asked)


def test_they_are_counted_once_until_somebody_acts(office: Flask) -> None:
    clerk, deputy = client_for(office, "clerk"), client_for(office, "deputy")
    assert (figure(clerk), figure(deputy)) == (1, 1)
    assert not asked_for_figures(office, clerk)
    with office.app_context(), transaction() as session:
        make_case(session)

    assert (figure(clerk), figure(deputy)) == (2, 2)
    assert not asked_for_figures(office, clerk)


def test_an_act_that_was_rolled_back_changes_nothing(office: Flask) -> None:
    clerk = client_for(office, "clerk")
    assert figure(clerk) == 1
    with office.app_context():
        make_case(db.session())
        db.session.flush()
        db.session.rollback()
    assert figure(clerk) == 1


def test_a_date_that_passes_shows_with_the_next_minute(office: Flask, set_clock: Clock) -> None:
    clerk = client_for(office, "clerk")
    with office.app_context(), transaction() as session:
        due = session.scalars(select(Case.next_due_at)).one()
    assert due is not None
    set_clock(due - timedelta(seconds=30))
    clerk = client_for(office, "clerk")
    assert figure(clerk, "overdue") == 0
    set_clock(due + timedelta(seconds=31))
    assert figure(clerk, "overdue") == 1


def test_whoever_gets_another_role_sees_other_figures_at_once(office: Flask) -> None:
    clerk = client_for(office, "clerk")
    assert figure(clerk) == 1
    with office.app_context(), transaction() as session:
        person = session.scalars(select(Person).where(Person.login == "clerk")).one()
        person.role_rows = [PersonRole(role=Role.AUDITOR, given_at=NOW)]
    assert figure(clerk) == 0
    assert figure(clerk, "open") == 1


def test_two_databases_in_one_process_keep_their_own(office: Flask, tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "other.db")
    other = create_app(make_settings(tmp_path / "other", f"sqlite:///{tmp_path / 'other.db'}"))
    hurry(other)
    furnish_with(other, cases=3)
    here, there = client_for(office, "clerk"), client_for(other, "clerk")

    assert [figure(here), figure(there), figure(here), figure(there)] == [1, 3, 1, 3]
    release(other)


def test_a_transaction_that_may_write_neither_uses_nor_keeps_any(office: Flask) -> None:
    with office.app_context():
        begin_reading()
        session = db.session()
        trail_mark.note(session, session.scalar(select(trail_mark.MARK)))
        session.execute(select(1))
        trail_mark.note(session, "mark")
        assert trail_mark.mark_of(session) == "mark"
        begin_writing()
        assert trail_mark.mark_of(session) is None
        begin_reading()
        session.rollback()
        session.execute(select(1))
        assert trail_mark.mark_of(session) is None, "the mark was read in an earlier transaction"
        begin_writing()
        db.session.remove()


def test_no_more_people_are_kept_than_there_is_room_for(office: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_counts, "PEOPLE_AT_MOST", 1)
    clerk, deputy = client_for(office, "clerk"), client_for(office, "deputy")
    figure(clerk)
    assert not asked_for_figures(office, clerk)
    figure(deputy)
    assert not asked_for_figures(office, deputy)
    assert asked_for_figures(office, clerk)


def test_no_act_is_committed_between_the_sealing_and_the_commit_of_another(core: Flask) -> None:
    """What `trail_mark` stands on: entries become visible in their order. On SQLite one writes at a time anyway."""
    if db.engine.dialect.name == "sqlite":
        return
    with transaction() as session:
        trail.record(session, "first", "thing", None, NOW)
    refused: list[OperationalError] = []
    one, other = Session(db.engine), Session(db.engine)

    def overtake(_session: Session) -> None:  # called when the entry is sealed, but not yet committed
        other.execute(text("SET LOCAL lock_timeout = '200ms'"))
        trail.record(other, "third", "thing", None, NOW)
        with pytest.raises(OperationalError) as error:
            other.commit()
        refused.append(error.value)
        other.rollback()

    event.listen(one, "before_commit", overtake)
    trail.record(one, "second", "thing", None, NOW)
    one.commit()
    other.close()
    one.close()

    assert len(refused) == 1
    with transaction() as session:
        assert trail.verify_trail(session) == (2, None)
