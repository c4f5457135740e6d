"""What the search page reads: the case of a number, the newest cases with all words, those of one exact contact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from opinion_app.flow.contacts import look_up
from opinion_app.flow.visible import visible
from opinion_app.records.case import Case, Letter
from opinion_app.records.reply import Reply
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import ReplyState
from opinion_app.search.bigrams import Query
from opinion_app.search.highlight import Part, highlight, snippet
from opinion_app.search.index import Count, case_index

PER_PAGE = 20


@dataclass(frozen=True)
class Hit:
    """One case found: its title and the place in its texts where the words stand, both in parts (text, is it a hit)."""

    case: Case
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
    connection, mine = session.connection(), select(Case.id).where(visible(actor, of_few=True))
    ids = case_index.newest(connection, query, PER_PAGE + 1, before, mine)
    count = case_index.count(connection, query, mine) if ids or before is not None else Count(0, has_more=False)
    page = ids[:PER_PAGE]
    return Found(_hits(session, page, query), count, page[-1] if len(ids) > PER_PAGE else None)


def _hits(session: Session, ids: Sequence[int], query: Query) -> list[Hit]:
    if not ids:
        return []
    cases = (
        select(Case, Letter)
        .outerjoin(Letter, Letter.case_id == Case.id)
        .options(joinedload(Case.lead_unit))
        .where(Case.id.in_(ids))
        .order_by(Case.id.desc())
    )
    replies = _replies(session, ids)
    return [_hit(case, letter, replies.get(case.id, ""), query) for case, letter in session.execute(cases)]


def _replies(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """The text of the newest version of each reply, the one the index knows."""
    rows = session.execute(
        select(Reply.case_id, Reply.text)
        .where(Reply.case_id.in_(ids), Reply.state != ReplyState.SUPERSEDED)
        .order_by(Reply.case_id, Reply.version_no)
    )
    return {row.case_id: row.text for row in rows}


def _hit(case: Case, letter: Letter | None, reply: str, query: Query) -> Hit:
    """The first text with a hit beside the title is shown; where none has one, the beginning of the message."""
    texts = [
        ("", case.body),
        ("答复", reply),
        ("来文", f"{letter.issuer} {letter.document_number}" if letter else ""),
        ("原编号", case.original_number),
        ("昵称", case.nickname),
        ("地点", case.place),
    ]
    for place, text in texts:
        parts = snippet(text, query, 100) if text else []
        if any(is_hit for _, is_hit in parts):
            return Hit(case, highlight(case.title, query), place, parts)
    return Hit(case, highlight(case.title, query), "", snippet(case.body, query, 100))


def by_contact(session: Session, typed: str, actor: Actor, secret: str) -> Sequence[Case]:
    """The cases the person may see whose writer has exactly this name, number or address, newest first."""
    ids = look_up(session, typed, secret)
    if not ids:
        return []
    query = select(Case).options(joinedload(Case.lead_unit)).where(Case.id.in_(ids), visible(actor, of_few=True))
    return session.scalars(query.order_by(Case.id.desc())).all()
