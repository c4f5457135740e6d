"""A reminder that could not be queued is a failed run: seen by everybody, tried again, and no second word to the others (N05)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.outbox.alarm import alarms
from opinion_app.desks.reminders import operations
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.digest import PersonDigest
from opinion_app.rules.timetable import timetable
from opinion_app.rules.words import NoticeChannel, Role
from tests.builders.office import make_case, make_person
from tests.scheduler.test_clock import DIGEST, MONDAY, TUESDAY, Time, runner, runs

RUNGS = next(entry for entry in timetable() if entry.name == "rungs")


def mailed() -> list[str]:
    """Whose letters are queued, by login."""
    query = select(Person.login).join(Notice, Notice.person_id == Person.id).where(Notice.channel == NoticeChannel.MAIL)
    with transaction() as session:
        return list(session.scalars(query.order_by(Person.login)))


def test_n05_a_digest_that_could_not_be_queued_is_tried_again_without_doubling_the_others(
    core: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        broken = make_person(session, "broken", Role.CLERK, email="broken@office.test").id
        make_person(session, "fine", Role.CLERK, email="fine@office.test")
        make_case(session, None, now=MONDAY)
    made = operations.message_of

    def torn(digest: PersonDigest) -> object:
        if digest.person_id == broken:
            raise ValueError("torn")
        return made(digest)

    monkeypatch.setattr(operations, "message_of", torn)
    time = Time(TUESDAY)
    clock = runner(core, time)
    assert clock.run_due(DIGEST, time.now, alone=True)
    assert mailed() == ["fine"]
    [failed] = runs()
    assert (failed.succeeded, "ValueError: torn" in failed.report) == (False, True)
    monkeypatch.setattr(operations, "message_of", made)
    time.pass_by(60)
    assert not clock.run_due(DIGEST, time.now, alone=True)
    time.pass_by(300)
    assert clock.run_due(DIGEST, time.now, alone=True)
    assert mailed() == ["broken", "fine"]
    assert [run.succeeded for run in runs()] == [True]


def test_n05_a_clock_that_cannot_be_judged_fails_the_job_until_somebody_mends_it(core: Flask) -> None:
    with transaction() as session:
        make_person(session, "clerk", Role.CLERK, email="clerk@office.test")
        bad, good = make_case(session, None, now=MONDAY), make_case(session, None, now=MONDAY)
        for row in session.scalars(select(Clock).where(Clock.case_id == bad.id)):
            row.stage = "unheard-of"
        assert good.id
    time = Time(TUESDAY + timedelta(days=1))  # the acceptance was due yesterday
    clock = runner(core, time)
    for _ in range(3):
        assert clock.run_due(RUNGS, time.now, alone=True)
        time.pass_by(60)
    assert mailed() == ["clerk"], "what can be judged is said, once"
    assert {run.succeeded for run in runs("rungs")} == {False}
    with transaction() as session:
        assert [one.kind for one in alarms(session, time.now) if not one.kind.startswith("still")] == ["job:rungs"]
