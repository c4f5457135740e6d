"""What a letter says of itself where it is looked up: in the outbox, inside the service, on the page of the clock."""

from __future__ import annotations

import email.policy
import re

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app import clock
from opinion_app.records.job import JobRun, Lease
from opinion_app.records.notice import Notice
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import NoticeChannel, NoticeState
from opinion_app.web import filters
from tests.desks.test_clock_pages import notice, page, people

__all__ = ["people"]


@pytest.mark.usefixtures("people")
def test_a_digest_by_mail_leads_to_its_own_page_inside(app: Flask) -> None:
    inside = notice(app, "digest", NoticeChannel.IN_APP)
    mail = email.message_from_string(notice(app, "digest", NoticeChannel.MAIL).body, policy=email.policy.default)
    said = mail.get_body(("plain",))
    assert said is not None
    assert re.findall(r"查看全部：\S+?(/office/\S+)", said.get_content()) == [f"/office/notices/{inside.id}"]


@pytest.mark.usefixtures("people")
def test_only_who_may_search_is_offered_the_box(app: Flask) -> None:
    offered = {who: "data-search" in page(app, who, "/office/notices")[1] for who in ("clerk", "admin", "auditor")}
    assert offered == {"clerk": True, "admin": False, "auditor": True}


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("error", "said", "own"),
    [
        ("邮件服务器连接不上，稍后再发：拒绝连接", "稍后再发：拒绝连接</span>", ""),
        ("邮件服务器连接不上，稍后再发：证书不对: SSLError: x", "稍后再发：证书不对</span>", "SSLError: x"),
        ("对方暂不接收，稍后再发：451 4.7.1 try later", "稍后再发：451 4.7.1（服务器暂时不收）</span>", "try later"),
        ("对方拒收：550", "对方拒收：550（没有这个邮箱，或不肯收）</span>", ""),
        ("没有设置邮件服务器", "没有设置邮件服务器</span>", ""),
    ],
)
def test_the_outbox_says_when_it_tries_again_and_why_it_did_not_arrive(app: Flask, error: str, said: str, own: str) -> None:
    now = clock.now()
    with app.app_context(), transaction() as session:
        row = session.scalars(select(Notice).where(Notice.channel == NoticeChannel.MAIL)).first()
        assert row is not None
        row.state, row.attempts, row.finished_at, row.last_error = NoticeState.PENDING, 1, None, error
        row.next_attempt_at, notice_id = now, row.id
    text = page(app, "clerk", "/office/outbox?view=waiting")[1]
    assert f"下次发送：{filters.moment(now)}。{error.partition('：')[0]}" in text
    assert said in text
    assert re.findall(r'<span lang="en">(.*?)</span></details>', text) == ([own] if own else [])
    assert "发往" not in text
    with app.app_context(), transaction() as session:
        row = session.get_one(Notice, notice_id)
        row.state, row.finished_at = NoticeState.FAILED, now
    assert "；发往 clerk@office.test</span>" in page(app, "admin", "/office/outbox?view=trouble")[1], "to be corrected there"


@pytest.mark.usefixtures("people")
def test_an_alarm_that_was_raised_is_not_called_normal(app: Flask) -> None:
    now, said = clock.now(), "有 4 封邮件等了半小时以上还没有发出，请检查邮件服务器"
    with app.app_context(), transaction() as session:
        session.add(Lease(name="clock", holder="pc:1:a", beat=1, taken_at=now, beaten_at=now))
        run = JobRun(job="alarm", slot=now, started_at=now, finished_at=now, succeeded=True, report=said)
        session.add(run)
    text = page(app, "admin", "/office/clock")[1]
    assert re.search(f">注意</span>\\s*{said}", text)
    assert "有情况要处理" in text
    assert text.count(said) == 2, "in the row of the check and above all"
    with app.app_context(), transaction() as session:
        session.scalars(select(JobRun)).one().report = "一切正常"
    text = page(app, "admin", "/office/clock")[1]
    assert re.search(r">正常</span>\s*一切正常", text)
    assert "有情况要处理" not in text
