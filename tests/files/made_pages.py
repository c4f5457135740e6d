"""Pictures and PDF files with everything in them that must not go out: places, authors, a text layer under a black box."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageDraw

SECRET = "430102199003071234"


def photo(size: tuple[int, int] = (400, 300), kind: str = "JPEG") -> bytes:
    """A photograph that knows where it was taken, by which camera and by whom; its left half is red, its right half white."""
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).rectangle((0, 0, size[0] // 2, size[1]), fill="red")
    exif = Image.Exif()
    exif[0x010F], exif[0x013B] = "SpyCamera", "LiuYifan"
    exif.get_ifd(0x8825).update({1: "N", 2: (28.0, 12.0, 30.0), 3: "E", 4: (112.0, 59.0, 10.0)})
    made = io.BytesIO()
    picture.save(made, kind, exif=exif.tobytes())
    return made.getvalue()


def pdf(pages: int = 2, author: str = "LiuYifan") -> bytes:
    """A PDF with an author, whose first page has a number in its text layer and a black box over it."""
    text = f"BT /F1 24 Tf 72 700 Td ({SECRET}) Tj ET 0 g 60 690 400 40 re f".encode()
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{3 + 2 * n} 0 R" for n in range(pages))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode())
    font = 3 + 2 * pages
    for n in range(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {4 + 2 * n} 0 R"
            f" /Resources << /Font << /F1 {font} 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text))
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    objects.append(f"<< /Author ({author}) /Title (Inner) >>".encode())
    return _file(objects)


def _file(objects: list[bytes]) -> bytes:
    made, places = io.BytesIO(), []
    made.write(b"%PDF-1.4\n")
    for number, body in enumerate(objects, start=1):
        places.append(made.tell())
        made.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = made.tell()
    made.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for place in places:
        made.write(b"%010d 00000 n \n" % place)
    made.write(b"trailer << /Size %d /Root 1 0 R /Info %d 0 R >>\n" % (len(objects) + 1, len(objects)))
    made.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return made.getvalue()


def opened(data: bytes) -> Any:
    """The picture in some bytes."""
    return Image.open(io.BytesIO(data))
