"""The service as it is run: `opinion serve` in a process of its own on a loopback port, which a test may kill."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from opinion_app.rules.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 240.0  # on a machine that others load too


class Running:
    """One server process over the data of `settings`, started, stopped and killed as often as asked."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.log = settings.data_dir / "server.log"

    def start(self) -> float:
        """Start and wait until it answers; the seconds that took."""
        began = time.monotonic()
        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        environ = os.environ | {
            "OPINION_SECRET_KEY": self.settings.secret_key,
            "OPINION_DATA_DIR": str(self.settings.data_dir),
            "OPINION_DATABASE_URL": self.settings.database_url,
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "opinion_app.cli", "serve", "--no-clock", "--port", str(self.port)],
                cwd=ROOT,
                env=environ,
                stdout=log,
                stderr=log,
            )
        while time.monotonic() - began < START_SECONDS and self.process.poll() is None:
            if self.answers():
                return time.monotonic() - began
            time.sleep(0.05)
        self.process.kill()
        self.process.wait()
        raise RuntimeError("the server did not start: " + self.log.read_text(encoding="utf-8", errors="replace")[-3000:])

    def answers(self) -> bool:
        """Whether something listens."""
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def end(self, how: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal and wait for the end; the exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(timeout=60)


@contextmanager
def running(settings: Settings) -> Iterator[Running]:
    """A server over the data of `settings`, killed when the block ends."""
    server = Running(settings)
    server.start()
    try:
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.end()


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
