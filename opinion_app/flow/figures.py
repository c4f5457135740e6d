"""The public figures (办理统计): how much came in and was answered each month, counted by a job for the public wing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, delete, false, func, select, type_coerce
from sqlalchemy.orm import Session

from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.publication import PublicFigure
from opinion_app.records.rating import Rating, RatingFigure
from opinion_app.records.submission import Progress
from opinion_app.rules.deadline_rules import ClockStage
from opinion_app.rules.figures import NOT_VALID, Letter, ReplyClock, tally
from opinion_app.rules.rating import ASKED, LEAST_SAID, Aspect, Verdict
from opinion_app.rules.words import Kind, Source
from opinion_app.rules.zone import local_date, start_of_day

MONTHS = 12


def count_figures(session: Session, now: datetime) -> int:
    """Count the last twelve months anew, the present one included; answers how many rows there are.

    Sentiment items are no letters and are left out; imported history counts, but has no time limits to keep. Accusations are
    counted among 其他 (`_kind`), opinions of all months together (`_tell_together`)."""
    session.execute(delete(PublicFigure))
    session.execute(delete(RatingFigure))
    months = _months(local_date(now))
    rows = [row for first in months for row in _of_month(session, first, now)]
    enough = _tell_together(rows)
    session.add_all([*rows, *(_said_since(session, months[0], months[-1]) if enough else ())])
    session.flush()
    return len(rows)


def _months(today: date) -> list[date]:
    """The first days of the last twelve months, oldest first."""
    serial = today.year * 12 + today.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(serial - MONTHS + 1, serial + 1)]


def _of_month(session: Session, first: date, now: datetime) -> list[PublicFigure]:
    """The letters received in one month, counted by kind as `rules.figures` counts each of them."""
    counts: dict[Kind, Counter[str]] = defaultdict(Counter)
    clocks, said = _reply_clocks(session, first), _last_ratings()
    query = (
        select(
            *(Case.id, _kind().label("told_as"), Case.stage, Case.imported, Case.answered_at.is_not(None).label("was_answered")),
            *(Progress.number.is_not(None).label("followed"), said.c.id.is_not(None).label("rated")),
            func.coalesce(_is_content(), false()).label("content"),
        )
        .outerjoin(Progress, Progress.number == Case.number)
        .outerjoin(said, said.c.case_id == Case.id)
        .outerjoin(Rating, Rating.id == said.c.id)
        .where(*_in_months(first, first), Case.source != Source.SENTIMENT_ITEM)
    )
    for row in session.execute(query):
        said_of_it = (row.followed, row.rated, row.content)
        counted = tally(Letter(row.stage, row.was_answered, row.imported, *said_of_it, tuple(clocks[row.id])), now)
        counts[row.told_as].update({name: int(value) for name, value in counted._asdict().items()})
    return [PublicFigure(month=f"{first:%Y-%m}", kind=kind, counted_at=now, **each) for kind, each in counts.items()]


def _reply_clocks(session: Session, first: date) -> dict[int, list[ReplyClock]]:
    """The deadlines of the replies to the letters of one month."""
    query = select(Clock.case_id, Clock.state, Clock.due_at, Clock.ended_at).join(Case, Case.id == Clock.case_id)
    held: dict[int, list[ReplyClock]] = defaultdict(list)
    for row in session.execute(query.where(*_in_months(first, first), Clock.stage == ClockStage.REPLY.value)):
        held[row.case_id].append(ReplyClock(row.state, row.due_at, row.ended_at))
    return held


def _tell_together(rows: Sequence[PublicFigure]) -> bool:
    """Put the counts of opinions into the last row, without a result where few have rated; answers whether enough have.

    The public wing may read the table itself: what its pages do not show by month and kind must not stand in it so."""
    rated = sum(row.rated for row in rows)
    enough = rated >= LEAST_SAID
    for name in ("asked", "rated", "content"):
        whole = sum(getattr(row, name) for row in rows)
        for row in rows:
            setattr(row, name, 0)
        if rows and (enough or name != "content"):
            setattr(rows[-1], name, whole)
    return enough


def _kind() -> ColumnElement[Any]:
    """The kind under which a case is counted in public: an accusation as 其他, so that no unit can read off that there is one.

    It is hidden from the unit it names in counts too (decisions 9), and in a small office “举报 1 件” nearly says about whom."""
    return case((Case.kind == Kind.ACCUSATION, type_coerce(Kind.OTHER, Case.kind.type)), else_=Case.kind)


def _in_months(first: date, last: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    after = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    return Case.received_at >= start_of_day(first), Case.received_at < start_of_day(after)


def _last_ratings() -> Subquery:
    """Of each case the opinion on its last answer alone, so that a case handled twice counts once."""
    last = select(Rating.case_id, func.max(Rating.id).label("id")).where(Rating.case_id.is_not(None))
    return last.group_by(Rating.case_id).subquery()


def _is_content() -> ColumnElement[bool]:
    """As `rules.rating.Rating.is_content` says it."""
    return and_(*(getattr(Rating, aspect.value) != Verdict.DISCONTENT for aspect in ASKED))


def _said_since(session: Session, first: date, last: date) -> list[RatingFigure]:
    """How each side was judged, over the ratings that `rated` counts, under the last of the months."""
    counting = _last_ratings()
    held = (
        select(*(_sum(condition) for aspect in Aspect for condition in _judged(aspect)))
        .join(counting, counting.c.id == Rating.id)
        .join(Case, Case.id == Rating.case_id)
        .where(*_in_months(first, last), Case.source != Source.SENTIMENT_ITEM)
        .where(Case.stage.not_in(NOT_VALID), Case.answered_at.is_not(None))
    )
    counted = list(session.execute(held).one())
    rows = zip(Aspect, (counted[at : at + 3] for at in range(0, len(counted), 3)), strict=True)
    return [
        RatingFigure(month=f"{last:%Y-%m}", aspect=aspect, content=best, fairly=middle, discontent=worst)
        for aspect, (best, middle, worst) in rows
        if best + middle + worst
    ]


def _judged(aspect: Aspect) -> tuple[ColumnElement[bool], ColumnElement[bool], ColumnElement[bool]]:
    if aspect is Aspect.USEFUL:
        return Rating.useful.is_(True), false(), Rating.useful.is_(False)
    column = getattr(Rating, aspect.value)
    return column == Verdict.CONTENT, column == Verdict.FAIRLY, column == Verdict.DISCONTENT


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
