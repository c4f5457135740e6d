"""A date on a day off, in the night or this evening: whoever has it hears of it before it is late (N02, N08, N09)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.accounts.operations import set_leave
from opinion_app.desks.reminders.operations import queue_digests, queue_rungs
from opinion_app.desks.reminders.rehearsal import rehearse
from opinion_app.flow import clocks
from opinion_app.flow.outbox import RUNG
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.job import JobRun
from opinion_app.records.notice import Notice
from opinion_app.records.person import LeaderInCharge, Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.facts import Actor
from opinion_app.rules.registration import LetterFacts
from opinion_app.rules.words import OFFICE_GATES, Kind, NoticeChannel, Procedure, Role, Source, Urgency
from opinion_app.rules.zone import parse_moment
from opinion_app.steps.handling.operations import sign_for
from opinion_app.steps.reply import operations as reply
from opinion_app.steps.review import operations as review
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import REPLY, Office, assigned, give_addresses, make_office
from tests.builders.office import make_person
from tests.desks.reminders.moving import move_date

NOTICE = Classification(Kind.HELP, "城建", Urgency.NORMAL, Procedure.NOTICE)
URGENT = Classification(Kind.HELP, "城建", Urgency.URGENT, Procedure.ORDINARY)
INQUIRY = Classification(Kind.INQUIRY, "城建", Urgency.NORMAL, Procedure.ORDINARY)
FRIDAY, SATURDAY = "2026-11-27", date(2026, 11, 28)
Told = list[tuple[str, str]]


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    with transaction() as session:
        made = make_office(session)
        make_person(session, "deputy", Role.HANDLER, unit=made.finance)
        make_person(session, "leader2", Role.LEADER)
        session.add(LeaderInCharge(unit_id=made.finance.id, person_id=made.leader.id))
        give_addresses(session)
        yield made


def only_reply(office: Office, case: Case, at: str) -> Clock:
    kept = clocks.reply_clock(office.session, case.id)
    assert kept is not None
    for clock in clocks.open_clocks(office.session, case.id):
        if clock is not kept:
            clocks.end_clock(clock, parse_moment(at), "", clock.state.MET)
    office.session.flush()
    return kept


def due_saturday(office: Office, at: str = "2026-11-23T09:00") -> Case:
    """A letter that its issuer wants back by a Saturday, in the hands of the finance unit."""
    letter = LetterFacts("县信访局", "信转〔2026〕1号", date(2026, 11, 20), date(2026, 11, 23), SATURDAY, report_owed=False)
    given = {"source": Source.FORWARDED_LETTER, "letter": letter, "procedure": Procedure.NOTICE}
    case = assigned(office, parse_moment(at), NOTICE, **given)
    sign_for(office.session, case, office.finance_head, parse_moment(at), office.finance_handler.id)
    assert only_reply(office, case, at).due_at == parse_moment("2026-11-28T23:59:59")
    return case


def urgent(office: Office, at: str) -> Case:
    """An urgent case, to be answered within 24 hours."""
    case = assigned(office, parse_moment(at), URGENT, urgency=Urgency.URGENT)
    sign_for(office.session, case, office.finance_head, parse_moment(at), office.finance_handler.id)
    only_reply(office, case, at)
    return case


def mornings(office: Office, *days: str) -> None:
    for day in days:
        slot = parse_moment(f"{day}T08:30")
        queue_digests(office.session, slot)
        done = {"started_at": slot, "finished_at": slot, "succeeded": True, "runner": "r1", "report": ""}
        office.session.add(JobRun(job="digest", slot=slot, **done))
        queue_rungs(office.session, parse_moment(f"{day}T08:31"))


def leave(office: Office, actor: Actor, begins: str, at: str, deputy: str = "deputy", until: str = "2026-12-20") -> None:
    stands_in = office.session.scalars(select(Person.id).where(Person.login == deputy)).one()
    span = date.fromisoformat(begins), date.fromisoformat(until)
    set_leave(office.session, actor, stands_in, *span, parse_moment(at))


def run(office: Office, *moments: str) -> Told:
    """What the rungs tell by mail at these moments; each is what a rehearsal of that moment names."""
    said: Told = []
    for moment in moments:
        at = parse_moment(moment)
        drafts = [draft for draft in rehearse(office.session, at).drafts if draft.category == RUNG and not draft.waiting]
        query = select(Notice).where(Notice.channel == NoticeChannel.MAIL, Notice.category == RUNG).order_by(Notice.id)
        before = {notice.id for notice in office.session.scalars(query)}
        queue_rungs(office.session, at)
        new = [notice for notice in office.session.scalars(query) if notice.id not in before]
        told = [(notice.person.login, notice.subject) for notice in new if notice.person is not None]
        assert {draft.subject for draft in drafts} == {subject for _login, subject in told}
        said += told
    return said


def test_n02_who_stands_in_on_friday_hears_what_is_due_on_saturday_once(office: Office) -> None:
    case = due_saturday(office)
    mornings(office, "2026-11-24", "2026-11-25", "2026-11-26", FRIDAY)
    for actor in (office.finance_handler, office.finance_head):
        leave(office, actor, FRIDAY, "2026-11-27T09:00")
    said = run(office, "2026-11-27T09:01", "2026-11-27T17:00", "2026-11-28T08:31", "2026-11-29T09:00")
    assert said == [("deputy", f"即将超时：{case.number} 答复")]


def test_n02_a_leave_entered_on_the_day_off_itself_is_told_at_once_and_by_a_letter(office: Office) -> None:
    case = due_saturday(office)
    mornings(office, "2026-11-26", FRIDAY)
    leave(office, office.finance_handler, "2026-11-28", "2026-11-28T10:00")
    assert run(office, "2026-11-28T10:01", "2026-11-28T12:00") == [("deputy", f"即将超时：{case.number} 答复")]


def test_n08_n09_a_leave_that_begins_on_the_day_off_is_told_when_the_night_is_over(office: Office) -> None:
    case = due_saturday(office)
    mornings(office, "2026-11-25")
    leave(office, office.finance_handler, "2026-11-28", "2026-11-25T10:00")
    assert run(office, "2026-11-25T10:01", "2026-11-26T08:29") == []
    mornings(office, "2026-11-26", FRIDAY)
    assert run(office, "2026-11-27T18:00", "2026-11-27T23:59", "2026-11-28T00:01", "2026-11-28T06:59") == []
    assert run(office, "2026-11-28T07:00", "2026-11-28T08:31") == [("deputy", f"即将超时：{case.number} 答复")]


def test_n02_a_unit_that_is_given_on_friday_what_is_due_on_saturday_hears_it_by_mail(office: Office) -> None:
    mornings(office, FRIDAY)
    case = due_saturday(office, "2026-11-27T09:00")
    query = select(Notice).where(Notice.channel == NoticeChannel.MAIL, Notice.created_at >= parse_moment("2026-11-27T08:59"))
    told = {(row.person.login, row.lines[0]["text"]) for row in office.session.scalars(query) if row.person is not None}
    dated = "答复：还剩 1 天，其间没有工作日（11月28日 周六 到期）"
    assert {login for login, text in told if dated in text} == {"finance_head", "finance_handler", "deputy"}
    assert run(office, "2026-11-27T09:01", "2026-11-27T17:00", "2026-11-28T08:31") == [], "and nobody twice"
    assert case.stage.is_open


def test_n09_who_stands_in_for_an_absent_reviewer_hears_by_a_letter_what_is_handed_over_on_friday(office: Office) -> None:
    case = due_saturday(office)
    leave(office, office.reviewer, FRIDAY, "2026-11-26T08:00", "leader2")
    mornings(office, "2026-11-26", FRIDAY)
    at = parse_moment("2026-11-27T10:00")
    reply.save_draft(office.session, case, office.finance_handler, at, REPLY)
    reply.submit(office.session, case, office.finance_handler, at)
    review.check_unit_head(office.session, case, office.finance_head, at, passed=True)
    assert run(office, "2026-11-27T10:01", "2026-11-27T17:00") == [("leader2", f"即将超时：{case.number} 答复")]


def moved(office: Office, clock: Clock, at: str, due: str) -> None:
    """The date moved, as a recomputation leaves it."""
    move_date(clock, at, due)
    office.session.flush()


@pytest.mark.parametrize(("at", "told"), [("2026-11-27T10:00", "2026-11-27T10:01"), ("2026-11-27T23:00", "2026-11-28T07:00")])
def test_n02_a_date_that_moves_on_friday_to_saturday_is_told_before_it_is_late(office: Office, at: str, told: str) -> None:
    case = assigned(office, parse_moment("2026-11-23T09:00"), INQUIRY)
    sign_for(office.session, case, office.finance_head, parse_moment("2026-11-23T09:00"), office.finance_handler.id)
    clock = only_reply(office, case, "2026-11-23T09:00")
    moved(office, clock, "2026-11-23T10:00", "2026-12-20T23:59:59")
    run(office, "2026-11-23T10:01")
    mornings(office, FRIDAY)
    moved(office, clock, at, "2026-11-28T23:59:59")
    rung = f"即将超时：{case.number} 答复"
    assert sorted(run(office, told)) == [("finance_handler", rung), ("finance_head", rung)]
    assert run(office, "2026-11-28T08:31", "2026-11-28T12:00") == []


def test_n02_a_date_that_was_told_this_morning_and_moves_earlier_is_told_again(office: Office) -> None:
    """临期 for Monday said on Friday morning is not that it is due on Saturday."""
    case = assigned(office, parse_moment("2026-11-23T09:00"), INQUIRY)
    sign_for(office.session, case, office.finance_head, parse_moment("2026-11-23T09:00"), office.finance_handler.id)
    clock = only_reply(office, case, "2026-11-23T09:00")
    moved(office, clock, "2026-11-23T10:00", "2026-11-30T23:59:59")
    clock.warn_at = parse_moment("2026-11-26T08:30")
    run(office, "2026-11-23T10:01")
    mornings(office, "2026-11-26", FRIDAY)
    moved(office, clock, "2026-11-27T10:00", "2026-11-28T23:59:59")
    assert len(run(office, "2026-11-27T10:01")) == 2
    moved(office, clock, "2026-11-27T11:00", "2026-11-29T23:59:59")
    assert run(office, "2026-11-27T11:01") == [], "they heard of a day as early this morning"


def test_n09_who_stands_in_from_the_evening_on_hears_at_once_what_is_due_that_day(office: Office) -> None:
    case = assigned(office, parse_moment("2026-11-23T09:00"), INQUIRY, kind=Kind.INQUIRY)
    sign_for(office.session, case, office.finance_head, parse_moment("2026-11-23T09:00"), office.finance_handler.id)
    only_reply(office, case, "2026-11-23T09:00")
    mornings(office, "2026-11-26")
    leave(office, office.finance_handler, "2026-11-26", "2026-11-26T18:05")
    assert run(office, "2026-11-26T18:06", "2026-11-26T22:00") == [("deputy", f"今天到期：{case.number} 答复")]


@pytest.mark.parametrize(
    ("begins", "entered", "heard"),
    [("2026-11-28", "2026-11-26T09:00", "2026-11-28T00:01"), ("2026-11-27", "2026-11-27T22:00", "2026-11-27T22:01")],
)
def test_n08_n09_who_stands_in_for_hours_that_end_in_the_night_hears_before_they_have(
    office: Office, begins: str, entered: str, heard: str
) -> None:
    if entered < "2026-11-27":
        leave(office, office.finance_handler, begins, entered)
    case = urgent(office, "2026-11-27T02:00")
    office.session.get_one(Person, office.finance_head.id).active = False
    mornings(office, FRIDAY)
    assert {login for login, _subject in run(office, "2026-11-27T20:01")} >= {"finance_handler"}
    if entered > "2026-11-27":
        leave(office, office.finance_handler, begins, entered)
    told = [login for login, subject in run(office, heard) if subject.startswith("即将到期")]
    assert told == ["deputy"]
    assert run(office, "2026-11-28T01:59") == []
    assert ("deputy", f"已逾期：{case.number} 答复") in run(office, "2026-11-28T02:01")


def test_n09_hours_that_change_hands_near_their_end_are_heard_of_by_who_stands_in(office: Office) -> None:
    case = urgent(office, "2026-11-26T10:00")
    leave(office, office.leader, "2026-11-26", "2026-11-26T10:00", "leader2")
    run(office, "2026-11-27T04:01")
    mornings(office, FRIDAY)
    at = parse_moment("2026-11-27T08:45")
    reply.save_draft(office.session, case, office.finance_handler, at, REPLY)
    reply.submit(office.session, case, office.finance_handler, at)
    review.check_unit_head(office.session, case, office.finance_head, at, passed=True)
    review.check_gates(office.session, case, office.reviewer, at, dict.fromkeys(OFFICE_GATES, True))
    said = run(office, "2026-11-27T08:46", "2026-11-27T09:30", "2026-11-27T09:59")
    assert said == [("leader2", f"即将到期：{case.number} 答复")]


@pytest.mark.parametrize(
    ("stands_still_from", "back", "told_at"),
    [
        ("2026-11-26T18:00", "2026-11-28T10:00", "2026-11-28T10:00"),
        ("2026-11-25T08:00", "2026-11-27T18:31", "2026-11-27T18:31"),
        ("2026-11-26T18:00", "2026-11-27T17:59", ""),
    ],
)
def test_n07_what_is_due_before_the_next_digest_is_heard_though_the_clock_stood_still_until_the_office_was_closed(
    office: Office, stands_still_from: str, back: str, told_at: str
) -> None:
    """Due on a Saturday; the digests of Friday were never made. Before closing time they still are, and say it themselves."""
    case = due_saturday(office)
    late = due_saturday(office)
    clock = only_reply(office, late, "2026-11-23T09:00")
    clock.fixed_on, clock.due_at = None, parse_moment("2026-11-26T23:59:59")  # late since Friday: 催办通知 of that morning
    mornings(office, *(day for day in ("2026-11-24", "2026-11-25") if f"{day}T08:30" < stands_still_from))
    said = run(office, back, f"{back[:11]}23:00", "2026-11-29T12:00")
    units = {"finance_handler", "finance_head"}
    named = {who for who, subject in said if case.number in subject}
    assert (named, len(said)) == ((units, 2) if told_at else (set(), len(said)))
    monday = parse_moment("2026-11-30T08:30")
    queue_digests(office.session, monday)
    digests = select(Notice).where(Notice.category == "digest", Notice.created_at == monday)
    assert {line["number"] for notice in office.session.scalars(digests) for line in notice.lines} == {case.number, late.number}
    assert {who for who, subject in run(office, "2026-11-30T08:31") if "催办通知" in subject} >= units
