"""Measures the whole service on an office of 100,000 cases, on SQLite and PostgreSQL: `make bench`.

Every page is asked for through Flask's test client, in turn with a bare Flask page that makes one indexed query over the same
database, so that a busy machine slows both alike; what counts is the ratio of the medians."""

from __future__ import annotations

import argparse
import gc
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask

from bench.office_cache import office
from bench.office_pages import Bench, Measured, bare
from bench.office_report import Line, table, write
from opinion_app import clock
from opinion_app.app import create_app
from opinion_app.rules.settings import Settings
from tests.support.databases import release
from tests.support.queries import counting

ENGINES = ("sqlite", "postgresql")
DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "performance.md"


@dataclass(frozen=True)
class Wanted:
    """What this run is to do."""

    cases: int
    rounds: int
    only: str = ""


def main() -> None:
    """Build or find the offices, measure, print the tables and write the document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=60, help="how often each page is asked for")
    parser.add_argument("--engine", choices=ENGINES, action="append", help="measure this engine only; nothing is written")
    parser.add_argument("--only", default="", help="measure what has this in its name; nothing is written")
    chosen = parser.parse_args()
    wanted = Wanted(chosen.cases, chosen.rounds, chosen.only)
    found: dict[str, list[Line]] = {}
    for engine in chosen.engine or ENGINES:
        with office(engine, wanted.cases) as (settings, now):
            found[engine] = run(settings, now, wanted)
        print(f"\n{engine}, {wanted.cases:,} cases, {wanted.rounds} rounds\n\n{table(found[engine])}", flush=True)
    if not chosen.engine and not wanted.only:
        write(DOCUMENT, found, wanted.cases, wanted.rounds)


def run(settings: Settings, now: datetime, wanted: Wanted) -> list[Line]:
    """Measure one engine's office as if the present were the moment it was built for."""
    with present(now):
        app = create_app(settings)
        bench = Bench(app, now)
        client = bare(app)
        things = [thing for thing in bench.pages() if wanted.only in thing.name]
        plain = Measured("bare Flask page with one indexed query", lambda: client.get("/"))
        lines = measure(app, plain, things, wanted.rounds)
        release(app)
    return lines


def measure(app: Flask, plain: Measured, things: list[Measured], rounds: int) -> list[Line]:
    """Ask for everything in turn, the bare page before each, and count the statements of one visit."""
    queries = {thing.name: _queries(app, thing) for thing in [plain, *things]}
    times: dict[str, list[float]] = {thing.name: [] for thing in [plain, *things]}
    gc.collect()
    for turn in range(rounds):
        for thing in things:
            if turn < (thing.rounds or rounds):
                times[plain.name].append(_timed(plain))
                times[thing.name].append(_timed(thing))
    base = statistics.median(times[plain.name])
    return [Line.of(thing, times[thing.name], queries[thing.name], base) for thing in [plain, *things]]


def _queries(app: Flask, thing: Measured) -> int:
    thing.act()  # the first visit fills caches a running service has filled
    with counting(app, kept=True) as asked:
        thing.act()
    return len(asked)


def _timed(thing: Measured) -> float:
    start = time.perf_counter()
    thing.act()
    return (time.perf_counter() - start) * 1000


@contextmanager
def present(now: datetime) -> Iterator[None]:
    """Let the service's clock stand where the office was built, and go on from there: an old cache is not all overdue."""
    began, real = time.monotonic(), clock.now
    clock.now = lambda: now + timedelta(seconds=time.monotonic() - began)
    try:
        yield
    finally:
        clock.now = real


if __name__ == "__main__":
    main()
