"""What changes while the rungs are looked at is looked at by the next run, so that who joined just then is told (N02, N04)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.desks.reminders import operations
from opinion_app.desks.reminders.operations import queue_digests
from opinion_app.flow import accounts
from opinion_app.flow.ladder import Saved, ladder, save_ladder
from opinion_app.flow.reminding import look_again
from opinion_app.records.base import db
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Role
from opinion_app.rules.zone import local_date, parse_moment
from tests.builders.office import make_actor, make_person
from tests.desks.reminders.laddered import Office, laddered

DUE = "2026-11-11"
EARLIER, NOW = parse_moment(f"{DUE}T08:30:30"), parse_moment(f"{DUE}T08:31")


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """An office whose reply is due today; the digest is out, and the rungs have not been looked at yet."""
    for made in laddered():
        made.people["joins"] = make_person(made.session, "joins", Role.HANDLER, unit=made.people["head"].unit)
        made.people["joins"].email = "joins@office.test"
        made.run("2026-11-10T08:31")
        queue_digests(made.session, parse_moment(f"{DUE}T08:30"))
        yield made


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[Session], None]) -> None:
    """Let something happen between the look of the next run and its writing down when it looks again."""
    judged = operations.judge

    def judge(session: Session, *others: Any) -> Any:
        found = judged(session, *others)
        monkeypatch.setattr(operations, "judge", judged)
        happens(session)
        return found

    monkeypatch.setattr(operations, "judge", judge)


def told(session: Session, login: str) -> list[str]:
    query = select(Notice).where(Notice.category == "rung").order_by(Notice.id)
    return [f"{row.channel.value} {row.subject}" for row in session.scalars(query) if row.person and row.person.login == login]


def joins(session: Session, person_id: int) -> None:
    accounts.set_roles(session, session.get_one(Person, person_id), [Role.UNIT_HEAD], None, NOW)


@pytest.mark.parametrize("moved", [False, True])
def test_n02_who_joins_while_the_rungs_are_looked_at_is_told_by_the_next_run(
    office: Office, monkeypatch: pytest.MonkeyPatch, moved: bool
) -> None:
    if moved:
        office.clock.rung_version = 0  # its date moved since it was looked at, to the same day
        office.session.flush()
    else:
        look_again(office.session, EARLIER)
    meanwhile(monkeypatch, lambda session: joins(session, office.people["joins"].id))
    office.run(f"{DUE}T08:31")
    office.run(f"{DUE}T08:32")
    assert told(office.session, "joins") == ["in_app 今天到期：LY2026-000001 答复", "mail 今天到期：LY2026-000001 答复"]
    assert office.run(f"{DUE}T08:33") == 0


def test_n02_somebody_elses_transaction_is_seen_where_both_write_at_once(core: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite one transaction writes at a time: the other cannot begin")
    for made in laddered():
        joined = make_person(made.session, "joins", Role.HANDLER, unit=made.people["head"].unit).id
        made.run("2026-11-10T08:31")
        queue_digests(made.session, parse_moment(f"{DUE}T08:30"))

    def elsewhere(_: Session) -> None:
        with Session(db.engine) as other:
            joins(other, joined)
            other.commit()

    meanwhile(monkeypatch, elsewhere)
    for minute in ("08:31", "08:32"):
        with transaction() as session:
            operations.queue_rungs(session, parse_moment(f"{DUE}T{minute}"))
    with transaction() as session:
        assert told(session, "joins") == ["in_app 今天到期：LY2026-000001 答复"]


def test_n02_a_ladder_that_takes_effect_while_the_rungs_are_looked_at_holds_from_then_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, held = office.session, ladder(office.session)
    admin = make_actor(session, "chief", Role.ADMINISTRATOR)

    def save(urging: bool) -> None:
        days = tuple(replace(rung, active=urging) if rung.code == "urge" else rung for rung in held.days)
        save_ladder(session, replace(held, days=days), admin, NOW, Saved(local_date(NOW), {}))

    save(urging=False)
    office.run(f"{DUE}T08:30")
    look_again(session, EARLIER)
    meanwhile(monkeypatch, lambda _: save(urging=True))
    office.run(f"{DUE}T08:31")
    office.run("2026-11-12T08:31")
    assert office.told("urge") == {"handler", "head", "vice"}
