"""What was told of a date, or asked by a 督办单, is not told or asked again when the date moves or a slip ends it (N01)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.desks.calendar.operations import add_closure, remove_closure
from opinion_app.desks.calendar.queries import with_closure
from opinion_app.desks.reminders.operations import queue_rungs
from opinion_app.desks.reminders.rehearsal import rehearse
from opinion_app.desks.supervising.withdrawing import withdraw
from opinion_app.flow import clocks
from opinion_app.flow.assess import assess
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.moves import marks
from opinion_app.flow.outbox import BY_MAILBOX
from opinion_app.flow.recompute import preview
from opinion_app.flow.reminding import look_again
from opinion_app.flow.risk_clocks import risk_clocks
from opinion_app.flow.supervise import answer
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.records.supervision import Supervision
from opinion_app.records.transaction import transaction
from opinion_app.rules.assessment import Ground, Sheet
from opinion_app.rules.deadline_rules import OwedBy
from opinion_app.rules.delivery import Outcome
from opinion_app.rules.facts import Actor
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import ClockState, Kind, NoticeChannel, Procedure, RiskFactor, RiskLevel, Role, Urgency
from opinion_app.rules.zone import local_date, parse_moment
from opinion_app.steps.handling import suspending
from opinion_app.steps.triage import merging, operations
from tests.builders.life import HELP, give_addresses, handling_case, make_office
from tests.builders.life import Office as Life
from tests.builders.office import NOW, make_actor, make_case
from tests.desks.outbox import posted

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PETITION = replace(HELP, procedure=Procedure.PETITION)
INQUIRY = replace(HELP, kind=Kind.INQUIRY)


@dataclass
class Office:
    """An office with a mail server whose clock is run by hand."""

    session: Session
    life: Life
    admin: Actor

    def run(self, moment: str) -> int:
        return queue_rungs(self.session, parse_moment(moment)).notices

    def day(self, case: Case, stage: str, working_days: int = 0) -> str:
        """The day so many working days after a date of the case."""
        [due] = [clock.due_at for clock in clocks.open_clocks(self.session, case.id) if clock.stage == stage]
        assert due is not None
        return self.after(local_date(due), working_days)

    def after(self, day: date, working_days: int) -> str:
        return (work_calendar(self.session).add_working_days(day, working_days) if working_days else day).isoformat()

    def alone(self, case: Case, *stages: str) -> None:
        """Let everything else that is waited for be done."""
        for clock in clocks.open_clocks(self.session, case.id):
            if clock.stage not in stages:
                clocks.end_clock(clock, NOW, "", ClockState.MET)
        clocks.refresh(self.session, case)

    def mornings(self, case: Case, stage: str, until: int) -> str:
        """Live through the mornings from a due day on; answers the last of them."""
        days = [self.day(case, stage, number) for number in range(until + 1)]
        for day in days:
            posted.morning(self, day)  # type: ignore[arg-type]
            posted.post(self, f"{day}T08:35")  # type: ignore[arg-type]
        return days[-1]

    def round_(self, moment: str) -> list[str]:
        """One run of rungs and outbox: what leaves, by receiver."""
        drafts = rehearse(self.session, parse_moment(moment)).drafts
        foretold = [draft for draft in drafts if draft.category in BY_MAILBOX and "邮件" in draft.ways]
        self.run(moment)
        sent = posted.post(self, moment)  # type: ignore[arg-type]
        assert sorted(draft.subject for draft in foretold) == sorted(line.partition(" ")[2] for line in sent)
        return sent

    def sheets(self) -> list[str | None]:
        return list(self.session.scalars(select(Supervision.key).order_by(Supervision.id)))


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction, everybody with an address."""
    object.__setattr__(posted.settings_of(core), "smtp_url", "smtp://mail.office.test")
    with transaction() as session:
        yield Office(session, make_office(session), make_actor(session, "admin", Role.ADMINISTRATOR))


