"""Delivery over TLS and with a login: to a server that proves who it is, and never a password in the clear."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest

from opinion_app.notify.smtp import Patience, SmtpPost
from opinion_app.rules.delivery import Attempt, Outcome
from opinion_app.rules.mail_server import server_of
from tests.support.mail_server import LOGIN, MailServer, mail_server

SHORT = Patience(connect=2, command=2, confirmation=2)
LETTER = b"Subject: t\r\n\r\nbody\r\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1 and its key, made for this run."""
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    key = file.with_suffix(".key")
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "7300"]
    made += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(file)]
    subprocess.run(made, check=True, capture_output=True, timeout=30)
    return file


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    return context


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine trusts whoever made the certificate, as an office does that runs its own authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def hand_in(server: MailServer, scheme: str, login: tuple[str, str] | None = LOGIN) -> Attempt:
    who = f"{quote(login[0])}:{quote(login[1])}@" if login else ""
    post = SmtpPost(server_of(server.url.replace("smtp://", f"{scheme}://{who}")), SHORT)
    try:
        return post.deliver("opinion@office.test", "one@office.test", LETTER)
    finally:
        post.close()


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(("scheme", "at_once"), [("smtp+starttls", False), ("smtps", True)])
def test_a_letter_goes_encrypted_to_a_server_that_asks_for_a_login(tls: ssl.SSLContext, scheme: str, at_once: bool) -> None:
    with mail_server(tls, at_once=at_once, login=True) as server:
        assert hand_in(server, scheme).outcome is Outcome.SENT
        assert (server.logins, server.encrypted) == ([LOGIN], [True])
        assert [one.recipients for one in server.taken] == [["one@office.test"]]


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("login", [("office", "wrong"), None])
def test_n06_a_login_that_is_wrong_or_missing_loses_no_letter(tls: ssl.SSLContext, login: tuple[str, str] | None) -> None:
    with mail_server(tls, login=True) as server:
        attempt = hand_in(server, "smtp+starttls", login)
        assert (attempt.outcome, server.taken) == (Outcome.UNREACHABLE, []), "the office's own fault: tried again"
        assert "535" in attempt.said or "530" in attempt.said
        assert LOGIN[1] not in attempt.said
        assert "wrong" not in attempt.said


@pytest.mark.parametrize(("scheme", "at_once"), [("smtp+starttls", False), ("smtps", True)])
def test_a_server_that_cannot_prove_who_it_is_is_told_nothing(tls: ssl.SSLContext, scheme: str, at_once: bool) -> None:
    with mail_server(tls, at_once=at_once, login=True) as server:
        attempt = hand_in(server, scheme)
        assert attempt.outcome is Outcome.UNREACHABLE
        assert "CERTIFICATE_VERIFY_FAILED" in attempt.said
        assert (server.logins, server.taken) == ([], [])


@pytest.mark.usefixtures("trusted")
def test_where_encryption_is_asked_for_and_not_offered_no_password_leaves() -> None:
    with mail_server() as server:
        assert hand_in(server, "smtp+starttls").outcome is Outcome.UNREACHABLE
        assert (server.logins, server.taken) == ([], [])
