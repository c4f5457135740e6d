"""What commands share: the installation opened without pages, and its schema brought up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from flask import Flask
from sqlalchemy import make_url

from opinion_app import clock, locate
from opinion_app.core import create_core
from opinion_app.desks.backup import operations as backup
from opinion_app.files.store import AttachmentStore
from opinion_app.flow.calendar import load_days
from opinion_app.flow.deadline_table import seed_rules
from opinion_app.flow.installation import installation
from opinion_app.flow.ladder import begin_reminding
from opinion_app.flow.sweep import sweep
from opinion_app.records import schema
from opinion_app.records.base import db
from opinion_app.records.current import settings_of
from opinion_app.records.engine import begin_reading, begin_writing
from opinion_app.records.transaction import transaction
from opinion_app.rules.calendar_seed import SEED_SOURCE, seed_days
from opinion_app.rules.errors import Refused
from opinion_app.rules.settings import Settings
from opinion_app.rules.spoken import moment_words
from opinion_app.rules.zone import local

AHEAD = timedelta(days=7)


@contextmanager
def opened(*, checked: bool = True, fresh: bool = False) -> Iterator[Flask]:
    """The installation of the environment, within its context; `checked` refuses a database of another schema.

    Raises Refused where there is none, and then makes none, unless the command is there to begin one (`fresh`)."""
    settings = cast(Settings, locate.config().load_settings())
    if not fresh:
        _refuse_nothing(settings)
    app = create_core(settings)
    with app.app_context():
        if checked:
            check_schema()
        begin_writing()
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def _refuse_nothing(settings: Settings) -> None:
    """A data folder written wrongly must not become an empty installation that answers for the true one."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        first = "已经在用的，请核对 OPINION_DATA_DIR（和 OPINION_DATABASE_URL）；第一次安装，请先运行 opinion init"
        raise Refused(f"还没有初始化：没有找到数据库 {url.database}。{first}。")


def not_far_ahead(moment: datetime) -> None:
    """Raises Refused for a moment far ahead: what is queued as of then would silence everything until then."""
    if moment > clock.now() + AHEAD:
        late = f"“{moment_words(moment)}”比现在晚 {AHEAD.days} 天以上，请核对年份。"
        raise Refused(f"{late}只想看看那时会发出什么，请用 remind 加 --dry-run。")


def check_schema() -> None:
    """Raises SchemaMismatch unless the database has exactly this program's schema."""
    begin_reading()
    with db.engine.connect() as connection:
        schema.check(connection)


def bring_up_to_date(now: datetime) -> tuple[str | None, Path | None]:
    """Migrate to this program's schema in one transaction; answers the revision before and the backup made of it.

    An older database with an office in it is backed up first. Raises SchemaMismatch for a newer one."""
    begin_reading()
    with db.engine.connect() as connection:
        before = schema.present(connection)
        if before is not None and not schema.known(before):
            schema.check(connection)
    saved = None
    if before is not None and before != schema.newest():
        saved = backup.back_up(backup.folder() / f"before-upgrade-{before}-{local(now):%Y%m%d-%H%M%S}.zip", now).path
    begin_writing()
    with db.engine.begin() as connection:
        schema.upgrade(connection)
    return before, saved


def sweep_strays(now: datetime) -> int:
    """Clear away what a crash left behind, before the service opens; answers how many files went."""
    begin_reading()
    with transaction() as session:
        return sweep(session, AttachmentStore(settings_of().data_dir / "attachments"), now)


def seed(now: datetime) -> int:
    """The deadline rules, the holidays and the name of its own an installation starts with, where it has none; answers how many
    rules were added."""
    begin_writing()
    with transaction() as session:
        installation(session)
        added = seed_rules(session, now)
        if added:
            begin_reminding(session, now)
            rows = list(seed_days())
            load_days(session, rows, {row.day.year for row in rows}, now, SEED_SOURCE)
    return added