def close(office: Office, due: str, now: datetime) -> date:
    """A local closure of the last working day before a due day, entered afterwards or in time; answers which day."""
    day, calendar = date.fromisoformat(due) - DAY, work_calendar(office.session)
    while not calendar.is_working(day):
        day -= DAY
    shown = marks(preview(office.session, now, with_closure(office.session, day, "停电")))
    add_closure(office.session, day, "停电", office.admin, now, shown)
    return day


def slip(office: Office, case: Case, other: operations.Classification, day: str, at: str = "T09:00") -> None:
    begun = parse_moment(day + at)
    for now, new in ((begun, other), (begun + timedelta(minutes=10), HELP)):
        operations.classify(office.session, case, office.life.clerk, now, new, know_late=True)
    office.session.expire_all()


def late_with_a_sheet(office: Office) -> tuple[Case, str]:
    """A case five working days over its date: told by every rung up to the yellow card, asked by a 督办单."""
    case = handling_case(office.life)
    give_addresses(office.session)
    office.alone(case, "reply")
    due = office.day(case, "reply")
    last = office.mornings(case, "reply", 6)
    assert len(office.sheets()) == 1
    assert due < last
    return case, last


@pytest.mark.parametrize(
    ("how", "at"),
    [("closure", "T18:30"), ("another kind", "T10:00"), ("merge", "T07:40"), ("slip", "T10:00"), ("slip", "T18:30")],
)
def test_n01_a_date_that_moves_while_a_yellow_card_is_out_asks_for_no_second_sheet(office: Office, how: str, at: str) -> None:
    """Nor does the unit's group hear of the card again; outside working hours too, when rungs wait for the morning."""
    office.life.finance.robot_url = "wecombot://abcdefgh1234/"
    case, day = late_with_a_sheet(office)
    day = office.after(date.fromisoformat(day), 1) if at < "T08:30" else day
    now = parse_moment(day + at)
    if how == "closure":
        close(office, office.day(case, "reply"), now)
    elif how == "another kind":
        operations.classify(office.session, case, office.life.clerk, now, replace(HELP, kind=Kind.COMPLAINT), know_late=True)
        operations.classify(office.session, case, office.life.clerk, now, INQUIRY, know_late=True)
    elif how == "merge":
        old = make_case(office.session, office.life.clerk, now=NOW - DAY)
        merging.merge(office.session, old, office.life.clerk, now, case.number, "同一件事", know_late=True)
    else:
        slip(office, case, replace(HELP, urgency=Urgency.URGENT), day, at)
    office.session.expire_all()
    assert office.round_((now + timedelta(minutes=11)).strftime("%Y-%m-%dT%H:%M")) == []
    following = office.after(date.fromisoformat(day), 1) if at > "T08:30" else day
    posted.morning(office, following)  # type: ignore[arg-type]
    assert [line for line in posted.post(office, f"{following}T08:35") if "待办通报" not in line] == []  # type: ignore[arg-type]
    look_again(office.session, parse_moment(f"{following}T10:30"), Clock.case_id == case.id)  # as when somebody goes on leave
    assert office.round_(f"{following}T11:00") == []
    assert len(office.sheets()) == 1
    to_groups = Notice.channel == NoticeChannel.ROBOT, Notice.subject.contains("黄牌")
    assert len(office.session.scalars(select(Notice.id).where(*to_groups)).all()) == 1


