"""A private PostgreSQL server for one test process: system binaries, unix socket only, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support import memory

OWNER = "opinion"
START_SECONDS = 30.0
SPEED_OVER_SAFETY = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "jit": "off",
    "timezone": "UTC",
}


class PostgresMissing(Exception):
    """No server binaries on this machine; the message says what to install."""


class Server:
    """A running cluster; makes and drops databases in it."""

    def __init__(self, sockets: Path) -> None:
        self.sockets = sockets
        self._made = 0

    def url(self, database: str) -> str:
        """The SQLAlchemy address of a database of this server."""
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self.sockets}"

    def create(self, template: str = "template0", name: str = "") -> str:
        """Make a database as an exact copy of `template` and answer its name, one of its own unless one is given."""
        self._made += 1
        name = name or f"t{self._made}"
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop(self, name: str) -> None:
        """Drop a database, ending whoever is still connected."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(host=str(self.sockets), user=OWNER, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)


def binaries() -> Path:
    """The folder of the newest installed server; raises PostgresMissing where there is none."""
    found = sorted(
        (path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")),
        key=lambda folder: float(folder.parent.name),
    )
    if found:
        return found[-1]
    initdb = shutil.which("initdb")
    if initdb is None:
        raise PostgresMissing("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    return Path(initdb).resolve().parent


@contextmanager
def running() -> Iterator[Server]:
    """Run a fresh cluster until the block ends; for root as an unprivileged user, which the server demands."""
    programs = binaries()
    home = Path(tempfile.mkdtemp(prefix="opinion-pg-", dir=memory.place()))  # short: a socket path may have 107 bytes
    user = unprivileged()
    if user is not None:
        shutil.chown(home, user)
    data = home / "data"
    try:
        locale = ["-E", "UTF8", "--locale=C.UTF-8"]
        call([programs / "initdb", "-D", data, "-U", OWNER, "-A", "trust", "--no-sync", *locale], home, user)
        server = start(programs / "postgres", data, home, user, SPEED_OVER_SAFETY)
        try:
            wait(server, home)
            yield Server(home)
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait(timeout=START_SECONDS)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def unprivileged() -> str | None:
    """The user a server must run as where this process is root; None where it may run as it is."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def call(command: list[str | Path], home: Path, user: str | None) -> None:
    """Run a program of the server to its end; raises RuntimeError with what it said when it fails."""
    done = subprocess.run(command, check=False, cwd=home, user=user, group=user and _group(user), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr}")


def start(postgres: Path, data: Path, home: Path, user: str | None, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a server over `data` with its socket and its log in `home`."""
    # setpriv ends the server with this process even where that is killed and cleans nothing up
    command: list[str | Path] = ["setpriv", "--pdeathsig", "QUIT"] if shutil.which("setpriv") else []
    command += [postgres, "-D", data, "-k", home]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with (home / "log").open("wb") as log:
        return subprocess.Popen(command, cwd=home, user=user, group=user and _group(user), stdout=log, stderr=log)


def _group(user: str) -> int:
    return pwd.getpwnam(user).pw_gid


def wait(server: subprocess.Popen[bytes], home: Path) -> None:
    """Wait until the server answers; raises RuntimeError with its log where it never does."""
    end = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < end:
        try:
            psycopg.connect(host=str(home), user=OWNER, dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError("PostgreSQL did not start: " + (home / "log").read_text(encoding="utf-8", errors="replace"))
