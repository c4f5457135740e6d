"""What the pages of risk read: the versions of an assessment with what changed, and the list of graded cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy import case as when
from sqlalchemy.orm import Session, aliased, joinedload

from opinion_app.flow.assess import versions
from opinion_app.flow.risk_clocks import RISK_STAGES
from opinion_app.flow.visible import visible
from opinion_app.flow.waiting import assessment_waits
from opinion_app.records.assessment import Assessment, Policy
from opinion_app.records.attachment import Attachment
from opinion_app.records.case import Case, may_owe
from opinion_app.records.clock import Clock
from opinion_app.rules.assessment import GRADE_WORDS, Ground, grounds_of
from opinion_app.rules.differences import Piece, differences
from opinion_app.rules.facts import Actor
from opinion_app.rules.left_open import Ended, ended_words
from opinion_app.rules.words import OPEN_CLOCK, AssessmentState, ClockState, RiskFactor, RiskLevel

PER_PAGE = 50
GRAVE_FIRST = (RiskLevel.I, RiskLevel.II, RiskLevel.III, RiskLevel.IV)
STAGES = tuple(stage.value for stage in RISK_STAGES)


@dataclass(frozen=True)
class Line:
    """One factor of a version as it is read: grade, its words, the ground, and the grade before where it changed."""

    factor: RiskFactor
    grade: int
    words: str
    ground: str
    before: int | None = None
    ground_changed: bool = False


@dataclass(frozen=True)
class Version:
    """One version with what changed since the one before."""

    row: Assessment
    lines: list[Line]
    score: int
    level_before: RiskLevel | None
    findings: list[Piece]
    plan: list[Piece]
    files: list[Attachment]

    @property
    def plan_changed(self) -> bool:
        """Whether the plan differs from the one before, and there was one."""
        return any(piece.change == "removed" for piece in self.plan) or (
            any(piece.change == "added" for piece in self.plan) and any(piece.change == "same" for piece in self.plan)
        )


def history(session: Session, subject: Case | Policy) -> list[Version]:
    """Every version, newest first, each compared with the one before it."""
    rows = list(versions(session, subject))
    files = _files(session, [row.id for row in rows])
    return [
        version(row, rows[place + 1] if place + 1 < len(rows) else None, files.get(row.id, [])) for place, row in enumerate(rows)
    ]


def version(row: Assessment, before: Assessment | None, files: list[Attachment]) -> Version:
    """One version compared with `before`."""
    return Version(
        row,
        _lines(grounds_of(row.factors), grounds_of(before.factors) if before else {}),
        int(row.factors.get("score", 0)),
        before.level if before else None,
        differences(before.findings if before else row.findings, row.findings),
        differences(before.plan if before else row.plan, row.plan),
        files,
    )


def _lines(now: dict[RiskFactor, Ground], before: dict[RiskFactor, Ground]) -> list[Line]:
    return [
        Line(
            factor,
            ground.grade,
            GRADE_WORDS[factor][ground.grade],
            ground.text,
            before[factor].grade if factor in before and before[factor].grade != ground.grade else None,
            factor in before and before[factor].text != ground.text,
        )
        for factor, ground in now.items()
    ]


def _files(session: Session, ids: list[int]) -> dict[int, list[Attachment]]:
    query = select(Attachment).where(Attachment.owner == "assessment", Attachment.owner_id.in_(ids)).order_by(Attachment.id)
    held: dict[int, list[Attachment]] = {}
    for file in session.scalars(query):
        held.setdefault(file.owner_id or 0, []).append(file)
    return held


def duties(session: Session, case: Case) -> Sequence[Clock]:
    """The clocks of the risk level: those that run first, earliest due first, then those that ended."""
    running = Clock.state.in_(OPEN_CLOCK)
    query = select(Clock).where(Clock.case_id == case.id, Clock.stage.in_(STAGES))
    return session.scalars(query.order_by(running.desc(), Clock.due_at, Clock.id)).all()


@dataclass(frozen=True)
class Graded:
    """One row of the list: the case, the state of its newest assessment, and what of its level is due next.

    `ended` says what became of the duties where none runs any more."""

    case: Case
    state: AssessmentState | None
    clock: Clock | None
    ended: str = ""


@dataclass(frozen=True)
class Wanted:
    """Which graded cases: a level, those that await a leader, or all that are matters of public opinion."""

    level: RiskLevel | None = None
    waiting: bool = False
    page: int = 1


def _graded(wanted: Wanted) -> list[ColumnElement[bool]]:
    if wanted.waiting:
        return [assessment_waits()]
    return [Case.risk_level.in_(GRAVE_FIRST if wanted.level is None else (wanted.level,))]


def counts(session: Session, actor: Actor) -> tuple[dict[RiskLevel, int], int]:
    """How many cases the person may see of each level, and how many await a leader."""
    query = select(Case.risk_level, func.count()).where(Case.risk_level.is_not(None), visible(actor)).group_by(Case.risk_level)
    levels: dict[RiskLevel, int] = {level: count for level, count in session.execute(query) if level is not None}
    waiting = select(func.count()).select_from(Case).where(*_graded(Wanted(waiting=True)), visible(actor))
    return levels, int(session.scalar(waiting) or 0)


def graded(session: Session, actor: Actor, wanted: Wanted) -> list[Graded]:
    """One page of graded cases: those in hand or with a date first, then the gravest; one row more than a page holds."""
    query = _page_of(select(Case).where(*_graded(wanted), visible(actor)), wanted)
    cases = session.scalars(query.options(joinedload(Case.lead_unit))).all()
    ids = [case.id for case in cases]
    states, clocks = _states(session, ids), _next_clocks(session, ids)
    ended = _ended(session, [case_id for case_id in ids if case_id not in clocks])
    return [Graded(case, states.get(case.id), clocks.get(case.id), ended_words(ended.get(case.id, ()))) for case in cases]


def _page_of(query: Select[Any], wanted: Wanted) -> Select[Any]:
    open_first = when((may_owe(), 0), else_=1)
    gravity = when({level.value: place for place, level in enumerate(GRAVE_FIRST)}, value=Case.risk_level, else_=9)
    return query.order_by(open_first, gravity, Case.id.desc()).offset((wanted.page - 1) * PER_PAGE).limit(PER_PAGE + 1)


def _states(session: Session, ids: list[int]) -> dict[int, AssessmentState]:
    newest = select(func.max(Assessment.id)).where(Assessment.case_id.in_(ids)).group_by(Assessment.case_id)
    row = aliased(Assessment)
    found = session.execute(select(row.case_id, row.state).where(row.id.in_(newest)))
    return {case_id: state for case_id, state in found if case_id is not None}


def _next_clocks(session: Session, ids: list[int]) -> dict[int, Clock]:
    """The earliest running clock of the level of each case."""
    query = select(Clock).where(Clock.case_id.in_(ids), Clock.stage.in_(STAGES), Clock.state == ClockState.RUNNING)
    held: dict[int, Clock] = {}
    for clock in session.scalars(query.order_by(Clock.due_at, Clock.id)):
        held.setdefault(clock.case_id, clock)
    return held


def _ended(session: Session, ids: list[int]) -> dict[int, list[Ended]]:
    """How each duty of the level of these cases ended: what a rise replaced is told by what took its place."""
    columns = (Clock.case_id, Clock.stage, Clock.met_by_act, Clock.state, Clock.end_reason)
    query = select(*columns).where(Clock.case_id.in_(ids), Clock.stage.in_(STAGES)).order_by(Clock.id)
    newest = {(row.case_id, row.stage, row.met_by_act): Ended(row.state, row.end_reason) for row in session.execute(query)}
    held: dict[int, list[Ended]] = {}
    for (case_id, _stage, _act), duty in newest.items():
        held.setdefault(case_id, []).append(duty)
    return held
