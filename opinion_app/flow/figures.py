"""The public figures (办理统计): how much came in and was answered each month, counted by a job for the public wing."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, delete, func, select
from sqlalchemy.orm import Session

from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.publication import PublicFigure
from opinion_app.rules.words import ClockState, Source, Stage
from opinion_app.rules.zone import local_date, start_of_day

MONTHS = 12
# 有效件: neither turned away nor passed on nor counted under another number (答复率 is stated over these).
NOT_VALID = (Stage.DECLINED, Stage.MERGED, Stage.REFERRED)


def count_figures(session: Session, now: datetime) -> int:
    """Count the last twelve months anew, the present one included; answers how many rows there are.

    Sentiment items are no letters and are left out; imported history counts, but has no time limits to keep."""
    session.execute(delete(PublicFigure))
    rows = [row for first in _months(local_date(now)) for row in _of_month(session, first, now)]
    session.add_all(rows)
    session.flush()
    return len(rows)


def _months(today: date) -> list[date]:
    """The first days of the last twelve months, oldest first."""
    serial = today.year * 12 + today.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(serial - MONTHS + 1, serial + 1)]


def _of_month(session: Session, first: date, now: datetime) -> list[PublicFigure]:
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    valid = Case.stage.not_in(NOT_VALID)
    answered = and_(valid, Case.answered_at.is_not(None))
    clock = select(Clock.case_id, func.max(case((Clock.ended_at <= Clock.due_at, 1), else_=0)).label("kept"))
    clock = clock.where(Clock.stage == "reply", Clock.state == ClockState.MET).group_by(Clock.case_id)
    met = clock.subquery()
    timed = and_(answered, met.c.case_id.is_not(None))
    query = (
        select(Case.kind, func.count(), _sum(valid), _sum(answered), _sum(timed), _sum(and_(timed, met.c.kept == 1)))
        .outerjoin(met, met.c.case_id == Case.id)
        .where(Case.received_at >= start_of_day(first), Case.received_at < start_of_day(after))
        .where(Case.source != Source.SENTIMENT_ITEM)
        .group_by(Case.kind)
    )
    month = f"{first:%Y-%m}"
    return [
        PublicFigure(month=month, kind=kind, received=all_, valid=ok, answered=told, timed=had, in_time=kept, counted_at=now)
        for kind, all_, ok, told, had, kept in session.execute(query)
    ]


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
