"""What is kept of a page is drawn once for as long as it looks the same, and anew when anything of it changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask

from opinion_app.desks.casefile.entries import mark
from opinion_app.desks.worklist.lines import Line
from opinion_app.flow.due import DueBadge
from opinion_app.rules.words import RiskLevel
from opinion_app.web.nav import Item

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


AT = datetime(2026, 11, 23, 1, 12, tzinfo=UTC)


def test_an_entry_of_the_timeline_is_drawn_once_and_anew_when_anything_of_it_differs(app: Flask) -> None:
    draw: Any = app.jinja_env.globals["trail_entry"]
    close = mark("close")
    first = draw(close, "王<i>芳", AT, "", "一<b>句")
    assert draw(mark("close"), "王<i>芳", AT, "", "一<b>句") is first
    assert "王&lt;i&gt;芳" in first
    assert "一&lt;b&gt;句" in first
    entries = {
        first,
        draw(mark("note"), "王<i>芳", AT, "", "一<b>句"),
        draw(close, "李", AT, "", "一<b>句"),
        draw(close, "王<i>芳", AT + timedelta(minutes=1), "", "一<b>句"),
        draw(close, "王<i>芳", AT, "第 2 稿", "一<b>句"),
        draw(close, "王<i>芳", AT, "", ""),
    }
    assert len(entries) == 6
    assert all(entry.count("<li>") == entry.count("</li>") == 1 for entry in entries)


def test_the_navigation_is_drawn_once_and_anew_when_anything_of_it_differs(app: Flask) -> None:
    draw: Any = app.jinja_env.globals["navigation"]
    item = Item("待<b>分办", "/office/todo/received", 3, current=False, alert=False)
    first = draw([{"label": "待办", "items": [item]}])
    assert draw([{"label": "待办", "items": [replace(item)]}]) is first
    assert "待&lt;b&gt;分办" in first
    others = [replace(item, count=4), replace(item, count=None), replace(item, current=True), replace(item, alert=True)]
    drawn = {first, draw([]), draw([{"label": "", "items": [item]}])}
    drawn |= {draw([{"label": "待办", "items": [one]}]) for one in others}
    assert len(drawn) == 7
