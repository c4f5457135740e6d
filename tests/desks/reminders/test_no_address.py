"""Somebody without address where the office sends mail: told inside the service, and by letter whoever passes it on (N09)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.outbox.operations import Sender, claim
from opinion_app.desks.reminders.operations import queue_digests
from opinion_app.records.notice import Notice
from opinion_app.records.transaction import transaction
from opinion_app.rules.settings import Settings
from opinion_app.rules.words import NoticeChannel, Role
from tests.builders.office import make_case, make_person
from tests.support.databases import make_settings

MORNING = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)


@pytest.fixture(params=["smtp://mail.office.test", ""], ids=["mail", "no mail"])
def settings(request: pytest.FixtureRequest, tmp_path: Path, database_url: str) -> Settings:
    return make_settings(tmp_path / "data", database_url, smtp_url=request.param)


def test_n09_a_clerk_without_address_is_told_inside_and_the_administrator_by_letter(core: Flask, settings: Settings) -> None:
    with transaction() as session:
        clerk = make_person(session, "clerk", Role.CLERK, name="王受理")
        admin = make_person(session, "admin", Role.ADMINISTRATOR, email="admin@office.test")
        case = make_case(session, None)
        queue_digests(session, MORNING)
        told = {(row.person_id, row.channel) for row in session.scalars(select(Notice))}
        by_letter = {(admin.id, NoticeChannel.IN_APP), (admin.id, NoticeChannel.MAIL)} if settings.smtp_url else set()
        assert told == {(clerk.id, NoticeChannel.IN_APP)} | by_letter
        taken = claim(session, "r1", Sender("opinion@office.test", "http://office.test"), MORNING)
        assert (taken is not None) == bool(by_letter), "where mail is not set up the notice inside is the delivery (decisions 24)"
        if taken is not None:
            mail = session.scalars(select(Notice).where(Notice.channel == NoticeChannel.MAIL)).one()
            [line] = mail.lines
            assert (line["number"], line["link"], line["reason"]) == (case.number, "", "王受理没有邮箱和群机器人，请您转告")
