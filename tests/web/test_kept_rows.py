"""A row of a list is drawn once for as long as it looks the same, and anew when anything of it changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Flask

from opinion_app.desks.worklist.lines import Line
from opinion_app.flow.due import DueBadge
from opinion_app.rules.words import RiskLevel

DUE = DueBadge("还剩 2 个工作日", "soon", "11月26日 周四到期")
LINE = Line(
    "LY2026-000001",
    "/office/cases/LY2026-000001",
    "路灯<b>不亮</b>",
    urgent=False,
    restricted=False,
    level=None,
    kind="求助",
    unit="财政所",
    handler="周凯",
    stage="办理中",
    received="11月23日",
    due=DUE,
    closed="",
)


def test_a_row_that_looks_the_same_is_drawn_once(app: Flask) -> None:
    draw: Any = app.jinja_env.globals["case_row"]
    first = draw(LINE, "assign", "交办", True)
    assert draw(replace(LINE), "assign", "交办", True) is first
    assert "路灯&lt;b&gt;不亮&lt;/b&gt;" in first
    assert first.count("<tr") == first.count("</tr>") == 1


def test_whatever_changes_shows(app: Flask) -> None:
    draw: Any = app.jinja_env.globals["case_row"]
    rows = {
        draw(line, act, "交办", tick)
        for line, act, tick in (
            (LINE, "", False),
            (LINE, "", True),
            (LINE, "assign", True),
            (replace(LINE, title="路灯亮了"), "", True),
            (replace(LINE, level=RiskLevel.I), "", True),
            (replace(LINE, restricted=True), "", True),
            (replace(LINE, due=replace(DUE, words="今天到期")), "", True),
            (replace(LINE, due=None, closed="11月25日办结"), "", True),
        )
    }
    assert len(rows) == 8
