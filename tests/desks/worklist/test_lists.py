"""The worklist shows each person what waits for them, most urgent first, with as few queries for many rows as for few."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import insert, select

from opinion_app import clock
from opinion_app.desks.worklist.queries import nav_counts
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.due import case_due
from opinion_app.records.actors import actor_of
from opinion_app.records.assignment import Assignment
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import AssignmentState, Kind, RiskLevel, Role, Stage, UnitRole
from opinion_app.rules.zone import parse_moment
from tests.builders.office import make_case, make_person, make_unit, seed
from tests.support.client import client_for
from tests.support.queries import MOST_QUERIES, counting
from tests.support.signed_in import signed_in

COLUMNS = [column.name for column in Case.__table__.columns]


@pytest.fixture
def people(app: Flask) -> dict[str, int]:
    """One person of each kind, with the first unit's people and a unit above it."""
    with app.app_context(), transaction() as session:
        seed(session)
        top = make_unit(session, "镇政府")
        unit = make_unit(session, "财政所", parent_id=top.id)
        made = {
            "clerk": make_person(session, "clerk", Role.CLERK),
            "head": make_person(session, "head", Role.UNIT_HEAD, unit=unit),
            "handler": make_person(session, "handler", Role.HANDLER, unit=unit),
            "reviewer": make_person(session, "reviewer", Role.REVIEWER),
            "leader": make_person(session, "leader", Role.LEADER),
            "auditor": make_person(session, "auditor", Role.AUDITOR),
            "everything": make_person(session, "all", *(role for role in Role), unit=unit),
        }
        return {name: person.id for name, person in made.items()} | {"unit": unit.id}


def cases(app: Flask, people: dict[str, int], amount: int) -> None:
    """So many cases in turn received, assigned to the unit and closed."""
    with app.app_context(), transaction() as session:
        first = make_case(session, now=clock.now())
        session.flush()
        plain = {name: getattr(first, name) for name in COLUMNS if name not in ("id", "number")}
        rows = [
            plain
            | {
                "number": f"LY2026-{number:06d}",
                "title": f"第 {number} 件",
                "stage": (Stage.RECEIVED, Stage.ASSIGNED, Stage.CLOSED)[number % 3],
                "lead_unit_id": people["unit"] if number % 3 else None,
                "handler_id": people["handler"] if number % 3 else None,
                "next_due_at": clock.now() + timedelta(hours=number),
            }
            for number in range(2, amount + 1)
        ]
        session.execute(insert(Case), rows)
        for row in session.query(Case).where(Case.stage == Stage.ASSIGNED):
            session.add(
                Assignment(
                    case_id=row.id,
                    unit_id=people["unit"],
                    role=UnitRole.LEAD,
                    state=AssignmentState.PENDING,
                    assigned_at=clock.now(),
                )
            )


@pytest.mark.parametrize("amount", [10, 1000])
def test_no_list_asks_more_for_more_rows(app: Flask, people: dict[str, int], amount: int) -> None:
    cases(app, people, amount)
    for name in ("clerk", "head", "handler", "leader", "auditor", "everything"):
        client = signed_in(app, people[name])
        client.get("/office/")
        for path in ("/office/", "/office/todo/open?kind=help&sort=-received", "/office/cases?stage=closed"):
            with counting(app) as asked:
                answer = client.get(path)
            assert answer.status_code == 200
            assert len(asked) <= MOST_QUERIES, f"{name} {path}\n" + "\n".join(asked)


def test_each_person_has_the_views_of_their_roles(app: Flask, people: dict[str, int]) -> None:
    cases(app, people, 10)
    seen = {
        name: signed_in(app, people[name]).get("/office/").get_data(as_text=True)
        for name in ("clerk", "head", "reviewer", "leader")
    }

    assert "待分办" in seen["clerk"]
    assert "待审核退回" in seen["clerk"]
    assert "待三关审核" not in seen["clerk"]
    assert "待签收" in seen["head"]
    assert "待本单位审核" in seen["head"]
    assert "待公开" not in seen["head"]
    assert "待三关审核" in seen["reviewer"]
    assert "待签收" not in seen["reviewer"]
    assert "待批示" in seen["leader"]
    assert "待审批延期" in seen["leader"]


def test_the_most_urgent_comes_first_and_pages_follow(app: Flask, people: dict[str, int]) -> None:
    cases(app, people, 200)
    client = signed_in(app, people["clerk"])
    first = client.get("/office/todo/open").get_data(as_text=True)
    second = client.get("/office/todo/open?page=2").get_data(as_text=True)

    assert first.index("第 3 件") < first.index("第 4 件") < first.index("第 6 件")
    assert "第 3 件" not in second
    assert "第 1–50 件" in first
    assert "第 51–100 件" in second
    assert "page=2" in first


