"""Everything that is out, read a part at a time, for files that must not end early: the table and the map of the site."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, func, select, tuple_
from sqlalchemy.orm import Session

from opinion_app.public.replies.queries import NEWEST, OUT, SHOWN, conditions
from opinion_app.public.replies.wanted import Wanted
from opinion_app.records.publication import Publication
from opinion_app.records.published import kept
from opinion_app.search.bigrams import Query
from opinion_app.search.index import publication_index

AT_ONCE = 1_000  # rows held in memory
IN_MAP = 45_000  # addresses in one file of the map; sitemaps.org allows 50,000


def in_batches(session: Session, wanted: Wanted, query: Query, today: date) -> Iterator[Sequence[Row[Any]]]:
    """Every reply the filters let through, newest first; one query for each batch, from where the last one ended."""
    shown: Any = select(*SHOWN)
    found: Select[Any] = shown.where(*conditions(wanted, today)).order_by(*NEWEST).limit(AT_ONCE)
    if wanted.q:
        found = found.where(Publication.id.in_(publication_index.match(query, session.get_bind().dialect)))
    rows = session.execute(found).all()
    while rows:
        yield rows
        last = (rows[-1].published_at, rows[-1].id)
        full = len(rows) == AT_ONCE
        rows = session.execute(found.where(tuple_(Publication.published_at, Publication.id) < last)).all() if full else []


def parts_of_map(replies: int) -> int:
    """How many files the map of the site takes for so many replies."""
    return max(1, -(-replies // IN_MAP))


def in_map(session: Session) -> int:
    """How many files the map of the site takes."""
    count = kept(session, "out", lambda: session.scalar(select(func.count()).select_from(Publication).where(OUT)) or 0)
    return parts_of_map(count)


def addresses(session: Session, part: int) -> Sequence[Row[str, datetime]]:
    """Number and last change of the replies in one file of the map (1, 2, …); the oldest first, so that a file stays as it is."""
    query = select(Publication.number, Publication.updated_at).where(OUT).order_by(Publication.id)
    return session.execute(query.offset((part - 1) * IN_MAP).limit(IN_MAP)).all()
