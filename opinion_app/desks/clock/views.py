"""The clock's page, and the sign of life that machines ask for."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from opinion_app import clock
from opinion_app.desks.clock import queries
from opinion_app.flow.standing_work import entries_here, jobs, unheard
from opinion_app.flow.unjudged import facts_about, nameable, unjudged
from opinion_app.records.base import db
from opinion_app.rules.timetable import Every
from opinion_app.web.access import public_page, requires
from opinion_app.web.answers import page
from opinion_app.web.identity import actor
from opinion_app.web.nav import Place, add_place

bp = Blueprint("clock", __name__)
add_place(Place("专席", "定时作业", "/office/clock", "clock"))


@bp.get("/office/clock")
@requires("clock")
def home() -> ResponseReturnValue:
    """What runs by itself and how it fares."""
    session, now = db.session(), clock.now()
    lease, entries, broken = queries.lease(session), entries_here(), unjudged(session, now)
    return page(
        "desks/clock/home.html",
        lease=lease,
        alive=queries.alive(lease, now),
        standstill=queries.standstill(lease, now),
        jobs=jobs(session, entries, now),
        labels={entry.name: entry.label for entry in entries},
        failures=queries.failures(session),
        queue=queries.queue(session),
        reach=queries.reach(session, now),
        unheard=unheard(session, now),
        unjudged=broken,
        named=nameable(broken, actor(), facts_about(session, broken)),
        plans_held=queries.plans_held(session),
        now=now,
    )


@bp.get("/healthz")
@public_page
def health() -> ResponseReturnValue:
    """`ok`, or `unhealthy` with 503: the database is away, no clock gave a sign of life for two minutes, a job stands still."""
    try:
        session, now = db.session(), clock.now()
        well = queries.alive(queries.lease(session), now) and not _standing_still(session, now)
    except SQLAlchemyError:
        db.session.rollback()
        well = False
    answer = jsonify(status="ok" if well else "unhealthy")
    answer.headers["Cache-Control"] = "no-store"
    return answer, 200 if well else 503


def _standing_still(session: Session, now: datetime) -> bool:
    """Whether a job that is to run again and again has not, or does not end; what was missed at night, the page tells."""
    busy = [entry for entry in entries_here() if isinstance(entry.schedule, Every)]
    return any(line.stands_still for line in jobs(session, busy, now))
