"""Two installations never number a letter alike, nor does one that was restored; its calendar's dates keep their names."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from opinion_app.flow.installation import INSTALLATION, calendar_uid, installation, message_ids
from opinion_app.flow.outbox import Letter, queue
from opinion_app.records.notice import Notice
from opinion_app.records.office import Setting, put_setting
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.notices import NOWHERE
from opinion_app.rules.words import NoticeChannel, Role
from tests.builders.office import make_person

NOW = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)


def told(session: Session, person: Person) -> Notice:
    """The mail of one and the same notice, queued anew."""
    session.execute(delete(Notice))
    queue(session, Letter("test", "digest:2026-11-24", "通报", [], "/office/notices"), [person], NOW, mail=True)
    return session.scalars(select(Notice).where(Notice.channel == NoticeChannel.MAIL)).one()


def test_r9_the_same_notice_of_another_town_or_after_a_restore_is_another_letter(core: Flask) -> None:
    with transaction() as session:
        person = make_person(session, "clerk", Role.CLERK, email="clerk@office.test")
        first = told(session, person).message_id
        assert told(session, person).message_id == first, "of one installation it is the same each time"
        put_setting(session, "restored_at", NOW.isoformat())
        restored = told(session, person).message_id
        put_setting(session, INSTALLATION, "another town")
        assert len({first, restored, told(session, person).message_id}) == 3


def test_n13_two_fresh_installations_number_their_letters_each_in_its_own_way(core: Flask) -> None:
    with transaction() as session:
        first, number = installation(session), message_ids(session)("digest:1")
        assert installation(session) == first
    with transaction() as session:
        assert (installation(session), message_ids(session)("digest:1")) == (first, number), "it is kept"
        session.execute(delete(Setting).where(Setting.name == INSTALLATION))
    with transaction() as session:
        assert installation(session) != first
        assert message_ids(session)("digest:1") != number


def test_a_date_in_a_calendar_keeps_its_name_through_a_restore(core: Flask) -> None:
    with transaction() as session:
        assert calendar_uid(session, 7) == f"clock-7@{NOWHERE}"
        own = installation(session)
        before = calendar_uid(session, 7)
        put_setting(session, "restored_at", NOW.isoformat())
        assert (before, calendar_uid(session, 7)) == (f"clock-7@{own}", before)
