"""My notices: the list, opening one, reading all."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.notices import operations, queries
from opinion_app.records.base import db
from opinion_app.web.access import requires
from opinion_app.web.answers import done, page
from opinion_app.web.identity import actor
from opinion_app.web.paging import PER_PAGE, cut, wanted_page

bp = Blueprint("notices", __name__)


@bp.get("/office/notices")
@requires("own")
def home() -> ResponseReturnValue:
    """What the person was told, newest first."""
    session, number, unread = db.session(), wanted_page(), request.args.get("view") == "unread"
    rows = queries.own(session, actor(), (number - 1) * PER_PAGE, PER_PAGE + 1, unread=unread)
    count = queries.unread_count(session, actor())
    tabs = [
        {"words": "全部", "href": url_for("notices.home"), "current": not unread},
        {"words": "未读", "href": url_for("notices.home", view="unread"), "count": count or None, "current": unread},
    ]
    return page("desks/notices/home.html", rows=cut(rows, number), tabs=tabs, unread_count=count)


@bp.get("/office/notices/<int:notice_id>")
@requires("own")
def show(notice_id: int) -> ResponseReturnValue:
    """One notice with all its lines."""
    row = queries.one(db.session(), notice_id, actor())
    return page("desks/notices/show.html", notice=row, groups=queries.grouped(row))


@bp.post("/office/notices/<int:notice_id>/open")
@requires("own")
def open_one(notice_id: int) -> ResponseReturnValue:
    """Read a notice: on to the case it is about, or to its list."""
    row = operations.open_notice(db.session(), notice_id, actor(), clock.now())
    several = row.category == "digest" or not row.link or row.link == url_for("notices.home")
    return done(url_for("notices.show", notice_id=row.id) if several else row.link)


@bp.post("/office/notices/read")
@requires("own")
def read_all() -> ResponseReturnValue:
    """Mark everything as read."""
    operations.read_all(db.session(), actor(), clock.now())
    return done(url_for("notices.home"), "已全部标为已读。")
