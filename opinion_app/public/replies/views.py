"""The pages anybody reads: home, list, one reply with its question, and the figures. No cookie is set or read."""

from __future__ import annotations

import atexit
import logging
import weakref
from typing import Any, cast

from flask import Blueprint, Flask, Response, current_app, render_template, request
from flask.blueprints import BlueprintSetupState
from sqlalchemy import Row
from sqlalchemy.exc import DBAPIError

from opinion_app import clock
from opinion_app.flow.settings import areas, office
from opinion_app.public.replies import queries, wanted
from opinion_app.public.replies.choices import choices
from opinion_app.public.replies.counting import Views, write
from opinion_app.records.base import db
from opinion_app.records.current import settings_of
from opinion_app.records.engine import begin_writing
from opinion_app.rules import links
from opinion_app.rules.zone import local, local_date
from opinion_app.search.bigrams import Query, parse_query
from opinion_app.search.highlight import Part, highlight, snippet
from opinion_app.web.access import public_page
from opinion_app.web.cached import cached
from opinion_app.web.filters import keep_in_links
from opinion_app.web.paging import Page, wanted_page

bp = Blueprint("replies", __name__)
log = logging.getLogger(__name__)
PER_PAGE = 20
ON_HOME = 6
VIEWS = "opinion_views"
STATIC_COPY = "OPINION_STATIC_COPY"  # pages are made for files: nobody reads them now
READING_ONLY = "OPINION_READING_ONLY"  # this process may write nothing, view counts neither (create_app sets it)
LIST_WORDS = "经审核公开的留言和答复"


@bp.record_once
def _keep_counts(state: BlueprintSetupState) -> None:
    state.app.extensions[VIEWS] = Views()
    atexit.register(_at_exit, weakref.ref(cast(Flask, state.app)))


@bp.get("/")
@public_page
def home() -> Response:
    """The first page: search, the three doors, the latest replies."""
    session = db.session()
    page: dict[str, Any] = {"title": "首页", "current": "home", "column": _column("首页", "留言、查询进度、公开答复")}
    page["description"] = f"{office(session)['site_name']}：给我们留言，查询办理进度，阅读公开答复"
    rows = queries.latest(session, ON_HOME)
    return cached(render_template("public/replies/home.html", page=page, rows=rows, gist=_gist))


def _column(name: str, description: str) -> dict[str, str]:
    return {"name": name, "type": "互动交流", "description": description}


@bp.get("/replies/")
@public_page
def index() -> Response:
    """The list of public replies with search and filters."""
    session, asked, number = db.session(), wanted.read(request.args), wanted_page()
    query, today = parse_query(asked.q), local_date(clock.now())
    keep_in_links(asked.pairs)
    found = queries.listed(session, asked, query, today, number, PER_PAGE)
    total = None if found.more_than else found.total
    page: dict[str, Any] = {"title": "公开答复", "current": "replies", "column": _column("公开答复", LIST_WORDS)}
    page["description"] = f"{office(session)['site_name']}：{LIST_WORDS}，可以搜索和筛选"
    units = queries.unit_names(session)
    text = render_template(
        "public/replies/list.html",
        page=page,
        asked=asked,
        found=found,
        paging=Page(found.rows, number, PER_PAGE, total, found.has_next),
        choices=choices(asked, queries.years(session), areas(session), units),
        units=units,
        groups=queries.groups(session) if current_app.config.get(STATIC_COPY) else (),
        title=lambda text: highlight(text, query),
        gist=lambda row: _where_hit(row, query),
    )
    return cached(text)


def _gist(text: str) -> str:
    return "".join(part for part, _hit in snippet(text, parse_query(""), 90))


def _where_hit(row: Row[Any], query: Query) -> list[Part]:
    """The place where the words stand, in the question or else in the answer; without one, the question's beginning."""
    parts = snippet(row.question, query, 90)
    if not query or any(hit for _part, hit in parts):
        return parts
    answered = snippet(row.answer, query, 90)
    return answered if any(hit for _part, hit in answered) else parts


@bp.get("/replies/<number>")
@public_page
def show(number: str) -> Response:
    """One question and its answer, with the head fields a government site shows."""
    row, views = queries.published(db.session(), number)
    files = queries.files_of(db.session(), [row.id])[row.id]
    base = settings_of().base_url
    article = {
        "title": row.title,
        "pub_date": f"{local(row.published_at):%Y-%m-%d %H:%M}" if row.published_at else "",
        "source": row.unit_name,
        "keywords": f"{row.kind.label},{row.area},{row.unit_name}",
        "author": row.unit_name,
        "description": _gist(row.answer),
        "url": links.absolute(base, links.reply(row.number)),
    }
    page = {"title": row.title, "current": "replies", "article": article, "column": _column("公开答复", LIST_WORDS)}
    response = cached(render_template("public/replies/show.html", page=page, row=row, views=views, files=files))
    _count(row.id, response)
    return response


def _count(publication_id: int, response: Response) -> None:
    """Note a reading; when it is time, the counts are written after the answer has gone out."""
    app = cast(Any, current_app)._get_current_object()
    views: Views = app.extensions[VIEWS]
    nobody = app.config.get(STATIC_COPY) or app.config.get(READING_ONLY)
    if request.method == "GET" and not nobody and views.add(publication_id, clock.ticks()):
        response.call_on_close(lambda: flush_views(app))


def flush_views(app: Flask) -> None:
    """Write the counts of this process in a short transaction of its own; what cannot be written now waits."""
    views: Views = app.extensions[VIEWS]
    taken = views.take()
    if not taken:
        return
    with app.app_context():
        begin_writing()
        try:
            with db.engine.begin() as connection:
                write(connection, taken)
        except DBAPIError as error:
            log.warning("view counts could not be written now: %s", error.orig)
            views.give_back(taken)


def _at_exit(held: weakref.ref[Flask]) -> None:
    app = held()
    if app is not None:
        flush_views(app)
