"""The facts of many cases at once, as far as seeing them and holding them depends on them: a few queries, not a few per case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, select
from sqlalchemy.orm import Session, defer, joinedload

from opinion_app.flow.cases import gates_passed
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case, CaseGrant
from opinion_app.records.reply import Reply
from opinion_app.rules.facts import AssignmentFacts, CaseFacts

CHUNK = 5000  # of one question; SQLite takes 32,766 values in one, and no office has that many cases open

# Asked for every letter and every rung: built once.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_PARTS = select(Assignment).where(Assignment.case_id.in_(_IDS)).order_by(Assignment.id)
_GRANTS = select(CaseGrant.case_id, CaseGrant.person_id).where(CaseGrant.case_id.in_(_IDS))


def _latest() -> Select[Reply]:
    newest = select(Reply.case_id, func.max(Reply.version_no).label("newest")).where(Reply.case_id.in_(_IDS))
    last = newest.group_by(Reply.case_id).subquery()
    own = (last.c.case_id == Reply.case_id) & (last.c.newest == Reply.version_no)
    return select(Reply).options(defer(Reply.text), joinedload(Reply.checks)).join(last, own)


_LATEST = _latest()


def facts_of_many(session: Session, cases: Iterable[Case]) -> dict[int, CaseFacts]:
    """For each case what `can_see` and `holder` ask for; facts about letters, publication and risk are left at their defaults."""
    rows = list(cases)
    facts: dict[int, CaseFacts] = {}
    for start in range(0, len(rows), CHUNK):
        facts |= _chunk(session, rows[start : start + CHUNK])
    return facts


def _chunk(session: Session, cases: Sequence[Case]) -> dict[int, CaseFacts]:
    ids = [case.id for case in cases]
    parts: dict[int, list[AssignmentFacts]] = defaultdict(list)
    for row in session.scalars(_PARTS, {"ids": ids}):
        parts[row.case_id].append(AssignmentFacts(row.id, row.unit_id, row.role, row.state, row.handler_id, row.final))
    named: dict[int, set[int]] = defaultdict(set)
    restricted = [case.id for case in cases if case.restricted]
    for case_id, person_id in session.execute(_GRANTS, {"ids": restricted}) if restricted else ():
        named[case_id].add(person_id)
    replies = _replies(session, ids)
    return {case.id: _facts(case, parts[case.id], named[case.id], replies.get(case.id)) for case in cases}


def _replies(session: Session, ids: list[int]) -> dict[int, Reply]:
    return {reply.case_id: reply for reply in session.scalars(_LATEST, {"ids": ids}).unique()}


def _facts(case: Case, parts: list[AssignmentFacts], named: set[int], reply: Reply | None) -> CaseFacts:
    return CaseFacts(
        id=case.id,
        number=case.number,
        stage=case.stage,
        source=case.source,
        kind=case.kind,
        restricted=case.restricted,
        accused_unit_id=case.accused_unit_id,
        accepted=case.accepted_at is not None,
        needs_leader=case.needs_leader,
        imported=case.imported,
        assignments=tuple(parts),
        granted=frozenset(named),
        reply_state=reply.state if reply else None,
        authors=frozenset(reply.author_ids) if reply else frozenset(),
        gates_passed=gates_passed(reply),
        suspended_for=case.suspended_for,
    )
