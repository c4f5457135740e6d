"""Turning a picture or a PDF into plain pictures of its pages, and those into one clean file; runs in the child process.

Nothing of the original goes on but what can be seen: no text layer, no metadata, no hidden object, no script.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pypdfium2
from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError

from opinion_app.rules.file_kinds import Content, FileRefusedError
from opinion_app.rules.public_files import PAGES_MOST

_DOTS: Final = 150 / 72  # pixels for each point of a PDF: as sharp as a good scan
_LONGEST: Final = 2600  # pixels
_PIXELS_MOST: Final = 120_000_000
_QUALITY: Final = 85
_SHARP: Final = ("PNG", "GIF")  # drawings and screenshots stay sharp, photographs stay small
_UNREADABLE: Final = "这个文件打不开，可能已损坏或设置了密码。请检查原文件，重新上传后再试。"
_BROKEN: Final = (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError)


def draw(path: str, media_type: str, folder: str, skip: int = 0) -> Iterator[dict[str, Any]]:
    """A picture of every page after the first `skip`, written into `folder`; yields its file, width and height, its number and of
    how many. Raises FileRefusedError."""
    total, pages = _pdf_pages(path, skip) if media_type == Content.PDF.value else _pictures(path, skip)
    for number, (page, ending) in enumerate(pages, start=skip + 1):
        target = Path(folder) / f"{number}.{ending}"
        page.save(target, quality=_QUALITY) if ending == "jpg" else page.save(target)
        yield {"file": str(target), "width": page.width, "height": page.height, "number": number, "total": total}


_Pages = Iterator[tuple[Image.Image, str]]


def _pdf_pages(path: str, skip: int) -> tuple[int, _Pages]:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise FileRefusedError(_UNREADABLE) from error
    if len(document) > PAGES_MOST:
        raise FileRefusedError(f"这份 PDF 有 {len(document)} 页，最多公开 {PAGES_MOST} 页。请拆成几份上传后再公开。")
    return len(document), _drawn(document, skip)


def _drawn(document: pypdfium2.PdfDocument, skip: int) -> _Pages:
    for index in range(skip, len(document)):
        page = document[index]
        scale = min(_DOTS, _LONGEST / max(*page.get_size(), 1))
        yield page.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB"), "jpg"
        page.close()


def _pictures(path: str, skip: int) -> tuple[int, _Pages]:
    """Every picture of the file: a scanner puts many pages into one TIFF."""
    Image.MAX_IMAGE_PIXELS = _PIXELS_MOST
    try:
        with Image.open(path) as opened:
            total = int(getattr(opened, "n_frames", 1))
    except _BROKEN as error:
        raise FileRefusedError(_UNREADABLE) from error
    if total > PAGES_MOST:
        raise FileRefusedError(f"这份图片文件有 {total} 页，最多公开 {PAGES_MOST} 页。请拆成几份上传后再公开。")
    return total, (_picture(path, index) for index in range(skip, total))


def _picture(path: str, index: int) -> tuple[Image.Image, str]:
    try:
        with Image.open(path) as opened:
            opened.seek(index)
            sharp = opened.format in _SHARP
            upright = ImageOps.exif_transpose(opened)
            plain = Image.new("RGB", upright.size, "white")
            shown = upright.convert("RGBA")
            plain.paste(shown, mask=shown.getchannel("A"))
    except _BROKEN as error:
        raise FileRefusedError(_UNREADABLE) from error
    plain.thumbnail((_LONGEST, _LONGEST))
    return plain, "png" if sharp else "jpg"


def burn(pages: Sequence[dict[str, Any]], target: str) -> Iterator[dict[str, Any]]:
    """One file of the pages with the rectangles blacked out for good; a PDF where `target` ends so, else a picture."""
    made = [_blacked(page) for page in pages]
    if target.endswith(".pdf"):
        made[0].save(target, "PDF", save_all=True, append_images=made[1:], resolution=150, quality=_QUALITY, title="")
    else:
        made[0].save(target, quality=_QUALITY) if target.endswith(".jpg") else made[0].save(target)
    yield {"pages": len(made)}


def _blacked(page: dict[str, Any]) -> Image.Image:
    with Image.open(page["file"]) as opened:
        plain = opened.convert("RGB")
    plain.info.clear()
    pen = ImageDraw.Draw(plain)
    for left, top, width, height in page["boxes"]:
        corners = (left * plain.width / 100, top * plain.height / 100)
        others = ((left + width) * plain.width / 100, (top + height) * plain.height / 100)
        pen.rectangle((corners, others), fill="black")
    return plain
