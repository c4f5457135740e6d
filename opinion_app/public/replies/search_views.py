"""The search of the static copy: a page whose script looks through the exported replies; the service itself searches its list."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.flow.settings import areas
from opinion_app.public.replies import queries, wanted
from opinion_app.records.base import db
from opinion_app.rules.zone import local_date
from opinion_app.search.bigrams import parse_query
from opinion_app.web.access import public_page
from opinion_app.web.cached import cached

bp = Blueprint("replies_search", __name__)
STATIC_COPY = "OPINION_STATIC_COPY"
IN_PART = 200


@bp.get("/search.html")
@public_page
def search() -> ResponseReturnValue:
    """搜索公开答复: in the copy by script; here the list does it."""
    if not current_app.config.get(STATIC_COPY):
        return redirect("/replies/" + (f"?{request.query_string.decode()}" if request.query_string else ""), 302)
    return _page()


def _page() -> Response:
    session = db.session()
    found = queries.listed(session, wanted.Wanted(), parse_query(""), local_date(clock.now()), 1, 1)
    words = "在全部公开答复中搜索"
    column = {"name": "公开答复", "type": "互动交流", "description": words}
    text = render_template(
        "public/replies/search.html",
        page={"title": "搜索公开答复", "current": "replies", "column": column, "description": words},
        parts=-(-found.total // IN_PART),
        total=found.total,
        kinds=wanted.PUBLIC_KINDS,
        areas=areas(session),
        units=queries.unit_names(session),
        groups=queries.groups(session),
        years=queries.years(session),
    )
    return cached(text)
