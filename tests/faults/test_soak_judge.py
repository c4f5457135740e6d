"""The judge of the month of faults notices each way in which a month can go wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from opinion_app.core import create_core
from opinion_app.desks.reminders.operations import queue_digests, queue_rungs
from opinion_app.records.notice import Notice, Reminder
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.reminder_words import ReminderState
from opinion_app.rules.words import NoticeChannel, NoticeState
from tests.faults import soak_office
from tests.faults.soak_judge import Count, Excuses, judge, told
from tests.support.databases import Furnished, furnish, make_settings, release
from tests.support.mail_server import Taken


def build(session: Session) -> None:
    """Two days of reminders, all of whose letters the server took once."""
    soak_office.build(session, 12)
    for day, now in soak_office.moments(2):
        if now.hour == 11:
            soak_office.act(session, day, now)
        if 8 <= now.hour < 18:
            queue_digests(session, now)
        queue_rungs(session, now)
    for mail in mails(session):
        mail.state, mail.next_attempt_at, mail.attempts = NoticeState.SENT, None, 1
        mail.finished_at = mail.created_at + timedelta(seconds=1)


def mails(session: Session) -> list[Notice]:
    return list(session.scalars(select(Notice).where(Notice.channel == NoticeChannel.MAIL).order_by(Notice.id)))


def letter(mail: Notice, number: str = "", mood: str = "", lines: int = 1000, more: str = "") -> Taken:
    """A letter the server took; it says the first `lines` lines of its notice, and `more`."""
    message = EmailMessage()
    message["Message-ID"] = number or mail.message_id
    message.set_content("\n".join([*(str(line["number"]) for line in mail.lines[:lines]), more]))
    return Taken([mail.address], message.as_bytes(), mood=mood)


Spoil = Callable[[Session, list[Taken], Excuses], None]


def nothing(_session: Session, _taken: list[Taken], _excuses: Excuses) -> None:
    """A month without a fault."""


def cancelled(session: Session, taken: list[Taken], _excuses: Excuses) -> None:
    for mail in mails(session):
        mail.state, mail.last_error = NoticeState.CANCELLED, "wrongly"
    taken.clear()


def never_sent(session: Session, taken: list[Taken], _excuses: Excuses) -> None:
    taken.pop()


def line_left_out(session: Session, taken: list[Taken], _excuses: Excuses) -> None:
    longest = max(mails(session), key=lambda mail: len(mail.lines))
    taken[:] = [one for one in taken if str(one.message["Message-ID"]) != longest.message_id]
    taken.append(letter(longest, lines=1))


def ledger_lost(session: Session, _taken: list[Taken], _excuses: Excuses) -> None:
    session.execute(delete(Reminder))


def line_not_told(session: Session, _taken: list[Taken], _excuses: Excuses) -> None:
    inside = session.scalars(select(Notice).where(Notice.channel == NoticeChannel.IN_APP, Notice.category == "digest")).first()
    assert inside is not None
    inside.lines = inside.lines[1:]


def told_too_much(session: Session, _taken: list[Taken], _excuses: Excuses) -> None:
    reminder = session.scalars(select(Reminder)).first()
    assert reminder is not None
    reminder.deadline_version += 1


def left_waiting(session: Session, _taken: list[Taken], _excuses: Excuses) -> None:
    mails(session)[0].state = NoticeState.CLAIMED


def another_number(session: Session, taken: list[Taken], _excuses: Excuses) -> None:
    taken.append(letter(mails(session)[0], "<other@office.test>"))


def twice_for_no_reason(session: Session, taken: list[Taken], _excuses: Excuses) -> None:
    first = mails(session)[0]
    first.attempts, first.unknown_outcomes = 2, 1
    taken.append(letter(first))


def twice_unrecorded(session: Session, taken: list[Taken], _excuses: Excuses) -> None:
    first = mails(session)[0]
    taken[:] = [one for one in taken if str(one.message["Message-ID"]) != first.message_id]
    taken.extend([letter(first, mood="after"), letter(first)])


def twice_after_a_kill(session: Session, taken: list[Taken], excuses: Excuses) -> None:
    first = mails(session)[0]
    first.attempts, first.unknown_outcomes = 2, 1
    taken.append(letter(first))
    excuses.killed[first.message_id] += 1


def twice_after_a_kill_unrecorded(session: Session, taken: list[Taken], excuses: Excuses) -> None:
    twice_after_a_kill(session, taken, excuses)
    mails(session)[0].unknown_outcomes = 0


def wrong_mailbox(_session: Session, taken: list[Taken], _excuses: Excuses) -> None:
    taken[0].recipients = [soak_office.mailbox("somebody_else")]


def copied(_session: Session, taken: list[Taken], _excuses: Excuses) -> None:
    taken[0].recipients = [*taken[0].recipients, soak_office.mailbox("somebody_else")]


def anothers_letter(session: Session, taken: list[Taken], _excuses: Excuses) -> None:
    """The letter of one person goes out as another's, mailbox and all."""
    first = mails(session)[0]
    other = session.scalars(select(Person).where(Person.id != first.person_id, Person.login != "finance_handler")).first()
    assert other is not None
    first.person_id, taken[0].recipients = other.id, [soak_office.mailbox(other.login)]


