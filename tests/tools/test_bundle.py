"""The offline package takes from the lock what each platform needs, whatever machine it is packed on."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tools import bundle

LOCK = """\
click==8.5.1 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:cc
psycopg-binary==3.3.9 ; implementation_name != 'pypy' \\
    --hash=sha256:dd
old==1.0 ; python_full_version < '3.12' \\
    --hash=sha256:ee
"""


def test_windows_gets_what_only_windows_needs() -> None:
    assert bundle.requirements_for(LOCK, "windows-x64", "3.12").splitlines() == [
        "click==8.5.1 --hash=sha256:aa --hash=sha256:bb",
        "colorama==0.4.6 --hash=sha256:cc",
        "psycopg-binary==3.3.9 --hash=sha256:dd",
    ]


def test_linux_gets_what_its_python_needs() -> None:
    assert bundle.requirements_for(LOCK, "linux-x64", "3.11").splitlines() == [
        "click==8.5.1 --hash=sha256:aa --hash=sha256:bb",
        "psycopg-binary==3.3.9 --hash=sha256:dd",
        "old==1.0 --hash=sha256:ee",
    ]


@pytest.mark.parametrize("platform", bundle.PLATFORMS)
def test_the_real_lock_can_be_read_for(platform: str) -> None:
    wanted = bundle.requirements_for(bundle.LOCK.read_text(encoding="utf-8"), platform, "3.11")

    assert "flask==" in wanted
    assert " ; " not in wanted


def test_the_package_has_the_start_scripts_with_the_line_ends_of_their_system(tmp_path: Path) -> None:
    folder = tmp_path / "opinion"
    folder.mkdir()

    bundle.add_texts(folder)
    target = bundle.pack(folder, tmp_path / "dist" / "opinion.zip")

    with zipfile.ZipFile(target) as archive:
        assert b"\r\n" not in archive.read("opinion/start.sh")
        assert archive.read("opinion/start.bat").count(b"\r\n") == archive.read("opinion/start.bat").count(b"\n")
        assert archive.read("opinion/使用说明.txt").startswith("\ufeff舆情".encode())
        assert archive.getinfo("opinion/start.sh").external_attr >> 16 == 0o755
