"""The outbox against a real mail server: never missing, at most one double and then with the same Message-ID (R2-R4, R6)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.outbox.delivery import ByFile, ByServer, Delivered, Post, Watch, deliver, post_of, sender_of
from opinion_app.desks.outbox.operations import Sender, claim, confirm, retry
from opinion_app.flow.outbox import Letter, queue
from opinion_app.notify.folder import FolderPost
from opinion_app.notify.smtp import Patience, SmtpPost
from opinion_app.records.current import settings_of
from opinion_app.records.notice import Notice
from opinion_app.records.office import put_setting
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.delivery import CLAIM, Attempt, Outcome
from opinion_app.rules.errors import NotFound, Refused
from opinion_app.rules.mail_server import server_of
from opinion_app.rules.words import NoticeChannel, NoticeState, Role
from tests.builders.office import make_actor, make_person
from tests.support.mail_server import MailServer, mail_server

NOW = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
SENDER = Sender("opinion@office.test", "http://office.test")
SHORT = Patience(connect=2, command=1, confirmation=1)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def told(*names: str, on: datetime = NOW) -> None:
    """Queue one letter for each name, whose mailbox behaves as the name says."""
    with transaction() as session:
        for name in names:
            person = session.scalar(select(Person).where(Person.login == name))
            person = person or make_person(session, name, Role.CLERK, email=f"{name}@office.test")
            letter = Letter("test", f"test:{on.isoformat()}", "通报", [{"number": "LY1", "text": "到期"}], "/office/notices")
            queue(session, letter, [person], on, mail=True)


def run(server: MailServer, now: datetime = NOW, runner: str = "r1") -> Delivered:
    post = ByServer(SmtpPost(server_of(server.url), SHORT), SENDER.address)
    return deliver(post, runner, SENDER, Watch(lambda: now, count().__next__))


def mails() -> dict[str, Notice]:
    """The state of each person's mail."""
    with transaction() as session:
        rows = session.scalars(select(Notice).where(Notice.channel == NoticeChannel.MAIL).order_by(Notice.id)).all()
        held = {row.address.partition("@")[0]: row for row in rows}
        session.expunge_all()
        return held


def test_r3_run_twice_sends_once(core: Flask, server: MailServer) -> None:
    told("a", "b")
    assert run(server).counts == {Outcome.SENT: 2}
    assert run(server).counts == {}
    assert [taken.recipients for taken in server.taken] == [["a@office.test"], ["b@office.test"]]
    assert server.taken[0].message["Message-ID"] == mails()["a"].message_id
    assert {mail.state for mail in mails().values()} == {NoticeState.SENT}


def test_n13_a_bounce_goes_to_the_office_s_own_mailbox_and_no_machine_answers(core: Flask, server: MailServer) -> None:
    told("a")
    run(server)
    [taken] = server.taken
    assert taken.sender == SENDER.address, "a bounce goes to the envelope's sender, a mailbox that people read"
    assert taken.message["From"].addresses[0].addr_spec == SENDER.address
    assert taken.message["Auto-Submitted"] == "auto-generated", "RFC 3834: an automatic answer is not sent to it"
    assert taken.message["X-Auto-Response-Suppress"] == "All"
    assert taken.message["Reply-To"] is None
    assert taken.message["Disposition-Notification-To"] is None


def test_r4_each_fate_is_its_own_and_delays_no_other(core: Flask, server: MailServer) -> None:
    told("gone", "temporary", "after", "fine")
    run(server)
    states = {name: mail.state for name, mail in mails().items()}
    assert states == {
        "gone": NoticeState.FAILED,
        "temporary": NoticeState.PENDING,
        "after": NoticeState.UNKNOWN,
        "fine": NoticeState.SENT,
    }
    assert "550" in mails()["gone"].last_error
    run(server, NOW + timedelta(minutes=2))
    after = mails()["after"]
    assert (after.state, after.unknown_outcomes) == (NoticeState.SENT, 1)
    assert "两封" in after.last_error
    doubled = [taken.message["Message-ID"] for taken in server.taken if taken.recipients == ["after@office.test"]]
    assert doubled == [after.message_id] * 2
    assert next(taken for taken in server.taken if taken.recipients == ["after@office.test"]).data == server.taken[-1].data


