"""Dates that closures and slips move to and fro: each card comes once for a date, with one 督办单, and none is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from opinion_app.desks.calendar.operations import add_closure, remove_closure
from opinion_app.desks.calendar.queries import with_closure
from opinion_app.desks.reminders.operations import queue_rungs
from opinion_app.flow.moves import marks
from opinion_app.flow.recompute import preview
from opinion_app.flow.reminding import look_again
from opinion_app.flow.rungs_anew import look_when_they_come
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice, Reminder
from opinion_app.rules.delivery import Outcome
from opinion_app.rules.words import NoticeChannel, Procedure, Urgency
from opinion_app.rules.zone import parse_moment
from opinion_app.steps.triage import merging, operations
from tests.builders.life import HELP, give_addresses, handling_case
from tests.builders.office import NOW, make_case
from tests.desks.outbox import posted
from tests.desks.outbox.test_nothing_twice import HOUR, INQUIRY, PETITION, Office, close, late_with_a_sheet, office, slip

__all__ = ["office"]
COMPLEX = replace(HELP, urgency=Urgency.COMPLEX)


def case_of(office: Office) -> Case:
    case = handling_case(office.life)
    give_addresses(office.session)
    office.alone(case, "reply")
    return case


def shut(office: Office, day: str, at: str) -> None:
    """A day is entered as closed; the date of the reply may move or stay."""
    closed, now = date.fromisoformat(day), parse_moment(at)
    shown = marks(preview(office.session, now, with_closure(office.session, closed, "停电")))
    add_closure(office.session, closed, "停电", office.admin, now, shown)
    office.session.expire_all()


def classify(office: Office, case: Case, at: str, new: operations.Classification) -> None:
    operations.classify(office.session, case, office.life.clerk, parse_moment(at), new, know_late=True)
    office.session.expire_all()


def mail(office: Office, at: str, outcome: Outcome = Outcome.SENT) -> list[str]:
    """What leaves, but for the digests."""
    return [line for line in posted.post(office, at, outcome) if "通报" not in line]  # type: ignore[arg-type]


def rounds(office: Office, day: str, *times: str) -> list[str]:
    return [line for at in times for line in office.round_(f"{day}T{at}")]


def kept_back(office: Office, case: Case) -> tuple[str, list[str]]:
    """The yellow card comes while no mail leaves, and waits till next morning; answers that morning and its letters."""
    day, following = office.day(case, "reply", 5), office.day(case, "reply", 6)
    posted.morning(office, day)  # type: ignore[arg-type]
    cards = [line for line in mail(office, f"{day}T08:35", Outcome.UNREACHABLE) if "黄牌" in line]
    posted.morning(office, following)  # type: ignore[arg-type]
    posted.post(office, f"{following}T09:06", Outcome.UNREACHABLE)  # type: ignore[arg-type]
    assert len(office.sheets()) == 1
    return following, cards


@pytest.mark.parametrize("how", ["two closures", "closure and slip"])
def test_n01_a_card_that_waits_is_not_lost_between_a_closure_and_what_is_taken_back(office: Office, how: str) -> None:
    case = case_of(office)
    day, cards = kept_back(office, case)
    close(office, office.day(case, "reply"), parse_moment(f"{day}T09:10"))
    office.session.expire_all()
    office.run(f"{day}T09:11")
    if how == "two closures":
        shut(office, "2026-11-27", f"{day}T09:20")
        office.run(f"{day}T09:21")
        remove_closure(office.session, date(2026, 11, 27), office.admin, parse_moment(f"{day}T09:25"), None)
        office.session.expire_all()
    else:
        classify(office, case, f"{day}T09:20", COMPLEX)
        office.run(f"{day}T09:21")
        classify(office, case, f"{day}T09:25", HELP)
    office.run(f"{day}T09:26")
    told = rounds(office, day, "10:08", "10:30", "12:00", "17:00")
    assert sorted(line for line in told if "黄牌" in line) == cards
    assert len(office.sheets()) == 1


def test_n01_a_card_that_never_left_is_told_after_a_closure_and_a_slip_and_asks_by_one_sheet(office: Office) -> None:
    case = case_of(office)
    day, cards = kept_back(office, case)
    close(office, office.day(case, "reply"), parse_moment(f"{day}T09:10"))
    office.session.expire_all()
    office.run(f"{day}T09:11")
    classify(office, case, f"{day}T09:20", COMPLEX)
    assert [line for line in office.round_(f"{day}T10:41") if "黄牌" in line] == [], "of the date put off it has not come"
    classify(office, case, f"{day}T10:45", HELP)
    assert [line for line in office.round_(f"{day}T10:46") if "黄牌" in line] == cards
    assert len(office.sheets()) == 1


@pytest.mark.parametrize("evening", [False, True])
def test_n01_a_closure_and_a_slip_that_nobody_looked_between_tell_nobody_again(office: Office, *, evening: bool) -> None:
    """Nor the unit's group, which outside working hours is not looked at."""
    office.life.finance.robot_url = "wecombot://abcdefgh1234/"
    case, day = late_with_a_sheet(office)
    hour = "18" if evening else "10"
    close(office, office.day(case, "reply"), parse_moment(f"{day}T{hour}:00"))
    office.session.expire_all()
    office.run(f"{day}T{hour}:01") if evening else None
    classify(office, case, f"{day}T{hour}:10", COMPLEX)
    classify(office, case, f"{day}T{hour}:20", HELP)
    assert rounds(office, day, f"{hour}:21") == []
    following = office.after(date.fromisoformat(day), 1)
    posted.morning(office, following)  # type: ignore[arg-type]
    assert mail(office, f"{following}T08:35") == []
    assert len(office.sheets()) == 1
    to_groups = Notice.channel == NoticeChannel.ROBOT, Notice.subject.contains("黄牌")
    assert len(office.session.scalars(select(Notice.id).where(*to_groups)).all()) == 1


