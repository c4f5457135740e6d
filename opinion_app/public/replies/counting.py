"""View counts (浏览量): kept in memory and written now and then in one short transaction, never once per reading."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping

from sqlalchemy import Connection

from opinion_app.records.once import insert_for
from opinion_app.records.publication import ViewCount

EVERY_SECONDS = 30.0
EVERY_VIEWS = 200


class Views:
    """What was read since the last writing, in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: Counter[int] = Counter()
        self._since: float | None = None

    def add(self, publication_id: int, ticks: float) -> bool:
        """Note one reading at `ticks` (seconds, monotonic); answers whether it is time to write."""
        with self._lock:
            self._seen[publication_id] += 1
            if self._since is None:
                self._since = ticks
            return ticks - self._since >= EVERY_SECONDS or self._seen.total() >= EVERY_VIEWS

    def take(self) -> dict[int, int]:
        """Hand over what was counted and begin anew."""
        with self._lock:
            taken, self._seen, self._since = dict(self._seen), Counter(), None
        return taken

    def give_back(self, taken: Mapping[int, int]) -> None:
        """Keep for later what could not be written."""
        with self._lock:
            self._seen.update(taken)


def write(connection: Connection, taken: Mapping[int, int]) -> None:
    """Add the readings to the table; always in the same order, so that two writers never wait for each other."""
    for publication_id, views in sorted(taken.items()):
        new = insert_for(connection, ViewCount).values(publication_id=publication_id, views=views)
        more = {"views": ViewCount.views + new.excluded.views}
        connection.execute(new.on_conflict_do_update(index_elements=["publication_id"], set_=more))
