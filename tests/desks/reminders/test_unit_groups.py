"""A unit's group robot: one letter of its own for all the unit owes, once each, and never a word of what a group may not know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.desks.casefile import reminding
from opinion_app.desks.outbox.operations import Sender, claim, confirm
from opinion_app.desks.reminders import unit_letters
from opinion_app.desks.reminders.operations import queue_rungs
from opinion_app.desks.reminders.rehearsal import rehearse
from opinion_app.flow import clocks
from opinion_app.flow.cases import facts_of
from opinion_app.flow.reminding import open_of
from opinion_app.records.assignment import Assignment
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice, UnitReminder
from opinion_app.records.person import LeaderInCharge, Person
from opinion_app.records.transaction import transaction
from opinion_app.records.unit import Unit
from opinion_app.rules.delivery import Attempt, Outcome
from opinion_app.rules.words import AssignmentState, Kind, NoticeChannel, NoticeState, Role, Stage, UnitRole
from opinion_app.rules.zone import parse_moment
from tests.builders.office import make_case, make_person, make_unit
from tests.desks.reminders.moving import move_date

START = parse_moment("2026-11-02T10:00")  # Monday; seven working days end on Wednesday the 11th
URGED = "2026-11-12T08:30"
SENDER = Sender("opinion@office.test", "http://office.test")


@dataclass
class Office:
    """A unit with two handlers and a head, its leader in a unit of leaders, a clerk in the office itself; each has a robot."""

    session: Session
    units: dict[str, Unit]
    people: dict[str, Person]

    def case(self, handler: str, **values: object) -> Clock:
        """A case in the unit's hands, whose reply is due on the 11th."""
        case = make_case(self.session, None, now=START, **values)
        unit, person = self.units["unit"], self.people[handler]
        row = Assignment(case_id=case.id, unit_id=unit.id, role=UnitRole.LEAD, assigned_at=START, handler_id=person.id)
        row.state = AssignmentState.SIGNED
        case.stage, case.lead_unit_id, case.handler_id = Stage.HANDLING, unit.id, person.id
        self.session.add(row)
        self.session.flush()
        reply = clocks.reply_clock(self.session, case.id)
        assert reply is not None
        for clock in clocks.open_clocks(self.session, case.id):
            if clock.id != reply.id:
                clocks.end_clock(clock, START, "", clock.state.MET)
        return reply

    def run(self, moment: str = URGED) -> list[str]:
        """Say what has come, and answer what could not be said."""
        return [trouble.error for trouble in queue_rungs(self.session, parse_moment(moment)).troubles]

    def told(self, unit: str = "unit") -> list[set[str]]:
        """The numbers each letter of a unit's group has."""
        query = select(Notice).where(Notice.unit_id == self.units[unit].id).order_by(Notice.id)
        return [{line["number"] for line in row.lines} for row in self.session.scalars(query)]

    def letter(self) -> Notice:
        return self.session.scalars(select(Notice).where(Notice.unit_id.is_not(None))).one()


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    with transaction() as session:
        units = {
            name: make_unit(session, label, robot_url=f"json://{name}.test/", is_office=name == "office")
            for name, label in (("unit", "财政所"), ("leaders", "领导班子"), ("office", "党政办"))
        }
        people = {
            name: make_person(session, name, role, unit=units[where])
            for name, role, where in (
                ("first", Role.HANDLER, "unit"),
                ("second", Role.HANDLER, "unit"),
                ("head", Role.UNIT_HEAD, "unit"),
                ("vice", Role.LEADER, "leaders"),
                ("clerk", Role.CLERK, "office"),
            )
        }
        session.add(LeaderInCharge(unit_id=units["unit"].id, person_id=people["vice"].id))
        session.flush()
        yield Office(session, units, people)


def test_n01_a_group_is_told_of_all_its_unit_owes_in_one_letter_whoever_handles_what(office: Office) -> None:
    numbers = {office.case("first").case.number, office.case("second").case.number}
    office.run()
    assert office.told() == [numbers]
    office.run("2026-11-12T09:00")
    assert office.told() == [numbers]
    assert office.told("leaders") == [], "a copy to a leader is no word to the leaders' group"
    assert office.told("office") == []
    office.run("2026-11-18T08:30")
    assert office.told() == [numbers, numbers]
    assert office.told("office") == [numbers], "the yellow card is copied to the clerks, and the office takes part in all"


def test_n01_a_case_that_joins_later_is_told_alone(office: Office) -> None:
    first = office.case("first").case.number
    office.run()
    second = office.case("first").case.number
    office.run("2026-11-12T08:31")
    assert office.told() == [{first}, {second}]


