"""Made-up sheets of messages, and the import run over them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask

from opinion_app.files.received import Received
from opinion_app.records.current import settings_of
from opinion_app.records.transaction import transaction
from opinion_app.rules.file_kinds import IMPORT_LIMITS
from opinion_app.rules.import_modes import ImportMode
from opinion_app.steps.intake import import_job, importing
from opinion_app.steps.intake.import_job import Tally
from opinion_app.steps.intake.importing import Choices, import_store
from opinion_app.steps.intake.sheet_peek import peek
from tests.builders.office import NOW, SECRET
from tests.files.made_sheets import xlsx

HEADERS = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间", "答复单位", "电话")


def row(number: int, **cells: Any) -> list[Any]:
    """One row of the made-up platform; keywords replace cells by header."""
    usual = {
        "留言编号": f"T{number}",
        "留言用户": f"用户{number}",
        "留言主题": f"第{number}号路段积水",
        "留言时间": "2019/4/25 9:32:09",
        "留言详情": f"\n\t\t\t第{number}号路段下雨就积水_x000D_\n车辆过不去。",
    }
    return [(usual | cells).get(header) for header in HEADERS]


def made(folder: Path, rows: Iterable[Iterable[Any]], name: str = "留言.xlsx") -> Path:
    """A sheet with the usual headers."""
    return xlsx(folder / name, [HEADERS, *rows])


def begun(
    app: Flask, path: Path, mode: ImportMode = ImportMode.AUTO, *, dry: bool = False, now: datetime = NOW, **choices: Any
) -> int:
    """An import of the file at `path` that may start; needs the application's context."""
    store = import_store(settings_of(app).data_dir)
    with path.open("rb") as stream:
        received = Received(path.name, store.save(stream, path.name, IMPORT_LIMITS), store)
    seen = peek(store.path(received.stored.stored_name), path.name)
    with transaction() as session:
        run = importing.prepare(session, received, seen, None, now)
        importing.choose(run, Choices(choices.pop("columns", {}), mode, **choices))
        importing.begin(session, run, None, now, dry=dry)
        return run.id


def carried_out(app: Flask, run_id: int, now: datetime = NOW, told: Any = None) -> Tally:
    """Let an import run in this process."""
    store = import_store(settings_of(app).data_dir)
    return import_job.carry_out(run_id, lambda: now, SECRET, store, told or (lambda tally: None))


def imported(app: Flask, path: Path, mode: ImportMode = ImportMode.AUTO, **options: Any) -> Tally:
    """Begin and carry out."""
    return carried_out(app, begun(app, path, mode, **options))
