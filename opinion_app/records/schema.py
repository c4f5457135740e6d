"""The version of the schema: which one the database has, which one this program knows, and the way from one to the other."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from opinion_app import locate
from opinion_app.rules.errors import OfficeError


class SchemaMismatch(OfficeError):
    """The database is not the one this program was made for; nothing may be started on it."""


def newest() -> str:
    """The revision this program was made for."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError("there are no migrations")
    return head


def known(revision: str) -> bool:
    """Whether this program knows the way from `revision` to its own."""
    return any(script.revision == revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def present(connection: Connection) -> str | None:
    """The revision the database has; None for one that was never prepared."""
    return MigrationContext.configure(connection).get_current_revision()


def check(connection: Connection) -> None:
    """Refuse any database but one of exactly this program's schema. Raises SchemaMismatch saying what to do."""
    have, want = present(connection), newest()
    if have is None:
        raise SchemaMismatch("数据库还没有建立。请先运行 opinion init。")
    if have != want and known(have):
        raise SchemaMismatch(f"数据库结构（{have}）比本程序（{want}）旧。请先运行 opinion init 升级，升级前会自动备份。")
    if have != want:
        raise SchemaMismatch(f"数据库结构（{have}）比本程序（{want}）新。请改用与数据库相配的新版程序，不要用旧版程序打开。")


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the database to `revision` inside the transaction of `connection`: all of it or nothing."""
    command.upgrade(_config(connection), revision)


def clear(connection: Connection) -> None:
    """Take every table away again, inside the transaction of `connection`."""
    command.downgrade(_config(connection), "base")


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(locate.migrations()).replace("%", "%%"))
    if connection is not None:
        config.attributes["connection"] = connection
    return config
