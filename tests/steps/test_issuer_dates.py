"""A letter merged into another case keeps the date its issuer set: the office neither stops it nor puts it off (D13)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.casefile.why import why
from opinion_app.desks.rules import operations as rule_desk
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clocks import reply_clock
from opinion_app.flow.recompute import preview
from opinion_app.flow.reply_owed import uncounted
from opinion_app.records.case import Case
from opinion_app.records.clock import ExtensionRequest
from opinion_app.records.move import Move
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.errors import Invalid
from opinion_app.rules.registration import LetterFacts
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import Kind, Procedure, Role, Source, Urgency
from opinion_app.rules.zone import local_date
from opinion_app.steps.handling import extending, suspending
from opinion_app.steps.handling.extending import Consent, More
from opinion_app.steps.triage import merging, operations
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import Office, dues, forwarded, handling_case, make_office
from tests.builders.office import NOW, make_actor, make_case
from tests.builders.rules import typed
from tests.support.client import client_for, pick

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SET, OWN, LATER = date(2026, 11, 27), date(2026, 12, 2), date(2026, 12, 10)
PAPER = Consent("信转〔2026〕9号", date(2026, 11, 24))
COMPLAINT = Classification(Kind.COMPLAINT, "城建", Urgency.NORMAL, Procedure.ORDINARY)
PETITION = Classification(Kind.HELP, "城建", Urgency.NORMAL, Procedure.PETITION)


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def put_into(office: Office, letter: Case, survivor: Case, now: datetime = NOW + 2 * HOUR) -> None:
    merging.merge(office.session, letter, office.clerk, now, survivor.number, "同一件事")


def suspend(office: Office, case: Case, now: datetime) -> None:
    suspending.suspend(office.session, case, office.clerk, now, SuspensionGround.HEARING, now, "听证")


def resume(office: Office, case: Case, now: datetime) -> None:
    suspending.resume(office.session, case, office.clerk, now, now, "听证结束")


def granted(office: Office, case: Case, now: datetime, more: More) -> None:
    extending.ask(office.session, case, office.finance_head, now, more, "需现场核实")
    extending.decide(office.session, case, office.leader, now, agree=True, opinion="同意")


def stands(office: Office, case: Case, **expected: Any) -> None:
    """The dates of a case, and that the rules derive what is stored."""
    held = dues(office, case)
    assert {stage: held.get(stage) for stage in expected} == expected
    assert preview(office.session, NOW + 2 * DAY, work_calendar(office.session)) == []


def said_of(office: Office, case: Case) -> list[str]:
    """How the reply's date is explained."""
    clock = reply_clock(office.session, case.id)
    assert clock is not None
    return [line.text for line in why(office.session, clock, work_calendar(office.session)).lines]


def test_d13_an_issuers_date_is_not_stopped_in_the_other_case_either(office: Office) -> None:
    letter, survivor = forwarded(office, SET), handling_case(office)
    put_into(office, letter, survivor)
    stands(office, survivor, reply=SET, draft=date(2026, 11, 25))
    with pytest.raises(Invalid, match=f"并入的 {letter.number} 是来文单位定了日期的，本件须在 2026年11月27日.*不能自行中止"):
        suspend(office, survivor, NOW + 3 * HOUR)
    assert any(f"{letter.number} 并入，按来文单位定的时限" in line for line in said_of(office, survivor))
    merging.unmerge(office.session, letter, office.clerk, NOW + DAY, "分别答复")
    suspend(office, survivor, NOW + DAY)
    stands(office, survivor, reply=None)
    stands(office, letter, reply=SET)


