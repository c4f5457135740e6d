"""The page of a case, the derivation of its dates and the download of its files."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.casefile import head, queries
from opinion_app.desks.casefile.entries import mark
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.cases import open_case
from opinion_app.flow.due import case_due
from opinion_app.records.base import db
from opinion_app.web.access import requires
from opinion_app.web.answers import page
from opinion_app.web.downloads import hand_out
from opinion_app.web.identity import actor

bp = Blueprint("casefile", __name__)


@bp.get("/office/cases/<number>")
@requires("worklist")
def show(number: str) -> ResponseReturnValue:
    """One case with everything at hand."""
    session, now = db.session(), clock.now()
    case, facts = open_case(session, number, actor())
    first, others = head.acts(actor(), facts)
    moves = queries.moves_of(session, case.id)
    return page(
        "desks/casefile/show.html",
        case=case,
        facts=facts,
        next_acts=first,
        more_acts=others,
        stages=head.steps(case, moves),
        due=case_due(case, now, work_calendar(session)),
        moves=moves,
        mark=mark,
        files=queries.attachments_of(session, case.id),
    )


@bp.get("/office/attachments/<int:attachment_id>")
@requires("worklist")
def download(attachment_id: int) -> ResponseReturnValue:
    """A file of a case, for those who may see the case; `?preview=1` shows a picture within the page."""
    held = queries.attachment(db.session(), attachment_id, actor())
    return hand_out(held.stored_name, held.name, held.media_type, preview=request.args.get("preview") == "1")
