"""The cached offices, opened: a settings object and the moment that is their present, for each engine."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bench.office_server import running
from bench.office_store import FOLDER, build, forget_others, key
from opinion_app.rules.settings import Settings
from tests.support.databases import make_settings

DATABASE = "bench"


@contextmanager
def office(engine: str, cases: int) -> Iterator[tuple[Settings, datetime]]:
    """The cached office of `engine`, built first where there is none of this generator, size and schema."""
    name = key(cases)
    forget_others(engine, cases, name)
    folder = FOLDER / f"{engine}-{name}"
    ready = folder / "ready.json"
    if folder.exists() and not ready.is_file():
        shutil.rmtree(folder)  # a build that was broken off
    folder.mkdir(parents=True, exist_ok=True)
    if engine == "sqlite":
        yield _opened(folder, ready, f"sqlite:///{folder / 'opinion.db'}", cases)
        return
    with running(folder / "server") as server:
        if not ready.is_file():
            server.create(name=DATABASE)
        yield _opened(folder, ready, server.url(DATABASE), cases)


def _opened(folder: Path, ready: Path, url: str, cases: int) -> tuple[Settings, datetime]:
    if not ready.is_file():
        print(f"building {folder.name}", flush=True)
        now = build(url, folder, cases)
        ready.write_text(json.dumps({"now": now.isoformat()}), encoding="utf-8")
    now = datetime.fromisoformat(json.loads(ready.read_text(encoding="utf-8"))["now"])
    return make_settings(folder, url), now
