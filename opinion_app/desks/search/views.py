"""The search page, and the exact look-up by contact data."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.search import operations, queries
from opinion_app.records.base import db
from opinion_app.records.current import settings_of
from opinion_app.rules import links
from opinion_app.rules.permissions import may
from opinion_app.search.bigrams import MAX_QUERY, parse_query
from opinion_app.web.access import requires
from opinion_app.web.answers import page
from opinion_app.web.identity import actor, requested

bp = Blueprint("search", __name__)
PAGES_BACK = 30


@bp.get("/office/search")
@requires("search")
def find() -> ResponseReturnValue:
    """What the box at the top of every page leads to; a number leads straight to its case."""
    session, typed = db.session(), request.args.get("q", "").strip()[: 4 * MAX_QUERY]
    number = queries.by_number(session, typed, actor()) if typed else None
    if number is not None:
        return redirect(links.case(number), 303)
    query = parse_query(typed)
    before, seen = _number(request.args.get("before", "")), _seen()
    found = queries.by_words(session, query, actor(), before) if query else None
    return page(
        "desks/search/find.html",
        typed=typed,
        query=query,
        found=found,
        before=before,
        seen=seen,
        may_look_up=may(actor(), "contact.lookup"),
    )


@bp.post("/office/search/contact")
@requires("contact.lookup")
def contact() -> ResponseReturnValue:
    """The exact look-up; a POST, because it leaves a line on the trail."""
    typed, origin = request.form.get("contact", ""), requested()
    secret = settings_of().secret_key
    found = operations.find_by_contact(db.session(), typed, actor(), clock.now(), secret, origin.address)
    return page("desks/search/contact.html", typed=typed.strip(), cases=found)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _seen() -> list[int]:
    """Where the pages before this one began, so that the way back is the way that was come."""
    numbers = [_number(part) for part in request.args.get("seen", "").split("-")[-PAGES_BACK:]]
    return [number for number in numbers if number is not None]
