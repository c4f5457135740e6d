"""The outbox page: what was sent to whom with what result, the letter itself, and sending a failed one again."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.outbox import operations, queries
from opinion_app.desks.outbox.troubles import troubles
from opinion_app.notify.folder import file_name
from opinion_app.records.base import db
from opinion_app.records.current import settings_of
from opinion_app.rules.words import NoticeChannel
from opinion_app.web.access import requires
from opinion_app.web.answers import done, page
from opinion_app.web.identity import actor
from opinion_app.web.nav import Place, add_place
from opinion_app.web.paging import PER_PAGE, cut, wanted_page

bp = Blueprint("outbox", __name__)
add_place(Place("专席", "待发箱", "/office/outbox", "outbox"))


@bp.get("/office/outbox")
@requires("outbox")
def home() -> ResponseReturnValue:
    """The letters, newest first, by how far they are."""
    session, view, number = db.session(), request.args.get("view", ""), wanted_page()
    rows = queries.letters(session, actor(), view, (number - 1) * PER_PAGE, PER_PAGE + 1)
    counted = queries.counts(session)
    tabs = [{"words": "全部", "href": url_for("outbox.home"), "current": view not in queries.VIEWS}]
    tabs += [
        {
            "words": words,
            "href": url_for("outbox.home", view=name),
            "count": counted[name] or None,
            "current": view == name,
            "alert": name == "trouble",
        }
        for name, (words, _) in queries.VIEWS.items()
    ]
    by_file = not settings_of().smtp_url
    return page("desks/outbox/home.html", rows=cut(rows, number), tabs=tabs, by_file=by_file, troubles=troubles(session))


@bp.get("/office/outbox/<int:notice_id>.eml")
@requires("own")
def letter(notice_id: int) -> ResponseReturnValue:
    """The letter as it was sent, or as it may have left; one that certainly did not leave has no bytes."""
    row = queries.letter_file(db.session(), notice_id, actor())
    disposition = f'attachment; filename="{file_name(row.message_id)}"'
    return Response(row.body.encode(), mimetype="message/rfc822", headers={"Content-Disposition": disposition})


@bp.post("/office/outbox/<int:notice_id>/retry")
@requires("outbox")
def retry(notice_id: int) -> ResponseReturnValue:
    """Send a failed letter again."""
    row = operations.retry(db.session(), notice_id, actor(), clock.now())
    what = "群机器人通知" if row.channel is NoticeChannel.ROBOT else "邮件"
    return done(url_for("outbox.home", view="waiting"), f"给{row.receiver}的{what}已重新排队，稍后发送。")
