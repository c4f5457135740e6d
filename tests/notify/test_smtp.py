"""Delivery over a real connection: what is known is said, and what cannot be known is said to be unknown (hardening R4)."""

from __future__ import annotations

import errno
import smtplib
import socket
import ssl
from collections.abc import Iterator
from time import monotonic

import pytest

from opinion_app.notify.smtp import Patience, SmtpPost
from opinion_app.notify.smtp_session import REPLY_LINES
from opinion_app.rules.delivery import CLAIM, Attempt, Outcome
from opinion_app.rules.mail_faults import why_unreached
from opinion_app.rules.mail_server import Server, ServerUnfit, server_of
from tests.support.dripping import dripping_server
from tests.support.mail_server import MailServer, mail_server

SHORT = Patience(connect=2, command=1, confirmation=1)
LETTER = b"Subject: t\r\n\r\n.leading dot\r\nbody\r\n"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture
def post(server: MailServer) -> Iterator[SmtpPost]:
    post = SmtpPost(server_of(server.url), SHORT)
    yield post
    post.close()


def test_many_letters_go_over_one_connection(server: MailServer, post: SmtpPost) -> None:
    for number in range(5):
        assert post.deliver("opinion@office.test", f"p{number}@office.test", LETTER).outcome is Outcome.SENT
    assert server.connections == 1
    assert len(server.taken) == 5
    assert b"\r\n.leading dot\r\n" in server.taken[0].data


@pytest.mark.parametrize(
    ("name", "outcome", "accepted"),
    [
        ("temporary", Outcome.DEFERRED, 0),
        ("gone", Outcome.REFUSED, 0),
        ("spam", Outcome.REFUSED, 0),
        ("closing", Outcome.UNREACHABLE, 0),
        ("hang", Outcome.UNREACHABLE, 0),
        ("before", Outcome.UNREACHABLE, 0),
        ("after", Outcome.UNKNOWN, 1),
        ("slow", Outcome.UNKNOWN, 1),
    ],
)
def test_n06_each_failure_has_its_name(server: MailServer, post: SmtpPost, name: str, outcome: Outcome, accepted: int) -> None:
    begun = monotonic()
    assert post.deliver("opinion@office.test", f"{name}@office.test", LETTER).outcome is outcome
    assert len(server.taken) == accepted
    assert monotonic() - begun < 5


@pytest.mark.parametrize("drop", [b"250-more\r\n", b"x"])
@pytest.mark.parametrize("at", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "dot", "QUIT"])
def test_n06_r4_a_server_that_drips_for_ever_holds_a_letter_no_longer_than_its_time(at: str, drop: bytes) -> None:
    with dripping_server(at, drop) as server:
        post = SmtpPost(server_of(server.url), Patience(connect=2, command=1, letter=0.5, confirmation=0.5, parting=0.2))
        begun = monotonic()
        attempt = post.deliver("opinion@office.test", "a@office.test", LETTER)
        post.close()
        assert monotonic() - begun < 3
        expected = {"dot": Outcome.UNKNOWN, "QUIT": Outcome.SENT}
        assert attempt.outcome is expected.get(at, Outcome.UNREACHABLE)
        assert server.letters == (at in expected)


def test_n06_a_reply_of_endless_lines_is_given_up_at_once() -> None:
    with dripping_server("MAIL", b"250-more\r\n" * (REPLY_LINES + 1)) as server:
        post = SmtpPost(server_of(server.url), Patience(connect=2, command=5, letter=30))
        begun = monotonic()
        attempt = post.deliver("opinion@office.test", "a@office.test", LETTER)
        assert attempt.outcome is Outcome.UNREACHABLE
        assert "lines in one reply" in attempt.said
        assert monotonic() - begun < 3


def test_n06_r4_a_letter_never_takes_as_long_as_it_is_claimed_for() -> None:
    assert Patience().longest + 30 < CLAIM.total_seconds()
    assert Patience().command < Patience().letter


