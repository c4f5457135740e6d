"""What a morning's digest could not say is made up the same day, once, as soon as it can be judged (N05)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.desks.outbox.operations import Claimed, Sender, claim
from opinion_app.desks.reminders import operations
from opinion_app.desks.reminders.operations import queue_digests, queue_rungs
from opinion_app.desks.reminders.rehearsal import rehearse
from opinion_app.flow import accounts
from opinion_app.flow.accounts import NewPerson
from opinion_app.flow.unjudged import Missed, missed_by_digests
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.digest import PersonDigest
from opinion_app.rules.words import ClockState, NoticeChannel, Role
from opinion_app.rules.zone import parse_moment
from tests.builders.office import make_case, make_person

CAME = parse_moment("2026-11-23T09:00")  # a Monday: to be accepted on Tuesday
DAY = date(2026, 11, 24)
MINUTE = timedelta(minutes=1)
SENDER = Sender("opinion@office.test", "http://office.test")


def at(time: str) -> datetime:
    return parse_moment(f"2026-11-24T{time}")


def came(session: Session) -> Case:
    """A case of which only the acceptance is owed, today."""
    case = make_case(session, None, now=CAME)
    for clock in session.scalars(select(Clock).where(Clock.case_id == case.id, Clock.stage != "accept")):
        clock.state = ClockState.MET
    session.flush()
    return case


def only(session: Session, case: Case) -> Clock:
    return session.scalars(select(Clock).where(Clock.case_id == case.id, Clock.state == ClockState.RUNNING)).one()


def mend(session: Session, case: Case, stage: str = "accept") -> None:
    only(session, case).stage = stage
    session.flush()


@pytest.fixture
def session(core: Flask) -> Iterator[Session]:
    """An office of two clerks, looked at before so that the rungs of today have not been missed."""
    with transaction() as session:
        for login in ("first", "second"):
            make_person(session, login, Role.CLERK, email=f"{login}@office.test")
        queue_rungs(session, CAME)
        yield session


@pytest.fixture
def torn(session: Session) -> Case:
    """Of two cases that are due today the morning's digest could judge one; this is the other."""
    came(session)
    case = came(session)
    mend(session, case, "unheard-of")
    assert queue_digests(session, at("08:30")).troubles
    queue_rungs(session, at("08:31"))
    return case


def told(session: Session, since: str = "00:00") -> list[tuple[str, str]]:
    query = select(Notice).where(Notice.channel == NoticeChannel.MAIL, Notice.created_at >= at(since)).order_by(Notice.id)
    return [(row.person.login, row.subject) for row in session.scalars(query) if row.person is not None]


MADE_UP = [(login, "待办通报 11月24日（补报）：今天到期 1 件") for login in ("first", "second")]


def test_n05_what_the_morning_could_not_judge_is_made_up_once_the_same_day(session: Session, torn: Case) -> None:
    assert told(session) == [(login, "待办通报 11月24日：今天到期 1 件") for login in ("first", "second")]
    queue_digests(session, at("09:00"))
    mend(session, torn)
    queue_rungs(session, at("10:00"))
    assert told(session, "09:00") == [], "the digests make up for it, not another letter"
    drafted = [(draft.name, draft.subject) for draft in rehearse(session, at("10:05")).drafts if not draft.waiting]
    assert drafted == MADE_UP
    for time in ("10:05", "10:10", "15:00"):
        assert queue_digests(session, at(time)).troubles == []
        queue_rungs(session, at(time))
    assert told(session, "09:00") == MADE_UP
    assert missed_by_digests(session) == Missed()


def test_n05_what_is_made_up_says_so_when_it_leaves(session: Session, torn: Case) -> None:
    mend(session, torn)
    queue_digests(session, at("10:05"))
    letters: list[Claimed] = []
    while taken := claim(session, f"r{len(letters)}", SENDER, at("10:06")):
        letters.append(taken)
    assert [letter.subject for letter in letters][2:] == [subject for _login, subject in MADE_UP]
    assert torn.number not in [line["number"] for line in session.get_one(Notice, letters[0].notice_id).lines]
    assert [line["number"] for line in session.get_one(Notice, letters[2].notice_id).lines] == [torn.number]