def test_r4_a_second_unknown_outcome_is_the_last(core: Flask, server: MailServer) -> None:
    told("after")
    server.drops["after"] = 5
    for minutes in (0, 2, 30, 90):
        run(server, NOW + timedelta(minutes=minutes))
    assert len(server.taken) == 2
    assert mails()["after"].finished_at is not None


def test_r4_a_server_that_is_away_ends_the_run_after_three_tries(core: Flask, server: MailServer) -> None:
    told(*"abcde")
    server.closed = True
    done = run(server)
    assert done.counts == {Outcome.UNREACHABLE: 3}
    assert "连续三次" in str(done)
    server.closed = False
    assert run(server, NOW + timedelta(minutes=2)).counts == {Outcome.SENT: 5}


def test_r4_temporary_failures_are_given_up_after_days(core: Flask, server: MailServer) -> None:
    told("temporary")
    moment = NOW
    for _ in range(5):
        run(server, moment)
        moment += timedelta(days=1, hours=1)
    assert mails()["temporary"].state is NoticeState.FAILED


def test_r2_a_claim_left_by_a_killed_process_is_taken_over(core: Flask, server: MailServer) -> None:
    told("a")
    with transaction() as session:
        left = claim(session, "killed", SENDER, NOW)
    assert left is not None
    assert run(server, NOW + timedelta(minutes=1)).counts == {}
    assert run(server, NOW + CLAIM + timedelta(seconds=1)).counts == {Outcome.SENT: 1}
    assert server.taken[0].data.replace(b"\r\n", b"\n").strip() == left.data.replace(b"\r\n", b"\n").strip()
    with transaction() as session:
        assert not confirm(session, left, "killed", Attempt(Outcome.REFUSED), NOW)
    after = mails()["a"]
    assert (after.state, after.attempts, after.unknown_outcomes) == (NoticeState.SENT, 2, 1)
    assert after.last_error == "曾有一次结果不明，对方可能收到两封（邮件编号相同）。"


def test_r2_killed_after_the_server_took_it_it_is_sent_again_and_so_recorded_even_where_the_line_breaks_then(
    core: Flask, server: MailServer
) -> None:
    told("after")
    with transaction() as session:
        assert claim(session, "killed", SENDER, NOW) is not None
    then = NOW + CLAIM + timedelta(seconds=1)
    assert run(server, then).counts == {Outcome.UNKNOWN: 1}
    assert run(server, then + timedelta(minutes=6)).counts == {Outcome.SENT: 1}
    assert (mails()["after"].unknown_outcomes, len(server.taken)) == (2, 2)


def test_r2_what_waited_and_was_never_in_hand_has_no_unknown_outcome(core: Flask, server: MailServer) -> None:
    told("temporary", "fine")
    run(server)
    run(server, NOW + timedelta(hours=2))
    assert [mail.unknown_outcomes for mail in mails().values()] == [0, 0]


def test_r11_a_clock_set_back_keeps_no_letter_waiting_for_days(core: Flask, server: MailServer) -> None:
    told("a")
    with transaction() as session:
        assert claim(session, "killed", SENDER, NOW) is not None
    told("b", on=NOW)
    assert run(server, NOW - timedelta(days=2)).counts == {Outcome.SENT: 2}


@pytest.mark.parametrize("back", [timedelta(minutes=10), timedelta(hours=1), timedelta(days=2)])
def test_r11_a_clock_set_back_by_little_keeps_no_letter_waiting_either(core: Flask, server: MailServer, back: timedelta) -> None:
    told("tried")
    server.closed = True
    run(server)
    told("fresh")
    server.closed = False
    assert run(server, NOW - back).counts == {Outcome.SENT: 2}, "the one that was tried and the one that never was"
    assert {mail.state for mail in mails().values()} == {NoticeState.SENT}