@pytest.mark.parametrize("working_days", [1, 5])
def test_n01_a_rung_told_on_a_day_that_is_closed_afterwards_is_not_told_again_after_a_slip(
    office: Office, working_days: int
) -> None:
    """The date stays, its rung would come a day later: told is told."""
    case = case_of(office)
    day = office.mornings(case, "reply", working_days)
    sheets = office.sheets()
    shut(office, day, f"{day}T14:00")
    assert rounds(office, day, "14:01") == []
    slip(office, case, INQUIRY, day, "T15:00")
    assert rounds(office, day, "15:15") == []
    following = office.day(case, "reply", working_days)
    assert following > day
    posted.morning(office, following)  # type: ignore[arg-type]
    assert mail(office, f"{following}T08:35") == []
    assert office.sheets() == sheets


def test_n01_a_card_that_the_calendar_put_later_asks_by_no_second_sheet_when_somebody_goes_on_leave(office: Office) -> None:
    case = case_of(office)
    day = office.mornings(case, "reply", 5)
    slip(office, case, INQUIRY, day)
    office.round_(f"{day}T09:15")
    shut(office, "2026-12-07", f"{day}T10:00")
    assert rounds(office, day, "10:01") == []
    following = office.after(date.fromisoformat(day), 1)
    posted.morning(office, following)  # type: ignore[arg-type]
    look_again(office.session, parse_moment(f"{following}T09:00"), Clock.case_id == case.id)
    assert [line for line in office.round_(f"{following}T09:01") if "黄牌" in line] == []
    assert len(office.sheets()) == 1


def test_n01_the_letter_of_a_higher_rung_that_waits_tells_no_lower_one(office: Office) -> None:
    """After a standstill the card alone is said; a closure puts it a day later while its letter waits: 催办 is told by itself."""
    case = case_of(office)
    day, following = office.day(case, "reply", 5), office.day(case, "reply", 6)
    posted.morning(office, day)  # type: ignore[arg-type]
    posted.post(office, f"{day}T08:35", Outcome.UNREACHABLE)  # type: ignore[arg-type]
    close(office, office.day(case, "reply"), parse_moment(f"{day}T09:00"))
    office.session.expire_all()
    told = rounds(office, day, "09:40", "11:00", "17:00")
    assert {line.partition(" ")[0] for line in told if "催办通知" in line} == {"finance_head", "finance_handler", "leader"}
    assert [line for line in told if "黄牌" in line] == []
    posted.morning(office, following)  # type: ignore[arg-type]
    assert [line for line in mail(office, f"{following}T08:35") if "黄牌" in line] != []


