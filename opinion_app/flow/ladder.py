"""The office's ladder of reminders: the version in force and those to come, and the moment from which anybody is reminded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Date, bindparam, func, not_, or_, select, update
from sqlalchemy.orm import Session

from opinion_app.flow import trail
from opinion_app.flow.row_order import hold_running
from opinion_app.flow.settings import put_setting, restored_at, setting
from opinion_app.records.clock import Clock
from opinion_app.records.current import settings_of
from opinion_app.records.ladder import LadderVersion
from opinion_app.rules.errors import Conflict, NotFound, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.ladder import DEFAULT_LADDER, Ladder
from opinion_app.rules.ladder_data import from_data, to_data
from opinion_app.rules.timetable import digest_time
from opinion_app.rules.words import ClockState
from opinion_app.rules.zone import latest, local_date

LADDER = "ladder"  # the version in force, kept here so that whoever reminds reads one setting
IN_FORCE = "ladder_version"  # its number
BEGUN = "ladder_since"  # when it took effect
SINCE = "reminding_since"
FIRST = 1  # the ladder the program brings
UNDER_ANOTHER = -1  # `rung_version` of a clock that was last looked at under another ladder
_STANDING = select(LadderVersion).where(LadderVersion.withdrawn_at.is_(None)).order_by(LadderVersion.version_no.desc()).limit(1)
_BEGUN_BY = _STANDING.where(LadderVersion.in_force_from <= bindparam("day", type_=Date))


@dataclass(frozen=True, slots=True)
class Saved:
    """A version as it is to be saved: when it comes into force, what it changes in words, and why."""

    in_force_from: date
    values: trail.Values
    note: str = ""


def ladder(session: Session) -> Ladder:
    """The ladder in force."""
    held = setting(session, LADDER, None)
    return _read(held) if held is not None else replace(DEFAULT_LADDER, morning=_morning())


def _read(data: Mapping[str, Any]) -> Ladder:
    return from_data(data, _morning())


def _morning() -> time:
    return digest_time(settings_of().digest_at)


def number_in_force(session: Session) -> int:
    """The number of the version in force."""
    return int(setting(session, IN_FORCE, FIRST))


def in_force_since(session: Session) -> datetime | None:
    """When the version in force took the place of the one before; None for the ladder the office began with."""
    begun = setting(session, BEGUN, "")
    return datetime.fromisoformat(begun) if begun else None


def versions(session: Session) -> Sequence[LadderVersion]:
    """Every version the office saved, the newest first."""
    return session.scalars(select(LadderVersion).order_by(LadderVersion.version_no.desc())).all()


def newest(session: Session) -> tuple[int, Ladder, date | None]:
    """The version saved last, in force or to come, which the next one changes: its number, itself, from when (None: always)."""
    row = _last(session)
    return (FIRST, ladder(session), None) if row is None else (row.version_no, _read(row.data), row.in_force_from)


def _last(session: Session) -> LadderVersion | None:
    return session.scalar(_STANDING)


def taking_effect(session: Session, day: date) -> Ladder | None:
    """The ladder that takes the place of the one in force by that day; None where none does."""
    row = _in_force_on(session, day)
    return None if row is None or row.version_no == number_in_force(session) else _read(row.data)


def _in_force_on(session: Session, day: date) -> LadderVersion | None:
    return session.scalar(_BEGUN_BY, {"day": day})


def save_ladder(session: Session, wanted: Ladder, actor: Actor, now: datetime, saved: Saved) -> None:
    """Save a ladder as a new version; one in force from today on takes effect at once."""
    changes = [[name, *(None if value is None else str(value) for value in pair)] for name, pair in saved.values.items()]
    session.add(
        LadderVersion(
            version_no=int(session.scalar(select(func.max(LadderVersion.version_no))) or FIRST) + 1,
            data=to_data(wanted),
            in_force_from=saved.in_force_from,
            changed_at=now,
            changed_by_id=actor.id,
            note=saved.note,
            changes=changes,
        )
    )
    session.flush()
    day = (None, saved.in_force_from.isoformat())
    trail.record(session, "ladder.change", "ladder", actor, now, {**saved.values, "执行日期": day})
    take_effect(session, now)


def withdraw(session: Session, number: int, actor: Actor, now: datetime) -> LadderVersion:
    """Take back the version saved last before its day has come; it stays in the history and never comes into force.

    Raises NotFound, Conflict where somebody saved one after it or took it back, Refused once its day has come."""
    row = session.scalar(select(LadderVersion).where(LadderVersion.version_no == number).with_for_update())
    if row is None:
        raise NotFound("没有这一版催办阶梯。")
    if row is not _last(session):
        raise Conflict("这一版已经撤回，或者在它之后又存了新的一版。请重新打开“催办阶梯”核对；要撤回几版的，从最后一版开始。")
    if row.in_force_from <= local_date(now):
        raise Refused("这一版已经开始执行，不能撤回。要改回去的，请另存新的一版。")
    row.withdrawn_at, row.withdrawn_by_id = now, actor.id
    values = {f"第 {number} 版": (f"自 {row.in_force_from.isoformat()} 起执行", "已撤回")}
    trail.record(session, "ladder.withdraw", "ladder", actor, now, values)
    return row


def take_effect(session: Session, now: datetime) -> bool:
    """Put the version of today in force if another is, and let every open clock be looked at anew; answers whether it did."""
    row = _in_force_on(session, local_date(now))
    if row is None or row.version_no == number_in_force(session):
        return False
    put_setting(session, LADDER, row.data)
    put_setting(session, IN_FORCE, row.version_no)
    put_setting(session, BEGUN, now.isoformat())
    look_again(session, now)
    return True


def look_again(session: Session, now: datetime) -> None:
    """Have the rungs of every running clock worked out anew; what was said under the former ladder is not said again.

    Clocks that wait to be looked at anyway wait on: of theirs something has not been said yet. They are marked, so that a run
    that has read them under the former ladder looks once more."""
    hold_running(session)
    looked_at = (Clock.rung_version == Clock.deadline_version) & or_(Clock.next_rung_at.is_(None), Clock.next_rung_at > now)
    runs = update(Clock).where(Clock.state == ClockState.RUNNING).execution_options(synchronize_session=False)
    session.execute(runs.where(not_(looked_at)).values(next_rung_at=now))
    session.execute(runs.where(looked_at).values(rung_version=UNDER_ANOTHER))


def begin_reminding(session: Session, now: datetime) -> datetime:
    """From when on this office is reminded; the first run sets it, so that it tells nobody about the past (N07)."""
    since = setting(session, SINCE, "")
    if not since:
        put_setting(session, SINCE, now.isoformat())
        return now
    return datetime.fromisoformat(since)


def has_begun(session: Session) -> bool:
    """Whether this office was reminded, or set up to be, before."""
    return bool(setting(session, SINCE, ""))


def told_from(session: Session, now: datetime) -> datetime:
    """The moment before which nothing is told any more: the first run's or the last restore's."""
    since = setting(session, SINCE, "")
    return latest(datetime.fromisoformat(since) if since else now, restored_at(session))
