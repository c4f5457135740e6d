"""Replies to like letters (相似答复): found by the telling pairs of characters of the title, most in common first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from opinion_app.flow.visible import visible
from opinion_app.records.case import Case
from opinion_app.records.reply import Reply
from opinion_app.rules.facts import Actor
from opinion_app.rules.hints.matter import telling
from opinion_app.rules.words import ReplyState
from opinion_app.search.bigrams import Query
from opinion_app.search.index import case_index

SHOWN = 5
WORDS = 8
IN_COMMON = 2


@dataclass(frozen=True)
class Similar:
    """One signed reply to a like letter."""

    number: str
    title: str
    answered_at: datetime | None
    text: str


def replies_like(session: Session, case: Case, actor: Actor) -> Sequence[Similar]:
    """The signed replies to other cases the person may see that have most in common with this one; one query."""
    words = sorted(telling(case.title))[:WORDS] or sorted(telling(case.body))[:WORDS]
    if not words:
        return []
    dialect = session.get_bind().dialect
    hits = union_all(*(case_index.match(Query((word,)), dialect) for word in words)).subquery()
    (hit,) = hits.columns
    common = func.count().label("common")
    query = (
        select(Case.number, Case.title, Case.answered_at, func.max(Reply.text).label("text"), common)
        .join(hits, hit == Case.id)
        .join(Reply, Reply.case_id == Case.id)
        .where(Reply.state == ReplyState.APPROVED, Case.id != case.id, visible(actor, of_few=True))
        .group_by(Case.id, Case.number, Case.title, Case.answered_at)
        .having(common >= min(IN_COMMON, len(words)))
        .order_by(common.desc(), Case.id.desc())
        .limit(SHOWN)
    )
    return [Similar(row.number, row.title, row.answered_at, row.text) for row in session.execute(query)]