def test_n05_whom_it_could_not_be_made_up_for_has_it_with_the_next_run(
    session: Session, torn: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    mend(session, torn)
    second, made = session.scalars(select(Person.id).where(Person.login == "second")).one(), operations.message_of
    with monkeypatch.context() as patched:
        patched.setattr(operations, "message_of", lambda digest: made(digest) if digest.person_id != second else 1 / 0)
        assert len(queue_digests(session, at("10:05")).troubles) == 1
    assert told(session, "09:00") == MADE_UP[:1]
    assert missed_by_digests(session).clocks == {only(session, torn).id}
    queue_digests(session, at("10:10"))
    assert told(session, "09:00") == MADE_UP


def test_n05_whose_digest_failed_hears_by_that_and_not_by_a_letter_before(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = came(session)
    second, made = session.scalars(select(Person.id).where(Person.login == "second")).one(), operations.message_of

    def broken(digest: PersonDigest) -> object:
        return made(digest) if digest.person_id != second else 1 / 0

    with monkeypatch.context() as patched:
        patched.setattr(operations, "message_of", broken)
        queue_digests(session, at("08:30"))
    assert missed_by_digests(session) == Missed(people=frozenset({second}))
    queue_rungs(session, at("08:31"))
    only(session, case).next_rung_at = at("08:32")
    queue_rungs(session, at("08:32"))
    queue_digests(session, at("08:35"))
    queue_rungs(session, at("08:36"))
    assert told(session) == [(login, "待办通报 11月24日：今天到期 1 件") for login in ("first", "second")]


def test_n05_a_clock_whose_rungs_cannot_be_read_keeps_nobody_s_digest_back(session: Session) -> None:
    case = came(session)
    only(session, case).pauses = [{"torn": True}]
    session.flush()
    assert [one.clock_id for one in queue_digests(session, at("08:30")).troubles] == [only(session, case).id]
    assert told(session) == [(login, "待办通报 11月24日：今天到期 1 件") for login in ("first", "second")]


def test_n09_what_nobody_was_there_to_hear_is_told_to_who_comes_in_the_day(session: Session) -> None:
    case = came(session)
    for person in session.scalars(select(Person)):
        person.leave_from = person.leave_until = DAY
    session.flush()
    queue_digests(session, at("08:30"))
    queue_rungs(session, at("08:31"))
    assert told(session) == []
    accounts.add_person(
        session, NewPerson("third", "新受理", frozenset({Role.CLERK}), email="t@office.test"), "", None, at("10:00")
    )
    for time in ("10:01", "15:00"):
        queue_rungs(session, at(time))
    assert told(session) == [("third", f"今天到期：{case.number} 受理分办")]


def joined(session: Session, time: str) -> None:
    """Somebody who is a clerk only since the digests were made."""
    new = NewPerson("third", "新来的", frozenset({Role.CLERK}), email="third@office.test")
    accounts.add_person(session, new, "", None, at(time))
    queue_rungs(session, at(time))


def test_n12_who_had_a_letter_today_is_not_told_again_by_a_digest_that_another_case_has_made_anew(
    session: Session, torn: Case
) -> None:
    joined(session, "09:01")
    letter = [("third", "今天到期：LY2026-000001 受理分办")]
    assert told(session, "09:00") == letter
    assert [
        draft.subject for draft in rehearse(session, at("09:05")).drafts if draft.category == "digest" and not draft.waiting
    ] == []
    for time in ("09:05", "09:10"):
        queue_digests(session, at(time))
        queue_rungs(session, at(time))
    assert told(session, "09:00") == letter
    mend(session, torn)
    queue_digests(session, at("10:05"))
    assert told(session, "10:00") == [*MADE_UP, ("third", "待办通报 11月24日：今天到期 1 件")], "of what they have not heard"


def test_n12_whose_digest_failed_has_the_whole_though_a_letter_told_of_a_part(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = came(session)
    only(session, late).due_at = at("00:00") - MINUTE
    came(session)
    queue_rungs(session, CAME)
    second, made = session.scalars(select(Person.id).where(Person.login == "second")).one(), operations.message_of
    with monkeypatch.context() as patched:
        patched.setattr(operations, "message_of", lambda digest: made(digest) if digest.person_id != second else 1 / 0)
        queue_digests(session, at("08:30"))
    queue_rungs(session, at("08:31"))
    assert ("second", f"催办通知：{late.number} 受理分办") in told(session, "08:31")
    queue_digests(session, at("08:35"))
    assert told(session, "08:35") == [("second", "待办通报 11月24日：逾期 1 件、今天到期 1 件")]
