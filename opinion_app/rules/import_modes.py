"""Whether an imported message is history or still to be done, and how far an import is (decisions 45)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from opinion_app.rules.errors import Invalid
from opinion_app.rules.import_columns import Layout
from opinion_app.rules.import_fields import Field
from opinion_app.rules.import_rows import ImportedMessage
from opinion_app.rules.words import Word

HISTORY_AFTER: Final = timedelta(days=90)


class ImportMode(Word):
    """What the rows of a sheet are to the office."""

    AUTO = "auto", "按收到时间区分"
    HISTORY = "history", "全部作为历史件"
    OPEN = "open", "未答复的全部作为待办"


class ImportState(Word):
    """How far an import is."""

    PREPARED = "prepared", "待确认"
    CHECKING = "checking", "试导入中"
    DRY = "dry", "已试导入"
    RUNNING = "running", "导入中"
    DONE = "done", "已完成"
    FAILED = "failed", "没有完成"

    @property
    def is_working(self) -> bool:
        """Whether a process is reading the sheet, or should be."""
        return self in (ImportState.CHECKING, ImportState.RUNNING)

    @property
    def is_waiting(self) -> bool:
        """Whether a person decides what comes next."""
        return self in (ImportState.PREPARED, ImportState.DRY)


def is_history(message: ImportedMessage, mode: ImportMode, now: datetime) -> bool:
    """Whether the message comes in without clocks and reminders: it has been answered, or it is old, or a person said so."""
    if message.reply or mode is ImportMode.HISTORY:
        return True
    return mode is ImportMode.AUTO and now - message.case.received_at > HISTORY_AFTER


def check_mode(layout: Layout, mode: ImportMode) -> None:
    """Raise Invalid where the sheet cannot tell old from new and nobody said which it is."""
    if mode is ImportMode.AUTO and Field.SENT_AT not in layout.columns:
        raise Invalid(
            "这个表格没有留言时间，分不出哪些是历史件。请选择“全部作为历史件”或“未答复的全部作为待办”。",
            {"mode": "请选择按历史件还是按待办导入。"},
        )
