"""What the public pages read: publications, their view counts and the monthly figures; no table of the office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Row, bindparam, func, select
from sqlalchemy.orm import Session

from opinion_app.public.replies.wanted import Wanted
from opinion_app.records.publication import Publication, PublicFigure, PublishedFile, ViewCount
from opinion_app.records.published import kept
from opinion_app.records.rating import RatingFigure
from opinion_app.rules.errors import NotFound
from opinion_app.rules.rating import LEAST_SAID, Aspect
from opinion_app.rules.text import clean_line
from opinion_app.rules.words import Kind, PublicationState
from opinion_app.rules.zone import local
from opinion_app.search.bigrams import Query
from opinion_app.search.index import COUNT_CAP, publication_index

NO_FILE = "没有这份附件，可能尚未公开或已经撤回。"
OUT = Publication.state == PublicationState.PUBLISHED
NEWEST = (Publication.published_at.desc(), Publication.id.desc())
OLDEST = (Publication.published_at.asc(), Publication.id.asc())

# A page of a list is read as plain columns, by one statement that is built once.
SHOWN = (
    Publication.id,
    Publication.number,
    Publication.index_number,
    Publication.title,
    Publication.kind,
    Publication.area,
    Publication.unit_name,
    Publication.writer,
    Publication.question,
    Publication.answer,
    Publication.asked_on,
    Publication.answered_on,
    Publication.published_at,
    Publication.updated_at,
    Publication.note,
    Publication.left_out,
)
_BY_ID: Any = select(*SHOWN).where(Publication.id.in_(bindparam("ids", expanding=True)), OUT)


@dataclass(frozen=True)
class Listed:
    """One page of publications; `more_than` tells that `total` is only the least there are."""

    rows: Sequence[Row[Any]]
    total: int
    more_than: bool
    has_next: bool


def conditions(wanted: Wanted, today: date) -> list[ColumnElement[bool]]:
    """The filters as conditions; unpublished rows never pass."""
    held: list[ColumnElement[bool]] = [OUT]
    held += [column == value for column, value in _columns(wanted) if value]
    since, until = wanted.since(today), wanted.until()
    if since is not None:
        held.append(Publication.published_at >= since)
    if until is not None:
        held.append(Publication.published_at < until)
    return held


def _columns(wanted: Wanted) -> list[tuple[Any, str]]:
    return [(Publication.kind, wanted.kind), (Publication.area, wanted.area), (Publication.unit_name, wanted.unit)]


def listed(session: Session, wanted: Wanted, query: Query, today: date, number: int, per_page: int) -> Listed:
    """One page, newest first; by the text index where words are searched for."""
    if wanted.q:
        return _searched(session, wanted, query, today, number, per_page)
    held = conditions(wanted, today)
    total = kept(session, ("total", wanted, wanted.since(today)), lambda: _count(session, held))
    first = (number - 1) * per_page
    ids = _ids_of_page(session, held, first, min(per_page, total - first), total) if first < total else []
    return Listed(_rows(session, ids), total, more_than=False, has_next=first + per_page < total)


def _count(session: Session, held: list[ColumnElement[bool]]) -> int:
    return session.scalar(select(func.count()).select_from(Publication).where(*held)) or 0


def _ids_of_page(session: Session, held: list[ColumnElement[bool]], first: int, count: int, total: int) -> list[int]:
    """The ids of one page by an index alone, counted from the nearer end: the last page costs what the first does."""
    backwards = first > total // 2
    offset = total - first - count if backwards else first
    order = OLDEST if backwards else NEWEST
    ids = list(session.scalars(select(Publication.id).where(*held).order_by(*order).offset(offset).limit(count)))
    return ids[::-1] if backwards else ids


def _searched(session: Session, wanted: Wanted, query: Query, today: date, number: int, per_page: int) -> Listed:
    """Up to COUNT_CAP hits can be leafed through; whoever needs more narrows the search."""
    connection = session.connection()
    held = conditions(wanted, today)
    visible = select(Publication.id).where(*held)
    narrowed = len(held) > 1  # the index itself holds what is out and nothing else
    count = publication_index.count(connection, query, visible if narrowed else None)
    last = min(number * per_page, COUNT_CAP)
    ids = publication_index.newest(connection, query, last, visible=visible)[(number - 1) * per_page :]
    return Listed(_rows(session, ids), count.number, count.has_more, has_next=last < count.number)


def _rows(session: Session, ids: Sequence[int]) -> list[Row[Any]]:
    """The rows in the order of `ids`; asked for once more whether they are out."""
    if not ids:
        return []
    found = {row.id: row for row in session.execute(_BY_ID, {"ids": ids})}
    return [found[row_id] for row_id in ids if row_id in found]


def latest(session: Session, count: int) -> Sequence[Publication]:
    """The newest publications."""
    return session.scalars(select(Publication).where(OUT).order_by(*NEWEST).limit(count)).all()


def published(session: Session, number: str) -> tuple[Publication, int]:
    """A publication with its view count. Raises NotFound for every other number, withdrawn ones too."""
    query = (
        select(Publication, func.coalesce(ViewCount.views, 0))
        .outerjoin(ViewCount, ViewCount.publication_id == Publication.id)
        .where(Publication.number == clean_line(number).upper()[:40], OUT)
    )
    row = session.execute(query).first()
    if row is None:
        raise NotFound("没有这个编号的公开答复，可能尚未公开或已经撤回。")
    return row[0], int(row[1])


def published_file(session: Session, number: str, serial: int) -> PublishedFile:
    """An attachment of a publication that is out. Raises NotFound for every other."""
    query = select(PublishedFile).join(Publication, Publication.id == PublishedFile.publication_id)
    row = session.scalar(query.where(Publication.number == clean_line(number).upper()[:40], OUT, PublishedFile.serial == serial))
    if row is None:
        raise NotFound(NO_FILE)
    return row


def files_of(session: Session, ids: Sequence[int]) -> dict[int, list[PublishedFile]]:
    """The attachments of each of some publications; one query for all of them."""
    found: dict[int, list[PublishedFile]] = {publication_id: [] for publication_id in ids}
    query = select(PublishedFile).where(PublishedFile.publication_id.in_(ids)).order_by(PublishedFile.serial)
    for row in session.scalars(query):
        found[row.publication_id].append(row)
    return found


def every(session: Session) -> Sequence[Any]:
    """Number, version, last change, kind and unit of everything that is out, newest first."""
    columns = (Publication.number, Publication.version, Publication.updated_at, Publication.kind, Publication.unit_name)
    return session.execute(select(*columns).where(OUT).order_by(*NEWEST)).all()


@dataclass(frozen=True)
class Group:
    """The replies of one kind or of one unit, as the static copy lists them: what they have in common, in words and address."""

    key: str
    value: str
    label: str
    count: int

    @property
    def address(self) -> str:
        """Its list on the site."""
        return f"/replies/?{urlencode({self.key: self.value})}"


def groups(session: Session) -> tuple[Group, ...]:
    """Every kind and every unit that has public replies, the kinds first."""
    return kept(session, "groups", lambda: _groups(session))


def _groups(session: Session) -> tuple[Group, ...]:
    def counted(column: Any) -> dict[Any, int]:
        rows = session.execute(select(column, func.count()).where(OUT).group_by(column))
        return {value: int(count) for value, count in rows if value}

    kinds, units = counted(Publication.kind), counted(Publication.unit_name)
    found = [Group("kind", kind.value, kind.label, kinds[kind]) for kind in sorted(kinds, key=_order)]
    return (*found, *(Group("unit", name, name, units[name]) for name in sorted(units)))


def every_file(session: Session) -> Sequence[Any]:
    """Number, serial, hash and kind of every attachment that is out."""
    columns = (Publication.number, PublishedFile.serial, PublishedFile.sha256, PublishedFile.media_type)
    query = select(*columns).join(Publication, Publication.id == PublishedFile.publication_id).where(OUT)
    return session.execute(query.order_by(Publication.number, PublishedFile.serial)).all()


def unit_names(session: Session) -> tuple[str, ...]:
    """The units that have answered in public."""
    return kept(session, "units", lambda: _unit_names(session))


def _unit_names(session: Session) -> tuple[str, ...]:
    """One step down the index for each, however many replies there are."""
    first = select(func.min(Publication.unit_name).label("name")).where(OUT)
    step = first.cte("units", recursive=True)
    after = select(func.min(Publication.unit_name)).where(OUT, Publication.unit_name > step.c.name).scalar_subquery()
    units = step.union_all(select(after).where(step.c.name.is_not(None)))
    return tuple(name for name in session.scalars(select(units.c.name)) if name)


def years(session: Session) -> tuple[int, ...]:
    """The years in which anything was published, the newest first."""
    return kept(session, "years", lambda: _years(session))


def _years(session: Session) -> tuple[int, ...]:
    oldest, newest = (
        session.scalar(select(Publication.published_at).where(OUT).order_by(*order).limit(1)) for order in (OLDEST, NEWEST)
    )
    if oldest is None or newest is None:
        return ()
    return tuple(range(local(newest).year, local(oldest).year - 1, -1))


@dataclass(frozen=True)
class Figures:
    """What the office did in one month or in all of them."""

    received: int = 0
    valid: int = 0
    answered: int = 0
    timed: int = 0
    in_time: int = 0
    asked: int = 0
    rated: int = 0
    content: int = 0

    def share(self, part: int, whole: int) -> str:
        """A share as people write it; a dash where there is nothing to share."""
        return f"{100 * part / whole:.1f}%" if whole else "—"


@dataclass(frozen=True)
class Statistics:
    """The figures page: all together, by month (oldest first), by kind, and how many replies are public."""

    whole: Figures
    months: list[tuple[str, Figures]]
    kinds: list[tuple[str, Figures]]
    sides: list[tuple[Aspect, tuple[int, int, int]]]
    published: int
    counted_at: datetime | None
    least_said: int = LEAST_SAID

    @property
    def enough_said(self) -> bool:
        """Whether so many writers rated that none of them can be told from the figures."""
        return self.whole.rated >= self.least_said


def statistics(session: Session) -> Statistics:
    """The monthly figures added up; they are counted by a job."""
    rows = session.scalars(select(PublicFigure).order_by(PublicFigure.month)).all()
    out = kept(session, "out", lambda: _count(session, [OUT]))
    months = list(dict.fromkeys(row.month for row in rows))
    kinds = list(dict.fromkeys(row.kind for row in rows))
    return Statistics(
        _sum(rows),
        [(month, _sum([row for row in rows if row.month == month])) for month in months],
        [(_told_as(kind), _sum([row for row in rows if row.kind is kind])) for kind in sorted(kinds, key=_order)],
        _sides(session),
        out,
        max((row.counted_at for row in rows), default=None),
    )


def _sides(session: Session) -> list[tuple[Aspect, tuple[int, int, int]]]:
    """How each side of the handling was judged, in the order it is asked about."""
    counts = (func.sum(RatingFigure.content), func.sum(RatingFigure.fairly), func.sum(RatingFigure.discontent))
    rows = session.execute(select(RatingFigure.aspect, *counts).group_by(RatingFigure.aspect))
    held = {aspect: (int(best), int(middle), int(worst)) for aspect, best, middle, worst in rows}
    return [(aspect, held[aspect]) for aspect in Aspect if aspect in held]


def _told_as(kind: Kind) -> str:
    """The kind in words; accusations are counted among the others (`flow.figures`)."""
    return f"{kind.label}（含举报）" if kind is Kind.OTHER else kind.label


def _order(kind: Kind) -> int:
    return list(Kind).index(kind)


def _sum(rows: Sequence[PublicFigure]) -> Figures:
    names = ("received", "valid", "answered", "timed", "in_time", "asked", "rated", "content")
    return Figures(*(sum(getattr(row, name) for row in rows) for name in names))
