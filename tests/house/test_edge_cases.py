"""Every edge case of the two engines is borne by name, D01-D19 and N01-N15, and what stands for those about other programs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from tests.support import tree

DEADLINE, REMINDER = 19, 15
IDS = [f"d{number:02d}" for number in range(1, DEADLINE + 1)] + [f"n{number:02d}" for number in range(1, REMINDER + 1)]
IN_A_NAME = re.compile(r"(?<=_)[dn]\d\d(?=_)")
MAIL_READERS = {"imaplib", "poplib", "mailbox", "aioimaplib", "imapclient", "imap_tools", "exchangelib"}
CLOCKWORK = "apscheduler"
# Makes the whole service as every process of a web server does, and says what else it began.
OPENED = """
import secrets, sys, threading
from pathlib import Path
from tests.support.databases import make_settings
from opinion_app.app import create_app
import psutil
for _ in range(2):
    create_app(make_settings(Path(sys.argv[1])))
print("apscheduler" in sys.modules, threading.active_count(), len(psutil.Process().children(recursive=True)))
"""


def borne() -> dict[str, list[str]]:
    """The tests by the edge case whose id is in their name."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in tree.modules("tests"):
        for node in ast.walk(tree.parsed(path)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for named in IN_A_NAME.findall(f"{node.name}_"):
                    found[named].append(f"{tree.named(path)}:{node.lineno} {node.name}")
    return found


def test_every_edge_case_has_a_test_that_bears_its_id() -> None:
    found = borne()

    assert len(IDS) == 34
    assert [name for name in IDS if not found[name]] == []


def test_no_test_bears_an_id_that_is_none() -> None:
    assert {name: tests for name, tests in borne().items() if name not in IDS} == {}


def test_n04_only_the_clocks_own_process_knows_the_scheduler() -> None:
    knowing = {
        tree.named(path).split("/")[1]
        for path in tree.modules()
        for name in tree.imports(path)
        if name.split(".")[0] == CLOCKWORK or name.startswith("opinion_app.scheduler")
    }

    assert knowing == {"scheduler", "cli"}


def test_n04_a_process_of_the_web_server_starts_no_scheduler(tmp_path: Path) -> None:
    """A debug reloader runs the application twice, a server with workers many times over: none of them is a clock."""
    command = [sys.executable, "-c", OPENED, str(tmp_path)]
    done = subprocess.run(command, cwd=tree.ROOT, capture_output=True, text=True, check=False, timeout=240)

    assert (done.returncode, done.stdout.split()) == (0, ["False", "1", "0"]), done.stderr


def test_n13_nothing_reads_a_mailbox_so_that_no_automatic_answer_can_be_taken_for_one() -> None:
    """Auto-replies and bounces need no ignoring where nothing reads them: what stands for it is in docs/reminders.md."""
    reading = [
        f"{tree.named(path)} imports {name}"
        for path in tree.modules("opinion_app", "config.py")
        for name in tree.imports(path)
        if name.split(".")[0] in MAIL_READERS
    ]
    said = (tree.ROOT / "docs/reminders.md").read_text(encoding="utf-8")

    assert not reading
    assert "The service reads no mailbox" in said
