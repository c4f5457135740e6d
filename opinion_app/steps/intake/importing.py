"""What a person decides about an import before it runs: the file, the mapping, whether it is history or to be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from opinion_app.files.received import Received
from opinion_app.files.store import AttachmentStore
from opinion_app.flow import trail
from opinion_app.records.import_run import ImportProblem, ImportRun
from opinion_app.rules.errors import Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.import_columns import Layout, layout_from_data
from opinion_app.rules.import_fields import Field
from opinion_app.rules.import_modes import ImportMode, ImportState, check_mode
from opinion_app.rules.words import Channel, Kind
from opinion_app.steps.intake.sheet_peek import Peek

GONE = "这次导入已经结束，原表格已从系统中删除。需要再次导入的，请重新上传。"


@dataclass(frozen=True)
class Choices:
    """What holds for the whole file: which column is what, where it is from, what stands in for missing columns."""

    columns: Mapping[Field, int | None]
    mode: ImportMode
    source_label: str = ""
    channel: Channel = Channel.IMPORT
    kind: Kind = Kind.OTHER


def import_store(data_dir: Path) -> AttachmentStore:
    """Where sheets lie until their import is over: apart from attachments, which no sweep of those may touch."""
    return AttachmentStore(data_dir / "imports")


def prepare(session: Session, file: Received, seen: Peek, actor: Actor | None, now: datetime) -> ImportRun:
    """Note an uploaded sheet that could be read; nothing is imported yet."""
    run = ImportRun(
        file_name=file.name,
        stored_name=file.stored.stored_name,
        sha256=file.stored.sha256,
        mapping=seen.as_data(),
        total=seen.rows,
        created_at=now,
        created_by_id=actor.id if actor else None,
    )
    session.add(run)
    session.flush()
    return run


def layout_of(run: ImportRun) -> Layout:
    """The layout a run is read by."""
    return layout_from_data(run.mapping["layout"])


def take_sheet(session: Session, run: ImportRun, seen: Peek) -> None:
    """Read another part of the workbook instead."""
    _check_waiting(run)
    run.mapping, run.total = seen.as_data(), seen.rows
    _forget(session, run)


def choose(run: ImportRun, choices: Choices) -> None:
    """Keep what the person chose. Raises Invalid where rows could not be read so, Refused once the run is on its way."""
    _check_waiting(run)
    layout = layout_of(run).with_choices(choices.columns)
    layout.check()
    check_mode(layout, choices.mode)
    said = {"channel": choices.channel.value, "kind": choices.kind.value}
    run.mapping = {**run.mapping, "layout": layout.as_data(), **said}
    run.mode, run.source_label = choices.mode, choices.source_label


def begin(session: Session, run: ImportRun, actor: Actor | None, now: datetime, *, dry: bool) -> None:
    """Let the run begin; the process that does the work is started after this is committed."""
    _check_waiting(run)
    _forget(session, run)
    run.state = ImportState.CHECKING if dry else ImportState.RUNNING
    run.started_at, run.beaten_at, run.finished_at, run.message = now, None, None, ""
    if not dry:
        values = {"文件": (None, run.file_name), "方式": (None, run.mode), "行数": (None, run.total)}
        trail.record(session, "import.start", subject(run), actor, now, values)


def subject(run: ImportRun) -> str:
    """How the trail names a run."""
    return f"import:{run.id}"


def drop(session: Session, run: ImportRun) -> str:
    """Give up an import that has not begun; answers the stored name of the file to remove once this is committed."""
    _check_waiting(run)
    _forget(session, run)
    session.delete(run)
    return run.stored_name


def _forget(session: Session, run: ImportRun) -> None:
    session.execute(delete(ImportProblem).where(ImportProblem.run_id == run.id))
    run.done = run.added = run.repeated = run.refused = run.warned = 0


def _check_waiting(run: ImportRun) -> None:
    if run.state in (ImportState.DONE, ImportState.FAILED):
        raise Refused(GONE)
    if not run.state.is_waiting:
        raise Refused("这次导入已经开始，请等它结束。")


def default_choices(run: ImportRun) -> dict[str, Any]:
    """What the preview is opened with: as recognised, or as chosen before."""
    layout = layout_of(run)
    no_times = Field.SENT_AT not in layout.columns
    mode = "" if no_times and run.mode is ImportMode.AUTO else run.mode.value
    columns = {f"column_{field.value}": layout.columns.get(field) for field in Field}
    return columns | {
        "mode": mode,
        "source_label": run.source_label,
        "channel": run.mapping.get("channel", Channel.IMPORT.value),
        "kind": run.mapping.get("kind", Kind.OTHER.value),
        "sheet": run.mapping["sheet"],
    }
