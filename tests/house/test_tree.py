"""What no file of the tree may be: tied to one machine, unfinished, too long, or silent about what it is."""

from __future__ import annotations

import ast
import re

import pytest

from tests.support import tree

MOST_LINES = 350
# Registries and mirrors, and the places where somebody's own machine keeps things.
ADDRESSES = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npm\w*\.\w+|npmmirror|proxy\.golang|crates\.io|//mirrors?\.|jsdelivr|unpkg\.com|cdnjs"
    r"|--(?:extra-)?index-url[ =]\S*/"
)
MACHINE_PATHS = re.compile(r"(?<![\w.:/}-])/(?:home|root|work|Users|tmp|mnt)/[\w.-]+")
ASSERTING = re.compile(r"(raises|warns|fail|assert|check|expect)")
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|HA" r"CK)\b")


@pytest.mark.parametrize("pattern", [ADDRESSES, MACHINE_PATHS, UNFINISHED], ids=["address", "machine", "unfinished"])
def test_no_file_holds(pattern: re.Pattern[str]) -> None:
    found = [
        f"{tree.named(path)}:{number}: {match.group()}"
        for path in tree.own_texts()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (match := pattern.search(line)) and not line.lstrip().startswith("r" + '"')
    ]

    assert not found


@pytest.mark.skipif(not (tree.ROOT / ".git").exists(), reason="an unpacked archive keeps no list of its files")
def test_nothing_is_kept_that_only_one_checkout_has() -> None:
    # A link to another checkout's environment, once added, leaves every later checkout without one of its own.
    links = [entry for entry in tree.listed("--stage") if entry.startswith("120000")]
    ignored = tree.listed("--cached", "--ignored", "--exclude-standard")

    assert (links, ignored) == ([], [])


def test_the_locks_name_versions_and_hashes_only() -> None:
    locks = [path for path in tree.files() if path.parent.name == "requirements"]
    odd = [
        f"{tree.named(path)}:{number}: {line}"
        for path in locks
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if not re.fullmatch(r"[a-z0-9._-]+==[\w.+!]+( ; [\w '.*=<>!()]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?", line)
    ]

    assert {path.name for path in locks} == {"run.txt", "dev.txt", "mutants.txt"}
    assert not odd


def test_every_module_says_first_what_it_is() -> None:
    silent = [
        tree.named(path)
        for path in tree.files()
        if path.suffix == ".py" and "vendor" not in path.parts and not ast.get_docstring(tree.parsed(path))
    ]

    assert not silent


def test_no_file_is_too_long_to_read() -> None:
    long = {
        tree.named(path): lines
        for path in tree.own_texts()
        if path.suffix in {".py", ".html", ".js"}
        and "versions" not in path.parts
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }

    assert not long


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = [tree.named(path) for path in tree.modules() if path.stem in {"utils", "util", "helpers", "common", "misc"}]

    assert not drawers


def test_every_test_asserts_something() -> None:
    empty = [
        f"{tree.named(path)}:{node.lineno} {node.name}"
        for path in tree.modules("tests")
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not _asserts(node)
    ]

    assert not empty


def _asserts(test: ast.FunctionDef) -> bool:
    nodes = list(ast.walk(test))
    calls = [tree.dotted(node.func).split(".")[-1] for node in nodes if isinstance(node, ast.Call)]
    return any(isinstance(node, ast.Assert) for node in nodes) or any(ASSERTING.match(call) for call in calls)