def test_n01_a_card_that_never_left_is_told_after_a_slip_and_asks_by_no_second_sheet(office: Office) -> None:
    """The mail server is down when it comes, its sheet is withdrawn, and the date moves away for a moment."""
    case = handling_case(office.life)
    give_addresses(office.session)
    office.alone(case, "reply")
    day, clerk = office.day(case, "reply", 5), office.life.clerk
    posted.morning(office, day)  # type: ignore[arg-type]
    refused = posted.post(office, f"{day}T08:35", Outcome.UNREACHABLE)  # type: ignore[arg-type]
    cards = [line for line in refused if "黄牌" in line]
    [sheet] = office.session.scalars(select(Supervision))
    withdraw(office.session, case, sheet.id, "已当面说明", office.life.leader, parse_moment(f"{day}T09:00"))
    put_off = replace(HELP, urgency=Urgency.COMPLEX)
    operations.classify(office.session, case, clerk, parse_moment(f"{day}T10:00"), put_off)
    office.session.expire_all()
    office.round_(f"{day}T10:01")
    operations.classify(office.session, case, clerk, parse_moment(f"{day}T10:05"), HELP, know_late=True)
    office.session.expire_all()
    assert [line for line in office.round_(f"{day}T10:06") if "黄牌" in line] == cards
    assert cards != []
    assert len(office.sheets()) == 1


def test_n01_a_date_that_was_put_off_and_passed_again_asks_anew(office: Office) -> None:
    """What counts is whether the card had come when the date moved: of a later date it comes for the first time."""
    case, day = late_with_a_sheet(office)
    operations.classify(
        office.session, case, office.life.clerk, parse_moment(f"{day}T10:00"), replace(HELP, urgency=Urgency.COMPLEX)
    )
    office.session.expire_all()
    office.mornings(case, "reply", 6)
    assert len(office.sheets()) == 2


def test_n01_a_date_that_was_put_off_and_moved_to_and_fro_since_asks_anew(office: Office) -> None:
    """Put off; a closure moves it a day and is taken back on the morning the card is due: told once, by one sheet more."""
    office.life.finance.robot_url = "wecombot://abcdefgh1234/"
    case, day = late_with_a_sheet(office)
    [sheet] = office.session.scalars(select(Supervision))
    answer(office.session, case, sheet, office.life.finance_head, parse_moment(f"{day}T09:30"), "已说明情况")
    put_off = replace(HELP, urgency=Urgency.COMPLEX)
    operations.classify(office.session, case, office.life.clerk, parse_moment(f"{day}T10:00"), put_off)
    office.session.expire_all()
    closed = close(office, office.day(case, "reply"), parse_moment(f"{day}T10:30"))
    office.session.expire_all()
    last = office.mornings(case, "reply", 4)
    assert len(office.sheets()) == 1
    remove_closure(office.session, closed, office.admin, parse_moment(f"{last}T09:00"), None)
    office.session.expire_all()
    assert office.day(case, "reply", 5) == last
    told = office.round_(f"{last}T09:01")
    assert {line.partition(" ")[0] for line in told if "黄牌督办" in line} == {
        "finance_head",
        "finance_handler",
        "leader",
        "clerk",
    }
    assert len(office.sheets()) == 2
    to_groups = Notice.channel == NoticeChannel.ROBOT, Notice.subject.contains("黄牌")
    assert len(office.session.scalars(select(Notice.id).where(*to_groups)).all()) == 2
    assert [line for at in ("09:02", "10:00", "17:00") for line in office.round_(f"{last}T{at}")] == []


@pytest.mark.parametrize(
    ("other", "late"),
    [(INQUIRY, 0), (INQUIRY, 1), (INQUIRY, 5), (replace(HELP, urgency=Urgency.URGENT), 5), (PETITION, 5)],
)
def test_n01_a_first_contact_that_a_slip_ended_and_brought_back_is_told_once(
    office: Office, other: operations.Classification, late: int
) -> None:
    case = handling_case(office.life)
    give_addresses(office.session)
    office.alone(case, "reply", "contact")
    day = office.mornings(case, "contact", late)
    before = office.sheets()
    slip(office, case, other, day)
    assert [office.round_(f"{day}T{at}") for at in ("09:12", "10:00", "14:00")] == [[], [], []]
    assert office.sheets() == before
    own = Clock.case_id == case.id, Clock.stage == "contact", Clock.owed_by == "lead"
    assert office.session.scalars(select(Clock.state).where(*own)).all() == [ClockState.RUNNING]


