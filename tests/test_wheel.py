"""The wheel carries everything the service needs and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator

import pytest

from tests.support import tree

MOVED = {"templates": "opinion_app/_templates", "migrations": "opinion_app/_migrations"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """A wheel built from this checkout."""
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    done = subprocess.run(command, cwd=tree.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = target.glob("*.whl")
    with zipfile.ZipFile(built) as opened:
        yield opened


def expected() -> set[str]:
    """What the checkout has, under the names it has in the wheel."""
    names = {tree.named(path) for path in tree.files() if path.is_relative_to(tree.PACKAGE)}
    names.add("opinion_app/_config.py")
    for folder, place in MOVED.items():
        origin = tree.ROOT / folder
        inner = [path.relative_to(origin).as_posix() for path in tree.files() if path.is_relative_to(origin)]
        names |= {f"{place}/{name}" for name in inner}
    return names


def test_every_file_of_the_service_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}

    assert packed == expected()


def test_the_wheel_brings_the_command(wheel: zipfile.ZipFile) -> None:
    (entries,) = [name for name in wheel.namelist() if name.endswith("/entry_points.txt")]

    assert "opinion = opinion_app.cli:main" in wheel.read(entries).decode()
