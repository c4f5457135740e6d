"""What a server says and where a letter goes is taken with care: no word of it loses how an attempt ended (N06, N13)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import DataError

from opinion_app.desks.outbox import delivery
from opinion_app.desks.outbox.delivery import Watch, deliver
from opinion_app.desks.outbox.operations import Claimed, Sender, claim, confirm
from opinion_app.desks.reminders.rehearsal import rehearse
from opinion_app.records.notice import Notice
from opinion_app.records.transaction import transaction
from opinion_app.rules.delivery import Attempt, Outcome
from opinion_app.rules.words import NoticeChannel, NoticeState
from opinion_app.rules.zone import parse_moment
from tests.desks.outbox.test_looked_at_again import mail
from tests.desks.reminders.laddered import Office, laddered

SENDER = Sender("opinion@office.test", "http://office.test")
MORNING = parse_moment("2026-11-12T08:31")
UNFIT = "handler@office.test\r\nRCPT TO:<other@office.test>"
WHY = "邮箱地址“handler@office.test RCPT TO:<other@office.test>”不能使用，请在人员信息中改正。"


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    for made in laddered():
        made.run("2026-11-12T08:30")
        yield made


@pytest.mark.parametrize("said", ["550 \x00 no\x1b", "550 \ud800 no"])
def test_n06_a_word_no_database_takes_is_left_out_of_what_the_server_said(office: Office, said: str) -> None:
    claimed = claim(office.session, "r1", SENDER, MORNING)
    assert claimed is not None
    confirm(office.session, claimed, "r1", Attempt(Outcome.REFUSED, said), MORNING)
    office.session.flush()
    notice = office.session.get_one(Notice, claimed.notice_id, populate_existing=True)
    assert notice.state is NoticeState.FAILED
    assert notice.last_error.startswith("对方拒收：550")
    assert "no" in notice.last_error


class Refusing:
    """Takes no letter, and says why in words the database refuses."""

    channel = NoticeChannel.MAIL

    def __init__(self, said: str) -> None:
        self.said, self.asked = said, 0

    def deliver(self, _letter: Claimed) -> Attempt:
        self.asked += 1
        return Attempt(Outcome.REFUSED, self.said)

    def close(self) -> None:
        """Nothing to end."""


@pytest.mark.parametrize("said", ["550 no", ""])
def test_n06_words_the_database_refuses_all_the_same_cost_nobody_the_outcome(
    core: Flask, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    for made in laddered():
        made.run("2026-11-12T08:30")
    kept = delivery.confirm
    pauses: list[float] = []

    def refuse(session: Any, letter: Claimed, runner: str, attempt: Attempt, now: Any) -> bool:
        if attempt.said == said:
            raise DataError("UPDATE notices", {}, ValueError("NUL"))
        return kept(session, letter, runner, attempt, now)

    monkeypatch.setattr(delivery, "confirm", refuse)
    post = Refusing(said)
    watch = Watch(lambda: MORNING, count().__next__, pauses.append)
    if not said:
        with pytest.raises(DataError):
            deliver(post, "r1", SENDER, watch)
        return
    assert deliver(post, "r1", SENDER, watch).counts == {Outcome.REFUSED: 3}
    assert (post.asked, pauses) == (3, []), "each letter is tried once, and nothing is waited for"
    with transaction() as session:
        assert claim(session, "r2", SENDER, MORNING + timedelta(minutes=10)) is None


@pytest.mark.parametrize("before", [Outcome.UNKNOWN, Outcome.DEFERRED])
def test_n13_what_goes_again_goes_to_no_address_that_is_not_one_mailbox(office: Office, before: Outcome) -> None:
    later = MORNING + timedelta(minutes=2)
    while (claimed := claim(office.session, "r1", SENDER, MORNING)) is not None:
        confirm(office.session, claimed, "r1", Attempt(before, "451"), MORNING)
    office.people["handler"].email = UNFIT
    office.session.flush()
    found = rehearse(office.session, later)
    assert [(draft.name, draft.why_not) for draft in found.cancelled] == [("handler", WHY)]
    sent = []
    while (claimed := claim(office.session, "r1", SENDER, later)) is not None:
        confirm(office.session, claimed, "r1", Attempt(Outcome.SENT), later)
        sent.append(claimed.recipient)
    assert sorted(sent) == sorted(f"{draft.name}@office.test" for draft in found.drafts if "邮件" in draft.ways and draft.waiting)
    assert sorted(sent) == ["head@office.test", "vice@office.test"]
    assert (mail(office, "handler").state, mail(office, "handler").last_error) == (NoticeState.FAILED, WHY)
