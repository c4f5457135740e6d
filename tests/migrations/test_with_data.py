"""Migrations after the first version carry the rows an office has already, up and down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import text

from opinion_app.core import create_core
from opinion_app.records.base import db
from tests.support import postgres
from tests.support.databases import ENGINES, hurry, make_settings, release

AT = "2026-11-23 02:00:00"


@pytest.fixture(params=ENGINES)
def first_version(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """A database of the first version, on each engine."""
    server = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    name = server.create() if isinstance(server, postgres.Server) else ""
    url = server.url(name) if isinstance(server, postgres.Server) else f"sqlite:///{tmp_path / 'first.db'}"
    app = create_core(make_settings(tmp_path / "data", url))
    hurry(app)
    with app.app_context():
        flask_migrate.upgrade(revision="0001")
        yield app
    release(app)
    if isinstance(server, postgres.Server):
        server.drop(name)


def fill(table: str, **values: object) -> None:
    """One row, with something for every column that must not be empty."""
    columns = {column["name"]: column for column in db.inspect(db.engine).get_columns(table)}
    for name, column in columns.items():
        if name not in values and not column["nullable"] and name != "id":
            kind = str(column["type"]).upper()
            values[name] = (
                False if "BOOL" in kind else AT if "TIME" in kind else "[]" if "JSON" in kind else 1 if "INT" in kind else "x"
            )
    names = ", ".join(values)
    with db.engine.begin() as connection:
        connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({', '.join(':' + name for name in values)})"), values)


def test_clocks_and_cases_of_the_first_version_keep_their_dates(first_version: Flask) -> None:
    fill("cases", id=1, number="LY2026-000001", stage="handling", next_due_at=AT)
    fill("deadline_rules", id=1, code="draft", version_no=1, in_force_from="2020-01-01")
    fill(
        "clocks",
        id=1,
        case_id=1,
        rule_id=1,
        stage="draft",
        due_at=AT,
        fixed_on="2026-11-30",
        amount=2,
        amount_unit="working_days",
    )
    fill("settings", name="ladder", value='{"days": []}')
    flask_migrate.upgrade()
    with db.engine.begin() as connection:
        clock = connection.execute(text("SELECT due_at, fixed_why, receipt, restarts, dates FROM clocks")).one()
        assert [str(clock.due_at)[:16], clock.receipt] == [AT[:16], "same_day"]
        assert "审核签发" in clock.fixed_why
        assert [str(clock.restarts), str(clock.dates)] == ["[]", "[]"]
        assert connection.execute(text("SELECT suspended_for FROM cases")).scalar_one() == ""
        ladders = connection.execute(text("SELECT version_no, note, changed_by_id FROM ladder_versions")).all()
        assert [tuple(row) for row in ladders] == [(2, "升级前在用的一版", None)]
        held = connection.execute(text("SELECT value FROM settings WHERE name = 'ladder_version'")).scalar_one()
        assert str(held) == "2"
    fill("ladder_versions", id=9, version_no=3, in_force_from="2027-01-01", data="{}", withdrawn_at=AT)
    flask_migrate.downgrade(revision="0016")
    with db.engine.begin() as connection:
        assert connection.execute(text("SELECT version_no FROM ladder_versions")).scalars().all() == [2], "else it would come"
    flask_migrate.downgrade(revision="0001")
    with db.engine.begin() as connection:
        assert str(connection.execute(text("SELECT due_at FROM clocks")).scalar_one())[:16] == AT[:16]
    flask_migrate.upgrade()


def test_notices_keep_their_person_and_letters_to_writers_go_with_the_way_back(first_version: Flask) -> None:
    fill("people", id=1, login="clerk")
    fill("cases", id=1, number="LY2026-000001", stage="handling")
    fill("correspondents", id=1, case_id=1)
    fill("notices", id=1, key="digest:1", person_id=1, channel="mail", state="sent")
    flask_migrate.upgrade()
    letter = {"key": "writer:1", "person_id": None, "channel": "mail", "category": "receipt", "state": "sent"}
    fill("notices", id=2, writer_id=1, **letter)
    with db.engine.connect() as connection:
        rows = connection.execute(text("SELECT id, person_id, writer_id, code_key FROM notices ORDER BY id")).all()
    assert [tuple(row)[:3] for row in rows] == [(1, 1, None), (2, None, 1)]
    flask_migrate.downgrade(revision="0015")
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE notices SET sealed_code = 'ABCDEFGHJKMN', state = 'pending' WHERE id = 2"))
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT code_key, state FROM notices WHERE id = 2")).all() == [("", "pending")]
    flask_migrate.downgrade(revision="0012")
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT id, person_id FROM notices")).all() == [(1, 1)]
    flask_migrate.upgrade()


def test_requests_for_time_keep_the_unit_they_were_asked_in(first_version: Flask) -> None:
    flask_migrate.upgrade(revision="0019")
    fill("people", id=1, login="unit_head")
    fill("cases", id=1, number="LY2026-000001", stage="handling")
    fill("clocks", id=1, case_id=1, stage="reply", due_at=AT, amount=7, amount_unit="working_days")
    fill("extension_requests", id=1, case_id=1, clock_id=1, asked_by_id=1, amount=5)
    fill("extension_requests", id=2, case_id=1, clock_id=1, asked_by_id=1, amount=0, until="2026-12-09")
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        units = connection.execute(text("SELECT amount_unit FROM extension_requests ORDER BY id")).scalars().all()
    assert units == ["working_days", ""]
    flask_migrate.downgrade(revision="0019")
    flask_migrate.upgrade()


def test_open_sheets_of_the_ladder_count_working_days_from_now_on_where_that_is_certain(first_version: Flask) -> None:
    flask_migrate.upgrade(revision="0020")
    issued, due = "2026-12-30 01:00:00.000000", "2027-01-01 15:59:59.000000"  # Wednesday, and two days on: no year is loaded
    fill("cases", id=1, number="LY2026-000001", stage="handling", next_due_at=due, next_due_stage="feedback")
    fill("ladder_versions", id=1, version_no=2, in_force_from="2026-12-31", data='{"sheet_days": 5}')
    kinds = {1: "42:yellow:1", 2: None, 3: "43:yellow:1", 4: "44:yellow:1"}
    for number, key in kinds.items():
        feedback = {"feedback_at": AT} if number == 4 else {}
        on = "2027-01-04" if number == 3 else "2027-01-01"
        last = {"due_at": due.replace("2027-01-01", on), "fixed_on": on}
        fill(
            "clocks", id=number, case_id=1, stage="feedback", state="running", start_at=issued, amount_unit="working_days", **last
        )
        fill("supervisions", id=number, case_id=1, clock_id=number, kind="supervise", serial=number, key=key, **feedback)
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        rows = connection.execute(text("SELECT id, fixed_on, amount, source, provisional FROM clocks ORDER BY id")).all()
        moving, chosen, otherwise, answered = rows
        assert (moving.fixed_on, moving.amount, bool(moving.provisional)) == (None, 2, True)
        assert moving.source == "督办单第 1 号要求 2 个工作日内反馈"
        assert [str(row.fixed_on) for row in (chosen, otherwise, answered)] == ["2027-01-01", "2027-01-04", "2027-01-01"]
        assert bool(connection.execute(text("SELECT next_due_provisional FROM cases")).scalar_one())
    flask_migrate.downgrade(revision="0020")
    flask_migrate.upgrade()


def test_a_version_that_cases_were_put_under_is_known_as_one(first_version: Flask) -> None:
    flask_migrate.upgrade(revision="0021")
    fill("cases", id=1, number="LY2026-000001", stage="handling")
    for number in (1, 2):
        fill("deadline_rules", id=number, code="reply-help", version_no=number, in_force_from="2020-01-01", changed_at=AT)
    fill("clocks", id=1, case_id=1, rule_id=1, source="答复求助（求助）：县规定")
    fill("clocks", id=2, case_id=1, rule_id=2, source="答复求助（按修改后的规则）：县规定")
    flask_migrate.upgrade()
    with db.engine.begin() as connection:
        applied = connection.execute(text("SELECT applied_at FROM deadline_rules ORDER BY id")).scalars().all()
        assert [str(moment)[:16] for moment in applied] == ["None", AT[:16]]
    flask_migrate.downgrade(revision="0021")


def test_the_report_a_merged_letter_still_owes_has_its_date_again(first_version: Flask) -> None:
    flask_migrate.upgrade(revision="0022")
    due = "2026-12-15 15:59:59.000000"
    for number, reported in ((1, None), (2, AT)):
        fill("cases", id=number, number=f"LY2026-00000{number}", stage="merged", next_due_stage="")
        days = {"notice_date": "2026-11-20", "received_on": "2026-11-23"}
        fill("letters", id=number, case_id=number, report_owed=True, reported_at=reported, **days)
        stopped = {"state": "stopped", "end_reason": "并案", "ended_at": AT, "due_at": due}
        fill("clocks", id=number, case_id=number, stage="report_back", **stopped)
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        states = connection.execute(text("SELECT state, end_reason, ended_at FROM clocks ORDER BY id")).all()
        assert [(row.state, row.end_reason) for row in states] == [("running", ""), ("stopped", "并案")]
        assert states[0].ended_at is None
        shown = connection.execute(text("SELECT next_due_at, next_due_stage FROM cases ORDER BY id")).all()
        assert [row.next_due_stage for row in shown] == ["report_back", ""]
        assert str(shown[0].next_due_at)[:10] == due[:10]
    flask_migrate.downgrade(revision="0022")
    flask_migrate.upgrade()


def test_the_answer_a_unit_owes_on_a_closed_case_has_its_date_again(first_version: Flask) -> None:
    flask_migrate.upgrade(revision="0025")
    dues = {1: "2026-12-15", 2: "2026-12-10", 3: "2026-12-09", 4: "2026-12-08", 5: "2026-12-07"}
    for unit, name in ((1, "财政所"), (2, "已退回的"), (3, "已停用的")):
        fill("units", id=unit, name=name, active=unit != 3)
    fill("cases", id=1, number="LY2026-000001", stage="closed", next_due_stage="")
    for unit, state in ((1, "signed"), (2, "returned"), (3, "signed")):
        fill("assignments", case_id=1, unit_id=unit, role="lead", state=state)
    for number, due in dues.items():
        stopped = {"state": "stopped", "end_reason": "已办结", "ended_at": AT, "due_at": f"{due} 15:59:59.000000"}
        fill("clocks", id=number, case_id=1, stage="feedback", **stopped)
        sheet = {"unit_id": {3: 2, 5: 3}.get(number, 1), "feedback_at": AT if number == 4 else None}
        fill("supervisions", id=number, case_id=1, clock_id=number, kind="supervise", serial=number, **sheet)
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        rows = connection.execute(text("SELECT state, next_rung_at FROM clocks ORDER BY id")).all()
        assert [row.state for row in rows] == ["running", "running", "stopped", "stopped", "stopped"]
        assert str(rows[0].next_rung_at)[:10] == AT[:10]
        shown = connection.execute(text("SELECT next_due_at, next_due_stage FROM cases")).one()
        assert (str(shown.next_due_at)[:10], shown.next_due_stage) == (dues[2], "feedback")
    flask_migrate.downgrade(revision="0025")


def test_an_answer_no_unit_can_give_on_a_merged_letter_is_asked_for_no_more(first_version: Flask) -> None:
    flask_migrate.upgrade(revision="0027")
    early, later = "2026-12-10 15:59:59.000000", "2026-12-15 15:59:59.000000"
    for number, stage in ((1, "merged"), (2, "merged"), (3, "closed")):
        fill("cases", id=number, number=f"LY2026-00000{number}", stage=stage, next_due_at=early, next_due_stage="feedback")
        fill("clocks", id=number, case_id=number, stage="feedback", state="running", due_at=early, start_at=AT)
    fill("clocks", id=4, case_id=1, stage="report_back", state="running", due_at=later)
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        states = connection.execute(text("SELECT state FROM clocks ORDER BY id")).scalars().all()
        assert states == ["stopped", "stopped", "running", "running"]
        shown = connection.execute(text("SELECT next_due_at, next_due_stage FROM cases ORDER BY id")).all()
        assert [(str(row.next_due_at)[:10], row.next_due_stage) for row in shown] == [
            (later[:10], "report_back"),
            ("None", ""),
            (early[:10], "feedback"),
        ]
    flask_migrate.downgrade(revision="0027")


def test_a_case_knows_the_digests_that_named_it_before_and_no_other(first_version: Flask) -> None:
    flask_migrate.upgrade(revision="0024")
    for number in (1, 2):
        fill("people", id=number, login=f"p{number}")
        fill("cases", id=number, number=f"LY2026-00000{number}", stage="handling")
        fill("clocks", id=number, case_id=number, stage="reply", due_at=AT)
    both = '[{"clock": 1, "group": "逾期"}, {"clock": 2, "group": "临期"}, {"clock": 99, "group": "临期"}]'
    digest = {"category": "digest", "local_date": "2026-11-23", "lines": both}
    for number, person, channel in ((1, 1, "in_app"), (2, 1, "mail"), (3, 1, "robot"), (4, 2, "in_app")):
        fill("notices", id=number, key=f"d{number}", person_id=person, channel=channel, **digest)
    fill("notices", id=5, key="d5", person_id=1, channel="mail", **digest | {"lines": '[{"number": "old"}]'})
    fill("notices", id=6, key="r6", person_id=1, channel="mail", **digest | {"category": "rung"})
    fill("notices", id=7, key="d7", person_id=1, channel="in_app", **digest | {"local_date": "2026-11-24"})
    many = [(1000 + ahead, "2026-10-12") for ahead in range(201)]  # more than one batch
    for number, day in many:
        fill("notices", id=number, key=f"d{number}", person_id=2, channel="mail", **digest | {"local_date": day})
    flask_migrate.upgrade()
    query = text("SELECT notice_id, clock_id, due_group FROM digest_entries ORDER BY notice_id, clock_id")
    with db.engine.connect() as connection:
        entries = [tuple(row) for row in connection.execute(query)]
    listed = [2, 3, 4, 7, *(number for number, _ in many)]
    assert entries == [(notice, clock, group) for notice in listed for clock, group in ((1, "逾期"), (2, "临期"))]
    flask_migrate.downgrade(revision="0024")
    flask_migrate.upgrade()


def test_units_dates_that_rest_on_a_year_nobody_knows_are_marked(first_version: Flask) -> None:
    flask_migrate.upgrade(revision="0029")
    firm, guessed = "2026-12-29 15:59:59.000000", "2026-12-31 15:59:59.000000"
    fill("calendar_years", year=2026, loaded_at=AT)
    for number, due in ((1, firm), (2, guessed)):
        fill("cases", id=number, number=f"LY2026-00000{number}", stage="handling", next_due_at=due, next_due_stage="draft")
    replies = {1: "2026-12-31", 2: "2027-01-04"}
    for number, case_id, state in ((1, 1, "running"), (2, 2, "running"), (3, 2, "met")):
        dates = {"due_at": guessed if case_id == 2 else firm, "latest_at": f"{replies[case_id]} 15:59:59.000000"}
        on = dates["due_at"][:10]
        fill("clocks", id=number, case_id=case_id, stage="draft", state=state, amount=2, fixed_on=on, **dates)
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        marked = connection.execute(text("SELECT provisional FROM clocks ORDER BY id")).scalars().all()
        shown = connection.execute(text("SELECT next_due_provisional FROM cases ORDER BY id")).scalars().all()
    assert ([bool(mark) for mark in marked], [bool(mark) for mark in shown]) == ([False, True, False], [False, True])
    flask_migrate.downgrade(revision="0029")
    flask_migrate.upgrade()
