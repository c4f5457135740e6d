"""Writing the static copy: page by page, only what changed, and nothing left of what was withdrawn."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opinion_app.rules.errors import Refused

if sys.platform != "win32":
    import fcntl

MANIFEST = ".opinion-site.json"
OWNED = ("replies", "search", "static")  # folders in which everything is this program's; elsewhere only what it wrote itself
# Known by its name too: a run that ended early has noted nothing, and what it left must still go when it is withdrawn.
OWN_NAMES = ("replies-*.csv", "sitemap-[0-9]*.xml", ".*.new")


@dataclass
class Count:
    """What a run did."""

    added: int = 0
    changed: int = 0
    same: int = 0
    removed: int = 0

    def __str__(self) -> str:
        return f"新增 {self.added}，更新 {self.changed}，未变 {self.same}，删除 {self.removed}"


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Only one run at a time writes into the folder: one that is slow could put back what another has just taken away.

    Raises Refused while another is at it; a run that died holds nothing. Windows has no such lock on folders."""
    path.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":
        yield
        return
    held = os.open(path, os.O_RDONLY)
    try:
        _take(held, path)
        yield
    finally:
        os.close(held)


def _take(held: int, path: Path) -> None:
    if sys.platform != "win32":
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(f"另一次导出正在写 {path}，请等它结束后再试。") from error


@dataclass
class Folder:
    """The folder of a copy. `before` and `after` map each file to its stamp and the hash of its bytes."""

    path: Path
    before: dict[str, list[str]] = field(default_factory=dict)
    after: dict[str, list[str]] = field(default_factory=dict)
    count: Count = field(default_factory=Count)

    @classmethod
    def open(cls, path: Path) -> Folder:
        """The folder as an earlier run left it, or an empty one. Raises Refused for a folder that holds something else."""
        path.mkdir(parents=True, exist_ok=True)
        manifest = path / MANIFEST
        if manifest.exists():
            return cls(path, _read(manifest))
        if any(path.iterdir()):
            raise Refused(f"{path} 不是空文件夹，也不是以前导出的网站。请换一个文件夹，以免混在一起。")
        _put(manifest, b"{}")
        return cls(path)

    def keep(self, name: str, stamp: str) -> bool:
        """Whether the file made for `stamp` is there unharmed, so that it need not be made again."""
        held = self.before.get(name)
        if held is None or not stamp or held[0] != stamp or self._hash_of(name) != held[1]:
            return False
        self.after[name] = held
        self.count.same += 1
        return True

    def write(self, name: str, content: bytes, stamp: str = "") -> None:
        """Put a file there; one that holds these bytes already is not touched."""
        digest = hashlib.sha256(content).hexdigest()
        there = self._hash_of(name)
        if there == digest:
            self.count.same += 1
        else:
            _put(self.path / name, content)
            self.count.added += there is None
            self.count.changed += there is not None
        self.after[name] = [stamp, digest]

    def drop(self, name: str) -> None:
        """Take one file away."""
        if self._hash_of(name) is not None:
            (self.path / name).unlink()
            self.count.removed += 1

    def remove_all_but(self, names: set[str]) -> None:
        """Take away what is no longer of the site, before anything new is written: a withdrawal must not wait for the rest."""
        for name in sorted(set(self._there()) - names):
            (self.path / name).unlink(missing_ok=True)
            self.count.removed += 1
        for folder in sorted((one for part in OWNED for one in (self.path / part).glob("**/") if one.is_dir()), reverse=True):
            if not any(folder.iterdir()):
                folder.rmdir()

    def close(self) -> None:
        """Note what is there, for the next run."""
        text = json.dumps(self.after, ensure_ascii=False, sort_keys=True, indent=0)
        if (self.path / MANIFEST).read_text("utf-8") != text:
            _put(self.path / MANIFEST, text.encode())

    def _there(self) -> Iterator[str]:
        for part in OWNED:
            yield from (one.relative_to(self.path).as_posix() for one in (self.path / part).rglob("*") if one.is_file())
        yield from (name for name in self.before if (self.path / name).is_file())
        yield from (one.name for pattern in OWN_NAMES for one in self.path.glob(pattern) if one.is_file())

    def _hash_of(self, name: str) -> str | None:
        try:
            return hashlib.sha256((self.path / name).read_bytes()).hexdigest()
        except FileNotFoundError:
            return None


def _read(manifest: Path) -> dict[str, list[str]]:
    try:
        held: Any = json.loads(manifest.read_text("utf-8"))
        return {str(name): [str(stamp), str(digest)] for name, (stamp, digest) in held.items() if ".." not in Path(name).parts}
    except (ValueError, AttributeError, TypeError):
        return {}  # half-written or foreign: everything is made again


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(content)
    beside.replace(path)
