"""The sweep (清扫): files that a crash left behind and no row names go; what any row names stays."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.files.store import AttachmentStore
from opinion_app.records.base import Base

# An upload whose row is not committed yet, or a form that is being put right, is younger than this.
KEPT_FOR = timedelta(hours=6)
COLUMN = "stored_name"
_NAME = re.compile(r"[0-9a-f]{32}")


def sweep(session: Session, store: AttachmentStore, now: datetime) -> int:
    """Remove stored files that no row names and half-written ones, older than KEPT_FOR; answers how many went.

    Safe at any time, also while others upload. Raises StorageFailedError when the disk refuses."""
    return store.sweep(named_files(session), now - KEPT_FOR)


def named_files(session: Session) -> set[str]:
    """The name of every stored file that any row speaks of.

    A column `stored_name` of whatever table counts, and any such name within a submission's list of files: a table added later
    is not forgotten, and a name too many costs nothing where one too few would cost a letter its scan."""
    named: set[str] = set()
    for table in Base.metadata.tables.values():
        if COLUMN in table.c:
            named.update(session.scalars(select(table.c[COLUMN])))
    listed = Base.metadata.tables["submissions"].c.files
    for files in session.scalars(select(listed)):
        named.update(_NAME.findall(json.dumps(files)))
    return named
