"""Clean copies: what can be seen goes on, what cannot be seen is gone, what is blacked out is nowhere in the file."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from opinion_app.files import pages
from opinion_app.files.confined import Limits
from opinion_app.files.pages import Sheet, draw_pages, make_clean
from opinion_app.files.store import AttachmentStore
from opinion_app.rules.file_kinds import STAFF_LIMITS, FileRefusedError
from opinion_app.rules.public_files import PAGES_MOST
from tests.files.made_pages import SECRET, opened, pdf, photo


@pytest.fixture
def store(tmp_path: Path) -> AttachmentStore:
    return AttachmentStore(tmp_path / "attachments")


def keep(store: AttachmentStore, data: bytes, name: str) -> tuple[str, str]:
    stored = store.save(io.BytesIO(data), name, STAFF_LIMITS)
    return stored.stored_name, stored.media_type


def read(store: AttachmentStore, name: str) -> bytes:
    with store.open(name) as stream:
        return stream.read()


@pytest.mark.parametrize(("name", "kind", "made"), [("a.jpg", "JPEG", "image/jpeg"), ("a.png", "PNG", "image/png")])
def test_a_picture_loses_what_it_knows_and_keeps_what_it_shows(store: AttachmentStore, name: str, kind: str, made: str) -> None:
    data = photo(kind=kind)
    assert b"SpyCamera" in data
    [page] = draw_pages(store, *keep(store, data, name))
    assert (page.width, page.height, page.stored.media_type) == (400, 300, made)
    clean = make_clean(store, [Sheet(page.stored.stored_name, [(0, 0, 10, 10)])], made)
    out = read(store, clean.stored_name)
    assert b"SpyCamera" not in out
    assert b"LiuYifan" not in out
    assert not opened(out).getexif()
    shown = opened(out).convert("RGB")
    assert sum(shown.getpixel((5, 5))) < 30, "blacked out"
    assert shown.getpixel((100, 200))[0] > 200, "still red"


def test_a_pdf_with_text_under_a_black_box_comes_out_without_text(store: AttachmentStore) -> None:
    data = pdf(2)
    assert SECRET in pypdfium2.PdfDocument(data)[0].get_textpage().get_text_range()
    name, kind = keep(store, data, "批复.pdf")
    drawn = list(draw_pages(store, name, kind))
    assert len(drawn) == 2
    clean = make_clean(store, [Sheet(page.stored.stored_name, []) for page in drawn], kind)
    out = read(store, clean.stored_name)
    document = pypdfium2.PdfDocument(out)
    assert [document[index].get_textpage().get_text_range() for index in range(len(document))] == ["", ""]
    assert not document.get_metadata_value("Author")
    assert not document.get_metadata_value("Title")
    assert SECRET.encode() not in out
    assert round(document[0].get_width() / document[0].get_height(), 2) == round(595 / 842, 2)


def test_a_page_that_is_left_out_is_not_in_the_file(store: AttachmentStore) -> None:
    drawn = list(draw_pages(store, *keep(store, pdf(3), "批复.pdf")))
    clean = make_clean(store, [Sheet(drawn[2].stored.stored_name, [(0, 0, 100, 50)])], "application/pdf")
    assert len(pypdfium2.PdfDocument(read(store, clean.stored_name))) == 1


def test_what_cannot_be_opened_is_said_and_leaves_nothing(store: AttachmentStore) -> None:
    name, kind = keep(store, b"%PDF-1.4\nnothing\n%%EOF\n", "坏.pdf")
    with pytest.raises(FileRefusedError, match="打不开"):
        list(draw_pages(store, name, kind))
    name, kind = keep(store, photo()[:2000], "坏.jpg")
    with pytest.raises(FileRefusedError, match="打不开"):
        list(draw_pages(store, name, kind))
    assert len(list(store.names())) == 2


def test_it_goes_on_after_the_pages_that_are_drawn(store: AttachmentStore) -> None:
    name, kind = keep(store, pdf(3), "批复.pdf")
    assert [(page.number, page.total) for page in draw_pages(store, name, kind, 1)] == [(2, 3), (3, 3)]
    assert list(draw_pages(store, *keep(store, photo(), "a.jpg"), 1)) == []


def test_too_many_pages_are_refused(store: AttachmentStore) -> None:
    with pytest.raises(FileRefusedError, match="最多公开 60 页"):
        list(draw_pages(store, *keep(store, pdf(61), "长.pdf")))


def test_a_file_that_eats_time_is_ended_and_said(store: AttachmentStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_LIMITS", Limits(seconds=0.01))
    with pytest.raises(FileRefusedError, match="用时太长"):
        list(draw_pages(store, *keep(store, pdf(40), "慢.pdf")))


def frames(count: int, kind: str = "TIFF") -> bytes:
    """One file of that many small pictures, each of another shade."""
    made = [Image.new("RGB", (40, 30), (60 + index * 9 % 190, 0, 0)) for index in range(count)]
    out = io.BytesIO()
    made[0].save(out, kind, save_all=True, append_images=made[1:])
    return out.getvalue()


def test_every_page_of_a_scan_of_many_pages_is_drawn_and_can_be_published(store: AttachmentStore) -> None:
    name, kind = keep(store, frames(3), "扫描.tif")
    drawn = list(draw_pages(store, name, kind))
    assert [(page.number, page.total) for page in drawn] == [(1, 3), (2, 3), (3, 3)]
    shades = [opened(read(store, page.stored.stored_name)).convert("RGB").getpixel((20, 15))[0] for page in drawn]
    assert shades == sorted(shades)
    assert len(set(shades)) == 3
    assert [page.number for page in draw_pages(store, name, kind, 2)] == [3]
    several = make_clean(store, [Sheet(page.stored.stored_name, []) for page in drawn[1:]], kind)
    assert several.media_type == "application/pdf"
    assert len(pypdfium2.PdfDocument(read(store, several.stored_name))) == 2
    assert make_clean(store, [Sheet(drawn[0].stored.stored_name, [])], kind).media_type == "image/jpeg"


def test_a_scan_of_more_pages_than_can_be_published_is_refused(store: AttachmentStore) -> None:
    with pytest.raises(FileRefusedError, match=f"有 {PAGES_MOST + 1} 页，最多公开 {PAGES_MOST} 页"):
        list(draw_pages(store, *keep(store, frames(PAGES_MOST + 1), "扫描.tif")))
