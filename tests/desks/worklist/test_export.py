"""A list goes out as a sheet of texts: what the person may see, no contact data, nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from opinion_app import clock
from opinion_app.desks.worklist import export
from opinion_app.records.trail import TrailEntry, TrailValue
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Kind, Role, Stage
from tests.builders.office import make_case, make_person, make_unit, seed
from tests.support.signed_in import signed_in


@pytest.fixture
def office(app: Flask) -> dict[str, int]:
    """A clerk, a clerk of an accused unit, the administrator, and four cases."""
    with app.app_context(), transaction() as session:
        seed(session)
        unit = make_unit(session)
        make_case(session, now=clock.now(), title='=HYPERLINK("http://x","点我")', original_number="0012")
        make_case(session, now=clock.now(), title="https://example.cn/ 打不开", kind=Kind.COMPLAINT)
        closed = make_case(session, now=clock.now(), title="已经办结的件")
        closed.stage, closed.closed_at, closed.next_due_at = Stage.CLOSED, clock.now(), None
        make_case(session, now=clock.now(), title="反映财政所", kind=Kind.ACCUSATION, accused="财政所", accused_unit_id=unit.id)
        made = {
            "clerk": make_person(session, "clerk", Role.CLERK),
            "accused": make_person(session, "accused", Role.CLERK, unit=unit),
            "admin": make_person(session, "admin", Role.ADMINISTRATOR),
        }
        return {name: person.id for name, person in made.items()}


def sent(app: Flask, person: int, **fields: Any) -> Any:
    client = signed_in(app, person)
    page = client.get("/office/cases").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    return client.post("/office/cases/export", data={"csrf_token": token, **fields})


def rows(answer: Any) -> list[list[Any]]:
    with answer:
        return CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()


def test_every_cell_is_a_text_and_no_contact_data_goes_out(app: Flask, office: dict[str, int]) -> None:
    answer = sent(app, office["clerk"])
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    table = rows(answer)
    titles = [row[5] for row in table[1:]]

    assert table[0][:6] == ["序号", "编号", "来源", "渠道", "原编号", "标题"]
    assert '=HYPERLINK("http://x","点我")' in titles
    assert "已经办结的件" in titles
    assert "0012" in [row[4] for row in table]
    assert all(isinstance(value, str) for row in table for value in row)
    assert not any("13800001234" in value or "刘一帆" in value for row in table for value in row)


def test_a_view_its_filters_and_what_was_ticked_are_kept(app: Flask, office: dict[str, int]) -> None:
    assert len(rows(sent(app, office["clerk"], list="open"))) == 4
    assert len(rows(sent(app, office["clerk"], list="open", kind="complaint"))) == 2
    assert [row[1] for row in rows(sent(app, office["clerk"], case=["LY2026-000003"]))[1:]] == ["LY2026-000003"]
    assert sent(app, office["clerk"], list="to_sign").status_code == 404


def test_nothing_goes_out_that_the_person_may_not_see(app: Flask, office: dict[str, int]) -> None:
    table = rows(sent(app, office["accused"], case=["LY2026-000004", "LY2026-000001"]))

    assert [row[1] for row in table[1:]] == ["LY2026-000001"]


def test_an_export_is_on_the_trail(app: Flask, office: dict[str, int]) -> None:
    rows(sent(app, office["clerk"], list="open", kind="complaint"))
    with app.app_context(), transaction() as session:
        seq = session.scalar(select(TrailEntry.seq).where(TrailEntry.act == "export"))
        said = {row.name: row.new for row in session.scalars(select(TrailValue).where(TrailValue.seq == seq))}

    assert said == {"列表": "全部在办", "条件": "类型：投诉", "件数": "1"}


def test_a_very_long_list_goes_out_whole_as_csv(app: Flask, office: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST_ROWS", 2)
    answer = sent(app, office["clerk"])
    with answer:
        text = answer.data.decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text, newline="")))

    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].endswith(".csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert len(table) == 5
    assert table[0][:6] == ["序号", "编号", "来源", "渠道", "原编号", "标题"]
    assert '\'=HYPERLINK("http://x","点我")' in [row[5] for row in table]
    assert "13800001234" not in text
    with app.app_context(), transaction() as session:
        assert session.scalar(select(func.count()).where(TrailEntry.act == "export")) == 1
