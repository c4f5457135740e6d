"""Carrying out an import, batch by batch; cut short at any moment, it goes on where it was and adds nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from opinion_app.files.sheets import SheetRow, open_sheet
from opinion_app.files.store import AttachmentStore, StorageFailedError
from opinion_app.flow import history, trail
from opinion_app.flow.register import register
from opinion_app.flow.settings import areas
from opinion_app.records.actors import actor_of
from opinion_app.records.case import Case
from opinion_app.records.import_run import ImportProblem, ImportRun
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.cells import cell_text
from opinion_app.rules.errors import Invalid, OfficeError, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.import_columns import Layout
from opinion_app.rules.import_modes import ImportMode, ImportState, is_history
from opinion_app.rules.import_rows import ImportedMessage, ImportOptions, RowOutcome, RowProblem, read_row
from opinion_app.rules.words import Channel, Kind
from opinion_app.steps.intake.importing import layout_of, subject

BATCH = 200  # rows at most; live ones with clocks take seven times as long as history, so the pace decides
FIRST_BATCH = 50
LOCKED_SECONDS = 0.5  # how long others may have to wait for a batch
STILL_AFTER = timedelta(minutes=2)  # a process that has not been heard of for so long is gone
KEPT_CHARACTERS = 20_000_000  # of rows that were not taken; beyond that only their beginnings are kept
EXCERPT = 60
FOUND_SECRET = "表格里有带密级标识的行，试导入已停止，上传的文件已删除。请删去这些行后重新上传；涉密内容按保密规定线下办理。"  # noqa: S105
Progress = Callable[["Tally"], None]


@dataclass(frozen=True)
class Tally:
    """How far an import is."""

    total: int
    done: int
    added: int
    repeated: int
    refused: int
    warned: int
    state: ImportState
    message: str = ""


@dataclass(frozen=True)
class _Plan:
    """Everything of a run that does not change while it runs."""

    run_id: int
    name: str
    stored_name: str
    sheet: str
    layout: Layout
    options: ImportOptions
    mode: ImportMode
    started_at: datetime
    done: int
    dry: bool


def carry_out(run_id: int, tick: Callable[[], datetime], secret: str, store: AttachmentStore, told: Progress) -> Tally:
    """Import or try the sheet of a run that was begun; each batch is a transaction of its own, so no lock is held while reading.

    `told` hears of every batch. What stops the whole file is the message of the answer, whose state is then FAILED. Raises
    Refused when another process is at work on the run or it is over."""
    plan = _claim(run_id, tick())
    job = _Job(plan, tick, secret)
    try:
        with open_sheet(store.path(plan.stored_name), plan.name, plan.sheet) as sheet:
            rows = (row for row in sheet.rows if row.number > plan.layout.header_row)
            ahead, size = islice(rows, plan.done, None), min(FIRST_BATCH, BATCH)
            while batch := list(islice(ahead, size)):
                begun = tick()
                told(job.carry_out(batch))
                size = _next_size(size, (tick() - begun).total_seconds())
    except OfficeError as error:
        if isinstance(error, Refused):
            raise
        tally = _finish(plan, tick(), ImportState.FAILED, error.message)
    else:
        tally = _finish(plan, tick(), ImportState.DRY if plan.dry else ImportState.DONE, "")
    if tally.state is not ImportState.DRY:
        with suppress(StorageFailedError):  # the import itself is safe; the next upload tries to remove the file again
            store.discard(plan.stored_name)
    return tally


def _next_size(size: int, seconds: float) -> int:
    """How many rows to take next, after `size` rows took so long."""
    return max(1, min(BATCH, 2 * size, int(size * LOCKED_SECONDS / max(seconds, 0.001))))


def _claim(run_id: int, now: datetime) -> _Plan:
    free = or_(ImportRun.beaten_at.is_(None), ImportRun.beaten_at < now - STILL_AFTER)
    working = ImportRun.state.in_((ImportState.CHECKING, ImportState.RUNNING))
    with transaction() as session:
        query = update(ImportRun).where(ImportRun.id == run_id, working, free).values(beaten_at=now).returning(ImportRun.id)
        if session.scalar(query) is None:
            raise Refused("这次导入已经结束，或正由另一个进程办理。")
        run = session.get_one(ImportRun, run_id)
        options = ImportOptions(
            source_label=run.source_label,
            channel=Channel.of(run.mapping.get("channel", Channel.IMPORT.value)),
            kind=Kind.of(run.mapping.get("kind", Kind.OTHER.value)),
            areas=areas(session),
            strict_width=run.mapping["sheets"] == ["CSV"],
        )
        return _Plan(
            run.id,
            run.file_name,
            run.stored_name,
            run.mapping["sheet"],
            layout_of(run),
            options,
            run.mode,
            run.started_at or now,
            run.done,
            run.state is ImportState.CHECKING,
        )


def _finish(plan: _Plan, now: datetime, state: ImportState, message: str) -> Tally:
    with transaction() as session:
        run = session.get_one(ImportRun, plan.run_id)
        run.state, run.message, run.finished_at, run.beaten_at = state, message, now, now
        run.mapping = {**run.mapping, "sample": run.mapping["sample"] if state is ImportState.DRY else []}
        if not plan.dry:
            counts = {"新增": (None, run.added), "重复": (None, run.repeated), "未导入": (None, run.refused)}
            trail.record(
                session, "import.end", subject(run), _actor(session, run), now, counts, succeeded=state is ImportState.DONE
            )
        return tally_of(run)


def tally_of(run: ImportRun) -> Tally:
    """How far a run is."""
    return Tally(run.total, run.done, run.added, run.repeated, run.refused, run.warned, run.state, run.message)


def _actor(session: Session, run: ImportRun) -> Actor | None:
    person = session.get(Person, run.created_by_id) if run.created_by_id else None
    return actor_of(session, person) if person else None


class _Job:
    """The loop's memory: what was told of secret rows, how much of refused rows is kept."""

    def __init__(self, plan: _Plan, tick: Callable[[], datetime], secret: str) -> None:
        self._plan, self._tick, self._secret = plan, tick, secret
        self._seen: set[str] = set()  # identities met in a trial, which writes none
        self._room = KEPT_CHARACTERS
        self._secret_noted = False

    def carry_out(self, rows: Sequence[SheetRow]) -> Tally:
        """One batch, in one transaction."""
        plan = self._plan
        outcomes = [read_row(row.number, row.cells, plan.layout, plan.options, plan.started_at) for row in rows]
        if plan.dry and any(outcome.secret for outcome in outcomes):
            raise Invalid(FOUND_SECRET)
        try:
            return self._store(rows, outcomes)
        except IntegrityError:
            # Another import brought some of the same messages in this very moment; now they are there to be seen.
            return self._store(rows, outcomes)

    def _store(self, rows: Sequence[SheetRow], outcomes: Sequence[RowOutcome]) -> Tally:
        now = self._tick()
        with transaction() as session:
            run = session.get_one(ImportRun, self._plan.run_id, with_for_update=True)
            new = self._unknown(session, outcomes)
            problems = [] if self._plan.dry else self._take_in(session, run, new, now)
            failed = {problem.row for problem in problems}
            self._note(session, rows, outcomes, problems)
            run.done += len(rows)
            run.added += len(new) - len(failed)
            run.refused += sum(1 for outcome in outcomes if outcome.message is None) + len(failed)
            run.repeated += sum(1 for outcome in outcomes if outcome.message is not None) - len(new)
            run.warned += sum(1 for outcome in outcomes if outcome.message is not None and outcome.warnings)
            run.beaten_at = now
            self._note_secret(session, run, outcomes, now)
            return tally_of(run)

    def _unknown(self, session: Session, outcomes: Sequence[RowOutcome]) -> list[RowOutcome]:
        """The readable rows whose message the office does not have yet, each message once."""
        keys = {outcome.message.identity_key for outcome in outcomes if outcome.message}
        known = set(session.scalars(select(Case.identity_key).where(Case.identity_key.in_(keys)))) | (keys & self._seen)
        new = []
        for outcome in outcomes:
            if outcome.message is not None and outcome.message.identity_key not in known:
                known.add(outcome.message.identity_key)
                new.append(outcome)
        if self._plan.dry:
            self._seen |= keys
        return new

    def _take_in(self, session: Session, run: ImportRun, new: Sequence[RowOutcome], now: datetime) -> list[RowProblem]:
        actor, problems = _actor(session, run), []
        past: list[ImportedMessage] = []
        for outcome in new:
            message = outcome.message
            if message is None:
                continue
            if is_history(message, self._plan.mode, self._plan.started_at):
                past.append(message)
                continue
            try:
                register(session, message.case, actor, now, self._secret, identity_key=message.identity_key)
            except Invalid as wrong:  # what only shows against the office's own data
                problems.append(RowProblem(outcome.row, "", wrong.message))
        history.take_in(session, past, actor, now, self._secret, subject(run))
        return problems

    def _note(
        self, session: Session, rows: Sequence[SheetRow], outcomes: Sequence[RowOutcome], extra: Sequence[RowProblem]
    ) -> None:
        failed = {problem.row for problem in extra}
        for row, outcome in zip(rows, outcomes, strict=True):
            taken = outcome.message is not None and outcome.row not in failed
            found = [*outcome.problems, *outcome.warnings, *(problem for problem in extra if problem.row == outcome.row)]
            content = self._content(row) if found and not taken and not outcome.secret else {}
            for place, problem in enumerate(found):
                session.add(
                    ImportProblem(
                        run_id=self._plan.run_id,
                        row_no=problem.row,
                        column=problem.column[:80],
                        reason=problem.reason,
                        taken=taken,
                        content={} if place else content,
                    )
                )

    def _content(self, row: SheetRow) -> dict[str, list[str]]:
        """What stood in a row that was not taken, so that it can be put right and imported again."""
        cells = [cell_text(cell).replace("\0", "") for cell in row.cells]
        self._room -= sum(map(len, cells))
        return {"cells": cells if self._room >= 0 else [cell[:EXCERPT] for cell in cells]}

    def _note_secret(self, session: Session, run: ImportRun, outcomes: Sequence[RowOutcome], now: datetime) -> None:
        if not self._secret_noted and any(outcome.secret for outcome in outcomes):
            self._secret_noted = True
            trail.record(session, "register.secret", subject(run), _actor(session, run), now, succeeded=False)
