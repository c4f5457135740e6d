"""The figures of a run as a table to read and as docs/performance.md."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from bench.office_pages import GOAL, MOST_QUERIES, REGISTER_GOAL_MS, SEARCH_GOAL_MS, Measured
from tests.support import postgres

HEAD = ("", "median ms", "p95 ms", "× bare page", "queries", "goal", "")


@dataclass(frozen=True)
class Line:
    """The figures of one page or act."""

    name: str
    median: float
    p95: float
    ratio: float
    queries: int
    goal: str
    met: bool | None

    @classmethod
    def of(cls, thing: Measured, times: list[float], queries: int, base: float) -> Line:
        """The line of what was measured; pages are held to the ratio and the number of queries, acts to their time."""
        middle = statistics.median(times)
        late = statistics.quantiles(times, n=20)[-1] if len(times) > 2 else max(times)
        ratio = middle / base
        if thing.goal_ms is not None:
            goal, met = f"≤ {thing.goal_ms:.0f} ms", middle <= thing.goal_ms
        elif thing.in_ratio:
            goal, met = f"≤ {GOAL:.0f} ×, ≤ {MOST_QUERIES} queries", ratio <= GOAL and queries <= MOST_QUERIES
        else:
            goal, met = "", None
        return cls(thing.name, middle, late, ratio, queries, goal, met)

    def cells(self) -> tuple[str, ...]:
        """The line as the table shows it."""
        mark = {True: "met", False: "**missed**", None: ""}[self.met]
        return (self.name, f"{self.median:.1f}", f"{self.p95:.1f}", f"{self.ratio:.1f}", str(self.queries), self.goal, mark)


def table(lines: list[Line]) -> str:
    """A Markdown table that also reads well in a terminal."""
    rows = [HEAD, *(line.cells() for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    drawn = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows]
    drawn.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(drawn)


def write(path: Path, found: dict[str, list[Line]], cases: int, rounds: int) -> None:
    """Write the document; it says on what and how, so that anybody can repeat it. What was measured by hand stays at its end."""
    parts = [_INTRODUCTION.format(cases=cases, rounds=rounds, machine=machine(), day=datetime.now(UTC).date().isoformat())]
    for engine, lines in found.items():
        per_second = next((1000 / line.median for line in lines if line.name == "registering a case"), None)
        parts.append(f"## {_TITLES[engine]}\n\n{table(lines)}")
        if per_second is not None:
            parts.append(f"Registering: {per_second:.0f} cases a second, one after another, each in a transaction of its own.")
    parts += by_hand(path.read_text(encoding="utf-8") if path.exists() else "")
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def by_hand(document: str) -> list[str]:
    """The part of the document that this run does not measure: what Lighthouse says of the public pages."""
    _before, title, figures = document.partition(f"\n{_BY_HAND}\n")
    return [f"{_BY_HAND}\n{figures.rstrip()}"] if title else []


_BY_HAND = "## Public pages in Lighthouse"
_TITLES = {"sqlite": "SQLite (WAL, synchronous=full)", "postgresql": "PostgreSQL (unix socket, fsync on, shared_buffers 512MB)"}
_INTRODUCTION = f"""# Performance

Measured by `make bench` on {{day}}. It builds an office of {{cases:,}} generated cases with histories (assignments, clocks,
moves, findings, replies with their checks, notices, some 30,000 publications, both text indexes) once for each engine, keeps
it in `.bench/`, and then asks for every page {{rounds}} times through Flask's test client: the whole service runs, from routing
and permissions to the rendered page, but no socket. Before every visit a bare Flask page with one indexed query over the same
database is asked for, so that whatever else the machine does slows both alike. Judge by the column `× bare page`; the
milliseconds belong to this machine on this day.

Machine: {{machine}}.

Goals: the median of every page at most {GOAL:.0f} times the bare page and at most {MOST_QUERIES} queries; the search for a
frequent word on PostgreSQL at most {SEARCH_GOAL_MS:.0f} ms; registering in at most {REGISTER_GOAL_MS:.0f} ms (50 a second).
The digest run is the whole morning: every pressing clock judged, a digest queued for every person concerned.

A case is registered once in every round, and the figures of the navigation are kept until somebody acts: the first page of each
person after it, here the three worklists, counts them anew and asks one query more than its column says.

    make bench                                                        # both engines; writes this file but for its end
    python -m bench.office_bench --engine sqlite --only search        # one engine, some pages; writes nothing
    python -m bench.search_bench                                      # the text index alone"""


def machine() -> str:
    """What the figures were taken on."""
    memory = psutil.virtual_memory().total / 2**30
    load = f", load average {os.getloadavg()[0]:.1f} during the run" if hasattr(os, "getloadavg") else ""
    server = subprocess.run([postgres.binaries() / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return (
        f"{psutil.cpu_count()} processors ({platform.machine()}), {memory:.0f} GB{load}; Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {server.strip()}"
    )
