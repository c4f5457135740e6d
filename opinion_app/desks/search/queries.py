"""What the search page reads: the case of a number, the newest cases with all words, those of one exact contact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select
from sqlalchemy.orm import Session, joinedload

from opinion_app.flow.contacts import look_up
from opinion_app.flow.visible import hidden, visible
from opinion_app.records.case import Case, Letter
from opinion_app.records.reply import Reply
from opinion_app.records.unit import Unit
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import ReplyState
from opinion_app.search.bigrams import Query
from opinion_app.search.highlight import Part, highlight, snippet
from opinion_app.search.index import Count, case_index

PER_PAGE = 20


# The newest wording of the reply, the one the index knows.
_REPLY = (
    select(Reply.text)
    .where(Reply.case_id == Case.id, Reply.state != ReplyState.SUPERSEDED)
    .order_by(Reply.version_no.desc())
    .limit(1)
    .correlate(Case)
    .scalar_subquery()
)
# All that is shown of a page of hits, by one statement that is built once.
_BY_ID: Any = (
    select(
        Case.number,
        Case.title,
        Case.body,
        Case.source,
        Case.kind,
        Case.stage,
        Case.risk_level,
        Case.received_at,
        Case.original_number,
        Case.nickname,
        Case.place,
        Unit.name.label("unit"),
        Letter.issuer,
        Letter.document_number,
        _REPLY.label("reply"),
    )
    .outerjoin(Unit, Unit.id == Case.lead_unit_id)
    .outerjoin(Letter, Letter.case_id == Case.id)
    .where(Case.id.in_(bindparam("ids", expanding=True)))
    .order_by(Case.id.desc())
)


@dataclass(frozen=True, slots=True)
class Hit:
    """One case found: its title and the place in its texts where the words stand, both in parts (text, is it a hit)."""

    case: Row[Any]
    title: list[Part]
    place: str
    snippet: list[Part]


@dataclass(frozen=True)
class Found:
    """One page of hits, newest first; `older` is where the next page begins."""

    hits: list[Hit]
    count: Count
    older: int | None


def by_number(session: Session, typed: str, actor: Actor) -> str | None:
    """The number of the case that was typed, if there is one the person may see."""
    number = typed.strip().upper()
    if not number.isprintable() or not number.isascii() or not 6 <= len(number) <= 40:
        return None
    return session.scalar(select(Case.number).where(Case.number == number, visible(actor, of_few=True)))


def by_words(session: Session, query: Query, actor: Actor, before: int | None) -> Found:
    """The newest cases the person may see in which every word occurs; `before` continues where a page ended."""
    connection, (mine, kept) = session.connection(), _seen_by(actor)
    ids = case_index.newest(connection, query, PER_PAGE + 1, before, mine)
    page = ids[:PER_PAGE]
    whole = before is None and len(ids) <= PER_PAGE
    count = Count(len(ids), has_more=False) if whole else _count(connection, query, mine, kept)
    return Found(_hits(session, page, query), count, page[-1] if len(ids) > PER_PAGE else None)


@lru_cache(maxsize=512)
def _seen_by(actor: Actor) -> tuple[Select[int], Select[int] | None]:
    """What a person may see, and what is kept from them where that is little; it depends on nothing but their own facts."""
    return select(Case.id).where(visible(actor, of_few=True)), hidden(actor)


def _count(connection: Connection, query: Query, mine: Select[int], kept: Select[int] | None) -> Count:
    """Whoever sees nearly everything counts what is found less what is hidden: quicker than a look at each case found."""
    return case_index.count(connection, query, mine if kept is None else None, hidden=kept)


def _hits(session: Session, ids: Sequence[int], query: Query) -> list[Hit]:
    return [_hit(case, query) for case in session.execute(_BY_ID, {"ids": ids})] if ids else []


def _hit(case: Row[Any], query: Query) -> Hit:
    """The first text with a hit beside the title is shown; where none has one, the beginning of the message."""
    title, start = highlight(case.title, query), snippet(case.body, query, 100)
    if any(is_hit for _, is_hit in start):
        return Hit(case, title, "", start)
    texts = [
        ("答复", case.reply),
        ("来文", f"{case.issuer} {case.document_number}" if case.issuer is not None else ""),
        ("原编号", case.original_number),
        ("昵称", case.nickname),
        ("地点", case.place),
    ]
    for place, text in texts:
        parts = snippet(text, query, 100) if text else []
        if any(is_hit for _, is_hit in parts):
            return Hit(case, title, place, parts)
    return Hit(case, title, "", start)


def by_contact(session: Session, typed: str, actor: Actor, secret: str) -> Sequence[Case]:
    """The cases the person may see whose writer has exactly this name, number or address, newest first."""
    ids = look_up(session, typed, secret)
    if not ids:
        return []
    query = select(Case).options(joinedload(Case.lead_unit)).where(Case.id.in_(ids), visible(actor, of_few=True))
    return session.scalars(query.order_by(Case.id.desc())).all()
