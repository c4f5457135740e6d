"""A list as a sheet: the columns an office expects, within what the person may see, never contact data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

from sqlalchemy import Row, Subquery, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from opinion_app.desks.worklist.queries import Wanted, query_of
from opinion_app.desks.worklist.tabs import Moment
from opinion_app.files.write_sheet import Column, write_csv, write_xlsx
from opinion_app.flow import trail
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case, Letter
from opinion_app.records.unit import Unit
from opinion_app.rules.deadline import is_late
from opinion_app.rules.due_date import DueDate
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import AssignmentState, UnitRole, Word
from opinion_app.rules.zone import local

MOST_ROWS = 10_000  # of a workbook
ENDED = (AssignmentState.RETURNED, AssignmentState.WITHDRAWN)
COLUMNS = (
    Column("序号", 6),
    Column("编号", 17),
    Column("来源", 10),
    Column("渠道", 12),
    Column("原编号", 16),
    Column("标题", 44),
    Column("诉求类型", 10),
    Column("领域", 8),
    Column("办理类别", 14),
    Column("紧急程度", 10),
    Column("风险等级", 10),
    Column("来文单位", 18),
    Column("来文文号", 22),
    Column("收到时间", 17),
    Column("受理时间", 17),
    Column("环节", 10),
    Column("主办单位", 22),
    Column("协办单位", 22),
    Column("承办人", 10),
    Column("到期时间", 17),
    Column("是否逾期", 10),
    Column("答复时间", 17),
    Column("答复方式", 12),
    Column("办结时间", 17),
    Column("公开决定", 10),
)


def write(session: Session, target: IO[bytes], name: str, actor: Actor, wanted: Wanted, at: Moment) -> tuple[int, str]:
    """Write the cases of a list to a file; answers how many there are and what kind of file it is.

    Beyond MOST_ROWS a workbook takes a server's thread for too long; a .csv holds any number and opens in the same programs."""
    rows = _rows(session, actor, wanted, at)
    if int(session.scalar(select(func.count()).select_from(_ids(actor, wanted, at))) or 0) > MOST_ROWS:
        return write_csv(target, COLUMNS, rows), "csv"
    return write_xlsx(target, name, COLUMNS, rows), "xlsx"


def _ids(actor: Actor, wanted: Wanted, at: Moment) -> Subquery:
    return query_of(actor, wanted, at).with_only_columns(Case.id).order_by(None).limit(MOST_ROWS + 1).subquery()


def _rows(session: Session, actor: Actor, wanted: Wanted, at: Moment) -> Iterator[tuple[str, ...]]:
    supporting = aliased(Unit)
    units = (
        select(func.aggregate_strings(supporting.name, "、"))
        .join(Assignment, Assignment.unit_id == supporting.id)
        .where(Assignment.case_id == Case.id, Assignment.role == UnitRole.SUPPORT, Assignment.state.not_in(ENDED))
        .correlate(Case)
    )
    query = (
        query_of(actor, wanted, at)
        .add_columns(Letter.issuer, Letter.document_number, units.scalar_subquery().label("supporting"))
        .outerjoin(Letter, Letter.case_id == Case.id)
        .options(joinedload(Case.lead_unit), joinedload(Case.handler).lazyload("*"))
    )
    for number, row in enumerate(session.execute(query.execution_options(yield_per=500)), 1):
        yield _row(number, row, at.now)


def _row(number: int, row: Row[Any], now: datetime) -> tuple[str, ...]:
    case: Case = row[0]
    return (
        str(number),
        case.number,
        case.source.label,
        case.channel.label,
        case.original_number,
        case.title,
        case.kind.label,
        case.area,
        case.procedure.label,
        case.urgency.label,
        _label(case.risk_level),
        row.issuer or "",
        row.document_number or "",
        _moment(case.received_at),
        _moment(case.accepted_at),
        case.stage.label,
        case.lead_unit.name if case.lead_unit else "",
        row.supporting or "",
        case.handler.name if case.handler else "",
        _due(case),
        "逾期" if case.next_due_at is not None and is_late(case.next_due_at, now) else "",
        _moment(case.answered_at),
        _label(case.answer_method),
        _moment(case.closed_at),
        _label(case.disclosure),
    )


def _label(word: Word | None) -> str:
    return word.label if word is not None else ""


def _due(case: Case) -> str:
    """Until when, with what a reader must know of it: a date of a year that is not loaded, a clock that stands still."""
    if case.next_due_at is None:
        return "计时中止" if case.suspended_for else ""
    return _moment(case.next_due_at) + DueDate(case.next_due_at, case.next_due_provisional).mark


def _moment(moment: datetime | None) -> str:
    """2026-11-23 09:12 in Shanghai, as text, so that every spreadsheet shows the same."""
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment is not None else ""


def record(session: Session, actor: Actor, now: datetime, name: str, conditions: str, rows: int, address: str) -> None:
    """Put an export on the trail: which list, under which conditions, how many cases."""
    values = {"列表": (None, name), "条件": (None, conditions or "无"), "件数": (None, rows)}
    trail.record(session, "export", "cases", actor, now, values, address=address)
