"""The papers of a case, each a page that prints on A4."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.papers.queries import Papers, papers
from opinion_app.records.base import db
from opinion_app.rules import links
from opinion_app.rules.errors import NotFound, Refused
from opinion_app.rules.words import Stage
from opinion_app.web.access import requires
from opinion_app.web.answers import paper
from opinion_app.web.identity import actor

bp = Blueprint("papers", __name__, url_prefix="/office/cases/<number>/papers")
SHOWN_FOR = timedelta(minutes=10)  # as long as the contact page shows what was asked for
OVER = (Stage.ANSWERED, Stage.CLOSED, Stage.ARCHIVED)


def _papers(number: str) -> Papers:
    return papers(db.session(), number, actor(), clock.now() - SHOWN_FOR)


def _paper(template: str, held: Papers, **context: Any) -> ResponseReturnValue:
    return paper(
        f"desks/papers/{template}.html",
        held=held,
        case=held.case,
        back=links.case(held.case.number),
        printed_at=clock.now(),
        printed_by=actor().name,
        **context,
    )


@bp.get("/handling")
@requires("worklist")
def handling(number: str) -> ResponseReturnValue:
    """处理笺: the slip that goes with the case through the office, filled in as far as the case has come."""
    return _paper("handling", _papers(number))


@bp.get("/assignment/<int(max=2147483647):assignment_id>")
@requires("worklist")
def assignment(number: str, assignment_id: int) -> ResponseReturnValue:
    """交办单 for one unit."""
    held = _papers(number)
    part = next((row for row in held.assignments if row.id == assignment_id), None)
    if part is None:
        raise NotFound("没有这份交办单。")
    return _paper("assignment", held, part=part)


@bp.get("/report")
@requires("worklist")
def report(number: str) -> ResponseReturnValue:
    """办结报告, once the writer has been answered."""
    held = _papers(number)
    if held.case.stage not in OVER:
        raise Refused("这件还没有答复，不能出办结报告。")
    return _paper("report", held)
