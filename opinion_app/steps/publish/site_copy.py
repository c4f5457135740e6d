"""The static copy (静态副本) the clock keeps up to date: when it must be made again, and what is said of its state."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opinion_app.flow.child import environment
from opinion_app.flow.settings import put_setting, setting
from opinion_app.records.job import JobRun
from opinion_app.records.publication import Publication
from opinion_app.records.published import VERSION
from opinion_app.records.transaction import transaction
from opinion_app.rules.settings import Settings
from opinion_app.rules.zone import local_date

JOB = "site_copy"
MADE = "site_copy"  # the setting that says of what the copy was made, and when
UNSET = "没有设置静态副本的文件夹"
LONGEST_REPORT = 300


class CopyFailedError(Exception):
    """The copy could not be made; the message is what the command said."""


@dataclass(frozen=True)
class CopyState:
    """What the page of a withdrawal says of the copy; `failure` is what the last try said, where it failed."""

    kept: bool
    made_at: datetime | None
    failure: str = ""


def follow(settings: Settings, now: datetime, stopping: Callable[[], bool]) -> str:
    """Make the copy again when what is out changed since, and once a day for the office's words and the figures.

    Raises CopyFailedError; the next run tries again."""
    if not settings.site_copy_dir:
        return UNSET
    with transaction() as session:
        mark = f"{local_date(now)}|{_mark(session)}"  # before the copy is made: what changes meanwhile is made again
        if _made(session).get("mark") == mark:
            return "没有变化"
    said = _export(settings, stopping)
    with transaction() as session:
        put_setting(session, MADE, {"mark": mark, "at": now.isoformat()})
    return said


def _made(session: Session) -> dict[str, str]:
    never: dict[str, str] = {}
    return setting(session, MADE, never)


def _mark(session: Session) -> str:
    """Another one after each publication, correction, note and withdrawal."""
    none: Any = 0
    newest = session.scalar(select(func.max(Publication.updated_at)))
    return f"{setting(session, VERSION, none)}|{newest.isoformat() if newest else ''}"


def _export(settings: Settings, stopping: Callable[[], bool]) -> str:
    command = [sys.executable, "-m", "opinion_app.cli", "export-site", settings.site_copy_dir]
    command += ["--site-url", settings.site_copy_url] if settings.site_copy_url else []
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(settings)
    ) as child:
        while True:
            try:
                out, err = child.communicate(timeout=1)
                break
            except subprocess.TimeoutExpired:
                if stopping():
                    child.terminate()
    words = [line for line in (out if child.returncode == 0 else err).decode("utf-8", "replace").splitlines() if line]
    said = (words[-1] if words else f"状态 {child.returncode}")[:LONGEST_REPORT]
    if child.returncode != 0:
        raise CopyFailedError(said)
    return said


def state(session: Session, settings: Settings) -> CopyState:
    """How the copy stands; two queries."""
    if not settings.site_copy_dir:
        return CopyState(kept=False, made_at=None)
    held = _made(session).get("at")
    finished = select(JobRun).where(JobRun.job == JOB, JobRun.finished_at.is_not(None))
    last = session.scalars(finished.order_by(JobRun.slot.desc()).limit(1)).first()
    # the ledger names the kind of error first, which says nothing to a clerk
    failure = last.report.removeprefix(f"{CopyFailedError.__name__}: ") if last is not None and not last.succeeded else ""
    return CopyState(kept=True, made_at=datetime.fromisoformat(held) if held else None, failure=failure)
