"""Which backups there are and how the last night went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.files.backup_file import reading
from opinion_app.records.job import JobRun
from opinion_app.rules.errors import Refused

FOLDER = "backups"
JOB = "backup"
TOO_OLD = timedelta(hours=36)


@dataclass(frozen=True)
class Backup:
    """One file of the backup folder; a damaged one has no content."""

    path: Path
    made_at: datetime
    size: int
    cases: int
    attachments: int
    missing: int
    nightly: bool
    whole: bool


def backups_in(folder: Path) -> list[Backup]:
    """The backups in a folder, newest first."""
    found = [_look(path) for path in folder.glob("*.zip")]
    return sorted(found, key=lambda backup: backup.made_at, reverse=True)


def _look(path: Path) -> Backup:
    kept = path.stat()
    nightly = path.name.startswith("opinion-")
    try:
        with reading(path) as file:
            manifest = file.manifest
    except Refused:
        return Backup(path, datetime.fromtimestamp(kept.st_mtime).astimezone(), kept.st_size, 0, 0, 0, nightly, False)
    cases = manifest.tables["cases"].rows if "cases" in manifest.tables else 0
    made_at = datetime.fromisoformat(manifest.made_at)
    return Backup(path, made_at, kept.st_size, cases, len(manifest.attachments), len(manifest.missing), nightly, True)


def newest(folder: Path) -> Backup | None:
    """The newest whole backup."""
    return next((backup for backup in backups_in(folder) if backup.whole), None)


def last_night(session: Session) -> JobRun | None:
    """How the nightly job went last time."""
    return session.scalar(select(JobRun).where(JobRun.job == JOB).order_by(JobRun.slot.desc()).limit(1))
