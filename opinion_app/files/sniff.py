"""What a file is, judged by its bytes and never by its name or the type a browser claims.

An exact list of the contents that may come in, because a general guesser answers with candidates: the one tried took an
iPhone's HEIC picture for a film and did not know an MP3 without a title.
"""

import re
from typing import BinaryIO, Final

from opinion_app.files import archive, ole
from opinion_app.rules.file_kinds import Content

_HEAD: Final = 4096

# Start of the bytes, first match wins. Markup comes before PDF, which may have blanks before it.
_STARTS: Final = (
    (
        re.compile(rb"MZ|\x7fELF|#!(?!AMR)|\xca\xfe\xba\xbe|[\xce\xcf]\xfa\xed\xfe|L\0\0\0\x01\x14\x02\0"),
        Content.PROGRAM,
    ),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*<|\xff\xfe\s*<\0|\xfe\xff\0<"), Content.MARKUP),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*%PDF-\d"), Content.PDF),
    (re.compile(rb"\xff\xd8\xff"), Content.JPEG),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), Content.PNG),
    (re.compile(rb"GIF8[79]a"), Content.GIF),
    (re.compile(rb"BM.{4}\0\0\0\0.{4}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", re.DOTALL), Content.BMP),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), Content.WEBP),
    (re.compile(rb"II\*\0|MM\0\*"), Content.TIFF),
    (re.compile(rb".{4}ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)", re.DOTALL), Content.HEIF),
    (re.compile(rb".{4}(?:ftyp|moov|mdat|wide|free|skip)", re.DOTALL), Content.MP4),
    (re.compile(rb"RIFF.{4}WAVE", re.DOTALL), Content.WAV),
    (re.compile(rb"RIFF.{4}AVI ", re.DOTALL), Content.AVI),
    (re.compile(rb"#!AMR(?:-WB)?\n"), Content.AMR),
    (re.compile(rb"fLaC"), Content.FLAC),
    (re.compile(rb"OggS\0"), Content.OGG),
    # An MPEG audio frame: eleven ones, a version, then layer III for MP3 or layer 0 for AAC; rates there are.
    (re.compile(rb"ID3[\x02-\x04]|\xff[\xe2\xe3\xf2\xf3\xfa\xfb][\x10-\x1b\x20-\x2b\x30-\x3b\x40-\xeb]"), Content.MP3),
    (re.compile(rb"\xff[\xf0\xf1\xf8\xf9]"), Content.AAC),
    (re.compile(rb"\x1a\x45\xdf\xa3"), Content.MATROSKA),
    (re.compile(rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"), Content.ASF),
    (re.compile(rb"\0\0\x01[\xb3\xba]"), Content.MPEG),
    (re.compile(rb"FLV\x01"), Content.FLV),
    (re.compile(rb"Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|\x1f\x8b|BZh|\xfd7zXZ\0"), Content.ARCHIVE),
)

_OLE_NAMES: Final = (
    ("EncryptedPackage", Content.PROTECTED),
    ("WordDocument", Content.OLE_WORD),
    ("PowerPoint Document", Content.OLE_SLIDES),
    ("Workbook", Content.OLE_SHEET),
    ("Book", Content.OLE_SHEET),
)
_ZIP_NAMES: Final = (
    ("OFD.xml", Content.OFD),
    ("word/document.xml", Content.OOXML_WORD),
    ("xl/workbook.xml", Content.OOXML_SHEET),
    ("xl/workbook.bin", Content.OOXML_SHEET),
    ("ppt/presentation.xml", Content.OOXML_SLIDES),
)


def sniff(stream: BinaryIO) -> Content:
    """What the bytes in this seekable stream are; odd ones raise nothing but are UNKNOWN or named by their fault."""
    stream.seek(0)
    head = stream.read(_HEAD)
    if not head:
        return Content.EMPTY
    if head.startswith(ole.MAGIC):
        return _in_ole(stream)
    if head.startswith(archive.MAGIC):
        return _in_zip(stream)
    return next((content for start, content in _STARTS if start.match(head)), Content.UNKNOWN)


def _in_ole(stream: BinaryIO) -> Content:
    try:
        names = ole.entry_names(stream)
    except ole.DamagedContainerError:
        return Content.UNKNOWN
    return next((content for name, content in _OLE_NAMES if name in names), Content.UNKNOWN)


def _in_zip(stream: BinaryIO) -> Content:
    try:
        with archive.open_archive(stream) as opened:
            names = set(opened.namelist())
            locked = any(entry.flag_bits & 0x1 for entry in opened.infolist())
    except archive.CrowdedArchiveError:
        return Content.CROWDED
    except archive.DamagedArchiveError:
        return Content.UNKNOWN
    if locked:
        return Content.PROTECTED
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return Content.MACROS
    return next((content for name, content in _ZIP_NAMES if name in names), Content.ARCHIVE)
