"""The page of one's calendar link, and the calendar behind it."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.subscription import operations, queries
from opinion_app.records.base import db
from opinion_app.records.current import settings_of
from opinion_app.records.person import Person
from opinion_app.rules.links import absolute
from opinion_app.web.access import public_page, requires
from opinion_app.web.answers import done, page
from opinion_app.web.identity import actor

bp = Blueprint("subscription", __name__)


@bp.get("/office/calendar-link")
@requires("own")
def home() -> ResponseReturnValue:
    """Whether there is a link, and how to make or take back one."""
    person = db.session().get_one(Person, actor().id)
    return page("desks/subscription/home.html", held=person.calendar_token_hash is not None, link="")


@bp.post("/office/calendar-link")
@requires("own")
def renew() -> ResponseReturnValue:
    """Make a link; it is shown this once."""
    secret = operations.renew(db.session(), actor(), clock.now())
    link = absolute(settings_of().base_url, url_for("subscription.calendar", secret=secret))
    return page("desks/subscription/home.html", held=True, link=link)


@bp.post("/office/calendar-link/revoke")
@requires("own")
def revoke() -> ResponseReturnValue:
    """Take the link back."""
    operations.revoke(db.session(), actor(), clock.now())
    return done(url_for("subscription.home"), "日历链接已收回，订阅的日历不再更新。")


@bp.get("/calendars/<secret>.ics")
@public_page
def calendar(secret: str) -> ResponseReturnValue:
    """The calendar of whoever holds the link; calendar programs do not sign in."""
    session = db.session()
    person = queries.subscriber(session, secret)
    body = queries.due_dates(session, person, clock.now(), settings_of().base_url)
    return Response(body, mimetype="text/calendar", headers={"Cache-Control": "private, no-store"})
