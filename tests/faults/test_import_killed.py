"""An import killed with SIGKILL goes on where it was: every row once, no reader left behind, the sheet removed at the end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import psutil
from flask import Flask
from sqlalchemy import func, select

from opinion_app import clock
from opinion_app.flow.trail import verify_trail
from opinion_app.records.case import Case
from opinion_app.records.current import settings_of
from opinion_app.records.import_run import ImportRun
from opinion_app.records.transaction import transaction
from opinion_app.rules.import_modes import ImportState
from opinion_app.steps.intake.import_job import STILL_AFTER
from tests.faults.real_server import ROOT
from tests.steps.intake.sheets import begun, made, row

ROWS = 2000  # two seconds of work or more: enough to be killed in, however late the look at its progress comes round
PATIENCE = 120.0


def started(app: Flask, run_id: int) -> subprocess.Popen[bytes]:
    """The process the page starts."""
    known = settings_of(app)
    environ = os.environ | {
        "OPINION_SECRET_KEY": known.secret_key,
        "OPINION_DATA_DIR": str(known.data_dir),
        "OPINION_DATABASE_URL": known.database_url,
    }
    command = [sys.executable, "-m", "opinion_app.cli", "import", "--run", str(run_id), "--quiet"]
    return subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)


def standing(run_id: int) -> tuple[ImportState, int, int, int]:
    """The state of the run, how many rows are behind it, how many it says it added, and how many cases there are."""
    with transaction() as session:
        run = session.get_one(ImportRun, run_id)
        return run.state, run.done, run.added, session.scalar(select(func.count()).select_from(Case)) or 0


def killed_under_way(process: subprocess.Popen[bytes], run_id: int) -> None:
    """Kill the process once it has stored something, and see that its reader ends with it.

    It is stopped before anything else is asked: on a busy machine it would be done by the time it is killed."""
    until = time.monotonic() + PATIENCE
    while not standing(run_id)[1] and process.poll() is None and time.monotonic() < until:
        time.sleep(0.005)
    process.send_signal(signal.SIGSTOP)
    readers = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    assert process.wait(timeout=30) == -signal.SIGKILL
    _gone, alive = psutil.wait_procs(readers, timeout=30)
    assert not alive


def test_an_import_killed_goes_on_where_it_was(core: Flask, tmp_path: Path) -> None:
    run_id = begun(core, made(tmp_path, [row(number) for number in range(ROWS)]), now=clock.now())

    killed_under_way(started(core, run_id), run_id)
    state, behind, added, cases = standing(run_id)
    assert state is ImportState.RUNNING
    assert 0 < behind == added == cases < ROWS

    with transaction() as session:  # the time until the page offers to go on
        run = session.get_one(ImportRun, run_id)
        run.beaten_at = clock.now() - STILL_AFTER - timedelta(seconds=1)
    assert started(core, run_id).wait(timeout=PATIENCE) == 0

    assert standing(run_id) == (ImportState.DONE, ROWS, ROWS, ROWS)
    with transaction() as session:
        assert verify_trail(session)[1] is None
        numbers = session.scalars(select(Case.original_number)).all()
    assert len(set(numbers)) == ROWS
    assert not [path for path in (settings_of(core).data_dir / "imports").rglob("*") if path.is_file()]