def test_filters_narrow_the_list_and_are_taken_off_one_by_one(app: Flask, people: dict[str, int]) -> None:
    cases(app, people, 10)
    with app.app_context(), transaction() as session:
        grave = session.query(Case).where(Case.number == "LY2026-000003").one()
        grave.risk_level, grave.kind = RiskLevel.II, Kind.COMPLAINT
    client = signed_in(app, people["clerk"])
    text = client.get("/office/todo/open?level=II&kind=complaint&page=1").get_data(as_text=True)

    assert "第 3 件" in text
    assert "第 4 件" not in text
    assert "风险等级：重大" in text
    assert "类型：投诉" in text
    assert 'href="?kind=complaint"' in text
    assert 'href="?level=II"' in text


def test_d02_dates_that_rest_on_a_year_not_loaded_say_so_and_can_be_listed(app: Flask, people: dict[str, int]) -> None:
    cases(app, people, 6)
    with app.app_context(), transaction() as session:
        session.query(Case).where(Case.number.in_(["LY2026-000003", "LY2026-000005"])).update({"next_due_provisional": True})
        session.query(Case).where(Case.number == "LY2026-000005").update({"next_due_at": None})
    client = signed_in(app, people["clerk"])
    everything = client.get("/office/todo/open").get_data(as_text=True)
    guessed = client.get("/office/todo/open?due=provisional").get_data(as_text=True)

    assert everything.count("（暂定）") == guessed.count("（暂定）") == 2, "in the words of its badge and in their title"
    assert ["第 3 件" in guessed, "第 4 件" in guessed, "第 5 件" in guessed] == [True, False, False]
    assert "时限：日期暂定" in guessed


@pytest.mark.parametrize(
    "address",
    [
        "/office/todo/open?kind=nonsense",
        "/office/todo/open?from=2026-02-30",
        "/office/todo/open?from=2026-05-01&until=2026-04-01",
        "/office/todo/open?unit=99999999999999999999&page=99999999999999&sort=;drop",
        "/office/cases?page=0&level=&due=x&unit=-1",
        "/office/cases?sort=level",
    ],
)
def test_a_senseless_address_is_a_list_with_a_word_about_it(app: Flask, people: dict[str, int], address: str) -> None:
    assert signed_in(app, people["clerk"]).get(address).status_code == 200


def test_an_empty_view_says_what_came_last(app: Flask, people: dict[str, int]) -> None:
    client = signed_in(app, people["clerk"])
    nothing = client.get("/office/todo/received").get_data(as_text=True)
    with app.app_context(), transaction() as session:
        make_case(session, now=clock.now()).stage = Stage.CLOSED
    later = client.get("/office/todo/received").get_data(as_text=True)

    assert "没有待分办的件。" in nothing
    assert "上次登记" not in nothing
    assert "上次登记：刚刚" in later


def test_a_view_of_another_role_is_not_there(app: Flask, people: dict[str, int]) -> None:
    assert signed_in(app, people["head"]).get("/office/todo/received").status_code == 404
    assert signed_in(app, people["clerk"]).get("/office/todo/nothing").status_code == 404


def test_a_unit_sees_its_own_cases_only(app: Flask, people: dict[str, int]) -> None:
    cases(app, people, 10)
    with app.app_context():
        mine = set(db.session.scalars(select(Case.title).where(Case.stage == Stage.ASSIGNED)))
    text = signed_in(app, people["head"]).get("/office/todo/to_sign").get_data(as_text=True)

    assert mine
    assert all(title in text for title in mine)
    assert "第 3 件" not in text


def test_whoever_works_on_no_cases_is_led_to_the_accounts(app: Flask, people: dict[str, int]) -> None:
    with app.app_context(), transaction() as session:
        keeper = make_person(session, "keeper", Role.ADMINISTRATOR).id
    answer = signed_in(app, keeper).get("/office/")

    assert (answer.status_code, answer.location) == (303, "/office/people")


def test_d06_a_list_says_overdue_from_the_second_on_from_which_the_badge_does(app: Flask, people: dict[str, int]) -> None:
    cases(app, people, 2)
    due = parse_moment("2026-12-01T23:59:59")
    with app.app_context(), transaction() as session:
        session.query(Case).update({"next_due_at": due})
    for passed, late in ((timedelta(milliseconds=700), False), (timedelta(seconds=1), True)):
        with time_machine.travel(due + passed, tick=False):
            browser = client_for(app, "clerk")
            listed = "LY2026-" in browser.get("/office/todo/open?due=overdue").text
            in_time = "LY2026-" in browser.get("/office/todo/open?due=running").text
            with browser.submit("/office/cases", to="/office/cases/export") as answer:
                table = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
            with app.app_context(), transaction() as session:
                case, now = session.query(Case).filter_by(stage=Stage.RECEIVED).one(), clock.now()
                badge = case_due(case, now, work_calendar(session))
                counted = nav_counts(session, actor_of(session, session.get_one(Person, people["clerk"])), now)
            assert badge is not None
            said = listed, not in_time, badge.state == "overdue", bool(counted["overdue"]), "逾期" in table[-1]
            assert said == (late,) * 5
