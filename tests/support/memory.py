"""A place in memory for what tests write: nothing of it need outlive a power cut, and nobody waits for a disk."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 2 * 1024**3


def place() -> Path | None:
    """Memory where there is room in it, for files a third of the time of a disk; None where there is not."""
    try:
        roomy = shutil.disk_usage(MEMORY).free >= ROOM and os.access(MEMORY, os.W_OK)
    except OSError:
        return None
    return MEMORY if roomy else None


def work_there() -> None:
    """Let pytest make its folders there, unless told where to make them; it removes them when all is well."""
    if (memory := place()) is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))
