"""Somebody without an address whose unit has a mailbox is written to there: by name, with numbers and dates only (N09)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.outbox.operations import Claimed, Sender, claim
from opinion_app.desks.reminders.operations import queue_digests, queue_rungs
from opinion_app.desks.reminders.rehearsal import rehearse
from opinion_app.flow import clocks
from opinion_app.flow.outbox import tell
from opinion_app.flow.recheck import NOT_IN_THE_MAILBOX
from opinion_app.records.case import Case
from opinion_app.records.notice import Notice, Reminder
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.settings import Settings
from opinion_app.rules.words import Kind, NoticeChannel, NoticeState, Procedure, Role, Urgency
from opinion_app.rules.zone import parse_moment
from opinion_app.steps.handling.operations import sign_for
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import Office, assigned, make_office
from tests.builders.office import make_person
from tests.support.databases import make_settings

CAME, MORNING = parse_moment("2026-11-23T09:00"), parse_moment("2026-11-26T08:30")  # the reply is due on the 26th
INQUIRY = Classification(Kind.INQUIRY, "城建", Urgency.NORMAL, Procedure.ORDINARY)
SENDER = Sender("opinion@office.test", "http://office.test")
BOX = "czs@town.test"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return make_settings(tmp_path / "data", database_url, smtp_url="smtp://mail.office.test")


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """Of the unit that holds the case nobody has an address, but the unit has a mailbox; all others have one of their own."""
    with transaction() as session:
        made = make_office(session)
        make_person(session, "admin", Role.ADMINISTRATOR)
        made.finance.email = BOX
        for person in session.scalars(select(Person)):
            person.email = "" if person.unit_id == made.finance.id else f"{person.login}@office.test"
        session.flush()
        yield made


@pytest.fixture
def case(office: Office) -> Case:
    held = assigned(office, CAME, INQUIRY, kind=Kind.INQUIRY)
    sign_for(office.session, held, office.finance_head, CAME, office.finance_handler.id)
    for clock in clocks.open_clocks(office.session, held.id):
        if clock.stage != "reply":
            clocks.end_clock(clock, CAME, "", clock.state.MET)
    office.session.flush()
    return held


def mails(office: Office, category: str = "digest") -> list[Notice]:
    query = select(Notice).where(Notice.channel == NoticeChannel.MAIL, Notice.category == category).order_by(Notice.id)
    return list(office.session.scalars(query))


def left(office: Office, now: datetime = MORNING) -> list[Claimed]:
    letters: list[Claimed] = []
    while taken := claim(office.session, f"r{len(letters)}", SENDER, now):
        letters.append(taken)
    return letters


def text_of(letter: Claimed) -> str:
    body = message_from_bytes(letter.data, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_n09_the_digest_goes_to_the_mailbox_by_name_with_number_and_date_alone(office: Office, case: Case) -> None:
    queue_digests(office.session, MORNING)
    assert {(row.person.login, row.address) for row in mails(office) if row.person} == {
        (login, BOX) for login in ("finance_handler", "finance_head")
    }, "nobody above is asked to pass it on"
    handler = office.session.get_one(Person, office.finance_handler.id)
    [letter] = [one for one in left(office) if office.session.get_one(Notice, one.notice_id).person_id == handler.id]
    said = text_of(letter).replace("\r\n", "\n")
    assert letter.recipient == BOX
    assert f"{handler.name}（单位邮箱代收，请转告本人），您好：" in said
    assert f"  {case.number}\n  2026年11月26日 周四 到期\n" in said
    assert [word for word in ("咨询", "答复", "您是承办人", "财政所", f"/cases/{case.number}") if word in said] == []
    told = office.session.scalars(select(Reminder).where(Reminder.person_id == handler.id)).all()
    notices = [office.session.get_one(Notice, row.notice_id) for row in told if row.notice_id]
    assert {notice.receiver for notice in notices} == {f"{handler.name}（单位邮箱）"}, "the ledger says so"


@pytest.mark.parametrize("kept", ["accusation", "accused"])
def test_n09_of_what_a_group_may_not_hear_the_mailbox_hears_nothing_and_the_way_up_is_as_before(
    office: Office, case: Case, kept: str
) -> None:
    if kept == "accusation":
        case.kind = Kind.ACCUSATION
    else:
        case.accused_unit_id = office.roads.id
    office.session.flush()
    queue_digests(office.session, MORNING)
    assert {row.address for row in mails(office)} - {BOX}, "somebody with an address is asked"
    assert [letter for letter in left(office) if letter.recipient == BOX] == []
    assert {row.last_error for row in mails(office) if row.address == BOX} <= {NOT_IN_THE_MAILBOX}


@pytest.mark.parametrize("gone", ["mailbox", "moved"])
def test_n09_a_mailbox_that_is_gone_or_no_longer_theirs_gets_nothing(office: Office, case: Case, gone: str) -> None:
    assert case.number
    queue_digests(office.session, MORNING)
    if gone == "mailbox":
        office.finance.email = ""
    else:
        for row in mails(office):
            assert row.person is not None
            row.person.unit_id = office.roads.id
    office.session.flush()
    office.session.expire_all()
    assert left(office) == []
    assert {row.state for row in mails(office)} == {NoticeState.CANCELLED}


def test_n09_without_the_mailbox_the_way_up_is_as_before(office: Office, case: Case) -> None:
    office.finance.email = ""
    office.session.flush()
    queue_digests(office.session, MORNING)
    assert {row.address for row in mails(office)} - {""}
    assert all("请您转告" in str(line["reason"]) for row in mails(office) for line in row.lines if line["number"] == case.number)


def test_n09_rungs_and_letters_of_one_case_say_the_number_alone(office: Office, case: Case) -> None:
    handler = office.session.get_one(Person, office.finance_handler.id)
    tell(office.session, case, [handler], "请尽快联系来信人", "k", MORNING, mail=True)
    queue_rungs(office.session, CAME)
    queue_rungs(office.session, parse_moment("2026-11-27T08:30"))
    [one] = [row for row in mails(office, "case") if row.address == BOX and row.created_at == MORNING]
    assert (one.subject, [line["text"] for line in one.lines]) == (f"{case.number} 有办理通知", ["有办理通知"])
    rungs = [row for row in mails(office, "rung") if row.address == BOX and row.person_id == handler.id]
    assert {row.subject for row in rungs} == {f"催办通知：{case.number}"}


@pytest.mark.usefixtures("case")
def test_n14_the_rehearsal_names_the_mailbox(office: Office) -> None:
    drafts = [draft for draft in rehearse(office.session, MORNING).drafts if draft.ways == "单位邮箱"]
    queue_digests(office.session, MORNING)
    assert {f"{draft.name}（单位邮箱）" for draft in drafts} == {row.receiver for row in mails(office)}
    said = {(draft.subject, *(line["number"] for line in draft.lines)) for draft in drafts}
    assert said == {(row.subject, *(line["number"] for line in row.lines)) for row in mails(office)}
    assert all(line["text"].endswith("到期") and not line["unit"] for draft in drafts for line in draft.lines)
