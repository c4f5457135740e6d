"""Numbers given out in series: one row per series and year, counted up in the transaction that uses the number."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from opinion_app.flow.settings import setting
from opinion_app.records.office import Counter
from opinion_app.rules.numbering import DEFAULT_PATTERNS, number
from opinion_app.rules.zone import local_date


def next_number(session: Session, series: str, now: datetime) -> str:
    """The next number of `series` (a source's value or `policy`) in the Shanghai year of `now`."""
    return next_numbers(session, series, local_date(now).year, 1)[0]


def next_numbers(session: Session, series: str, year: int, count: int) -> list[str]:
    """The next `count` numbers of `series` in `year`, taken at one go."""
    patterns = setting(session, "number_patterns", DEFAULT_PATTERNS)
    pattern = patterns.get(series) or DEFAULT_PATTERNS[series]
    last = next_serial(session, series, year, count)
    return [number(pattern, year, serial) for serial in range(last - count + 1, last + 1)]


def next_serial(session: Session, series: str, year: int, step: int = 1) -> int:
    """Count up one series; the row stays locked until the transaction ends, so that no number is given twice."""
    for _attempt in range(2):
        value = session.scalar(
            update(Counter)
            .where(Counter.series == series, Counter.year == year)
            .values(value=Counter.value + step)
            .returning(Counter.value)
        )
        if value is not None:
            return int(value)
        try:
            with session.begin_nested():
                session.execute(insert(Counter).values(series=series, year=year, value=0))
        except IntegrityError:
            continue  # another transaction made the row first; count on it
    raise RuntimeError(f"series {series} of {year} could not be counted")
