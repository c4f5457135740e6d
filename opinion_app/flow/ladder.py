"""The office's ladder of reminders: the default until the office changes it, and the moment from which anybody is reminded."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from opinion_app.flow import trail
from opinion_app.flow.settings import put_setting, restored_at, setting
from opinion_app.records.clock import Clock
from opinion_app.records.current import settings_of
from opinion_app.rules.facts import Actor
from opinion_app.rules.ladder import DEFAULT_LADDER, Ladder
from opinion_app.rules.ladder_data import from_data, to_data
from opinion_app.rules.timetable import digest_time
from opinion_app.rules.words import ClockState
from opinion_app.rules.zone import latest

LADDER = "ladder"
SINCE = "reminding_since"


def ladder(session: Session) -> Ladder:
    """The ladder in force."""
    morning = digest_time(settings_of().digest_at)
    held = setting(session, LADDER, None)
    return from_data(held, morning) if held is not None else replace(DEFAULT_LADDER, morning=morning)


def save_ladder(session: Session, wanted: Ladder, actor: Actor, now: datetime, values: trail.Values) -> None:
    """Put a ladder in force and let every open clock be looked at anew under it."""
    put_setting(session, LADDER, to_data(wanted))
    look_again(session)
    trail.record(session, "ladder.change", "ladder", actor, now, values)


def look_again(session: Session) -> None:
    """Have the rungs of every running clock worked out anew."""
    changed = update(Clock).where(Clock.state == ClockState.RUNNING).values(rung_version=0)
    session.execute(changed.execution_options(synchronize_session=False))


def begin_reminding(session: Session, now: datetime) -> datetime:
    """From when on this office is reminded; the first run sets it, so that it tells nobody about the past (N07)."""
    since = setting(session, SINCE, "")
    if not since:
        put_setting(session, SINCE, now.isoformat())
        return now
    return datetime.fromisoformat(since)


def told_from(session: Session, now: datetime) -> datetime:
    """The moment before which nothing is told any more: the first run's or the last restore's."""
    since = setting(session, SINCE, "")
    return latest(datetime.fromisoformat(since) if since else now, restored_at(session))
