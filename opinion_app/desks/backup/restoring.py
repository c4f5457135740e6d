"""Putting a backup back, whole or not at all.

After a restoration no reminder of the past is sent again, because the ledger of what was sent (notices, reminders) and of what
ran (job_runs) comes back with the rest; the moment of the restoration is kept in the setting `restored_at` for whoever must tell
what fell due in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, delete, func, inspect, select, text, update
from sqlalchemy.orm import Session

from opinion_app.desks.backup import tables
from opinion_app.desks.backup.held_back import Seen, hold_back, publications_here
from opinion_app.desks.backup.operations import back_up, folder, secret_mark
from opinion_app.files.backup_file import BackupReader, Manifest, reading
from opinion_app.files.store import AttachmentStore
from opinion_app.flow import index, trail
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.settings import put_setting
from opinion_app.flow.unjudged import digests_made
from opinion_app.records import schema
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.current import settings_of
from opinion_app.records.engine import begin_reading, begin_writing
from opinion_app.records.import_run import ImportRun
from opinion_app.records.job import Lease
from opinion_app.records.person import Person, SignInSession
from opinion_app.rules.errors import Refused
from opinion_app.rules.import_modes import ImportState
from opinion_app.rules.timetable import digest_time
from opinion_app.rules.words import ClockState
from opinion_app.rules.zone import local, local_date, on_day, start_of_day

SHEET_LEFT = "恢复备份时这次导入还没有完成，备份里不含原表格。已导入的行都在；请重新上传表格，不会重复增加。"


@dataclass(frozen=True)
class Restored:
    """What a restoration brought back, and whether its secret key is another one than here.

    `out`: replies the public sees now; `held_back`: numbers of those that were withdrawn or corrected since the backup;
    `unheard`: of the cases with a date that ends today and of which this morning's digest, if it was made at all, is lost."""

    rows: int
    attachments: int
    made_at: datetime
    other_secret: bool
    saved_before: Path | None
    out: int
    held_back: tuple[str, ...]
    unheard: tuple[str, ...]


def restore(source: Path, now: datetime, *, force: bool = False) -> Restored:
    """Put a backup in the place of what is here: checked first, then in one transaction, brought to today's schema.

    Raises Refused for a damaged file, for one of a newer schema, and for a target that is in use unless `force`; what `force`
    replaces is backed up before. Nobody stays signed in, and what was withdrawn or corrected in the office that is replaced stays
    in. Stop the service first."""
    with reading(source) as file:
        manifest = file.manifest
        if not schema.known(manifest.revision):
            raise Refused(f"这份备份的数据结构（{manifest.revision}）比本程序新，请用新版程序恢复。")
        file.verify()
        saved = _clear_the_way(now, force=force)
        known = publications_here() if saved is not None else {}
        _put_attachments_back(file)
        begin_writing()
        with db.engine.begin() as connection:
            rows = _load(connection, file)
            out, held_back, unheard = _settle(connection, manifest, known, now)
    made_at = datetime.fromisoformat(manifest.made_at)
    other = manifest.secret != secret_mark()
    return Restored(rows, len(manifest.attachments), made_at, other, saved, out, held_back, unheard)


def _clear_the_way(now: datetime, *, force: bool) -> Path | None:
    """Refuse to overwrite an office that is in use, or save it first."""
    begin_reading()
    with db.engine.connect() as connection:
        have = schema.present(connection)
        if have is not None and not schema.known(have):
            raise Refused("目标数据库由更新版本的程序建立，不能覆盖。请换一个空的数据库。")
        used = have is not None and _in_use(connection)
    if not used:
        return None
    if not force:
        raise Refused("目标数据库里已有数据。确实要用备份覆盖时，请加 --force；覆盖前会先自动备份现有数据。")
    return back_up(folder() / f"before-restore-{local(now):%Y%m%d-%H%M%S}.zip", now).path


def _in_use(connection: Connection) -> bool:
    held = inspect(connection).get_table_names()
    return any(
        model.__tablename__ in held and connection.scalar(select(func.count()).select_from(model)) for model in (Person, Case)
    )


def _put_attachments_back(file: BackupReader) -> None:
    store = AttachmentStore(settings_of().data_dir / "attachments")
    for name, part in file.manifest.attachments.items():
        with file.attachment(name) as source:
            store.put_back(name, source, part.sha256)


def _load(connection: Connection, file: BackupReader) -> int:
    if schema.present(connection) is not None:
        schema.clear(connection)
    schema.upgrade(connection, file.manifest.revision)
    strict = tables.loosen(connection)
    made = {table.name: table for table in tables.reflected(connection)}
    rows = 0
    for name, part in file.manifest.tables.items():
        connection.execute(delete(made[name]))  # what a migration put there itself comes back with the rest
        rows += tables.put_rows(connection, made[name], part.columns, file.rows(name))
    for statement in strict:
        connection.execute(text(statement))
    tables.go_on_counting(connection, list(made.values()))
    schema.upgrade(connection)
    return rows


def _settle(
    connection: Connection, manifest: Manifest, known: Mapping[str, Seen], now: datetime
) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """What must differ from the office that was backed up: nobody is signed in, no clock acts, what was withdrawn stays so, the
    trail tells of it. Answers how many replies are out, the numbers of those held back, and of what nobody will be told today."""
    with Session(connection) as session:
        with session.begin():
            ended = {"ended_at": now, "end_reason": "restored"}
            session.execute(update(SignInSession).where(SignInSession.ended_at.is_(None)).values(ended))
            session.execute(delete(Lease))
            under_way = ImportRun.state.not_in((ImportState.DONE, ImportState.FAILED))
            given_up = {"state": ImportState.FAILED, "message": SHEET_LEFT, "finished_at": now}
            session.execute(update(ImportRun).where(under_way).values(given_up))
            put_setting(session, "restored_at", now.isoformat())
            out, held_back = hold_back(session, known, now)
            values = {"备份时间": (None, manifest.made_at), "仍保持撤回的公开答复": (None, "、".join(held_back) or None)}
            trail.record(session, "restore", "database", None, now, values, actor_name="命令行")
        with session.begin():
            index.rebuild(session)
            unheard = _unheard(session, now)
    return out, held_back, unheard


def _unheard(session: Session, now: datetime) -> tuple[str, ...]:
    """The cases with a date that ends today though no digest names it: the slot of this morning has passed and is not caught up
    after a restoration (R9), and whether it was told before the machine was lost nobody knows here."""
    today = local_date(now)
    past = now >= on_day(today, digest_time(settings_of().digest_at)) and work_calendar(session).is_working(today)
    if not past or digests_made(session, today):
        return ()
    ends_today = Clock.due_at >= now, Clock.due_at < start_of_day(today + timedelta(days=1))
    query = select(Case.number).join(Clock, Clock.case_id == Case.id).where(Clock.state == ClockState.RUNNING, *ends_today)
    return tuple(session.scalars(query.distinct().order_by(Case.number)))
