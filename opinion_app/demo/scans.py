"""Small made-up scans and photographs for the demonstration, drawn when it is loaded."""

from __future__ import annotations

import random
from io import BytesIO

from PIL import Image, ImageDraw

from opinion_app.files.received import Received
from opinion_app.files.store import AttachmentStore
from opinion_app.rules.file_kinds import STAFF_LIMITS


def keep(store: AttachmentStore, name: str) -> Received:
    """Draw a file for `name` and keep it: a sheet of paper for a PDF, a landscape for a picture."""
    chance = random.Random(name)  # noqa: S311 - a drawing, not a secret
    image = _paper(chance) if name.endswith(".pdf") else _landscape(chance)
    stream = BytesIO()
    image.save(stream, "PDF" if name.endswith(".pdf") else "PNG")
    stream.seek(0)
    return Received(name, store.save(stream, name, STAFF_LIMITS), store)


def _paper(chance: random.Random) -> Image.Image:
    """A page as a scanner sees it: a red head, lines of grey text, a round seal."""
    sheet = Image.new("RGB", (620, 877), (252, 251, 247))
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((120, 70, 500, 104), fill=(196, 44, 40))
    pen.line((60, 140, 560, 140), fill=(196, 44, 40), width=3)
    for line in range(18):
        width = 480 if line % 6 else chance.randrange(160, 400)
        pen.rectangle((70, 190 + line * 30, 70 + width, 202 + line * 30), fill=(118, 118, 118))
    pen.ellipse((390, 690, 510, 810), outline=(196, 44, 40), width=5)
    return sheet


def _landscape(chance: random.Random) -> Image.Image:
    """A road between hills under the sky."""
    picture = Image.new("RGB", (640, 420), (176, 205, 226))
    pen = ImageDraw.Draw(picture)
    for depth, green in enumerate(((132, 160, 128), (98, 132, 92), (74, 108, 66))):
        tops = [(x, 180 + depth * 45 - chance.randrange(60)) for x in range(0, 641, 80)]
        pen.polygon([(0, 420), *tops, (640, 420)], fill=green)
    middle = chance.randrange(260, 380)
    pen.polygon([(middle - 20, 270), (middle + 20, 270), (480, 420), (160, 420)], fill=(120, 118, 114))
    return picture
