"""Who may import what, by the kind of file: what the contracts in pyproject.toml, which go by room, cannot say."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.support import tree

FLASK = ("flask", "flask_login", "flask_migrate", "flask_wtf", "werkzeug")
# These put the application together or start it; every other Flask import belongs in a views.py.
EDGES = (
    "opinion_app/app.py",
    "opinion_app/core.py",
    "opinion_app/cli.py",
    "opinion_app/records/current.py",  # hands on what the application of the context holds
)
EDGE_FOLDERS = ("opinion_app/web/", "opinion_app/cli/")


def is_view(path: Path) -> bool:
    return path.stem.endswith("views") or tree.named(path).startswith(EDGE_FOLDERS) or tree.named(path) in EDGES


def is_clockwise(path: Path) -> bool:
    """Whether this file is an edge at which a moment enters: a request, a command, a job."""
    return is_view(path) or tree.named(path).startswith(("opinion_app/scheduler/", "opinion_app/api/"))


def importing(names: tuple[str, ...], paths: list[Path]) -> list[str]:
    return [
        f"{tree.named(path)} imports {found}"
        for path in paths
        for found in tree.imports(path)
        if any(found == name or found.startswith(f"{name}.") for name in names)
    ]


def test_only_pages_know_flask() -> None:
    others = [path for path in tree.modules() if not is_view(path)]

    assert not importing(FLASK, others)


def test_only_pages_know_the_web_kit() -> None:
    others = [path for path in tree.modules() if not is_clockwise(path)]
    forms = [path for path in others if path.stem.endswith("forms")]

    assert not importing(("opinion_app.core",), others)
    assert not importing(("opinion_app.web",), [path for path in others if path not in forms])


def test_forms_take_only_the_form_kit() -> None:
    forms = [path for path in tree.modules() if path.stem.endswith("forms") and not is_view(path)]

    assert not [found for found in importing(("opinion_app.web",), forms) if "opinion_app.web.forms" not in found]


def test_only_the_application_knows_the_pages() -> None:
    everyone_else = [path for path in tree.modules() if tree.named(path) != "opinion_app/app.py"]
    found = [
        f"{tree.named(path)} imports {name}"
        for path in everyone_else
        for name in tree.imports(path)
        if name.startswith("opinion_app.") and "views" in name.split(".")
    ]

    assert not found


def test_only_the_outbox_knows_the_messengers() -> None:
    inside = ("opinion_app/notify/", "opinion_app/desks/outbox/")
    others = [path for path in tree.modules() if not tree.named(path).startswith(inside)]

    assert not importing(("opinion_app.notify",), others)


def test_a_moment_enters_at_an_edge_only() -> None:
    inner = [path for path in tree.modules() if not is_clockwise(path)]

    assert not importing(("opinion_app.clock",), inner)


def test_no_import_hides_in_a_function() -> None:
    found = [
        f"{tree.named(path)}:{inner.lineno}"
        for path in tree.modules("opinion_app", "config.py", "migrations", "tests", "tools", "bench")
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]

    assert not found


def test_imports_are_absolute() -> None:
    found = [
        f"{tree.named(path)}:{node.lineno}"
        for path in tree.modules()
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.ImportFrom) and node.level
    ]

    assert not found


@pytest.mark.parametrize(
    ("files", "refused"),
    [
        ("operations.py", ("commit", "rollback")),
        ("queries.py", ("commit", "rollback", "flush", "add", "add_all", "delete", "merge")),
    ],
)
def test_what_a_kind_of_file_never_does_with_the_session(files: str, refused: tuple[str, ...]) -> None:
    paths = [path for path in tree.modules() if path.name == files]
    paths += [path for path in tree.modules("opinion_app/flow", "opinion_app/search") if files == "operations.py"]
    found = [
        f"{tree.named(path)}:{node.lineno} {call}"
        for path in paths
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.Call)
        and (call := tree.dotted(node.func))
        and call.split(".")[-1] in refused
        and "session" in call.split(".")[-2:][0]
    ]

    assert not found
