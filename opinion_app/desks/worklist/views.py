"""The worklist: the first page of everybody in the office."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.worklist import queries
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.due import case_due
from opinion_app.records.base import db
from opinion_app.web.access import requires
from opinion_app.web.answers import page
from opinion_app.web.identity import actor
from opinion_app.web.nav import Place, add_place

bp = Blueprint("worklist", __name__)
add_place(Place("待办", "全部在办", "/office/", "worklist"))


@bp.get("/office/")
@requires("worklist")
def home() -> ResponseReturnValue:
    """What waits, most urgent first."""
    session, now = db.session(), clock.now()
    calendar = work_calendar(session)
    rows = [(case, case_due(case, now, calendar)) for case in queries.open_cases(session, actor())]
    return page("desks/worklist/home.html", rows=rows)