def test_d13_nor_does_it_rest_with_a_case_that_stands_still_already(office: Office) -> None:
    letter, survivor = forwarded(office, SET), handling_case(office)
    suspend(office, survivor, NOW + HOUR)
    _target, moved = merging.merge(office.session, letter, office.clerk, NOW + 2 * HOUR, survivor.number, "同一件事")
    assert [(stage, local_date(after.at) if after else None) for stage, _before, after in moved] == [
        ("reply", SET),
        ("draft", date(2026, 11, 25)),
        ("report_support", date(2026, 11, 25)),
    ]
    stands(office, survivor, reply=SET)
    assert survivor.suspended_for == "hearing"
    resume(office, survivor, NOW + 3 * DAY)
    stands(office, survivor, reply=SET)
    merging.unmerge(office.session, letter, office.clerk, NOW + 3 * DAY, "分别答复", know_late=True)
    stands(office, survivor, reply=date(2026, 12, 7))


def test_d13_it_binds_where_the_other_case_was_due_first_and_stands_still(office: Office) -> None:
    letter, survivor = forwarded(office, date(2026, 12, 4)), handling_case(office)
    put_into(office, letter, survivor)
    stands(office, survivor, reply=OWN)
    suspend(office, survivor, NOW + 3 * HOUR)
    stands(office, survivor, reply=date(2026, 12, 4))
    assert any(line.endswith("中止计时，尚未恢复") for line in said_of(office, survivor)), "not how much of nothing is left"
    note = office.session.scalars(select(Move.note).where(Move.case_id == survivor.id, Move.act == "suspend")).one()
    assert note.endswith("。并入的来件由来文单位定了日期（2026-12-04），不随本件中止，照常计算、照常提醒。")
    resume(office, survivor, NOW + DAY)
    stands(office, survivor, reply=date(2026, 12, 3))


def test_d13_more_time_for_it_needs_the_issuers_paper_and_is_the_letters(office: Office) -> None:
    letter, survivor = forwarded(office, SET), handling_case(office)
    put_into(office, letter, survivor)
    with pytest.raises(Invalid, match="这件的时限由来文单位延期"):
        extending.ask(office.session, survivor, office.finance_head, NOW + DAY, More(amount=5), "需现场核实")
    granted(office, survivor, NOW + DAY, More(until=LATER, consent=PAPER))
    stands(office, survivor, reply=OWN)  # the case's own date is nobody's to move by that
    stands(office, letter, report_back=LATER)
    reply = reply_clock(office.session, survivor.id)
    assert reply is not None
    assert reply.original_due_at.date() == SET
    merging.unmerge(office.session, letter, office.clerk, NOW + DAY, "分别答复")
    stands(office, letter, reply=LATER, report_back=LATER)
    stands(office, survivor, reply=OWN)


def test_d13_the_offices_own_extension_ends_at_the_issuers_date(office: Office) -> None:
    letter, survivor = forwarded(office, date(2026, 12, 4)), handling_case(office)
    put_into(office, letter, survivor)
    granted(office, survivor, NOW + DAY, More(amount=5))
    assert dues(office, survivor)["reply"] == date(2026, 12, 4)
    assert preview(office.session, NOW + 2 * DAY, work_calendar(office.session)) == []
    merging.unmerge(office.session, letter, office.clerk, NOW + DAY, "分别答复")
    stands(office, survivor, reply=date(2026, 12, 9))


def test_d13_what_was_asked_for_before_the_merge_cannot_move_it(office: Office) -> None:
    letter, survivor = forwarded(office, SET), handling_case(office)
    extending.ask(office.session, survivor, office.finance_head, NOW, More(amount=5), "需现场核实")
    put_into(office, letter, survivor)
    with pytest.raises(Invalid, match="本单位不能自行延期"):
        extending.decide(office.session, survivor, office.leader, NOW + DAY, agree=True, opinion="同意")


