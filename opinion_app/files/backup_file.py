"""The file a backup is: a zip with the rows as JSON lines, the attachments as they lie, and a manifest with the hash of each.

Text lines instead of a copy of the database, so that a backup taken on SQLite can be restored on PostgreSQL and the other way
round, and so that it can still be read in ten years without this program.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from opinion_app.rules.errors import Refused

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
_CHUNK: Final = 1024 * 1024


class BackupDamaged(Refused):
    """The file is no whole backup: cut off, altered, or something else altogether."""


@dataclass
class Part:
    """One table or attachment within the file; `columns` maps a table's column to the kind of its values."""

    sha256: str
    size: int
    rows: int = 0
    columns: dict[str, str] = field(default_factory=dict)


@dataclass
class Manifest:
    """What the file holds and where it came from; `secret` tells installations apart without telling their key."""

    format: int
    program: str
    revision: str
    engine: str
    made_at: str
    secret: str
    tables: dict[str, Part] = field(default_factory=dict)
    attachments: dict[str, Part] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


class BackupWriter:
    """Writes one backup; `tables` first, then `attachments`, as the consistency of both demands (hardening R9)."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self.archive = archive
        self.manifest = manifest

    def add_table(self, name: str, columns: dict[str, str], rows: Iterable[list[Any]]) -> int:
        """Write the rows of one table, one JSON list a line; answers how many."""
        digest, size, count = hashlib.sha256(), 0, 0
        with self.archive.open(f"tables/{name}.jsonl", "w", force_zip64=True) as target:
            for row in rows:
                line = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
                digest.update(line)
                target.write(line)
                size, count = size + len(line), count + 1
        self.manifest.tables[name] = Part(digest.hexdigest(), size, count, columns)
        return count

    def add_attachment(self, stored_name: str, source: IO[bytes]) -> None:
        """Write the bytes of one attachment, unpacked: most are packed already."""
        digest, size = hashlib.sha256(), 0
        info = zipfile.ZipInfo(f"attachments/{stored_name}")
        with self.archive.open(info, "w", force_zip64=True) as target:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                target.write(chunk)
                size += len(chunk)
        self.manifest.attachments[stored_name] = Part(digest.hexdigest(), size)


@contextmanager
def writing(path: Path, manifest: Manifest) -> Iterator[BackupWriter]:
    """Write a backup to `path`: under a passing name until it is whole and on the disk, then at once under its own."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        with part.open("xb") as file:
            part.chmod(0o600)
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                yield BackupWriter(archive, manifest)
                archive.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


class BackupReader:
    """Reads one backup; nothing of it is to be trusted before `verify`."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self.archive = archive
        self.manifest = manifest

    def verify(self) -> None:
        """Read everything once and compare it with its hash. Raises BackupDamaged naming what does not fit."""
        parts = {f"tables/{name}.jsonl": part for name, part in self.manifest.tables.items()}
        parts |= {f"attachments/{name}": part for name, part in self.manifest.attachments.items()}
        if set(self.archive.namelist()) != {*parts, MANIFEST}:
            raise BackupDamaged("备份文件的内容与清单不符，不能用于恢复。")
        for name, part in parts.items():
            if self._digest(name) != (part.sha256, part.size):
                raise BackupDamaged(f"备份文件已损坏（{name}），不能用于恢复。请换用另一份备份。")

    def _digest(self, name: str) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        try:
            with self.archive.open(name) as source:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
        except (zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
            raise BackupDamaged(f"备份文件已损坏（{name}），不能用于恢复。请换用另一份备份。") from error
        return digest.hexdigest(), size

    def rows(self, name: str) -> Iterator[list[Any]]:
        """The rows of one table."""
        with self.archive.open(f"tables/{name}.jsonl") as source:
            for line in source:
                yield json.loads(line)

    def attachment(self, stored_name: str) -> IO[bytes]:
        """The bytes of one attachment."""
        return self.archive.open(f"attachments/{stored_name}")


@contextmanager
def reading(path: Path) -> Iterator[BackupReader]:
    """Open a backup. Raises BackupDamaged where it is none."""
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise Refused(f"没有这个备份文件：{path}") from error
    except (zipfile.BadZipFile, OSError) as error:
        raise BackupDamaged("这不是一份完整的备份文件，可能没有写完或已损坏。") from error
    with archive:
        yield BackupReader(archive, _manifest(archive))


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    try:
        data = json.loads(archive.read(MANIFEST))
        for kind in ("tables", "attachments"):
            data[kind] = {name: Part(**part) for name, part in data[kind].items()}
        manifest = Manifest(**data)
    except (KeyError, TypeError, ValueError, zipfile.BadZipFile, EOFError) as error:
        raise BackupDamaged("这不是一份完整的备份文件，可能没有写完或已损坏。") from error
    if manifest.format > FORMAT:
        raise Refused("这份备份由更新版本的程序制作，请用同一版本或更新版本的程序恢复。")
    return manifest