def to_nobody_who_owed_it(session: Session, taken: list[Taken], _excuses: Excuses) -> None:
    """Somebody is told, inside and by letter, who owes nothing."""
    person = Person(login="idle", name="闲人", email=soak_office.mailbox("idle"))
    session.add(person)
    session.flush()
    first, same = mails(session)[0], ("category", "local_date", "subject", "lines", "created_at")
    for channel in (NoticeChannel.IN_APP, NoticeChannel.MAIL):
        values = {name: getattr(first, name) for name in same} | {"state": NoticeState.SENT, "finished_at": first.finished_at}
        key, number = f"digest:2026-11-02:{person.id}:{channel.value}", f"<idle-{channel.value}@office.test>"
        session.add(Notice(key=key, person_id=person.id, channel=channel, message_id=number, address=person.email, **values))
    session.flush()
    taken.append(letter(mails(session)[-1]))


def names_another_case(session: Session, taken: list[Taken], _excuses: Excuses) -> None:
    first = mails(session)[0]
    taken[0] = letter(first, more="LY2026-999999")


WAYS: dict[Spoil, set[str]] = {
    nothing: set(),
    twice_after_a_kill: set(),
    cancelled: {"unsaid"},
    never_sent: {"unsent"},
    line_left_out: {"unsaid"},
    ledger_lost: {"missing"},
    line_not_told: {"missing", "astray"},
    told_too_much: {"missing", "extra"},
    left_waiting: {"stuck"},
    another_number: {"strange"},
    wrong_mailbox: {"astray"},
    copied: {"astray"},
    anothers_letter: {"astray"},
    to_nobody_who_owed_it: {"astray", "extra"},
    names_another_case: {"astray"},
    twice_for_no_reason: {"unexplained"},
    twice_unrecorded: {"unrecorded"},
    twice_after_a_kill_unrecorded: {"unrecorded"},
}
FINDINGS = ("missing", "extra", "unsent", "unsaid", "stuck", "unexplained", "unrecorded", "strange", "astray", "died")


@pytest.fixture(scope="module", params=["sqlite"])  # the judge reads what any engine holds
def furnished(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Furnished[None]:
    return furnish(request, tmp_path_factory.mktemp("judge"), build)


@pytest.fixture
def month(furnished: Furnished[None], tmp_path: Path) -> Iterator[Flask]:
    with furnished.copy(tmp_path) as url:
        app = create_core(make_settings(tmp_path / "data", url))
        with app.app_context():
            yield app
        release(app)


def letter_cancelled(session: Session, told_by: Reminder) -> None:
    """It had not left when its date moved."""
    session.get_one(Notice, told_by.notice_id).state = NoticeState.CANCELLED


def letter_cancelled_but_a_digest_came(session: Session, told_by: Reminder) -> None:
    letter_cancelled(session, told_by)
    digest = select(Notice.id).where(Notice.category == "digest", Notice.channel == NoticeChannel.IN_APP)
    session.add(as_told(told_by, rung="today", notice_id=session.scalars(digest).first()))


def letter_left(_session: Session, _told_by: Reminder) -> None:
    """It told of the date before it moved."""


def letter_not_in_the_ledger(session: Session, told_by: Reminder) -> None:
    letter_cancelled(session, told_by)
    session.delete(told_by)


def as_told(one: Reminder, **changed: Any) -> Reminder:
    same = ("case_id", "clock_id", "person_id", "rung", "deadline_version", "state", "reason", "notice_id", "created_at")
    return Reminder(**({name: getattr(one, name) for name in same} | changed))


MISSING = {
    (letter_cancelled, ReminderState.CARRIED): 0,
    (letter_cancelled, ReminderState.TOLD): 1,
    (letter_cancelled_but_a_digest_came, ReminderState.CARRIED): 1,
    (letter_left, ReminderState.CARRIED): 1,
    (letter_not_in_the_ledger, ReminderState.CARRIED): 2,
}


@pytest.mark.parametrize(("happened", "state"), MISSING, ids=lambda part: getattr(part, "__name__", part))
def test_only_what_a_letter_told_is_to_be_taken_over_by_the_next_version_of_a_date(
    month: Flask, happened: Callable[[Session, Reminder], None], state: ReminderState
) -> None:
    with transaction() as session:
        urged = select(Reminder).join(Notice, Notice.id == Reminder.notice_id).where(Reminder.rung == "urge")
        told_by = session.scalars(urged.where(Notice.channel == NoticeChannel.MAIL)).first()
        assert told_by is not None
        taken_over = as_told(told_by, rung="half", deadline_version=2, state=state)
        session.add(taken_over)
        session.flush()
        owed, counted = told(session), Count()
        session.delete(taken_over)
        happened(session, told_by)
        session.flush()
        judge(session, counted, [letter(mail) for mail in mails(session)], owed, Excuses())
        assert counted.missing == MISSING[happened, state]


@pytest.mark.parametrize("spoil", WAYS, ids=lambda spoil: spoil.__name__)
def test_the_judge_notices(month: Flask, spoil: Spoil) -> None:
    with transaction() as session:
        owed, taken, excuses = told(session), [letter(mail) for mail in mails(session)], Excuses()
        assert len(taken) > 5
        spoil(session, taken, excuses)
        session.flush()
        counted = Count(cases=12, days=2)
        judge(session, counted, taken, owed, excuses)
        assert {name for name in FINDINGS if getattr(counted, name)} == WAYS[spoil]
        assert counted.kept == (not WAYS[spoil])