def test_one_bad_address_leaves_the_connection_to_the_others(server: MailServer, post: SmtpPost) -> None:
    outcomes = [post.deliver("o@office.test", f"{name}@office.test", LETTER).outcome for name in ("a", "gone", "temporary", "b")]
    assert outcomes == [Outcome.SENT, Outcome.REFUSED, Outcome.DEFERRED, Outcome.SENT]
    assert server.connections == 1


@pytest.mark.parametrize(
    "address", ["fine@office.test\r\nRCPT TO:<other@office.test>", "fine@office.test\nDATA", "张三@office.test"]
)
def test_n13_an_address_that_no_command_can_carry_is_refused_and_the_others_go_on(
    server: MailServer, post: SmtpPost, address: str
) -> None:
    attempt = post.deliver("opinion@office.test", address, LETTER)
    assert attempt.outcome is Outcome.REFUSED
    assert attempt.said.endswith("不能使用，请在人员信息中改正。")
    assert post.deliver("opinion@office.test", "fine@office.test", LETTER).outcome is Outcome.SENT
    assert [taken.recipients for taken in server.taken] == [["fine@office.test"]]
    assert server.connections == 1


def test_n06_a_password_that_no_command_can_carry_is_the_offices_own_fault(server: MailServer) -> None:
    held = server_of(server.url)
    post = SmtpPost(Server(held.scheme, held.host, held.port, "你", "密码"), SHORT)
    assert post.deliver("opinion@office.test", "fine@office.test", LETTER).outcome is Outcome.UNREACHABLE
    post.close()


def test_a_connection_the_server_ended_meanwhile_is_opened_anew(server: MailServer, post: SmtpPost) -> None:
    assert post.deliver("o@office.test", "a@office.test", LETTER).outcome is Outcome.SENT
    held = post._held
    assert held is not None
    held.close()
    assert post.deliver("o@office.test", "b@office.test", LETTER).outcome is Outcome.SENT
    assert server.connections == 2


def test_a_server_that_is_away_is_said_to_be_away() -> None:
    post = SmtpPost(Server("smtp", "127.0.0.1", 9), SHORT)
    refused = "拒绝连接，服务可能没有启动或端口不对"
    assert post.deliver("o@office.test", "a@office.test", LETTER) == Attempt(Outcome.UNREACHABLE, refused)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (socket.gaierror(-2, "Name or service not known"), "找不到主机，请核对服务器名称"),
        (TimeoutError("timed out"), "超时没有应答"),
        (ConnectionResetError(104, "Connection reset by peer"), "连接中途断开"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "网络不通"),
        (smtplib.SMTPAuthenticationError(535, b"no"), "登录被拒，请核对用户名和密码: SMTPAuthenticationError: (535, b'no')"),
        (smtplib.SMTPServerDisconnected("closed"), "连接中途断开: SMTPServerDisconnected: closed"),
        (smtplib.SMTPNotSupportedError("STARTTLS extension not supported"), "服务器不支持所设的登录或加密方式"),
        (ssl.SSLCertVerificationError("host"), "证书不对，不能确认是这台服务器: SSLCertVerificationError: ('host',)"),
        (ssl.SSLError("wrong version"), "加密连接没有建立: SSLError: ('wrong version',)"),
        (smtplib.SMTPHeloError(500, b"?"), "服务器没有按约定应答: SMTPHeloError: (500, b'?')"),
        (OSError("more than 100 lines"), "没有连上: OSError: more than 100 lines"),
    ],
)
def test_why_a_server_is_away_is_said_in_chinese(error: Exception, said: str) -> None:
    assert why_unreached(error) == said


def test_the_address_of_the_server_is_read_with_user_and_password() -> None:
    read = server_of("smtps://clerk%40office.test:p%3Aw@mail.office.test")
    assert read == Server("smtps", "mail.office.test", 465, "clerk@office.test", "p:w")
    assert server_of("smtp+starttls://mail.office.test:2525").port == 2525


@pytest.mark.parametrize(
    "url",
    ["mail.office.test", "http://mail.office.test", "bad://x:25", "smtp://", "smtp://:25", "smtp://a b", "smtp://host:port"],
)
def test_a_useless_address_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(ServerUnfit):
        server_of(url)
