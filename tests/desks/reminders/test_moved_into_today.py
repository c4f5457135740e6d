"""A date that moves into today when the morning's digest is out: no digest names it before it is late, so a letter does (N02)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.reminders.operations import queue_digests
from opinion_app.desks.reminders.rehearsal import rehearse
from opinion_app.flow.handover import hand_to
from opinion_app.flow.ladder import look_again
from opinion_app.records.notice import Notice, UnitReminder
from opinion_app.rules.words import NoticeChannel
from opinion_app.rules.zone import parse_moment
from tests.desks.reminders.laddered import Office, laddered
from tests.desks.reminders.moving import move_date

TODAY, TOMORROW, LATER = "2026-11-10T23:59:59", "2026-11-11T23:59:59", "2026-11-20T23:59:59"


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """An office whose reply is due on Wednesday the 11th; it is Tuesday the 10th, and the digest is out."""
    for made in laddered():
        made.run("2026-11-09T09:00")
        queue_digests(made.session, parse_moment("2026-11-10T08:30"))
        made.run("2026-11-10T08:31")
        yield made


def moved(office: Office, at: str, due: str) -> None:
    """The date moved, as a recomputation leaves it."""
    move_date(office.clock, at, due)
    office.session.flush()


def letters(office: Office) -> list[str]:
    query = select(Notice.subject).where(Notice.category == "rung", Notice.channel == NoticeChannel.MAIL)
    return list(office.session.scalars(query.order_by(Notice.id)))


def test_n02_a_date_that_moved_into_today_is_told_at_once_and_once(office: Office) -> None:
    moved(office, "2026-11-10T10:00", TODAY)
    drafts = [draft for draft in rehearse(office.session, parse_moment("2026-11-10T10:01")).drafts if draft.category == "rung"]
    assert [(draft.name, draft.ways) for draft in drafts] == [("handler", "站内、邮件"), ("head", "站内、邮件")]

    assert office.run("2026-11-10T10:01") == 4, "handler and head, inside and by mail"
    assert letters(office) == ["今天到期：LY2026-000001 答复"] * 2
    assert office.run("2026-11-10T10:02") == 0
    assert office.told("today") == {"handler", "head"}


@pytest.mark.parametrize("due", [TOMORROW, LATER])
def test_n02_what_a_digest_will_name_in_time_waits_for_it(office: Office, due: str) -> None:
    moved(office, "2026-11-10T10:00", due)
    assert office.run("2026-11-10T10:01") == 0
    assert letters(office) == []


def test_n02_what_moved_before_the_digest_is_the_digests(core: Flask) -> None:
    for office in laddered():
        office.run("2026-11-09T09:00")
        moved(office, "2026-11-10T08:00", TODAY)
        assert office.run("2026-11-10T08:30") == 0
        queue_digests(office.session, parse_moment("2026-11-10T08:30"))
        assert office.told("today") == {"handler", "head"}
        assert office.run("2026-11-10T08:31") == 0


def test_n02_who_was_told_that_it_is_due_today_is_not_told_again_when_it_moves_there_and_back(office: Office) -> None:
    moved(office, "2026-11-10T10:00", TODAY)
    office.run("2026-11-10T10:01")
    moved(office, "2026-11-10T11:00", LATER)
    assert office.run("2026-11-10T11:01") == 0
    moved(office, "2026-11-10T12:00", TODAY)
    assert office.run("2026-11-10T12:01") == 0


def test_n02_another_ladder_makes_no_letters_of_what_the_digest_said(office: Office) -> None:
    queue_digests(office.session, parse_moment("2026-11-11T08:30"))
    look_again(office.session, parse_moment("2026-11-11T10:00"))
    assert office.run("2026-11-11T10:01") == 0


def test_n02_who_has_the_case_before_the_ladder_saw_that_the_date_moved_makes_it_no_less_moved(office: Office) -> None:
    """The unit's group hears that it is due today; and nobody hears it again when it moves there and back."""
    unit = office.people["head"].unit
    assert unit is not None
    unit.robot_url = "wecombot://abcdefgh1234/"
    groups = select(UnitReminder.rung).where(UnitReminder.clock_id == office.clock.id, UnitReminder.notice_id.is_not(None))

    def hand(at: str) -> None:
        hand_to(office.session, office.case, [office.people["handler"]], "由您承办", at, parse_moment(at), unit_id=unit.id)

    moved(office, "2026-11-10T10:00", TODAY)
    hand("2026-11-10T10:00:20")
    office.run("2026-11-10T10:01")
    assert (letters(office), office.session.scalars(groups).all()) == (["今天到期：LY2026-000001 答复"], ["today"])

    moved(office, "2026-11-10T11:00", LATER)
    moved(office, "2026-11-10T11:00:20", TODAY)
    hand("2026-11-10T11:00:40")
    assert office.run("2026-11-10T11:01") == 0