def test_r4_the_longest_wait_is_kept_to(core: Flask, server: MailServer) -> None:
    told("temporary")
    server.closed = True
    moment = NOW
    for minutes in (1, 5, 15, 30, 60, 60):
        assert run(server, moment).counts == {Outcome.UNREACHABLE: 1}
        assert run(server, moment + timedelta(minutes=minutes, seconds=-1)).counts == {}
        moment += timedelta(minutes=minutes)


def test_r3_two_runners_at_once_send_each_letter_once(core: Flask, server: MailServer) -> None:
    told(*(f"p{number}" for number in range(12)))

    def work(runner: str) -> None:
        with core.app_context():
            run(server, runner=runner)

    threads = [threading.Thread(target=work, args=(f"r{number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(taken.recipients[0] for taken in server.taken) == sorted(f"p{number}@office.test" for number in range(12))


def test_n05_a_letter_that_cannot_be_made_is_parked_and_the_rest_goes_on(core: Flask, server: MailServer) -> None:
    told("poison", "fine")
    with transaction() as session:
        poison = session.scalars(select(Notice).where(Notice.address.startswith("poison"))).one()
        poison.lines = [{"number": "LY1", "clock": "not a number"}]
    assert run(server).counts == {Outcome.SENT: 1}
    assert mails()["poison"].state is NoticeState.FAILED
    assert "邮件无法生成" in mails()["poison"].last_error


def test_a_bad_address_fails_alone_and_is_sent_anew_once_mended(core: Flask, server: MailServer) -> None:
    told("bad", "fine")
    with transaction() as session:
        person = session.scalars(select(Person).where(Person.login == "bad")).one()
        person.email = "bad@office.test\nBcc: x@y.test"
    run(server)
    failed = next(mail for mail in mails().values() if mail.state is NoticeState.FAILED)
    assert "邮箱地址" in failed.last_error
    with transaction() as session:
        admin = make_actor(session, "admin", Role.ADMINISTRATOR)
        session.scalars(select(Person).where(Person.login == "bad")).one().email = "good@office.test"
        retry(session, failed.id, admin, NOW)
    assert run(server).counts == {Outcome.SENT: 1}
    with transaction() as session, pytest.raises(Refused):
        retry(session, failed.id, admin, NOW)
    with transaction() as session, pytest.raises(NotFound):
        retry(session, 999_999, admin, NOW)


def test_r9_what_waited_before_a_restore_is_cancelled(core: Flask, server: MailServer) -> None:
    told("a")
    with transaction() as session:
        put_setting(session, "restored_at", (NOW + timedelta(hours=1)).isoformat())
    assert run(server, NOW + timedelta(hours=2)).counts == {}
    assert mails()["a"].state is NoticeState.CANCELLED


def test_without_a_server_letters_lie_in_the_folder(core: Flask, tmp_path: Path) -> None:
    told("a")
    post: Post = post_of(settings_of(core))
    assert isinstance(post, ByFile)
    done = deliver(
        ByFile(FolderPost(tmp_path / "mail")),
        "r1",
        sender_of(settings_of(core)),
        Watch(lambda: NOW, count().__next__),
    )
    assert str(done) == "已存为邮件文件 1"
    assert [path.suffix for path in (tmp_path / "mail").iterdir()] == [".eml"]
    assert mails()["a"].state is NoticeState.FILED


def test_a_run_ends_when_asked_and_when_its_time_is_up(core: Flask, server: MailServer) -> None:
    told("a", "b", "c")
    post = ByServer(SmtpPost(server_of(server.url), SHORT), SENDER.address)
    done = deliver(post, "r1", SENDER, Watch(lambda: NOW, count().__next__), lambda: True)
    assert (done.counts, done.stopped) == ({Outcome.SENT: 1}, "正在退出")
    post = ByServer(SmtpPost(server_of(server.url), SHORT), SENDER.address)
    done = deliver(post, "r1", SENDER, Watch(lambda: NOW, count(0, 300).__next__))
    assert "下轮接着发" in done.stopped
