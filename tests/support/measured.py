"""Which tests count towards coverage: tracing takes a third of the time, and most of that where it finds nothing new.

Left out are tests whose twin on SQLite runs the same lines, properties (a table has to show each line by itself), what is marked
`many_times`, and the rooms that walk through the whole service and meet again what each part's own tests must have shown. Not to
measure them asks more of the others, never less. What differs by engine (tests/flow) and what runs on PostgreSQL alone is
measured.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import coverage
import pytest
from hypothesis import is_hypothesis_test

ENGINE, TWIN = "postgresql", "sqlite"
MANY_TIMES = "many_times"
BY_ENGINE = "tests/flow/"
WALKS = (
    "tests/browser/",
    "tests/demo/",
    "tests/faults/",
    "tests/house/",
    "tests/migrations/",
    "tests/public/",
    "tests/security/",
)
FOR_CHILDREN = "COVERAGE_PROCESS_CONFIG"  # by this a process of Python's learns that it is to measure itself


def runs_many_times(item: pytest.Item) -> bool:
    """Whether a test draws its cases by the hundred, or says that it runs the same lines again and again."""
    drawn = isinstance(item, pytest.Function) and is_hypothesis_test(item.function)
    return drawn or item.get_closest_marker(MANY_TIMES) is not None


class Measured:
    """Lays the tracer aside while such a test runs, with the fixtures it is the first to ask for and the processes it starts."""

    def __init__(self) -> None:
        self._known: frozenset[str] = frozenset()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Know every test there is, whichever process runs it."""
        self._known = frozenset(item.nodeid for item in session.items)

    def counts(self, item: pytest.Item) -> bool:
        """Whether a test is measured."""
        return not (self.is_twin(item.nodeid) or item.nodeid.startswith(WALKS) or runs_many_times(item))

    def is_twin(self, nodeid: str) -> bool:
        """Whether the same test runs on SQLite too."""
        return ENGINE in nodeid and not nodeid.startswith(BY_ENGINE) and nodeid.replace(ENGINE, TWIN) in self._known

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Run one test with its fixtures, measured or not."""
        if self.counts(item):
            return (yield)
        with _untold(), _untraced():
            return (yield)


@contextmanager
def _untraced() -> Iterator[None]:
    """Lay aside every tracer: a worker has one from its start and others on top, and where one stops the one below goes on."""
    laid_aside = []
    while (tracer := coverage.Coverage.current()) is not None:
        tracer.stop()
        laid_aside.append(tracer)
    try:
        yield
    finally:
        for tracer in reversed(laid_aside):
            tracer.start()


@contextmanager
def _untold() -> Iterator[None]:
    """Tell no process started meanwhile to measure itself."""
    told = os.environ.pop(FOR_CHILDREN, None)
    try:
        yield
    finally:
        if told is not None:
            os.environ[FOR_CHILDREN] = told
