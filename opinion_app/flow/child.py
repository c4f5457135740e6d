"""A command of ours that is started as a process of its own: its environment, and one that outlives whoever started it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from opinion_app import locate
from opinion_app.rules.settings import Settings


def environment(settings: Settings) -> dict[str, str]:
    """The same installation for the child, also where settings were not read from the environment."""
    paths = [str(locate.CHECKOUT), os.environ.get("PYTHONPATH", "")]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "OPINION_SECRET_KEY": settings.secret_key,
        "OPINION_DATA_DIR": str(settings.data_dir),
        "OPINION_DATABASE_URL": settings.database_url,
        "OPINION_PUBLIC_DATABASE_URL": settings.public_database_url,
        "OPINION_BASE_URL": settings.base_url,
    }


def start_apart(arguments: list[str], settings: Settings, log: Path) -> None:
    """Start `opinion` with `arguments`; it lives on when this process ends. Its complaints go to `log`."""
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with log.open("ab") as complaints:
        process = subprocess.Popen(
            [sys.executable, "-m", "opinion_app.cli", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=complaints,
            stderr=complaints,
            env=environment(settings),
            # A signal to the web process must not end it: a session of its own here, a group of its own on Windows.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    # Somebody has to take note of its end, or it stays in the table of processes.
    threading.Thread(target=process.wait, name=" ".join(arguments), daemon=True).start()
