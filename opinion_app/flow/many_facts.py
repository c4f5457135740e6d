"""The facts of many cases at once, as far as seeing them and holding them depends on them: a few queries, not a few per case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, CompoundSelect, Select, bindparam, func, literal_column, null, select, union_all
from sqlalchemy.orm import Session, defer, joinedload

from opinion_app.flow.cases import gates_passed
from opinion_app.flow.waiting import answer_awaited, undecided
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case, CaseGrant
from opinion_app.records.clock import Clock, ExtensionRequest
from opinion_app.records.recusal import Recusal
from opinion_app.records.reply import Reply
from opinion_app.records.supervision import Supervision
from opinion_app.rules.facts import AssignmentFacts, CaseFacts

CHUNK = 5000  # of one question, which names them four times; SQLite takes 32,766 values, and no office has so many cases open

# Asked for every letter and every rung: built once.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_PART, _GRANT, _RECUSAL, _REQUEST, _SHEET = range(5)


def _others(sort: int, case_id: Any, number: Any) -> Select[Any]:
    """Rows of one number each, as wide as those of the units' parts."""
    return select(literal_column(str(sort)), case_id, number, *(null() for _ in range(5))).where(case_id.in_(_IDS))


def _beside() -> CompoundSelect[Any]:
    """The units' parts, who is named for a case or withdrew from it, and which request for more time and which
    unit's answer to a 督办单 is waited for: one question."""
    own = Assignment
    part = (own.case_id, own.id, own.unit_id, own.role, own.state, own.handler_id, own.final)
    return union_all(
        select(literal_column(str(_PART)), *part).where(own.case_id.in_(_IDS)),
        _others(_GRANT, CaseGrant.case_id, CaseGrant.person_id),
        _others(_RECUSAL, Recusal.case_id, Recusal.person_id).where(Recusal.lifted_at.is_(None)),
        _others(_REQUEST, ExtensionRequest.case_id, ExtensionRequest.id).where(undecided()),
        _others(_SHEET, Supervision.case_id, Supervision.unit_id)
        .join(Clock, Clock.id == Supervision.clock_id)
        .where(answer_awaited(), Supervision.unit_id.is_not(None)),
    )


_BESIDE = _beside()


def _latest() -> Select[Reply]:
    newest = select(Reply.case_id, func.max(Reply.version_no).label("newest")).where(Reply.case_id.in_(_IDS))
    last = newest.group_by(Reply.case_id).subquery()
    own = (last.c.case_id == Reply.case_id) & (last.c.newest == Reply.version_no)
    return select(Reply).options(defer(Reply.text), joinedload(Reply.checks)).join(last, own)


_LATEST = _latest()


def facts_of_many(session: Session, cases: Iterable[Case]) -> dict[int, CaseFacts]:
    """For each case what `can_see`, `holder` and requests for more time ask for; facts about letters, publication and risk are
    left at their defaults."""
    rows = list(cases)
    facts: dict[int, CaseFacts] = {}
    for start in range(0, len(rows), CHUNK):
        facts |= _chunk(session, rows[start : start + CHUNK])
    return facts


def facts_for(session: Session, rows: Iterable[Clock]) -> dict[int, CaseFacts]:
    """The facts of the cases these clocks belong to."""
    return facts_of_many(session, {row.case_id: row.case for row in rows}.values())


def _chunk(session: Session, cases: Sequence[Case]) -> dict[int, CaseFacts]:
    ids = [case.id for case in cases]
    parts = defaultdict[int, list[AssignmentFacts]](list)
    numbers = defaultdict[tuple[int, int], list[int]](list)
    for sort, case_id, number, *rest in session.execute(_BESIDE, {"ids": ids}):
        if sort == _PART:
            parts[case_id].append(AssignmentFacts(number, *rest))
        else:
            numbers[sort, case_id].append(number)
    replies = _replies(session, ids)
    return {case.id: _facts(case, parts[case.id], numbers, replies.get(case.id)) for case in cases}


def _replies(session: Session, ids: list[int]) -> dict[int, Reply]:
    return {reply.case_id: reply for reply in session.scalars(_LATEST, {"ids": ids}).unique()}


def _facts(
    case: Case, parts: list[AssignmentFacts], numbers: Mapping[tuple[int, int], list[int]], reply: Reply | None
) -> CaseFacts:
    requests = numbers.get((_REQUEST, case.id), ())
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
        assignments=tuple(sorted(parts, key=lambda part: part.id)),
        granted=frozenset(numbers.get((_GRANT, case.id), ()) if case.restricted else ()),
        reply_state=reply.state if reply else None,
        authors=frozenset(reply.author_ids) if reply else frozenset(),
        gates_passed=gates_passed(reply),
        extension_waits=bool(requests),
        extension_id=max(requests, default=None),
        suspended_for=case.suspended_for,
        recused=frozenset(numbers.get((_RECUSAL, case.id), ())),
        asked=frozenset(numbers.get((_SHEET, case.id), ())),
    )