@pytest.mark.parametrize("shut_at", ["2026-12-14T15:00", "2026-12-15T09:00"])
def test_n02_what_was_carried_this_morning_is_no_telling_of_this_morning(office: Office, shut_at: str) -> None:
    case = case_of(office)
    office.mornings(case, "reply", 8)
    day = "2026-12-15"
    before = shut_at < day
    if before:
        shut(office, "2026-12-01", shut_at)
    posted.morning(office, day)  # type: ignore[arg-type]
    mail(office, f"{day}T08:35")
    if not before:
        shut(office, "2026-12-01", shut_at)
    office.run(f"{day}T09:01")
    classify(office, case, f"{day}T10:00", COMPLEX)
    assert office.day(case, "reply") == day
    assert {line.partition(" ")[2] for line in office.round_(f"{day}T10:01")} == {"今天到期：LY2026-000001 答复"}


@pytest.mark.parametrize("closed", [3, 9])
def test_n02_a_card_that_the_calendar_brings_forward_comes_on_its_new_day(office: Office, closed: int) -> None:
    """Days are closed for a typhoon and all but the first are worked after all: the date stays, its card comes earlier."""
    case = case_of(office)
    office.mornings(case, "reply", 4)
    last, first, *rest = (office.day(case, "reply", number) for number in range(4, 5 + closed))
    for day in (first, *rest):
        shut(office, day, f"{last}T16:00")
    assert rounds(office, last, "16:01") + rounds(office, first, "08:31") == []
    for day in rest:
        remove_closure(office.session, date.fromisoformat(day), office.admin, parse_moment(f"{first}T20:00"), None)
    office.session.expire_all()
    assert rounds(office, first, "20:01") == []
    posted.morning(office, rest[0])  # type: ignore[arg-type]
    assert [line for line in mail(office, f"{rest[0]}T08:35") if "黄牌" in line] != []
    assert len(office.sheets()) == 1


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(("late", "other"), [(1, INQUIRY), (6, COMPLEX)])
def test_n01_a_petition_that_answers_by_a_merged_date_is_not_told_it_again_after_a_slip(
    office: Office, late: int, other: operations.Classification, *, first: bool
) -> None:
    """Each time it is a petition again, another clock stands for the merged one."""
    give_addresses(office.session)
    procedure = Procedure.PETITION if first else Procedure.ORDINARY
    case = make_case(office.session, office.life.clerk, now=NOW, procedure=procedure)
    old = make_case(office.session, office.life.clerk, now=NOW + HOUR)
    merging.merge(office.session, old, office.life.clerk, NOW + 2 * HOUR, case.number, "同一件事", know_late=True)
    if not first:
        operations.classify(office.session, case, office.life.clerk, NOW + 3 * HOUR, PETITION, know_late=True)
    office.alone(case, "reply")
    day = office.mornings(case, "reply", late)
    classify(office, case, f"{day}T09:00", other)
    rounds(office, day, "09:01")  # by another date it may well be late
    classify(office, case, f"{day}T09:10", PETITION)
    assert [line for line in rounds(office, day, "09:11", "10:00", "16:00") if "答复" in line] == []


def test_n02_a_calendar_that_moves_no_date_tells_nobody_of_a_rung_that_was_told(office: Office) -> None:
    """The handler was on leave when the card came; a closure far away is no reason to send it after the digest they had."""
    case = case_of(office)
    day = office.mornings(case, "reply", 5)
    mine = select(Reminder).join(Clock, Clock.id == Reminder.clock_id).where(Reminder.rung == "yellow", Clock.case_id == case.id)
    office.session.delete(office.session.scalars(mine.order_by(Reminder.id)).first())
    office.session.flush()
    shut(office, "2026-12-30", f"{day}T10:00")
    assert rounds(office, day, "10:01") == []


def test_n05_a_clock_that_cannot_be_read_is_looked_at_by_the_next_run(office: Office) -> None:
    case = case_of(office)
    [clock] = office.session.scalars(select(Clock).where(Clock.case_id == case.id, Clock.stage == "reply"))
    office.run("2026-11-24T10:00")
    clock.stage = "unheard-of"
    office.session.flush()
    look_when_they_come(office.session, parse_moment("2026-11-24T10:05"))
    assert clock.next_rung_at == parse_moment("2026-11-24T10:05")
    assert len(queue_rungs(office.session, parse_moment("2026-11-24T10:06")).troubles) == 1
