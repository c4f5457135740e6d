"""The cases of one test take turns on the engines: every test runs on both, each row of its table on one of them.

What differs between the engines is how a question is put and answered, and a test puts the same ones for each of its rows. Where
that is what is proved (search, faults, migrations) every row runs on both; `make both` runs all of them so.
"""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from zlib import crc32

import pytest

from tests.support.databases import ENGINES

EVERY = "OPINION_TEST_EVERY"  # set to run every row on both engines
ON_BOTH = ("search", "faults", "migrations")


class Turns:
    """Leaves out of a run what the other engine has its turn with."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep of each row of a test the turn of one engine; what was picked by hand on one engine stays."""
        if os.environ.get(EVERY):
            return
        rows: dict[str, dict[str, dict[str, pytest.Item]]] = defaultdict(lambda: defaultdict(dict))
        for item in items:
            if (found := _turn(item)) is not None:
                row, engine = found
                rows[item.nodeid.partition("[")[0]][row][engine] = item
        left_out = {twin for test, table in rows.items() if len(table) > 1 for twin in _left_out(test, table)}
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = [item for item in items if item not in left_out]


def _left_out(test: str, table: dict[str, dict[str, pytest.Item]]) -> list[pytest.Item]:
    first = crc32(test.encode())  # so that the first rows of all tests are not all on one engine
    turns = ((turn, ENGINES[(first + turn) % len(ENGINES)]) for turn in range(len(table)))
    return [
        item
        for (_, engine), twins in zip(turns, table.values(), strict=True)
        for other, item in twins.items()
        if other != engine and engine in twins
    ]


def _turn(item: pytest.Item) -> tuple[str, str] | None:
    """The row and the engine of a test that is asked on both; None for one that has no engine, or two."""
    spec = getattr(item, "callspec", None)
    if spec is None or Path(item.path).parent.name in ON_BOTH:
        return None
    engines = [str(value) for value in spec.params.values() if value in ENGINES]
    words = spec.id.split("-")
    if len(engines) != 1 or engines[0] not in words:
        return None
    words.remove(engines[0])
    return "-".join(words), engines[0]
