"""The list of graded cases (舆情研判)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.risk import queries
from opinion_app.desks.risk.queries import GRAVE_FIRST, PER_PAGE, Graded, Wanted
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.due import clock_due, stage_words
from opinion_app.records.base import db
from opinion_app.rules.words import RiskLevel
from opinion_app.web.access import requires
from opinion_app.web.answers import page
from opinion_app.web.identity import actor
from opinion_app.web.nav import Place, add_place
from opinion_app.web.paging import cut, wanted_page

bp = Blueprint("risk_list", __name__)
add_place(Place("专席", "舆情研判", "/office/risk", "worklist"))
WAITING = "waiting"


@bp.get("/office/risk")
@requires("worklist")
def graded() -> ResponseReturnValue:
    """Every case with a risk level that this person may see, open and grave ones first."""
    session, who = db.session(), actor()
    key = request.args.get("level", "")
    wanted = Wanted(_level(key), key == WAITING, wanted_page())
    levels, waiting = queries.counts(session, who)
    rows = queries.graded(session, who, wanted)
    tabs = _tabs(key, levels, waiting)
    total = next((tab["count"] for tab in tabs if tab["current"]), 0)
    shown = [(row, _due(row), stage_words(row.clock.stage) if row.clock else "") for row in rows[:PER_PAGE]]
    return page("desks/risk/list.html", rows=shown, list=cut(rows, wanted.page, PER_PAGE, total), tabs=tabs, key=key)


def _level(key: str) -> RiskLevel | None:
    return RiskLevel.of(key) if key in {level.value for level in RiskLevel} else None


def _due(row: Graded) -> object:
    return clock_due(row.clock, clock.now(), work_calendar(db.session())) if row.clock is not None else None


def _tabs(key: str, levels: dict[RiskLevel, int], waiting: int) -> list[dict[str, Any]]:
    """All matters, each level, what awaits a leader, and what was found to be none."""
    matters = sum(count for level, count in levels.items() if level is not RiskLevel.NONE)
    named = [(level.value, level.label, levels.get(level, 0)) for level in (*GRAVE_FIRST, RiskLevel.NONE)]
    entries = [("", "全部舆情", matters), (WAITING, "待审定", waiting), *named]
    known = {entry[0] for entry in entries}
    here = key if key in known else ""
    return [
        {
            "words": words,
            "href": url_for("risk_list.graded", level=value or None),
            "count": count,
            "current": value == here,
            "alert": value in (WAITING, RiskLevel.I, RiskLevel.II),
        }
        for value, words, count in entries
    ]
