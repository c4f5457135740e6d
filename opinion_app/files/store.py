"""Where attachments lie: outside the web root, each under a random name of our own, whole or not at all."""

import contextlib
import errno
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO, Final

from opinion_app.files.sniff import sniff
from opinion_app.rules.errors import NotFound, OfficeError
from opinion_app.rules.file_kinds import UploadLimits, check_content, check_size, kind_by_name

_CHUNK: Final = 256 * 1024
_STORED_NAME = re.compile(r"[0-9a-f]{32}")
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class StorageFailedError(OfficeError):
    """The file could not be written or read; nothing of it was kept."""


class StorageFullError(StorageFailedError):
    """No room on the disk."""


class StoredFileMissingError(NotFound):
    """No file of this stored name."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is safely on the disk: our name for it, its size in bytes, its hash and what its bytes are."""

    stored_name: str
    size: int
    sha256: str
    media_type: str


class AttachmentStore:
    """One folder of attachments. A file is on the disk before `save` returns, so a row may name it from then on."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"

    def save(self, stream: BinaryIO, name: str, limits: UploadLimits) -> StoredFile:
        """Take in the whole stream under the name a person gave it.

        Raises FileRefusedError (kind, content, size), StorageFullError or StorageFailedError; whatever is raised, also
        by the stream itself, leaves no file behind.
        """
        kind = kind_by_name(name, limits)
        stored_name = secrets.token_hex(16)
        part = self._incoming / f"{stored_name}.part"
        try:
            with _plain_errors():
                self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
                with part.open("x+b") as part_file:
                    size, digest = _copy(stream, part_file, limits)
                    content = sniff(part_file)
                    check_content(kind, content)
                self._settle(part, stored_name)
        except BaseException:
            _drop(part)
            raise
        return StoredFile(stored_name, size, digest, content.value)

    def put_back(self, stored_name: str, stream: IO[bytes], sha256: str) -> None:
        """Lay a file from a backup under the name it had. Raises StorageFailedError, also where the bytes do not fit `sha256`."""
        part = self._incoming / f"{stored_name}.part"
        try:
            with _plain_errors():
                self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
                with part.open("w+b") as part_file:
                    digest = _copy(stream, part_file, None)[1]
                if digest != sha256:
                    raise StorageFailedError("备份中的附件已损坏，没有恢复。")
                self._settle(part, stored_name)
        except BaseException:
            _drop(part)
            raise

    def open(self, stored_name: str) -> BinaryIO:
        """The file's bytes, from the start; the caller closes it. Raises StoredFileMissingError, StorageFailedError."""
        path = self.path(stored_name)
        with _plain_errors():
            try:
                return path.open("rb")
            except FileNotFoundError as error:
                raise StoredFileMissingError("附件的文件不在了，请联系管理员从备份中恢复。") from error

    def path(self, stored_name: str) -> Path:
        """Where a file of this name lies or would lie. Raises StoredFileMissingError for what is no name of ours."""
        if not _STORED_NAME.fullmatch(stored_name):
            raise StoredFileMissingError("没有这个附件。")
        return self._root / stored_name[:2] / stored_name[2:4] / stored_name

    def discard(self, stored_name: str) -> None:
        """Remove a file; one that is gone already is as good. Raises StorageFailedError."""
        with _plain_errors():
            self.path(stored_name).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        """The stored name of every file that lies here, in no order."""
        for path in self._root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
            if _STORED_NAME.fullmatch(path.name):
                yield path.name

    def sweep(self, known_names: Container[str], older_than: datetime) -> int:
        """Remove what a crash left: files no row names and half-written ones, last changed before that aware moment.

        The moment protects uploads whose row is not committed yet: let it lie hours back. Returns how many went.
        """
        stray = [self.path(name) for name in self.names() if name not in known_names]
        stray += self._incoming.glob("*.part")
        removed = 0
        with _plain_errors():
            for path in stray:
                with contextlib.suppress(FileNotFoundError):  # another sweep, or the upload itself, was faster
                    if path.stat().st_mtime < older_than.timestamp():
                        path.unlink()
                        removed += 1
        return removed

    def free_bytes(self) -> int:
        """Room left on the disk the attachments lie on, for the warning an administrator sees."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        return shutil.disk_usage(self._root).free

    def _settle(self, part: Path, stored_name: str) -> None:
        """Give the finished file its name, and have the disk hold name and bytes before anybody is told."""
        path = self.path(stored_name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.replace(path)
        try:
            for folder in (path.parent, path.parent.parent, self._root):
                _sync_folder(folder)
        except OSError:
            _drop(path)
            raise


def _copy(stream: IO[bytes], target: BinaryIO, limits: UploadLimits | None) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if limits is not None:
            check_size(size, limits)
        digest.update(chunk)
        target.write(chunk)
    target.flush()
    os.fsync(target.fileno())
    return size, digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    if not hasattr(os, "O_DIRECTORY"):
        return  # Windows cannot open a folder; NTFS keeps a journal of names
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _drop(path: Path) -> None:
    with contextlib.suppress(OSError):  # the error on its way up tells more; the sweep takes what stays
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn the disk's errors into sentences for the person at the screen."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFullError("存放附件的磁盘已满，文件没有保存。请联系管理员清理磁盘后再上传。") from error
        raise StorageFailedError("读写附件的磁盘出错，这次操作没有完成。请稍后再试，仍不行请联系管理员。") from error
