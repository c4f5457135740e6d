"""What the import pages read: the runs, one run, and the rows that were not taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from opinion_app.records.import_run import ImportProblem, ImportRun
from opinion_app.rules.errors import NotFound
from opinion_app.rules.import_modes import ImportState

STALE_AFTER = timedelta(days=1)


def runs(session: Session, page: int, per_page: int) -> Sequence[ImportRun]:
    """One page of imports, newest first, with one row more than the page has."""
    query = select(ImportRun).options(joinedload(ImportRun.created_by)).order_by(ImportRun.id.desc())
    return session.scalars(query.offset((page - 1) * per_page).limit(per_page + 1)).all()


def run_of(session: Session, run_id: int) -> ImportRun:
    """One import. Raises NotFound."""
    run = session.scalar(select(ImportRun).options(joinedload(ImportRun.created_by)).where(ImportRun.id == run_id))
    if run is None:
        raise NotFound("没有这次导入。")
    return run


def problems(session: Session, run_id: int, limit: int, page: int = 1) -> Sequence[ImportProblem]:
    """What was wrong, rows not taken before those that only want a look, in the order of the sheet."""
    query = select(ImportProblem).where(ImportProblem.run_id == run_id)
    query = query.order_by(ImportProblem.taken, ImportProblem.row_no, ImportProblem.id)
    return session.scalars(query.offset((page - 1) * limit).limit(limit)).all()


def refused_rows(session: Session, run_id: int) -> Iterator[tuple[int, str, list[str]]]:
    """Every row that was not taken: its number, its reasons in one text, its cells."""
    query = select(ImportProblem).where(ImportProblem.run_id == run_id, ImportProblem.taken.is_(False))
    held: tuple[int, list[str], list[str]] | None = None
    for row in session.scalars(query.order_by(ImportProblem.row_no, ImportProblem.id).execution_options(yield_per=500)):
        reason = f"{row.column}：{row.reason}" if row.column else row.reason
        if held is not None and held[0] == row.row_no:
            held[1].append(reason)
            held[2].extend(row.content.get("cells", []))
            continue
        if held is not None:
            yield held[0], "；".join(held[1]), held[2]
        held = (row.row_no, [reason], list(row.content.get("cells", [])))
    if held is not None:
        yield held[0], "；".join(held[1]), held[2]


def abandoned(session: Session, now: datetime) -> Sequence[ImportRun]:
    """Imports somebody prepared and left: their sheets hold names and numbers and must not lie about."""
    waiting = ImportRun.state.in_((ImportState.PREPARED, ImportState.DRY))
    return session.scalars(select(ImportRun).where(waiting, ImportRun.created_at < now - STALE_AFTER)).all()
