"""Pictures of pages and clean copies made of them, by a confined child; the bytes lie in the store first."""

import tempfile
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from opinion_app.files.confined import ConfinedError, Fault, Limits, run_confined
from opinion_app.files.store import AttachmentStore, StoredFile
from opinion_app.rules.file_kinds import MEGABYTE, STAFF_LIMITS, Content, FileRefusedError
from opinion_app.rules.public_files import public_name

_CHILD: Final = "opinion_app.files.page_child"
_LIMITS: Final = Limits(seconds=120, memory=1536 * MEGABYTE)
_BROKEN: Final = "处理这个文件时出错，可能已损坏。请检查原文件，重新上传后再试。"


@dataclass(frozen=True, slots=True)
class PageFile:
    """The picture of one page, as it lies in the store; `number` counts from one, `total` is how many there will be."""

    stored: StoredFile
    width: int
    height: int
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page to go out: its picture in the store and what is blacked out on it, in per cent."""

    stored_name: str
    boxes: Sequence[Sequence[float]]


def draw_pages(store: AttachmentStore, stored_name: str, media_type: str, skip: int = 0) -> Generator[PageFile, None, None]:
    """Pictures of the pages of a stored file after the first `skip`, one after another; each is the caller's to name or discard.

    Raises FileRefusedError with the reason, or StorageFailedError."""
    with tempfile.TemporaryDirectory(prefix="opinion-pages-") as folder:
        order = {"path": str(store.path(stored_name)), "media_type": media_type, "folder": folder, "skip": skip}
        for page in _run("draw", order):
            path = Path(page["file"])
            yield PageFile(_keep(store, path), page["width"], page["height"], page["number"], page["total"])
            path.unlink()


def make_clean(store: AttachmentStore, sheets: Sequence[Sheet], media_type: str) -> StoredFile:
    """One file of the sheets with nothing beneath what is blacked out: a PDF for a PDF and for several pages, else a picture."""
    with tempfile.TemporaryDirectory(prefix="opinion-clean-") as folder:
        ending = Path(public_name("copy.x", _kind(store, sheets, media_type))).suffix
        target = Path(folder) / f"copy{ending}"
        pages = [{"file": str(store.path(sheet.stored_name)), "boxes": [list(box) for box in sheet.boxes]} for sheet in sheets]
        for _done in _run("burn", {"pages": pages, "target": str(target)}):
            pass
        return _keep(store, target)


def discard(store: AttachmentStore, names: Iterable[str]) -> None:
    """Remove files no row names."""
    for name in names:
        store.discard(name)


def _kind(store: AttachmentStore, sheets: Sequence[Sheet], media_type: str) -> str:
    if media_type == Content.PDF.value or len(sheets) > 1:
        return Content.PDF.value
    with store.open(sheets[0].stored_name) as stream:
        return Content.PNG.value if stream.read(4) == b"\x89PNG" else Content.JPEG.value


def _run(task: str, order: dict[str, Any]) -> Iterable[Any]:
    try:
        yield from run_confined(f"{_CHILD}:{task}", order, _LIMITS)
    except ConfinedError as error:
        said = _BROKEN if error.fault is Fault.BROKEN else error.message
        raise FileRefusedError(said) from error


def _keep(store: AttachmentStore, path: Path) -> StoredFile:
    with path.open("rb") as stream:
        return store.save(stream, path.name, STAFF_LIMITS)
