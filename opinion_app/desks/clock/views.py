"""The clock's page, and the sign of life that machines ask for."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from opinion_app import clock
from opinion_app.desks.clock import queries
from opinion_app.records.base import db
from opinion_app.records.current import settings_of
from opinion_app.rules.timetable import digest_time, timetable
from opinion_app.web.access import public_page, requires
from opinion_app.web.answers import page
from opinion_app.web.nav import Place, add_place

bp = Blueprint("clock", __name__)
add_place(Place("专席", "定时作业", "/office/clock", "clock"))


@bp.get("/office/clock")
@requires("clock")
def home() -> ResponseReturnValue:
    """What runs by itself and how it fares."""
    session, now = db.session(), clock.now()
    lease, entries = queries.lease(session), timetable(digest_time(settings_of().digest_at))
    return page(
        "desks/clock/home.html",
        lease=lease,
        alive=queries.alive(lease, now),
        jobs=queries.jobs(session, entries, now),
        labels={entry.name: entry.label for entry in entries},
        failures=queries.failures(session),
        queue=queries.queue(session),
        reach=queries.reach(session, now),
        now=now,
    )


@bp.get("/healthz")
@public_page
def health() -> ResponseReturnValue:
    """`ok`, or `unhealthy` with 503 when the database is away or no clock has given a sign of life for two minutes."""
    try:
        well = queries.alive(queries.lease(db.session()), clock.now())
    except SQLAlchemyError:
        db.session.rollback()
        well = False
    answer = jsonify(status="ok" if well else "unhealthy")
    answer.headers["Cache-Control"] = "no-store"
    return answer, 200 if well else 503
