"""The attachment store: whole files or none, whatever the disk does."""

import errno
import hashlib
import io
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from opinion_app.files.store import (
    AttachmentStore,
    StorageFailedError,
    StorageFullError,
    StoredFileMissingError,
)
from opinion_app.rules.file_kinds import CITIZEN_LIMITS, MEGABYTE, STAFF_LIMITS, FileRefusedError, Group, UploadLimits

PDF = b"%PDF-1.7\n" + b"x" * 1000
SMALL = UploadLimits(len(PDF), 1, frozenset(Group))


@pytest.fixture
def store(tmp_path: Path) -> AttachmentStore:
    return AttachmentStore(tmp_path / "attachments")


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_comes_back_as_it_went_in(store: AttachmentStore, tmp_path: Path) -> None:
    stored = store.save(io.BytesIO(PDF), "../../来信.pdf", STAFF_LIMITS)
    assert (stored.size, stored.sha256) == (len(PDF), hashlib.sha256(PDF).hexdigest())
    assert stored.media_type == "application/pdf"
    with store.open(stored.stored_name) as opened:
        assert opened.read() == PDF
    (path,) = files_in(tmp_path)
    assert path == store.path(stored.stored_name)
    assert path.relative_to(tmp_path / "attachments").parts[:2] == (stored.stored_name[:2], stored.stored_name[2:4])
    assert list(store.names()) == [stored.stored_name]


def test_the_same_file_twice_is_two_files(store: AttachmentStore) -> None:
    first, second = (store.save(io.BytesIO(PDF), "来信.pdf", STAFF_LIMITS) for _ in range(2))
    store.discard(first.stored_name)
    assert list(store.names()) == [second.stored_name]
    store.discard(first.stored_name)
    with pytest.raises(StoredFileMissingError, match="从备份中恢复"):
        store.open(first.stored_name)


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"MZ\x90\0" + b"\0" * 100, "通知.pdf", "不是 PDF，而是一个程序"),
        (b"<svg onload='alert(1)'/>", "照片.jpg", "不是 JPEG 图片，而是一个网页"),
        (b"", "空.pdf", "空的"),
        (PDF, "通知.exe", "不能上传 .exe"),
        (PDF + b"x", "通知.pdf", "超过"),
    ],
)
def test_a_refused_file_leaves_nothing(store: AttachmentStore, tmp_path: Path, data: bytes, name: str, reason: str) -> None:
    with pytest.raises(FileRefusedError, match=reason):
        store.save(io.BytesIO(data), name, SMALL)
    assert files_in(tmp_path) == []


def test_a_file_of_exactly_the_limit_comes_in(store: AttachmentStore) -> None:
    assert store.save(io.BytesIO(PDF), "通知.pdf", SMALL).size == len(PDF)


def test_reading_stops_soon_after_the_limit(store: AttachmentStore) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return PDF.ljust(size, b"x")

    endless = Endless()
    with pytest.raises(FileRefusedError, match="超过了 10 MB"):
        store.save(endless, "通知.pdf", CITIZEN_LIMITS)  # type: ignore[arg-type]
    assert endless.given < 11 * MEGABYTE


@pytest.mark.parametrize("name", ["", ".", "..", "../secret", "a" * 31, "a" * 33, "A" * 32, "/etc/passwd"])
def test_a_stored_name_that_is_not_ours_opens_nothing(store: AttachmentStore, name: str) -> None:
    with pytest.raises(StoredFileMissingError, match="没有这个附件"):
        store.open(name)


class _FullDisk(io.FileIO):
    def write(self, data: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_while_writing(store: AttachmentStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def on_full_disk(path: Path, mode: str) -> BinaryIO:
        return io.BufferedRandom(_FullDisk(path, mode))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", on_full_disk)
        with pytest.raises(StorageFullError, match="磁盘已满"):
            store.save(io.BytesIO(PDF), "来信.pdf", STAFF_LIMITS)
    assert files_in(tmp_path) == []
    assert store.save(io.BytesIO(PDF), "来信.pdf", STAFF_LIMITS).size == len(PDF)


@pytest.mark.parametrize("failing", [0, 1, 2, 3])
def test_a_disk_that_fails_to_hold_what_was_written(
    store: AttachmentStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    calls = iter(range(9))

    def fsync(handle: int) -> None:
        if next(calls) == failing:
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(StorageFailedError, match="磁盘出错"):
        store.save(io.BytesIO(PDF), "来信.pdf", STAFF_LIMITS)
    assert files_in(tmp_path) == []


def test_a_sender_who_goes_away_leaves_nothing(store: AttachmentStore, tmp_path: Path) -> None:
    class Gone(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            data = super().read(4)
            if not data:
                raise ConnectionError("gone")
            return data

    with pytest.raises(StorageFailedError):
        store.save(Gone(b"%PDF"), "来信.pdf", STAFF_LIMITS)
    assert files_in(tmp_path) == []


def test_a_file_that_cannot_be_read_is_said_so(store: AttachmentStore, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = store.save(io.BytesIO(PDF), "来信.pdf", STAFF_LIMITS)

    def failing(path: Path, mode: str) -> BinaryIO:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "open", failing)
    with pytest.raises(StorageFailedError, match="磁盘出错"):
        store.open(stored.stored_name)


def test_the_sweep_takes_old_strays_and_half_files_only(store: AttachmentStore, tmp_path: Path) -> None:
    known, stray, fresh = (store.save(io.BytesIO(PDF), "来信.pdf", STAFF_LIMITS).stored_name for _ in range(3))
    incoming = tmp_path / "attachments" / "incoming"
    (incoming / "old.part").write_bytes(b"x")
    (incoming / "new.part").write_bytes(b"x")
    long_ago = time.time() - 9000
    for path in (store.path(known), store.path(stray), incoming / "old.part"):
        os.utime(path, (long_ago, long_ago))
    older_than = datetime.now(UTC) - timedelta(hours=2)
    assert store.sweep({known}, older_than) == 2
    assert set(store.names()) == {known, fresh}
    assert [path.name for path in incoming.iterdir()] == ["new.part"]
    assert store.sweep({known}, older_than) == 0


def test_the_sweep_of_a_store_never_used_finds_nothing(store: AttachmentStore) -> None:
    assert store.sweep(set(), datetime.now(UTC)) == 0
    assert store.free_bytes() > 0


def test_folders_without_handles_are_left_to_the_system(store: AttachmentStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "O_DIRECTORY")
    assert store.save(io.BytesIO(PDF), "来信.pdf", STAFF_LIMITS).size == len(PDF)
