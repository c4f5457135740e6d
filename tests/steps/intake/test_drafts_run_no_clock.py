"""What was not sent, not saved or not registered runs no clock and reminds nobody (D17); once it is, no minute is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from opinion_app.desks.reminders.queries import plan_digests
from opinion_app.flow import inbox
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.records.submission import Submission
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import Invalid
from opinion_app.rules.registration import LetterFacts
from opinion_app.rules.words import Procedure, Role, Source
from tests.builders.office import NOW, SECRET, make_actor, make_case, make_person
from tests.steps.intake.sheets import begun, carried_out, made, row
from tests.support.client import Browser, client_for

LEFT: dict[str, Any] = {"kind": "help", "title": "路灯不亮", "body": "坏了半个月", "name": "刘一帆", "phone": "13800001234"}
TYPED: dict[str, Any] = {"title": "桥头积水", "body": "桥头下雨就积水，行人过不去。", "kind": "complaint"}
PAPER: dict[str, Any] = TYPED | {"document_number": "信转〔2026〕15号", "notice_date": "2026-11-01", "received_on": "2026-11-03"}
LATER = NOW + timedelta(days=2)


def rows(*tables: Any) -> list[int]:
    """How many rows each table has."""
    with transaction() as session:
        return [int(session.scalar(select(func.count()).select_from(table)) or 0) for table in tables]


def running(app: Flask) -> list[int]:
    with app.app_context():
        return rows(Case, Clock, Notice)


def test_d17_a_message_not_taken_in_yet_runs_no_clock_and_then_counts_from_when_it_was_left(core: Flask) -> None:
    with transaction() as session:
        make_person(session, "clerk", Role.CLERK)
        left = inbox.submit(session, LEFT, [], NOW, SECRET, "ABCDEFGHJKMN", "key").id
    with transaction() as session:
        assert plan_digests(session, LATER).digests == []
    assert rows(Case, Clock, Notice) == [0, 0, 0]

    with transaction() as session:
        case = inbox.take_in(session, session.get_one(Submission, left), LATER, SECRET)
        clocks = session.scalars(select(Clock).where(Clock.case_id == case.id)).all()
        assert {clock.stage for clock in clocks} == {"accept", "reply"}
        assert {clock.start_at for clock in clocks} == {NOW}, "the days it lay there are the writer's, not the office's"
        assert plan_digests(session, LATER).digests != []


def test_d17_a_citizens_form_that_was_opened_or_refused_is_no_message(app: Flask) -> None:
    browser = Browser(app)
    assert browser.get("/messages/new").status_code == 200
    assert browser.submit("/messages/new", "/messages/new", **LEFT | {"body": ""}, files=[]).status_code == 422
    with app.app_context():
        assert rows(Submission, Case, Clock, Notice) == [0, 0, 0, 0]


@pytest.mark.parametrize(("page", "typed"), [("message", TYPED | {"title": ""}), ("letter", PAPER | {"issuer": ""})])
def test_d17_a_form_that_was_opened_or_refused_runs_no_clock(app: Flask, page: str, typed: dict[str, Any]) -> None:
    with app.app_context(), transaction() as session:
        make_person(session, "clerk", Role.CLERK)
    clerk = client_for(app, "clerk")
    assert clerk.get(f"/office/register/{page}").status_code == 200
    assert clerk.submit(f"/office/register/{page}", to=f"/{page}", **typed).status_code == 422
    assert running(app) == [0, 0, 0]

    filled = typed | {"title": "桥头积水", "issuer": "县信访局"}
    assert clerk.submit(f"/office/register/{page}", to=f"/{page}", **filled).status_code == 303
    cases, clocks, _notices = running(app)
    assert (cases, clocks >= 2) == (1, True)


def test_d17_a_forwarded_letter_runs_from_its_receipt_once_it_is_registered(core: Flask) -> None:
    letter = LetterFacts("县信访局", "信转〔2026〕1号", NOW.date(), NOW.date(), None, report_owed=True)
    given: dict[str, Any] = {"source": Source.FORWARDED_LETTER, "procedure": Procedure.NOTICE, "received_at": NOW}
    with transaction() as session:
        clerk = make_actor(session, "clerk", Role.CLERK)
        with pytest.raises(Invalid):
            make_case(session, clerk, LATER, letter=replace(letter, issuer=""), **given)
    assert rows(Case, Clock, Notice) == [0, 0, 0]

    with transaction() as session:
        case = make_case(session, clerk, LATER, letter=letter, **given)
        starts = session.scalars(select(Clock.start_at).where(Clock.case_id == case.id)).all()
        assert len(starts) == 3
        assert set(starts) == {NOW}


def test_d17_a_sheet_that_was_only_looked_through_runs_no_clock(core: Flask, tmp_path: Path) -> None:
    sheet = made(tmp_path, [row(1, 留言时间="2026/11/20 8:00")])
    assert carried_out(core, begun(core, sheet, dry=True)).added == 1
    assert rows(Case, Clock, Notice) == [0, 0, 0]
