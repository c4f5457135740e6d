"""A private PostgreSQL server over a folder that is kept: unprivileged, unix socket only, safe writes, sensible memory."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support import postgres

SETTINGS = {
    "listen_addresses": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "shared_buffers": "512MB",
    "effective_cache_size": "2GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
    "max_connections": "40",
    "timezone": "UTC",
}


@contextmanager
def running(folder: Path) -> Iterator[postgres.Server]:
    """Run a server over `folder` (made the first time) until the block ends; its socket lies in a short path."""
    programs, user = postgres.binaries(), postgres.unprivileged()
    sockets = Path(tempfile.mkdtemp(prefix="opinion-pg-"))
    data = folder / "data"
    try:
        if user is not None:
            shutil.chown(sockets, user)
        if not data.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            if user is not None:
                shutil.chown(folder, user)
            locale = ["-E", "UTF8", "--locale=C.UTF-8"]
            postgres.call([programs / "initdb", "-D", data, "-U", postgres.OWNER, "-A", "trust", *locale], sockets, user)
        server = postgres.start(programs / "postgres", data, sockets, user, SETTINGS)
        try:
            postgres.wait(server, sockets)
            yield postgres.Server(sockets)
        finally:
            _stop(server)
    finally:
        shutil.rmtree(sockets, ignore_errors=True)


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)
    server.wait(timeout=120)
