"""The clock beside the web: a child process that is started again when it dies and ends with its parent."""

from __future__ import annotations

import os
import subprocess
import sys

import click

from opinion_app import clock
from opinion_app.cli import WATCHED

FIRST_WAIT, LONGEST_WAIT = 2.0, 60.0


class ClockProcess:
    """`opinion clock` as a child; `look` starts it again, with growing gaps, when it ended by itself."""

    def __init__(self) -> None:
        self._wait = FIRST_WAIT
        self._again = 0.0
        self._child: subprocess.Popen[bytes] | None = None
        self._start()

    def _start(self) -> None:
        command = [sys.executable, "-m", "opinion_app.cli", "clock"]
        # The child reads this pipe and ends when it closes, even where this process is killed.
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, env=os.environ | {WATCHED: "1"})
        self._started = clock.ticks()

    def look(self) -> None:
        """See that the child lives."""
        now = clock.ticks()
        if self._child is not None and self._child.poll() is not None:
            click.echo(f"定时进程已退出（状态 {self._child.returncode}），{self._wait:.0f} 秒后重新启动。", err=True)
            self._wait = FIRST_WAIT if now - self._started > LONGEST_WAIT else min(self._wait * 2, LONGEST_WAIT)
            self._child, self._again = None, now + self._wait
        if self._child is None and now >= self._again:
            self._start()

    def stop(self) -> None:
        """Ask the child to end, and end it when it does not."""
        if self._child is None:
            return
        self._child.terminate()
        try:
            self._child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait(timeout=10)
