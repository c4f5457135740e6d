"""Lets several people act in the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import event

from opinion_app.records.base import db

T = TypeVar("T")


@contextmanager
def pausing(reached: threading.Event, at: str) -> Iterator[None]:
    """In this thread, give the other half a second to ask for its own once a statement with these words is carried out."""
    own, engine = threading.get_ident(), db.engine

    def pause(_connection: Any, _cursor: Any, statement: str, *_rest: object) -> None:
        if threading.get_ident() == own and at in statement and not reached.is_set():
            reached.set()
            threading.Event().wait(0.5)

    event.listen(engine, "after_cursor_execute", pause)
    try:
        yield
    finally:
        event.remove(engine, "after_cursor_execute", pause)


def together(acts: Sequence[Callable[[], T]]) -> list[T]:
    """Start all acts at once, each in a thread of its own, and answer what they answered, in their order."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        gate.wait(timeout=60)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(timeout=120) for future in [pool.submit(run, act) for act in acts]]
