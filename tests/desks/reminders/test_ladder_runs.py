"""The ladder on a real database: every rung once per version of the date, in the ledger, and what catching up sends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from opinion_app.desks.reminders import operations
from opinion_app.desks.reminders.operations import queue_digests, queue_rungs
from opinion_app.flow import clock_changes, clocks
from opinion_app.flow.ladder import SINCE, ladder, look_again
from opinion_app.flow.recheck import look_once_more
from opinion_app.records.assignment import Assignment
from opinion_app.records.notice import Notice, Reminder
from opinion_app.records.office import put_setting
from opinion_app.records.supervision import Supervision
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Extension, Span, Unit
from opinion_app.rules.reminder_words import ReminderState
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import AssignmentState, NoticeChannel, NoticeState, Stage, UnitRole
from opinion_app.rules.zone import on_day, parse_moment
from opinion_app.steps.closing import operations as closing
from tests.builders.life import answered, make_office
from tests.builders.office import make_case
from tests.desks.reminders.laddered import START, Office, laddered, with_case
from tests.desks.reminders.moving import move_date
from tests.support.queries import counting


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """The office the ladder is tried on."""
    yield from laddered()


def test_n01_each_rung_once_with_its_recipients_through_two_months(office: Office) -> None:
    day = date(2026, 11, 2)
    while day < date(2026, 12, 31):
        for hour in ("08:29", "08:30", "08:31", "17:00", "23:00"):
            office.run(f"{day.isoformat()}T{hour}")
        queue_digests(office.session, on_day(day, ladder(office.session).morning))
        day += timedelta(days=1)
    assert [len(office.ledger()), len(set(office.ledger()))] == [22, 22]
    assert office.told("half") == {"handler", "head"}
    assert office.told("soon") == office.told("today") == {"handler", "head"}
    assert office.told("urge") == {"handler", "head", "vice"}
    assert office.told("yellow") == {"handler", "head", "vice", "clerk"}
    assert office.told("red") == {"handler", "head", "vice", "clerk", "mayor"}
    assert office.told("report") == {"mayor", "vice", "clerk", "head"}
    at = dict(office.session.execute(select(Reminder.rung, func.min(Reminder.created_at)).group_by(Reminder.rung)).all())
    assert at["urge"] == parse_moment("2026-11-12T08:30")
    assert at["report"] == parse_moment("2026-12-11T08:30")
    half = office.session.scalars(select(Notice).where(Notice.subject.startswith("时限过半提示"))).all()
    assert {notice.channel for notice in half} == {NoticeChannel.IN_APP}


def test_n07_a_unit_given_a_late_case_has_missed_no_rung_of_its_own(office: Office) -> None:
    session, unit = office.session, office.case.lead_unit_id
    late = make_case(session, None, now=START)
    given = parse_moment("2026-11-26T10:00")  # fifteen days after the reply was due
    row = Assignment(case_id=late.id, unit_id=unit, role=UnitRole.LEAD, assigned_at=given, handler_id=office.people["handler"].id)
    row.state, late.stage, late.lead_unit_id = AssignmentState.SIGNED, Stage.HANDLING, unit
    session.add(row)
    session.flush()
    clocks.open_assignment(session, late, row, given)
    [draft] = [clock for clock in clocks.open_clocks(session, late.id) if clock.stage == "draft"]
    assert draft.due_at == parse_moment("2026-11-11T23:59:59")
    assert "答复时限已于 2026年11月11日 周三 23:59 到期" in draft.warning
    assert "不补发" in draft.warning
    office.run("2026-11-26T10:01")
    about = select(Reminder.rung).where(Reminder.clock_id == draft.id)
    assert session.scalars(about).all() == [], "neither yellow card nor 督办单 a minute after it was given"
    keys = session.scalars(select(Supervision.key).where(Supervision.case_id == late.id)).all()
    assert not [key for key in keys if key is not None and key.startswith(f"{draft.id}:")]
    office.run("2026-12-02T08:30")
    assert set(session.scalars(about)) == {"red"}, "what comes after it was given is said"


def test_d11_a_reopened_case_is_reminded_of_anew(core: Flask) -> None:
    with transaction() as session:
        house = make_office(session)
        case = answered(house, START)
        met = clocks.reply_clock(session, case.id)
        assert met is not None
        assert queue_rungs(session, parse_moment("2026-11-12T08:30")).notices == 0, "what is answered is not urged"
        closing.reopen(session, case, house.clerk, parse_moment("2026-11-16T10:00"), "留言人不满意")
        again = clocks.reply_clock(session, case.id)
        assert again is not None
        assert (again.id != met.id, again.due_at) == (True, parse_moment("2026-11-25T23:59:59"))
        for day in range(16, 31):
            queue_rungs(session, parse_moment(f"2026-11-{day}T08:30"))
            queue_digests(session, parse_moment(f"2026-11-{day}T08:30"))
        told = select(Reminder.rung).where(Reminder.clock_id == again.id, Reminder.person_id == house.finance_handler.id)
        assert list(session.scalars(told.order_by(Reminder.id))) == ["half", "soon", "today", "urge"]
        assert session.scalar(select(func.count(Reminder.id)).where(Reminder.clock_id == met.id)) == 0


def test_n01_the_database_itself_refuses_a_rung_twice(office: Office) -> None:
    office.run("2026-11-12T08:30")
    held = office.session.scalars(select(Reminder)).first()
    assert held is not None
    copy = {name: getattr(held, name) for name in ("case_id", "clock_id", "person_id", "rung", "deadline_version", "created_at")}
    with office.session.begin_nested():
        office.session.add(Reminder(**copy))
        with pytest.raises(IntegrityError):
            office.session.flush()


def test_n10_the_digest_says_the_early_rungs_and_the_ledger_points_to_it(office: Office) -> None:
    queue_digests(office.session, parse_moment("2026-11-10T08:30"))
    rows = office.session.scalars(select(Reminder).where(Reminder.rung == "soon")).all()
    assert len(rows) == 2
    assert {row.notice.category for row in rows if row.notice} == {"digest"}
    assert office.run("2026-11-10T08:31") == 0, "nobody hears twice of the same thing"


def test_n02_an_extension_arms_the_rungs_again_for_the_new_date_only(office: Office) -> None:
    assert office.run("2026-11-12T08:30") > 0
    more = Extension(parse_moment("2026-11-12T09:00"), Span(8, Unit.WORKING_DAYS), reason="需现场核实")
    clock_changes.extend(office.session, office.case, office.clock, more)
    version = office.clock.deadline_version
    assert version == 2
    assert office.run("2026-11-12T09:01") == 0
    assert office.run("2026-11-13T08:29") == 0, "the half-way word moved into the future and has not come"
    before = len(office.ledger())
    for day in range(13, 27):
        office.run(f"2026-11-{day}T08:30")
    later = office.ledger()[before:]
    assert {(rung, number) for rung, _login, number in later} == {("half", 2), ("urge", 2)}
    assert office.clock.original_due_at < (office.clock.due_at or START)


def test_n02_a_recomputed_date_that_stays_in_the_past_rings_nothing_again(office: Office) -> None:
    office.run("2026-11-12T08:30")
    now = parse_moment("2026-11-16T10:00")
    before = len(office.ledger())
    move_date(office.clock, now, "2026-11-12T23:59:59", warned=False)  # a day later, still past
    assert queue_rungs(office.session, now).notices == 0
    assert len(office.ledger()) == before
    carried = office.session.scalars(select(Reminder).where(Reminder.state == ReminderState.CARRIED)).all()
    assert ("urge", 2) in {(row.rung, row.deadline_version) for row in carried}
    assert all(row.notice_id for row in carried), "each points to the notice it was said by"
    assert office.run("2026-11-19T08:30") > 0, "yellow moved into the future and comes"


def moved(office: Office, at: str, due: str) -> None:
    """The date moved, as a recomputation leaves it."""
    move_date(office.clock, at, due, warned=False)
    office.session.flush()


def letter_to(office: Office, login: str) -> Notice:
    query = select(Notice).where(Notice.person_id == office.people[login].id, Notice.channel == NoticeChannel.MAIL)
    return office.session.scalars(query.order_by(Notice.id.desc()).limit(1)).one()


@pytest.mark.parametrize("rung_first", [True, False])
def test_n02_what_waited_for_the_mail_while_the_date_moved_within_the_past_is_sent(office: Office, *, rung_first: bool) -> None:
    office.run("2026-11-12T08:30")
    moved(office, "2026-11-16T10:00", "2026-11-12T23:59:59")
    if rung_first:
        assert office.run("2026-11-16T10:01") == 0, "for the new date the rung counts as said"
    lines, why = look_once_more(office.session, letter_to(office, "vice"), parse_moment("2026-11-16T10:02"))[:2]
    assert [(line["text"], line["version"]) for line in lines] == [("答复：已逾期 2 个工作日", 2)]
    assert why == ""
    moved(office, "2026-11-16T11:00", "2026-11-20T23:59:59")
    lines, why = look_once_more(office.session, letter_to(office, "vice"), parse_moment("2026-11-16T11:01"))[:2]
    assert (lines, why) == ([], "时限已变更"), "for this one it comes again"


def test_n02_whose_letter_was_cancelled_was_not_told(office: Office) -> None:
    office.run("2026-11-12T08:30")
    letter_to(office, "vice").state = NoticeState.CANCELLED
    moved(office, "2026-11-16T10:00", "2026-11-12T23:59:59")
    assert office.run("2026-11-16T10:01") == 2, "inside and by mail"
    assert {login for rung, login, version in office.ledger() if (rung, version) == ("urge", 2)} == {"vice"}
    assert office.run("2026-11-16T10:02") == 0


def test_n02_nothing_that_leaves_the_date_alone_arms_a_rung(office: Office) -> None:
    office.run("2026-11-12T08:30")
    office.case.title, office.clock.source = "改了标题", "改了依据"
    office.session.flush()
    look_again(office.session, START)
    assert office.run("2026-11-12T08:32") == 0


def test_n07_after_a_standstill_one_word_per_person_however_many_cases(office: Office, core: Flask) -> None:
    for _ in range(4):
        with_case(office.session, None, office.people["handler"].unit_id or 0, office.people["handler"].id)
    with counting(core) as counted:
        assert office.run("2026-11-13T09:10") == 6  # handler, head, vice: inside and by mail
    assert len(counted) < 90
    [letter] = office.session.scalars(
        select(Notice).where(Notice.person_id == office.people["vice"].id, Notice.channel == NoticeChannel.MAIL)
    )
    assert letter.subject == "催办通知：5 件"
    assert len(letter.lines) == 5
    assert letter.case_id is None
    assert office.run("2026-11-13T09:11") == 0


def test_n07_the_first_run_of_an_office_tells_nothing_of_before(office: Office) -> None:
    put_setting(office.session, SINCE, "")
    assert office.run("2026-11-16T09:00") == 0
    assert office.run("2026-11-18T08:30") > 0
    assert office.told("yellow")
    assert not office.told("urge")


def test_n07_a_case_registered_late_tells_nothing_of_before(office: Office) -> None:
    office.case.registered_at = parse_moment("2026-11-17T09:00")
    assert office.run("2026-11-17T09:01") == 0
    assert office.run("2026-11-18T08:30") > 0


def test_n07_nothing_is_told_again_after_a_restore(office: Office) -> None:
    put_setting(office.session, "restored_at", parse_moment("2026-11-13T00:00").isoformat())
    assert office.run("2026-11-13T09:00") == 0
    assert office.run("2026-11-18T08:30") > 0


def test_n11_the_ladder_stops_when_the_act_is_done_or_the_clock_stands(office: Office) -> None:
    clocks.after_act(office.session, office.case, "answer", parse_moment("2026-11-10T10:00"))
    assert [office.run(f"2026-11-{day}T08:30") for day in (12, 18)] == [0, 0]


def test_n11_while_the_clock_stands_nothing_is_said_and_what_follows_when_it_runs(office: Office) -> None:
    stopped, runs = parse_moment("2026-11-10T10:00"), parse_moment("2026-11-24T10:00")
    clock_changes.suspend(office.session, office.case, SuspensionGround.HEARING, stopped, "依申请听证", stopped)
    before = len(office.ledger())
    for day in range(10, 25):
        assert office.run(f"2026-11-{day}T09:00") == 0
        queue_digests(office.session, parse_moment(f"2026-11-{day}T09:00"))
    assert len(office.ledger()) == before
    clock_changes.resume(office.session, office.case, runs, runs)
    assert office.clock.due_at == parse_moment("2026-11-25T23:59:59"), "one working day was left"
    assert office.run("2026-11-26T08:30") > 0
    assert {rung for rung, _login, version in office.ledger()[before:]} == {"urge"}


def test_n05_a_letter_that_cannot_be_made_leaves_its_clocks_to_the_next_run(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, broken = operations.queue, office.people["vice"].id

    def queue(session, letter, people, now, *, mail):
        people = list(people)
        if people[0].id == broken:
            raise RuntimeError("boom")
        return real(session, letter, people, now, mail=mail)

    monkeypatch.setattr(operations, "queue", queue)
    done = queue_rungs(office.session, parse_moment("2026-11-12T08:30"))
    assert (done.notices, [trouble.error for trouble in done.troubles]) == (4, ["RuntimeError: boom"])
    assert office.told("urge") == {"handler", "head"}
    monkeypatch.setattr(operations, "queue", real)
    assert office.run("2026-11-12T08:31") == 2
    assert office.told("urge") == {"handler", "head", "vice"}


def test_an_hour_clock_of_a_plain_case_waits_for_the_morning(office: Office) -> None:
    office.clock.amount_unit, office.clock.amount = Unit.HOURS.value, 24
    office.clock.due_at = parse_moment("2026-11-02T23:00")
    office.clock.warn_at = parse_moment("2026-11-02T17:00")
    office.session.flush()
    assert str(Span(office.clock.amount, Unit(office.clock.amount_unit))) == "24 小时"
    assert office.run("2026-11-02T23:30") == 0
    assert office.run("2026-11-03T06:59") == 0
    assert office.run("2026-11-03T07:00") > 0
    assert office.told("hours_overdue") == {"handler", "head", "vice"}


def test_n01_an_hour_clock_that_moves_in_the_night_tells_its_card_and_asks_no_second_time(office: Office) -> None:
    clock = office.clock
    clock.amount_unit, clock.amount, clock.due_at = Unit.HOURS.value, 24, parse_moment("2026-11-02T12:00")
    office.session.flush()
    assert office.run("2026-11-03T12:01") > 0
    move_date(clock, "2026-11-03T23:00", "2026-11-02T11:00", warned=False)
    office.session.flush()
    assert [office.run(at) for at in ("2026-11-03T23:01", "2026-11-04T07:00")] == [0, 0]
    assert office.session.scalars(select(Supervision.key)).all() == [f"{clock.id}:hours_yellow:1"]
