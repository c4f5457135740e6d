"""What becomes of a letter whose turn has come: a writer's, a group's that may have left, one of a rung that is no more (N03)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.desks.reminders.rehearsal import rehearse
from opinion_app.flow.recheck import HIDDEN, look_once_more
from opinion_app.records.case import Case, Correspondent
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.records.unit import Unit
from opinion_app.rules.words import NoticeChannel, Role
from tests.builders.office import NOW, make_case, make_person, make_unit


@pytest.fixture
def session(core: Flask) -> Iterator[Session]:
    with transaction() as session:
        unit = make_unit(session, "财政所")
        unit.robot_url = "json://group.test/"
        make_person(session, "clerk", Role.CLERK, email="clerk@office.test", robot_url="json://own.test/")
        make_case(session, None)
        yield session


def waiting(session: Session, **values: Any) -> Notice:
    held = {"state": "pending", "subject": "催办通知：LY2026-000001", "created_at": NOW, "next_attempt_at": NOW, "lines": []}
    notice = Notice(key=f"k{len(values)}{values.get('category')}", **held | values)
    session.add(notice)
    session.flush()
    return notice


def line(session: Session, **values: Any) -> dict[str, Any]:
    clock = session.scalars(select(Clock).order_by(Clock.id)).first()
    assert clock is not None
    return {"clock": clock.id, "case": clock.case_id, "version": clock.deadline_version, "number": "LY2026-000001"} | values


@pytest.mark.parametrize(
    ("category", "why"), [("receipt", ""), ("answered", "已重新办理，尚未再次答复")], ids=["receipt", "answered"]
)
def test_n14_a_letter_to_a_writer_is_rehearsed_too(session: Session, category: str, why: str) -> None:
    case = session.scalars(select(Case)).one()
    writer = session.scalars(select(Correspondent).where(Correspondent.case_id == case.id)).one()
    writer.email = "writer@home.test"
    waiting(session, writer_id=writer.id, channel=NoticeChannel.MAIL, category=category, case_id=case.id)
    found = rehearse(session, NOW)
    told = [(draft.name, draft.why_not) for draft in (*found.drafts, *found.cancelled) if draft.waiting]
    assert told == [("来信人", why)]


def test_n03_a_rung_that_is_no_more_does_not_outlive_its_date(session: Session) -> None:
    person = session.scalars(select(Person)).one()
    lines = [line(session, rung="taken-away", version=0)]
    notice = waiting(session, person_id=person.id, channel=NoticeChannel.MAIL, category="rung", lines=lines)
    assert look_once_more(session, notice, NOW)[:2] == ([], "时限已变更")


@pytest.mark.parametrize("whose", ["unit", "person"])
def test_n03_what_may_have_left_to_a_group_does_not_go_again_where_it_is_not_for_it_now(session: Session, whose: str) -> None:
    person, unit = session.scalars(select(Person)).one(), session.scalars(select(Unit)).first()
    case = session.scalars(select(Case)).one()
    case.restricted = True
    unit_id = unit.id if unit is not None and whose == "unit" else None
    values = {"person_id": person.id, "unit_id": unit_id, "channel": NoticeChannel.ROBOT, "category": "rung", "body": "torn"}
    notice = waiting(session, lines=[line(session, rung="urge")], **values)
    assert look_once_more(session, notice, NOW)[:2] == ([], HIDDEN)
