"""重办 of a forwarded letter whose issuer had agreed to a later day: that day binds the second answer too (D11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event

from opinion_app.desks.casefile.why import why
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clocks import reply_clock
from opinion_app.flow.recompute import preview
from opinion_app.flow.which_rule import choice_for, letter_of
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.transaction import transaction
from opinion_app.rules.deadline_rules import ClockStage
from opinion_app.rules.words import Procedure, Stage, Urgency
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.handling import extending
from opinion_app.steps.handling.extending import Consent, More
from opinion_app.steps.triage import operations
from tests.builders.life import HELP, Office, dues, forwarded, make_office
from tests.builders.office import NOW
from tests.steps.test_report_back_extension import answer

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOTICE = replace(HELP, procedure=Procedure.NOTICE)
ANSWERED, AGAIN = NOW + 11 * DAY, NOW + 12 * DAY  # 2026-12-04 and -05
AGREED = date(2026, 12, 20)
BY_DAY = More(until=AGREED, consent=Consent("信转〔2026〕9号", date(2026, 11, 24)))
BY_AMOUNT = More(amount=3, consent=Consent("信转〔2026〕9号", date(2026, 11, 24)))


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def granted(office: Office, case: Case, now: datetime, more: More = BY_DAY) -> None:
    """The lead unit asks for the time its issuer agreed to, the leader notes it."""
    extending.ask(office.session, case, office.finance_head, now, more, "需现场核实")
    extending.decide(office.session, case, office.leader, now, agree=True, opinion="同意")


def second(office: Office, return_on: date, more: More = BY_DAY, again: datetime = AGAIN) -> Case:
    """A letter put off in its first round, answered on 4 December and taken up again."""
    case = forwarded(office, return_on)
    granted(office, case, NOW + DAY, more)
    answer(office, case, ANSWERED)
    closing.reopen(office.session, case, office.clerk, again, "不满意")
    return case


def reply_of(office: Office, case: Case) -> Clock:
    """The reply's clock that runs."""
    clock = reply_clock(office.session, case.id)
    assert clock is not None
    return clock


@pytest.mark.parametrize(
    ("return_on", "more", "due", "report"),
    [
        pytest.param(date(2026, 12, 10), BY_DAY, AGREED, AGREED, id="both ahead"),
        pytest.param(date(2026, 12, 1), BY_DAY, AGREED, AGREED, id="the first one passed"),
        pytest.param(date(2026, 12, 4), BY_AMOUNT, date(2026, 12, 9), date(2026, 12, 9), id="by an amount"),
    ],
)
@pytest.mark.parametrize("away", [replace(NOTICE, urgency=Urgency.COMPLEX), replace(HELP, procedure=Procedure.PETITION)])
def test_d11_the_day_the_issuer_agreed_to_binds_the_second_answer(
    office: Office, return_on: date, more: More, due: date, report: date, away: operations.Classification
) -> None:
    case = second(office, return_on, more)
    assert (dues(office, case)["reply"], dues(office, case)["report_back"]) == (due, report)
    for kind in (away, NOTICE):
        operations.classify(office.session, case, office.clerk, AGAIN + HOUR, kind)
    assert (dues(office, case)["reply"], dues(office, case)["report_back"]) == (due, report), "nor does a slip change it"
    assert preview(office.session, AGAIN + 2 * HOUR, work_calendar(office.session)) == []


def test_d11_a_day_agreed_to_that_had_passed_binds_nothing(office: Office) -> None:
    case = second(office, date(2026, 12, 4), BY_AMOUNT, again=NOW + 17 * DAY)  # 2026-12-10, a day after it
    assert dues(office, case)["reply"] == date(2026, 12, 21)


def test_d11_what_is_agreed_to_in_the_second_round_is_counted_once(office: Office) -> None:
    case = second(office, date(2026, 12, 4), BY_AMOUNT)
    more = replace(BY_AMOUNT, consent=Consent("信转〔2026〕11号", date(2026, 12, 5)))
    granted(office, case, AGAIN + DAY, more)
    assert dues(office, case)["reply"] == date(2026, 12, 14)
    for kind in (replace(NOTICE, urgency=Urgency.COMPLEX), NOTICE):
        operations.classify(office.session, case, office.clerk, AGAIN + 2 * DAY, kind)
    assert dues(office, case)["reply"] == date(2026, 12, 14)


def test_d11_what_was_agreed_to_for_the_report_alone_binds_as_well(office: Office) -> None:
    case = forwarded(office, date(2026, 12, 10))
    answer(office, case, NOW + DAY)
    granted(office, case, NOW + 2 * DAY)
    closing.reopen(office.session, case, office.clerk, NOW + 3 * DAY, "不满意")
    assert (dues(office, case)["reply"], dues(office, case)["report_back"]) == (AGREED, AGREED)


def test_d11_a_letter_declined_after_the_issuer_agreed_keeps_the_day(office: Office) -> None:
    case = forwarded(office, date(2026, 12, 10))
    granted(office, case, NOW + DAY)
    case.stage = Stage.RECEIVED
    operations.decline(office.session, case, office.clerk, NOW + 2 * DAY, "不属本机关", "不属", "县局", None)
    closing.reopen(office.session, case, office.clerk, NOW + 3 * DAY, "县局退回")
    assert dues(office, case)["reply"] == AGREED


def test_d11_the_page_says_who_agreed_to_it(office: Office) -> None:
    case = second(office, date(2026, 12, 10))
    said = why(office.session, reply_of(office, case), work_calendar(office.session))
    assert any("来文单位同意延期，定为 12月20日" in line.text for line in said.lines), [line.text for line in said.lines]
    assert "来文单位同意延期" in said.source


def test_what_was_agreed_to_is_asked_of_dated_clocks_of_a_second_round_alone(office: Office) -> None:
    case = forwarded(office, date(2026, 12, 10))
    letter, asked = letter_of(office.session, case), []
    bind = office.session.get_bind()
    event.listen(bind, "before_cursor_execute", lambda *held: asked.append(held[2]))
    choice_for(office.session, case, ClockStage.REPLY, NOW, letter)
    case.reply_round = 1
    choice_for(office.session, case, ClockStage.CONTACT, NOW, letter)
    choice_for(office.session, case, ClockStage.REPLY, NOW)
    assert [words for words in asked if "FROM clocks" in words] == []
