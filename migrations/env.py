"""How Alembic reaches the database: through the application's own engine, one transaction per migration."""

from alembic import context
from flask import current_app

import opinion_app.records  # noqa: F401 - fills the metadata
from opinion_app.records.base import Base

# The text indexes are made by opinion_app.search, not by the models.
OTHERS = ("case_index", "publication_index", "sqlite_")


def include_name(name: str | None, type_: str, parent_names: object) -> bool:
    """Leave out the tables that belong to the text indexes."""
    return not (type_ == "table" and name is not None and name.startswith(OTHERS))


def run() -> None:
    """Carry out the migrations on a connection that was handed over, or on a new one of the application."""
    handed = context.config.attributes.get("connection")
    if handed is not None:
        _run_on(handed)
        return
    with current_app.extensions["migrate"].db.engine.connect() as connection:
        _run_on(connection)
        connection.commit()


def _run_on(connection) -> None:  # type: ignore[no-untyped-def]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        include_name=include_name,
        transaction_per_migration=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