@pytest.mark.parametrize("late", [0, 1, 5])
def test_n01_what_waits_when_a_merged_date_goes_on_alone_is_told_of_that(office: Office, late: int) -> None:
    """The mail server is down when the case turns out a petition: what it kept waiting is written anew, not taken for told."""
    give_addresses(office.session)
    case, old = (make_case(office.session, office.life.clerk, now=NOW - days * DAY) for days in (0, 1))
    merging.merge(office.session, old, office.life.clerk, NOW + HOUR, case.number, "同一件事", know_late=True)
    office.alone(case, "reply")
    due = date.fromisoformat(office.day(case, "reply"))
    if late:
        office.mornings(case, "reply", late - 1)
    day = office.after(due, late)
    posted.morning(office, day)  # type: ignore[arg-type]
    assert posted.post(office, f"{day}T08:35", Outcome.UNREACHABLE), "something was to leave"  # type: ignore[arg-type]
    operations.classify(office.session, case, office.life.clerk, parse_moment(f"{day}T09:00"), PETITION, know_late=True)
    office.session.expire_all()
    told = [line for at in ("09:01", "10:05", "11:10", "14:00", "17:00") for line in office.round_(f"{day}T{at}")]
    rung = {0: "今天到期", 1: "催办通知", 5: "黄牌"}[late]
    assert [line for line in told if line.startswith("clerk ") and rung in line] != []
    assert len(told) == len(set(told))


@pytest.mark.parametrize("looking", [False, True])
@pytest.mark.parametrize("order", ["stop petition go", "stop go petition", "petition stop go"])
def test_n01_a_merged_date_that_stands_still_for_a_moment_and_goes_on_alone_is_told_once(
    office: Office, order: str, *, looking: bool
) -> None:
    """Suspended, found to be a petition and resumed in one morning: in the end the same date, which the digest told."""
    give_addresses(office.session)
    case, old = (make_case(office.session, office.life.clerk, now=NOW - days * DAY) for days in (0, 1))
    merging.merge(office.session, old, office.life.clerk, NOW + HOUR, case.number, "同一件事", know_late=True)
    office.alone(case, "reply")
    due = office.day(case, "reply")
    posted.morning(office, due)  # type: ignore[arg-type]
    assert posted.post(office, f"{due}T08:35") != []  # type: ignore[arg-type]
    told = []
    for number, act in enumerate(order.split()):
        at = parse_moment(f"{due}T09:0{2 * number}")
        if act == "stop":
            suspending.suspend(office.session, case, office.life.clerk, at, SuspensionGround.HEARING, at, "听证")
        elif act == "go":
            suspending.resume(office.session, case, office.life.clerk, at, at, "听证结束", know_late=True)
        else:
            operations.classify(office.session, case, office.life.clerk, at, PETITION, know_late=True)
        office.session.expire_all()
        told += office.round_(f"{due}T09:0{2 * number + 1}") if looking else []
    assert office.day(case, "reply") == due
    assert [*told, *(line for at in ("09:10", "10:00", "17:00") for line in office.round_(f"{due}T{at}"))] == []


def test_n01_no_unit_is_asked_about_what_the_office_itself_is_late_with(office: Office) -> None:
    case = handling_case(office.life)
    give_addresses(office.session)
    said = Sheet({factor: Ground(1, "见截图") for factor in RiskFactor}, RiskLevel.III, "综合判断", "可能被误读")
    assess(office.session, case, office.life.clerk, NOW, said)
    duty = next(clock for clock in risk_clocks(office.session, case) if clock.owed_by == OwedBy.OFFICE.value)
    office.alone(case, duty.stage)
    office.mornings(case, duty.stage, 6)
    assert office.sheets() == []
    assert duty.state is ClockState.RUNNING
