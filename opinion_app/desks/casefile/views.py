"""The page of a case, the derivation of its dates, its notices and the download of its files."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.casefile import head, queries, rail, reminding
from opinion_app.desks.casefile.entries import mark
from opinion_app.desks.casefile.said import said, who
from opinion_app.desks.casefile.why import why
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.cases import open_case
from opinion_app.flow.clock_changes import what_rests
from opinion_app.flow.due import clock_due
from opinion_app.flow.reminding import open_of
from opinion_app.flow.supervise import title
from opinion_app.records.base import db
from opinion_app.rules import links
from opinion_app.rules.life import ACTS
from opinion_app.rules.permissions import may
from opinion_app.web.access import requires
from opinion_app.web.answers import page
from opinion_app.web.downloads import PREVIEWED, hand_out
from opinion_app.web.identity import actor

bp = Blueprint("casefile", __name__)


@bp.get("/office/cases/<number>")
@requires("worklist")
def show(number: str) -> ResponseReturnValue:
    """One case with everything at hand."""
    shown = queries.MOVES_AT_MOST if request.args.get("trail") == "all" else queries.MOVES_SHOWN
    held = queries.dossier(db.session(), number, actor(), shown)
    return page("desks/casefile/show.html", **_head(held), **_body(held, shown))


def _head(held: queries.Dossier) -> dict[str, Any]:
    first, others = head.acts(actor(), held.facts)
    session, now = db.session(), clock.now()
    calendar = work_calendar(session)
    due = rail.first_due(held)
    return {
        "held": held,
        "case": held.case,
        "facts": held.facts,
        "next_acts": first,
        "more_acts": others,
        "unreviewed": head.unreviewed(actor(), held.facts),
        "stages": head.steps(held.case, held.moves),
        "due": clock_due(due, now, calendar, rail.clock_href(held.case.number, due)) if due else None,
        "marks": list(rail.marks(held)),
        "clocks": rail.clock_lines(held, now, calendar),
    }


def _body(held: queries.Dossier, shown: int) -> dict[str, Any]:
    return {
        "parts": rail.part_lines(held),
        "writer": rail.writer_lines(held),
        "may_reveal": may(actor(), ACTS["reveal_contact"].permission, held.facts),
        "reveal_href": links.case_act(held.case.number, "reveal_contact"),
        "case_facts": rail.case_facts(held),
        "letter_facts": rail.letter_facts(held),
        "moves": held.moves[:shown],
        "older_moves": len(held.moves) > shown,
        "mark": mark,
        "said": said,
        "who": who,
        "sheet_title": title,
        "pictures": PREVIEWED,
    }


@bp.get("/office/cases/<number>/clocks/<int(max=2147483647):clock_id>")
@requires("worklist")
def why_this_day(number: str, clock_id: int) -> ResponseReturnValue:
    """为什么是这一天: how a due date was counted, day by day."""
    session = db.session()
    case, _facts = open_case(session, number, actor())
    held = queries.clock_of(session, case.id, clock_id)
    calendar = work_calendar(session)
    return page(
        "desks/casefile/why.html",
        case=case,
        clock=held,
        case_href=links.case(case.number),
        due=clock_due(held, clock.now(), calendar),
        why=why(session, held, calendar, actor()),
    )


@bp.get("/office/cases/<number>/notices")
@requires("worklist")
def notices(number: str) -> ResponseReturnValue:
    """What the service told to whom about this case, and what it will tell next."""
    session, now = db.session(), clock.now()
    case, facts = open_case(session, number, actor())
    held = open_of(session, case.id)
    return page(
        "desks/casefile/notices.html",
        case=case,
        case_href=links.case(case.number),
        sent=reminding.sent(session, case.id),
        coming=reminding.coming(session, held, facts, now),
        rests=what_rests(held),
    )


@bp.get("/office/attachments/<int(max=2147483647):attachment_id>")
@requires("worklist")
def download(attachment_id: int) -> ResponseReturnValue:
    """A file of a case, for those who may see the case; `?preview=1` shows a picture within the page."""
    held = queries.attachment(db.session(), attachment_id, actor())
    return hand_out(held.stored_name, held.name, held.media_type, preview=request.args.get("preview") == "1")
