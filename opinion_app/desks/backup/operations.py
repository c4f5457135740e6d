"""Making a backup while the office works.

A backup is read inside one transaction that sees the database as it was when it began (a WAL snapshot on SQLite, REPEATABLE
READ on PostgreSQL), so nobody waits for it and it waits for nobody. Attachments are copied after the rows; their names are
never used twice, so every row's file is there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from opinion_app.desks.backup import tables
from opinion_app.desks.backup.queries import FOLDER, backups_in
from opinion_app.files.backup_file import FORMAT, BackupWriter, Manifest, writing
from opinion_app.files.store import AttachmentStore, StoredFileMissingError
from opinion_app.flow import trail
from opinion_app.records import schema
from opinion_app.records.base import db
from opinion_app.records.current import settings_of
from opinion_app.records.engine import reading_only
from opinion_app.records.import_run import ImportRun
from opinion_app.rules.errors import Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.query_code import keyed_hash
from opinion_app.rules.zone import local

log = logging.getLogger(__name__)
PROGRAM = "opinion"
ALWAYS_KEPT = 3
# Sheets on their way in lie in a folder of their own and go when their import is over: a restoration ends those imports.
LYING_ELSEWHERE = frozenset({ImportRun.__tablename__})


@dataclass(frozen=True)
class Made:
    """What a backup holds."""

    path: Path
    rows: int
    attachments: int
    missing: tuple[str, ...]
    size: int

    @property
    def words(self) -> str:
        """What is told about it."""
        lost = f"，{len(self.missing)} 个附件的文件已不在磁盘上" if self.missing else ""
        return f"{self.path.name}：{self.rows} 行数据、{self.attachments} 个附件，{self.size / 1_048_576:.1f} MB{lost}"


def back_up(target: Path, now: datetime) -> Made:
    """Write the whole office to `target`. Raises Refused where that file exists; a crash leaves no half of it."""
    if target.exists():
        raise Refused(f"文件已存在：{target}。请换一个文件名。")
    with _snapshot() as connection:
        revision = schema.present(connection)
        if revision is None:
            raise Refused("数据库还没有建立，没有可备份的内容。")
        manifest = Manifest(FORMAT, PROGRAM, revision, connection.dialect.name, now.isoformat(), secret_mark())
        with writing(target, manifest) as file:
            names = _write_tables(connection, file)
            _write_attachments(names, file)
    rows = sum(part.rows for part in manifest.tables.values())
    return Made(target, rows, len(manifest.attachments), tuple(manifest.missing), target.stat().st_size)


def secret_mark() -> str:
    """Tells one installation's key from another's without telling the key."""
    return keyed_hash(settings_of().secret_key, "backup", "")


@contextmanager
def _snapshot() -> Iterator[Connection]:
    with reading_only(), db.engine.connect() as plain:
        if plain.dialect.name == "sqlite":
            with plain.begin():
                yield plain
            return
        connection = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            yield connection


def _write_tables(connection: Connection, file: BackupWriter) -> list[str]:
    names: dict[str, None] = {}
    for table in tables.reflected(connection):
        file.add_table(table.name, tables.kinds_of(table), tables.rows_of(connection, table))
        if "stored_name" in table.columns and table.name not in LYING_ELSEWHERE:
            found = connection.scalars(select(table.c.stored_name).where(table.c.stored_name != ""))
            names |= dict.fromkeys(found)
    return list(names)


def _write_attachments(names: list[str], file: BackupWriter) -> None:
    store = AttachmentStore(settings_of().data_dir / "attachments")
    for name in names:
        try:
            with store.open(name) as source:
                file.add_attachment(name, source)
        except StoredFileMissingError:
            file.manifest.missing.append(name)


def folder() -> Path:
    """Where the nightly backups lie."""
    return settings_of().data_dir / FOLDER


def target_for(now: datetime) -> Path:
    """The file of a backup made now."""
    return folder() / f"opinion-{local(now):%Y%m%d-%H%M%S}.zip"


def nightly(now: datetime) -> str:
    """The job of the night: make a backup and drop those older than the office keeps; answers what is to be told."""
    made = back_up(target_for(now), now)
    gone = prune(now)
    return made.words + (f"；清理旧备份 {gone} 份" if gone else "")


def prune(now: datetime) -> int:
    """Remove nightly backups older than BACKUP_KEEP_DAYS, never the last three; answers how many went."""
    before = now - timedelta(days=settings_of().backup_keep_days)
    old = [backup for backup in backups_in(folder())[ALWAYS_KEPT:] if backup.nightly and backup.made_at < before]
    for backup in old:
        backup.path.unlink(missing_ok=True)
    return len(old)


def note(session: Session, made: Made, actor: Actor | None, now: datetime) -> None:
    """Put a backup made by hand on the trail."""
    trail.record(session, "backup", made.path.name, actor, now, {"内容": (None, made.words)}, actor_name="命令行")
