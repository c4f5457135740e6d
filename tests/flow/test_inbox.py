"""The inbox and the limits on it: what waits is taken in whole, what cannot be taken in holds up nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from opinion_app.files.received import Received
from opinion_app.files.store import AttachmentStore, StoredFile
from opinion_app.flow import inbox
from opinion_app.flow.attempts import Limit, address_key, note_attempt, wait_words, waiting_time
from opinion_app.flow.contacts import look_up
from opinion_app.records.attachment import Attachment
from opinion_app.records.case import Correspondent
from opinion_app.records.current import settings_of
from opinion_app.records.notice import Notice
from opinion_app.records.submission import PublicAttempt, Submission
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import Invalid
from opinion_app.rules.query_code import code_for
from opinion_app.rules.words import Kind, Role
from tests.builders.office import NOW, SECRET, make_person

FIELDS = {"kind": "help", "title": "路灯不亮", "body": "坏了半个月", "name": "刘一帆", "phone": "13800001234"}
KEY = "k" * 32
CODE = code_for(SECRET, KEY)
HOUR = timedelta(hours=1)


def test_what_waits_becomes_a_case_with_its_files(core: Flask) -> None:
    held = StoredFile("a" * 32, 3, "b" * 64, "image/png")
    with transaction() as session:
        make_person(session, "clerk", Role.CLERK)
        file = Received("灯.png", held, AttachmentStore(settings_of(core).data_dir))
        row = inbox.submit(session, FIELDS, [file], NOW, SECRET, KEY, "key")
        assert inbox.waiting_files(session) == {"a" * 32}
        told = inbox.progress_of(session, SECRET, row.number, CODE)
        assert told is not None
        assert told.step == "已收到"
        assert inbox.progress_of(session, SECRET, row.number, "ABCDEFGHJKMA") is None
        assert inbox.receipt(session, SECRET, row.number, CODE)
    with transaction() as session:
        assert inbox.take_in_waiting(session, NOW + HOUR, SECRET) == 1
        assert inbox.waiting_files(session) == set()
        assert session.scalars(select(Attachment.stored_name)).all() == ["a" * 32]
        told = inbox.progress_of(session, SECRET, "LY2026-000001", CODE)
        assert told is not None
        assert told.promise.startswith("求助类来信自收到次日起 7 个工作日内答复")


def test_a_number_in_disguise_is_kept_in_plain_digits_and_found_by_them(core: Flask) -> None:
    with transaction() as session:
        row = inbox.submit(session, FIELDS | {"phone": "一三八 ００００ 1234"}, [], NOW, SECRET, KEY, "key")
        case = inbox.take_in(session, row, NOW, SECRET)
        assert session.scalars(select(Correspondent.phone)).all() == ["138 0000 1234"]
        assert look_up(session, "13800001234", SECRET) == [case.id]


def test_what_an_older_version_took_with_an_odd_number_is_taken_in(core: Flask) -> None:
    with transaction() as session:
        row = inbox.submit(session, FIELDS, [], NOW, SECRET, KEY, "key")
        row.fields = row.fields | {"phone": "123"}
        assert inbox.take_in_waiting(session, NOW, SECRET) == 1
        assert session.scalars(select(Correspondent.phone)).all() == ["123"]


def test_one_that_cannot_be_taken_in_holds_up_no_other(core: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with transaction() as session:
        bad = inbox.submit(session, FIELDS, [], NOW, SECRET, KEY, "key")
        inbox.submit(session, FIELDS, [], NOW, SECRET, KEY, "key")
        bad.fields = bad.fields | {"title": ""}
    with transaction() as session:
        assert inbox.take_in_waiting(session, NOW, SECRET) == 1
        waiting = session.scalars(select(Submission.number).where(Submission.taken_at.is_(None))).all()
        assert waiting == ["LY2026-000001"]
    assert "LY2026-000001 could not be taken in" in caplog.text


def test_of_an_accusation_against_an_official_only_the_people_for_it_are_told(core: Flask) -> None:
    with transaction() as session:
        make_person(session, "clerk", Role.CLERK)
        trusted = make_person(session, "trusted", Role.CLERK, handles_accusations=True)
        said = FIELDS | {"kind": Kind.ACCUSATION.value, "accused": "某干部", "concerns_official": True}
        case = inbox.take_in(session, inbox.submit(session, said, [], NOW, SECRET, KEY, ""), NOW, SECRET)
        assert case.restricted
        assert session.scalars(select(Notice.person_id)).all() == [trusted.id]


def test_what_is_wrong_is_refused_before_anything_is_kept(core: Flask) -> None:
    with transaction() as session:
        with pytest.raises(Invalid):
            inbox.submit(session, FIELDS | {"body": "【机密】"}, [], NOW, SECRET, KEY, "")
        assert session.scalar(select(func.count(Submission.id))) == 0


def test_limits_are_counted_by_address_and_by_everybody(core: Flask) -> None:
    here, there = address_key(SECRET, "192.0.2.1"), address_key(SECRET, "192.0.2.2")
    own, all_ = Limit(2, HOUR), Limit(3, timedelta(days=1), everybody=True)
    with transaction() as session:
        for minute in (0, 10):
            assert waiting_time(session, "message", here, [own], NOW + timedelta(minutes=minute)) is None
            note_attempt(session, "message", here, NOW + timedelta(minutes=minute))
        now = NOW + timedelta(minutes=20)
        assert waiting_time(session, "message", here, [own], now) == timedelta(minutes=40)
        assert waiting_time(session, "message", there, [own, all_], now) is None
        assert waiting_time(session, "track", here, [own], now) is None
        note_attempt(session, "message", there, now)
        assert waiting_time(session, "message", there, [own, all_], now) == timedelta(hours=23, minutes=40)
        assert waiting_time(session, "message", here, [own], NOW + HOUR) is None
    with transaction() as session:
        inbox.take_in_waiting(session, NOW + timedelta(days=3), SECRET)
        assert session.scalar(select(func.count(PublicAttempt.id))) == 0


def test_the_addresses_of_one_connection_count_as_one() -> None:
    assert address_key(SECRET, "2001:db8::1") == address_key(SECRET, "2001:db8::ffff")
    assert address_key(SECRET, "2001:db8::1") != address_key(SECRET, "2001:db8:0:1::1")
    assert address_key(SECRET, "192.0.2.1") != address_key(SECRET, "192.0.2.2")
    assert address_key(SECRET, "unix") != address_key(SECRET, "")


@pytest.mark.parametrize(
    ("wait", "words"),
    [(timedelta(seconds=61), "2 分钟"), (timedelta(minutes=60), "60 分钟"), (timedelta(minutes=61), "2 小时")],
)
def test_waiting_is_said_rounded_up(wait: timedelta, words: str) -> None:
    assert wait_words(wait) == words