@pytest.mark.parametrize(
    "values", [{"accused": "某人", "concerns_official": True}, {"accused": "某店"}], ids=["restricted", "open"]
)
def test_n11_no_group_hears_of_an_accusation(office: Office, values: dict[str, object]) -> None:
    for person in office.people.values():
        person.handles_accusations = True
    clock = office.case("first", kind=Kind.ACCUSATION, **values)
    office.run()
    office.run("2026-11-18T08:30")
    assert office.session.scalars(select(Notice).where(Notice.channel == NoticeChannel.ROBOT)).all() == []
    assert clock.rung_version == clock.deadline_version


def test_n02_a_date_that_stays_in_the_past_is_not_told_to_the_group_again(office: Office) -> None:
    clock = office.case("first")
    office.run()
    move_date(clock, "2026-11-16T10:00", "2026-11-12T23:59:59", warned=False)
    office.session.flush()
    office.run("2026-11-16T10:00")
    assert len(office.told()) == 1
    held = office.session.scalars(select(UnitReminder).order_by(UnitReminder.id)).all()
    assert [(row.rung, row.deadline_version, row.notice_id is not None) for row in held] == [("urge", 1, True), ("urge", 2, True)]


def test_n01_the_case_says_what_its_unit_s_group_was_told_and_what_it_will_be(office: Office) -> None:
    clock = office.case("first")
    session, facts = office.session, facts_of(office.session, clock.case)
    ahead = reminding.coming(session, open_of(session, clock.case_id), facts, parse_moment("2026-11-11T10:00"))
    assert [one.whom.split("、")[-1] for one in ahead if one.what == "催办通知：答复"] == ["财政所的群"]
    office.run()
    told = [(one.what, one.whom, one.result) for one in reminding.sent(session, clock.case_id) if one.whom.endswith("的群")]
    assert told == [("催办通知：答复", "财政所的群", "群机器人·待发送")]
    move_date(clock, "2026-11-16T10:00", "2026-11-12T23:59:59", warned=False)
    session.flush()
    office.run("2026-11-16T10:00")
    again = [(one.whom, one.result) for one in reminding.sent(session, clock.case_id) if one.whom.endswith("的群")]
    assert again == [("财政所的群", "已随原时限提醒，不重复"), ("财政所的群", "群机器人·待发送")]


def test_n05_a_group_s_letter_that_fails_is_queued_by_the_next_run(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    number = office.case("first").case.number

    def broken(*_given: object) -> int:
        raise RuntimeError("boom")

    with monkeypatch.context() as patched:
        patched.setattr(unit_letters, "to_robot", broken)
        assert office.run() == ["RuntimeError: boom"]
    assert office.told() == []
    assert office.run("2026-11-12T08:31") == []
    assert office.told() == [{number}]


def test_n14_a_rehearsal_lists_what_the_group_would_be_told(office: Office) -> None:
    clock = office.case("first")
    found = [draft for draft in rehearse(office.session, parse_moment(URGED)).drafts if draft.person_id is None]
    assert [(draft.name, draft.ways, draft.lines[0]["number"]) for draft in found] == [
        ("财政所的群", "群机器人", clock.case.number)
    ]
    office.run()
    after = [draft for draft in rehearse(office.session, parse_moment(URGED)).drafts if draft.person_id is None]
    assert [draft.waiting for draft in after] == [True], "queued once, and waiting for the robot"


def test_n03_the_group_s_letter_is_the_unit_s_not_one_person_s(office: Office) -> None:
    office.case("first")
    office.run()
    office.people["first"].active = False
    taken = claim(office.session, "r1", SENDER, parse_moment(URGED), NoticeChannel.ROBOT)
    assert taken is not None
    assert taken.recipient == "json://unit.test/"


def test_n03_a_unit_that_gave_the_case_back_is_not_told_in_its_group(office: Office) -> None:
    clock = office.case("first")
    office.run()
    office.session.scalars(select(Assignment)).one().state = AssignmentState.RETURNED
    clock.case.lead_unit_id = None
    office.session.flush()
    assert claim(office.session, "r1", SENDER, parse_moment(URGED), NoticeChannel.ROBOT) is None
    assert "单位不再办理" in office.letter().last_error


def test_n03_a_robot_that_was_removed_gets_nothing_that_was_queued(office: Office) -> None:
    office.case("first")
    office.run()
    office.units["unit"].robot_url = "json://new.test/"
    taken = claim(office.session, "r1", SENDER, parse_moment(URGED), NoticeChannel.ROBOT)
    assert taken is not None
    assert taken.recipient == "json://new.test/"
    confirm(office.session, taken, "r1", Attempt(Outcome.DEFERRED, "busy"), parse_moment(URGED))
    office.units["unit"].robot_url = ""
    office.session.flush()
    assert claim(office.session, "r1", SENDER, parse_moment("2026-11-12T08:40"), NoticeChannel.ROBOT) is None
    assert (office.letter().state, office.letter().last_error) == (
        NoticeState.CANCELLED,
        "已没有收件地址（邮箱或群机器人已取消）",
    )
