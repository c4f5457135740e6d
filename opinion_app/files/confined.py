"""Work on files from outside, done in a child process that may use only so much time and memory.

The one module that knows the operating system's limits: a watchdog over the child everywhere, resource limits besides
where they exist (not on Windows). A file that makes its reader run for ever or eat all memory costs one child, no more.
"""

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import IO, Any, Final, cast

import psutil

from opinion_app.rules.errors import OfficeError
from opinion_app.rules.file_kinds import MEGABYTE, FileRefusedError

if sys.platform != "win32":
    import resource

logger = logging.getLogger(__name__)

_WATCH_EVERY: Final = 0.05  # seconds
_LINE_MAX: Final = 64 * MEGABYTE
_ADDRESS_SPACE_MARGIN: Final = 512 * MEGABYTE  # mapped but never touched: libraries, stacks
_COMPLAINT_KEPT: Final = 4000
_START_SECONDS: Final = 30  # for the child to come up, on a busy machine too
# The child enters by its own room only: the package's front door would load the whole service, pages and database too,
# for every file.
_START_CODE: Final = """
import sys, types
package = types.ModuleType("opinion_app")
package.__path__ = [sys.argv[1]]
sys.modules["opinion_app"] = package
from opinion_app.files import child
child.main(sys.stdin, sys.stdout)
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use: seconds of processor time, as many of waiting for each item, and bytes of memory."""

    seconds: float = 60
    memory: int = 1024 * MEGABYTE


class Fault(Enum):
    """Why a child ended before its work was done; the value is what the person is told."""

    TIME = "处理这个文件用时太长，已停止。请把它拆成几个较小的文件后再试。"
    MEMORY = "处理这个文件需要的内存太多，已停止。请只留下需要的内容另存为新文件后再试。"
    BROKEN = "处理这个文件时出错，可能已损坏。请用 Excel 或 WPS 打开后另存一份再试。"


class ConfinedError(OfficeError):
    """The child was stopped or broke down; `fault` says which."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def run_confined(task: str, arguments: dict[str, Any], limits: Limits | None = None) -> Generator[Any, None, None]:
    """Yield what the generator function `task`, written "module:function", yields in a child process.

    Arguments and items are what JSON can carry. Items come as they are made; the child waits when they are not taken.
    Raises FileRefusedError with the child's own reason, or ConfinedError. Closing the generator ends the child.
    """
    limits = limits or Limits()
    with tempfile.TemporaryFile() as complaints, _child(complaints) as process:
        watchdog = _Watchdog(process, limits)
        try:
            _send(process, {"task": task, "arguments": arguments, "limits": asdict(limits)})
            yield from _items(process, watchdog)
        finally:
            watchdog.end()
            _log_complaints(task, complaints)


def limit_this_process(limits: Limits) -> None:
    """Set the limits the system itself can hold; called by the child before it touches the file."""
    if sys.platform != "win32":
        seconds = int(time.process_time() + limits.seconds) + 1
        memory = limits.memory + _ADDRESS_SPACE_MARGIN
        wanted = (
            (resource.RLIMIT_CPU, seconds, seconds + 2),
            (resource.RLIMIT_AS, memory, memory),
            (resource.RLIMIT_CORE, 0, 0),
        )
        for kind, soft, hard in wanted:
            with contextlib.suppress(ValueError, OSError):  # not every system knows every limit; the watchdog holds all
                resource.setrlimit(kind, (soft, hard))


@contextlib.contextmanager
def _child(complaints: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    package = Path(__file__).resolve().parents[1]
    # The settings (database, secret key) are no business of a process that reads strangers' files.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPINION_")}
    environment |= {"PYTHONPATH": str(package.parent), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-P", "-c", _START_CODE, str(package)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, env=environment)
    try:
        yield process
    finally:
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # bytes the child never took
                    pipe.close()
        process.wait()


def _send(process: subprocess.Popen[bytes], order: dict[str, Any]) -> None:
    orders = cast(IO[bytes], process.stdin)
    with contextlib.suppress(OSError):  # a child that died at once is noticed when its answer is read
        orders.write(json.dumps(order).encode() + b"\n")
        orders.close()


def _items(process: subprocess.Popen[bytes], watchdog: "_Watchdog") -> Iterator[Any]:
    answers = cast(IO[bytes], process.stdout)
    while True:
        with watchdog.waiting():
            line = answers.readline(_LINE_MAX)
        if not line.endswith(b"\n"):
            raise ConfinedError(watchdog.fault or _fault_of(process))
        answer = json.loads(line)
        if "item" in answer:
            yield answer["item"]
        elif "ready" in answer:
            watchdog.begin(answer["ready"])
        else:
            _let_end(process)
            if "refused" in answer:
                raise FileRefusedError(answer["refused"])
            if "fault" in answer:
                raise ConfinedError(Fault[answer["fault"]])
            return


def _fault_of(process: subprocess.Popen[bytes]) -> Fault:
    """What an end without an answer means: the system's own limits show in the signal."""
    _let_end(process)
    ended_by = -(process.returncode or 0)
    if sys.platform != "win32" and ended_by == signal.SIGXCPU:
        return Fault.TIME
    if ended_by in {signal.SIGABRT, signal.SIGSEGV}:  # how a compiled reader ends when it is given no memory
        return Fault.MEMORY
    return Fault.BROKEN


def _let_end(process: subprocess.Popen[bytes]) -> None:
    """A child that has said its last word gets a moment to leave by itself."""
    with contextlib.suppress(subprocess.TimeoutExpired):  # it is killed then
        process.wait(timeout=5)


class _Watchdog:
    """A thread that looks at the child's memory and time and ends it when it is over a limit."""

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits) -> None:
        self.fault: Fault | None = None
        self._process = process
        self._limits = limits
        self._waiting_since: float | None = None
        self._allowed = limits.seconds + _START_SECONDS
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="confined-watchdog", daemon=True)
        self._thread.start()

    def begin(self, used: float) -> None:
        """The child is up, after so many seconds of processor time: from now on its work is measured."""
        self._allowed = used + self._limits.seconds

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """Mark that the parent waits for the child; a slow parent is not the child's fault."""
        self._waiting_since = time.monotonic()
        try:
            yield
        finally:
            self._waiting_since = None

    def end(self) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended by itself
            child = psutil.Process(self._process.pid)
            while not self._over.wait(_WATCH_EVERY):
                fault = self._judge(child)
                if fault:
                    self.fault = fault
                    self._process.kill()
                    return

    def _judge(self, child: psutil.Process) -> Fault | None:
        since = self._waiting_since
        if since is not None and time.monotonic() - since > self._allowed:
            return Fault.TIME
        with child.oneshot():
            used = child.cpu_times()
            if used.user + used.system > self._allowed:
                return Fault.TIME
            return Fault.MEMORY if child.memory_info().rss > self._limits.memory else None


def _log_complaints(task: str, complaints: IO[bytes]) -> None:
    size = complaints.seek(0, os.SEEK_END)
    complaints.seek(max(0, size - _COMPLAINT_KEPT))
    text = complaints.read().decode("utf-8", "replace").strip()
    if text:
        logger.warning("child process for %s: %s", task, text)
