"""Starting the process that carries out an import, apart from the one that serves pages."""

from __future__ import annotations

import subprocess
import sys
import threading

from opinion_app.flow.child import environment
from opinion_app.rules.settings import Settings


def start(run_id: int, settings: Settings) -> None:
    """Start `opinion import --run`; it lives on when this process ends, and the page shows how far it is.

    Its complaints go to `imports/import.log` in the data folder."""
    folder = settings.data_dir / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "import.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "opinion_app.cli", "import", "--run", str(run_id), "--quiet"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment(settings),
            # A signal to the web process must not end an import: a session of its own here, a group of its own on Windows.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    # Somebody has to take note of its end, or it stays in the table of processes.
    threading.Thread(target=process.wait, name=f"import {run_id}", daemon=True).start()
