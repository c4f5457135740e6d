"""Which lines of the service the tests run, told by a probe on each line of it.

A tracer is asked at every line of every library as well, and half the time of what it followed went into that. Probes (SlipCover)
stand in the service's own modules alone and cost next to nothing, so that every test counts, on both engines; coverage keeps what
they tell and judges it. Modules get their probes when they are imported: load this plugin with -p, before there are any.
"""

from __future__ import annotations

import sys
from pathlib import Path

import slipcover
from coverage import CoverageData

ROOT = Path(__file__).parents[2]
SERVICE = ROOT / "opinion_app"
NEVER = 2**31 - 1  # told so often, a probe would be taken out again, which costs more than to leave it

if any(name.partition(".")[0] == SERVICE.name for name in sys.modules):
    raise RuntimeError("the service is imported already; its lines can no longer be measured")
_probes = slipcover.Slipcover(d_miss_threshold=NEVER)
slipcover.ImportManager(_probes, slipcover.FileMatcher(sources=[SERVICE])).__enter__()


def pytest_sessionfinish() -> None:
    """Keep what this process saw beside what others saw; a module that nobody imported counts with all its lines."""
    data = CoverageData(basename=str(ROOT / ".coverage"), suffix=True)
    data.add_lines({name: set(lines) for name, lines in _probes.newly_seen.items()})
    data.touch_files([str(path) for path in SERVICE.rglob("*.py")])
    data.write()
