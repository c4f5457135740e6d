"""Letters to writers: a receipt and “已答复”, once each, by the one outbox, and nothing of them that could give anybody away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from opinion_app.desks.outbox.delivery import ByFile, ByServer, Delivered, Watch, deliver
from opinion_app.desks.outbox.operations import Sender, retry
from opinion_app.desks.outbox.queries import letter_file, letters
from opinion_app.desks.upkeep.operations import purge
from opinion_app.flow import inbox, writer_mail
from opinion_app.notify.folder import FolderPost
from opinion_app.notify.smtp import Patience, SmtpPost
from opinion_app.records.case import Case, Correspondent
from opinion_app.records.current import settings_of
from opinion_app.records.notice import Notice
from opinion_app.records.reply import Reply
from opinion_app.records.submission import Submission
from opinion_app.records.transaction import transaction
from opinion_app.rules.delivery import Outcome
from opinion_app.rules.errors import NotFound
from opinion_app.rules.mail_server import server_of
from opinion_app.rules.query_code import code_for, show_code
from opinion_app.rules.registration import Writer
from opinion_app.rules.words import NoticeState, Role, Stage
from opinion_app.steps.intake.operations import issue_code, take_in
from opinion_app.steps.triage.merging import merge
from tests.builders.office import NEW, SECRET, make_actor, make_case
from tests.support.mail_server import MailServer, mail_server

NOW = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
SENDER = Sender("opinion@office.test", "http://office.test")
SHORT = Patience(connect=2, command=1, confirmation=1)
FIELDS = {"kind": "help", "title": "村口路灯不亮", "body": "村口的路灯坏了半个月。", "name": "刘一帆", "phone": "13800001234"}


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture
def mailing(core: Flask) -> Flask:
    """An office with a mail server."""
    object.__setattr__(settings_of(core), "smtp_url", "smtp://mail.office.test")
    return core


def leave(session: Session, email: str = "fine@mail.test", now: datetime = NOW, key: str = "k" * 32) -> str:
    """A message on the public form, taken in; answers its query code."""
    secret = settings_of().secret_key
    row = inbox.submit(session, FIELDS | {"email": email}, [], now, secret, key, "")
    inbox.take_in(session, row, now, secret)
    return code_for(secret, key)


def run(server: MailServer, now: datetime = NOW) -> Delivered:
    post = ByServer(SmtpPost(server_of(server.url), SHORT), SENDER.address)
    return deliver(post, "r1", SENDER, Watch(lambda: now, count().__next__))


def to_writers(session: Session) -> list[Notice]:
    return list(session.scalars(select(Notice).where(Notice.writer_id.is_not(None)).order_by(Notice.id)))


def said(server: MailServer, place: int = 0) -> str:
    part = server.taken[place].message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def answered(session: Session, case: Case) -> None:
    case.stage = Stage.ANSWERED
    session.flush()
    writer_mail.tell_answered(session, case, NOW)


def test_the_receipt_carries_number_and_code_and_nothing_of_the_writer(mailing: Flask, server: MailServer) -> None:
    with transaction() as session:
        code = leave(session)
        assert session.scalars(select(Submission)).one().fields == {}
    assert run(server).counts == {Outcome.SENT: 1}
    mail = server.taken[0]
    assert mail.recipients == ["fine@mail.test"]
    assert mail.message["Subject"] == "LY2026-000001 留言已收到"
    assert (mail.message["List-Id"], mail.message["Precedence"]) == (None, None)
    words = said(server)
    assert show_code(code) in words
    assert "http://office.test/messages/track?number=LY2026-000001" in words
    assert not [word for word in ("刘一帆", "13800001234", "路灯", "求助") if word in words + mail.message["Subject"]]
    assert run(server).counts == {}


def test_neither_address_nor_code_lies_in_the_ledger(mailing: Flask, server: MailServer) -> None:
    with transaction() as session:
        code = leave(session)
        kept = str(session.execute(text("SELECT * FROM notices WHERE writer_id IS NOT NULL")).one())
        assert "fine@" not in kept
        assert code not in kept
    run(server)
    with transaction() as session:
        (row,) = to_writers(session)
        assert (row.body, row.code_key, row.address, row.state) == ("", "", "***@***", NoticeState.SENT)
        assert code not in str(row.lines)


def test_a_code_that_was_replaced_before_the_receipt_left_is_not_sent(mailing: Flask, server: MailServer) -> None:
    with transaction() as session:
        code = leave(session)
        clerk = make_actor(session, "clerk", Role.CLERK)
        issue_code(session, session.scalars(select(Case)).one(), clerk, NOW, "当面核对证件", "", settings_of().secret_key)
    run(server)
    assert show_code(code) not in said(server)
    assert "领取查询码" in said(server)


@pytest.mark.parametrize("held", ["another secret", "sealed by an older version"])
def test_a_receipt_whose_code_cannot_be_made_says_where_to_get_one(mailing: Flask, server: MailServer, held: str) -> None:
    with transaction() as session:
        code = leave(session)
        if held == "another secret":
            object.__setattr__(settings_of(), "secret_key", "t" * 40)
        else:
            session.execute(update(Notice).where(Notice.writer_id.is_not(None)).values(code_key="ABCDEFGHJKMN"))
    assert run(server).counts == {Outcome.SENT: 1}
    assert show_code(code) not in said(server)
    assert ("查询码：" in said(server), "领取查询码" in said(server)) == (False, True)


def test_a_message_an_older_version_left_waiting_is_taken_in_and_told_where_to_get_a_code(
    mailing: Flask, server: MailServer
) -> None:
    with transaction() as session:
        secret = settings_of().secret_key
        row = inbox.submit(session, FIELDS | {"email": "fine@mail.test"}, [], NOW, secret, "k" * 32, "")
        row.fields = {name: value for name, value in row.fields.items() if name != "code_key"} | {"sealed_code": "ABCDEFGHJKMN"}
        inbox.take_in(session, row, NOW, secret)
    assert run(server).counts == {Outcome.SENT: 1}
    assert "领取查询码" in said(server)


def test_an_unknown_outcome_is_sent_once_more_with_the_same_bytes(mailing: Flask, server: MailServer) -> None:
    with transaction() as session:
        leave(session, "after@mail.test")
    run(server)
    with transaction() as session:
        (row,) = to_writers(session)
        assert row.state is NoticeState.UNKNOWN
        assert row.code_key
        assert "after" not in row.last_error
    run(server, NOW + timedelta(minutes=2))
    run(server, NOW + timedelta(hours=2))
    assert len({taken.data for taken in server.taken}) == 1
    assert 1 <= len(server.taken) <= 2


def test_a_refused_mailbox_is_told_by_its_code_alone_and_can_be_tried_again(mailing: Flask, server: MailServer) -> None:
    with transaction() as session:
        leave(session, "gone@mail.test")
        clerk = make_actor(session, "clerk", Role.CLERK)
    run(server)
    with transaction() as session:
        (row,) = to_writers(session)
        assert row.state is NoticeState.FAILED
        assert "gone" not in row.last_error
        assert "550" in row.last_error
        purge(session, NOW + timedelta(days=8))
        session.refresh(row)
        assert row.code_key == ""
        retry(session, row.id, clerk, NOW)
        session.execute(update(Correspondent).values(email="fine@mail.test"))
    run(server)
    assert "领取查询码" in said(server)


def test_a_letter_that_cannot_be_written_names_no_address(mailing: Flask, server: MailServer) -> None:
    with transaction() as session:
        leave(session)
        session.execute(update(Correspondent).values(email="two@mail.test,three@mail.test"))
        leave(session, key="j" * 32)
        session.execute(update(Notice).where(Notice.writer_id == 2).values(lines=[{}]))
    assert run(server).counts == {}
    with transaction() as session:
        assert [row.last_error for row in to_writers(session)] == ["来信人留的邮箱地址不能使用", "邮件无法生成：KeyError"]


def test_who_left_no_address_or_whose_office_sends_no_mail_is_written_nothing(core: Flask) -> None:
    with transaction() as session:
        leave(session)
        object.__setattr__(settings_of(), "smtp_url", "smtp://mail.office.test")
        leave(session, "", key="j" * 32)
        imported = make_case(session, writer=Writer("刘一帆", "", "fine@mail.test"))
        imported.imported = True
        writer_mail.tell_received(session, imported, NOW)
        assert to_writers(session) == []


def test_a_letter_never_lies_in_a_folder(mailing: Flask, tmp_path: Path) -> None:
    with transaction() as session:
        leave(session)
    done = deliver(ByFile(FolderPost(tmp_path / "mail")), "r1", SENDER, Watch(lambda: NOW, count().__next__))
    assert done.counts == {Outcome.REFUSED: 1}
    assert not (tmp_path / "mail").exists()


def test_a_clerk_registers_and_the_receipt_has_no_code(mailing: Flask, server: MailServer) -> None:
    with transaction() as session:
        clerk = make_actor(session, "clerk", Role.CLERK)
        new = replace(NEW, writer=Writer("刘一帆", "", "fine@mail.test"))
        take_in(session, new, [], clerk, NOW, SECRET)
        assert to_writers(session) == []  # nobody ticked that a receipt is wanted
        case = take_in(session, replace(new, receipt=True), [], clerk, NOW, SECRET)
        answered(session, case)
    run(server)
    assert ["领取查询码" in said(server, place) for place in (0, 1)] == [True, True]
    assert server.taken[1].message["Subject"] == "LY2026-000002 已答复"


def test_the_answer_is_told_once_each_round_also_to_who_was_merged(mailing: Flask, server: MailServer) -> None:
    with transaction() as session:
        clerk = make_actor(session, "clerk", Role.CLERK)
        for key in "abc":
            leave(session, f"{key}@mail.test", key=key * 32)
        main, second, third = session.scalars(select(Case).order_by(Case.id))
        session.add(Reply(case_id=main.id, version_no=1, text="已修好。", text_hash="", drafted_at=NOW))
        merge(session, second, clerk, NOW, main.number, "同一件事")
        answered(session, main)
        answered(session, main)
        merge(session, third, clerk, NOW, main.number, "同一件事")
        main.reply_round = 1
        answered(session, main)
    run(server)
    kinds = [(taken.recipients[0][0], taken.message["Subject"][-3:]) for taken in server.taken]
    assert sorted(kinds) == [(whom, what) for whom in "abc" for what in ("已收到", "已答复", "已答复")]
    assert "请用编号和查询码查看答复" in said(server, 3)


def test_an_answer_that_was_taken_back_is_not_told_any_more(mailing: Flask, server: MailServer) -> None:
    with transaction() as session:
        leave(session)
        case = session.scalars(select(Case)).one()
        answered(session, case)
        case.stage = Stage.HANDLING
    run(server)
    with transaction() as session:
        session.execute(update(Correspondent).values(email=""))
        leave(session, key="j" * 32)
        session.execute(update(Correspondent).values(email=""))
    run(server)
    with transaction() as session:
        assert [(row.state.value, row.last_error) for row in to_writers(session)] == [
            ("sent", ""),
            ("cancelled", "已重新办理，尚未再次答复"),
            ("cancelled", "来信人没有邮箱地址"),
        ]


def test_nobody_can_have_a_stranger_flooded(mailing: Flask) -> None:
    with transaction() as session:
        for serial in range(7):
            leave(session, f"Victim+{serial}@Mail.test" if serial % 2 else "victim@mail.test", key=str(serial) * 32)
        assert session.scalar(select(func.count(Notice.id)).where(Notice.writer_id.is_not(None))) == writer_mail.MOST_A_DAY
        leave(session, "victim@mail.test", NOW + writer_mail.A_DAY, key="n" * 32)
        leave(session, "victim.two@mail.test", key="t" * 32)
        assert len(to_writers(session)) == writer_mail.MOST_A_DAY + 2


@pytest.mark.parametrize("category", ["digest", "rung", "case"])
def test_the_tables_refuse_any_other_letter_to_a_writer_and_a_letter_to_nobody(mailing: Flask, category: str) -> None:
    with transaction() as session:
        leave(session)
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(update(Notice).where(Notice.writer_id.is_not(None)).values(category=category))
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(update(Notice).values(writer_id=None, person_id=None))


def test_the_outbox_page_shows_a_masked_address_to_who_may_see_the_case(mailing: Flask) -> None:
    with transaction() as session:
        clerk, other = make_actor(session, "clerk", Role.CLERK), make_actor(session, "admin", Role.ADMINISTRATOR)
        leave(session, "liu.yifan@qq.com")
        (row,) = [one for one in letters(session, clerk, "", 0, 9) if one.notice.writer_id]
        (hidden,) = [one for one in letters(session, other, "", 0, 9) if one.notice.writer_id]
        assert (row.receiver, row.subject) == ("来信人 l***@qq.com", "LY2026-000001 留言已收到")
        assert (hidden.receiver, hidden.subject, hidden.category) == ("来信人", "", "留言已收到")
        with pytest.raises(NotFound):
            letter_file(session, row.notice.id, clerk)
