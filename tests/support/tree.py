"""The project's own files, for tests about the whole tree."""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "opinion_app"
PASSING = {
    ".git",
    ".venv",
    "build",
    "dist",
    "data",
    "node_modules",
    "htmlcov",
    "__pycache__",
    ".hypothesis",
    ".bench",
    ".mutants",
}
TEXT = {
    ".bat", ".cfg", ".css", ".csv", ".html", ".ini", ".js", ".json", ".mako", ".md", ".py", ".sh", ".sql", ".svg",
    ".toml", ".txt", ".xml", ".yaml", ".yml", "",
}  # fmt: skip


@cache
def files() -> tuple[Path, ...]:
    """Every file of the tree: by git where there is one (what it ignores is not ours), else by walking."""
    if (ROOT / ".git").exists():
        names = listed("--cached", "--others", "--exclude-standard")
        return tuple(path for name in names if (path := ROOT / name).is_file())
    return tuple(sorted(_walk()))


def listed(*options: str) -> list[str]:
    """What `git ls-files` lists of the tree with these options."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", *options]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [entry for entry in output.split("\0") if entry]


def _walk() -> Iterator[Path]:
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [name for name in inner if name not in PASSING and not name.endswith("_cache")]
        yield from (Path(folder) / name for name in names)


def own_texts() -> list[Path]:
    """The text files we wrote ourselves: all but vendored ones and locks."""
    return [path for path in texts() if "vendor" not in path.parts and path.parent.name != "requirements"]


def texts() -> list[Path]:
    """All text files."""
    return [path for path in files() if path.suffix in TEXT]


def named(path: Path) -> str:
    """The path as people write it, from the root of the tree."""
    return path.relative_to(ROOT).as_posix()


def modules(*folders: str) -> list[Path]:
    """The Python files in these folders of the tree (all of the package if none is named)."""
    wanted = [ROOT / folder for folder in folders or ("opinion_app",)]
    return [path for path in files() if path.suffix == ".py" and any(path.is_relative_to(folder) for folder in wanted)]


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports(path: Path) -> Iterator[str]:
    """The full dotted names a module imports (for `from a import b` both `a` and `a.b`)."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def dotted(node: ast.AST) -> str:
    """The dotted spelling of a name or attribute chain, empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = dotted(node.value)
        return f"{inner}.{node.attr}" if inner else node.attr
    return ""