@pytest.mark.parametrize("apart", [False, True])
def test_d13_what_waits_for_the_issuers_consent_is_void_once_the_letter_is_out(office: Office, apart: bool) -> None:
    letter, survivor = forwarded(office, SET), handling_case(office)
    put_into(office, letter, survivor)
    extending.ask(office.session, survivor, office.finance_head, NOW + DAY, More(until=LATER, consent=PAPER), "需现场核实")
    if apart:
        merging.unmerge(office.session, letter, office.clerk, NOW + DAY, "分别答复")
    else:
        operations.classify(office.session, survivor, office.clerk, NOW + DAY, COMPLAINT)
    request = office.session.scalars(select(ExtensionRequest)).one()
    assert (request.decided_at is not None, extending.waiting(office.session, survivor) is None) == (apart, apart)


def test_d13_a_petition_that_answers_by_it_alone_is_held_to_it_as_well(office: Office) -> None:
    letter, survivor = forwarded(office, SET), make_case(office.session, office.clerk)
    suspend(office, survivor, NOW + HOUR)
    operations.classify(office.session, survivor, office.clerk, NOW + HOUR, PETITION)
    put_into(office, letter, survivor)
    stands(office, survivor, reply=SET)
    operations.accept(office.session, survivor, office.clerk, NOW + 3 * HOUR, PETITION)
    stands(office, survivor, reply=SET)
    resume(office, survivor, NOW + 4 * HOUR)
    stands(office, survivor, reply=SET)
    merging.unmerge(office.session, letter, office.clerk, NOW + 5 * HOUR, "分别答复")
    assert preview(office.session, NOW + DAY, work_calendar(office.session)) == []
    assert dues(office, survivor)["reply"] == date(2027, 1, 22)


@time_machine.travel(NOW + DAY, tick=False)
def test_d13_the_pages_say_whose_date_it_is_and_ask_for_the_issuers_paper(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        office = make_office(session)
        letter, survivor = forwarded(office, SET), handling_case(office)
        put_into(office, letter, survivor)
        number, path = letter.number, f"/office/cases/{survivor.number}"
    head, leader, clerk = (client_for(app, name) for name in ("finance_head", "leader", "clerk"))
    form = head.get(f"{path}/ask_extension").text
    assert f"现在的并入的 {number} 的答复时限：" in form
    assert "由来文单位批准" in form
    typed: dict[str, Any] = {
        "until": LATER.isoformat(),
        "reason": "需现场核实",
        "consent_number": PAPER.number,
        "consent_on": PAPER.on.isoformat(),
    }
    assert head.send(pick(head.forms(f"{path}/ask_extension"), "/ask_extension"), **typed).status_code == 303
    assert path in leader.get("/office/?tab=extensions").text
    assert leader.send(pick(leader.forms(f"{path}/decide_extension"), "/decide_extension"), agree="yes").status_code == 303
    assert f"同意延期，并入的 {number} 的时限延至 2026年12月10日" in clerk.get(path).text


@pytest.mark.parametrize("day", [SET, None])
def test_d12_a_petition_that_came_with_a_date_waits_for_no_acceptance(office: Office, day: date | None) -> None:
    """The notice's own date beats the rule, and with it the event the rule counts from (decisions 1)."""
    session = office.session
    facts = LetterFacts("县信访局", "信转〔2026〕1号", date(2026, 11, 20), date(2026, 11, 23), day, report_owed=False)
    given: dict[str, Any] = {"source": Source.FORWARDED_LETTER, "letter": facts}
    case = make_case(session, office.clerk, procedure=Procedure.PETITION, **given)
    stands(office, case, reply=day)
    admin = make_actor(session, "admin", Role.ADMINISTRATOR)
    changes = typed(session, "reply-petition", Span(90, Unit.NATURAL_DAYS), NOW)
    rule_desk.save(session, "reply-petition", changes, rule_desk.Saving(admin, NOW, apply_to_open=True), None)
    stands(office, case, reply=day)
    for kind in (COMPLAINT, PETITION):
        operations.classify(session, case, office.clerk, NOW + HOUR, kind)
    stands(office, case, reply=day)
    assert uncounted(session) == []
    operations.accept(session, case, office.clerk, NOW + 2 * HOUR, PETITION)
    stands(office, case, reply=day or date(2027, 2, 22))
