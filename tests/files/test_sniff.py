"""What files are told to be, from real little files and from ones made to deceive."""

import io
import struct
import zipfile

import openpyxl
import pytest
import xlwt
from PIL import Image

from opinion_app.files.sniff import sniff
from opinion_app.rules.file_kinds import Content


def told(data: bytes) -> Content:
    return sniff(io.BytesIO(data))


def zipped(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return stream.getvalue()


def container(*names: str, first_sector: int = 1, padding: int = 0) -> bytes:
    """An OLE container with these entries and, on demand, so much padding that its directory lies far back."""
    entries = b"".join(
        (name.encode("utf-16-le") + b"\0\0").ljust(64, b"\0") + struct.pack("<HB", 2 * len(name) + 2, 2) + b"\0" * 61
        for name in ("Root Entry", *names)
    )
    entries = entries.ljust(-(-len(entries) // 512) * 512, b"\0")
    count = len(entries) // 512
    start = 1 + padding
    table = [0xFFFFFFFF] * max(128, -(-(start + count) // 128) * 128)
    table[start : start + count] = [*range(start + 1, start + count), 0xFFFFFFFE]
    tables = struct.pack(f"<{len(table)}I", *table)
    header = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(76, b"\0") + b"\xff" * 436)
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<I", header, 48, start)
    if len(tables) == 512:
        struct.pack_into("<II", header, 68, 0xFFFFFFFE, 0)
        struct.pack_into("<I", header, 76, 0)
        return bytes(header) + tables + b"\0" * 512 * padding + entries
    return _with_table_list(header, tables, padding, entries, start, count)


def _with_table_list(header: bytearray, tables: bytes, padding: int, entries: bytes, start: int, count: int) -> bytes:
    """The same with the allocation table after the directory, its sectors listed partly in a list of their own."""
    first = start + count
    sectors = list(range(first, first + len(tables) // 512))
    struct.pack_into("<II", header, 68, first + len(sectors), 1)
    struct.pack_into("<109I", header, 76, *(sectors + [0xFFFFFFFF] * 109)[:109])
    listed = struct.pack("<128I", *(sectors[109:] + [0xFFFFFFFF] * 127)[:127], 0xFFFFFFFE)
    return bytes(header) + b"\0" * 512 * start + entries + tables + listed


@pytest.mark.parametrize(
    ("head", "content"),
    [
        (b"", Content.EMPTY),
        (b"%PDF-1.7\n", Content.PDF),
        (b"\xef\xbb\xbf\r\n%PDF-1.4\n", Content.PDF),
        (b"\xff\xd8\xff\xe1\x00\x10Exif", Content.JPEG),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1heic", Content.HEIF),
        (b"\0\0\0\x18ftypheix", Content.HEIF),
        (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2", Content.MP4),
        (b"\0\0\0\x14ftypqt  ", Content.MP4),
        (b"\0\0\0\x14ftyp3gp4", Content.MP4),
        (b"\0\0\0\x20ftypM4A ", Content.MP4),
        (b"\0\0\0\x08wide\0\0\x10\x14mdat", Content.MP4),
        (b"ID3\x03\0\0\0\0\0\0", Content.MP3),
        (b"\xff\xfb\x90\x64", Content.MP3),
        (b"\xff\xf3\x40\xc0", Content.MP3),
        (b"\xff\xf1\x50\x80", Content.AAC),
        (b"RIFF\x24\0\0\0WAVEfmt ", Content.WAV),
        (b"RIFF\x24\0\0\0AVI LIST", Content.AVI),
        (b"#!AMR\n", Content.AMR),
        (b"#!AMR-WB\n", Content.AMR),
        (b"fLaC\0\0\0\x22", Content.FLAC),
        (b"OggS\0\x02", Content.OGG),
        (b"\x1a\x45\xdf\xa3\xa3\x42\x86", Content.MATROSKA),
        (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), Content.ASF),
        (b"\0\0\x01\xba\x44", Content.MPEG),
        (b"FLV\x01\x05", Content.FLV),
        (b"Rar!\x1a\x07\x01\0", Content.ARCHIVE),
        (b"7z\xbc\xaf\x27\x1c\0\x04", Content.ARCHIVE),
        (b"MZ\x90\0\x03", Content.PROGRAM),
        (b"\x7fELF\x02\x01", Content.PROGRAM),
        (b"#!/bin/sh\n", Content.PROGRAM),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", Content.MARKUP),
        (b"\xef\xbb\xbf  <!DOCTYPE html><script>alert(1)</script>", Content.MARKUP),
        (b"<html>%PDF-1.7", Content.MARKUP),
        ("\ufeff<html>".encode("utf-16-le"), Content.MARKUP),
        (b"\xff\xff\xff\xff\xff", Content.UNKNOWN),
        ("只是文字".encode(), Content.UNKNOWN),
        (b"\0" * 5000, Content.UNKNOWN),
    ],
)
def test_by_the_first_bytes(head: bytes, content: Content) -> None:
    assert told(head) is content


@pytest.mark.parametrize(
    ("form", "content"),
    [
        ("JPEG", Content.JPEG),
        ("PNG", Content.PNG),
        ("GIF", Content.GIF),
        ("BMP", Content.BMP),
        ("WEBP", Content.WEBP),
        ("TIFF", Content.TIFF),
    ],
)
def test_real_pictures(form: str, content: Content) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(stream, form)
    assert sniff(stream) is content


def test_real_sheets() -> None:
    new, old = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(new)
    book = xlwt.Workbook()
    book.add_sheet("表")
    book.save(old)
    assert sniff(new) is Content.OOXML_SHEET
    assert sniff(old) is Content.OLE_SHEET


@pytest.mark.parametrize(
    ("names", "content"),
    [
        (("[Content_Types].xml", "word/document.xml"), Content.OOXML_WORD),
        (("[Content_Types].xml", "ppt/presentation.xml"), Content.OOXML_SLIDES),
        (("OFD.xml", "Doc_0/Document.xml"), Content.OFD),
        (("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), Content.MACROS),
        (("../../etc/cron.d/x",), Content.ARCHIVE),
        (tuple(f"{n}.xml" for n in range(2001)), Content.CROWDED),
    ],
)
def test_zip_containers_by_their_parts(names: tuple[str, ...], content: Content) -> None:
    assert told(zipped(*names)) is content


def test_a_crowd_of_entries_is_refused_before_it_is_read() -> None:
    data = zipped("word/document.xml")
    crowded = data[:-10] + struct.pack("<I", 60_000 * 50) + data[-6:]
    assert told(crowded) is Content.CROWDED
    record = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, 9, 9, 10_000_000, 0)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, 0, 1)
    assert told(data[:-22] + record + locator + data[-22:]) is Content.CROWDED
    assert told(data[:-22] + b"\0" * 56 + locator + data[-22:]) is Content.UNKNOWN


def test_a_zip_with_a_password_is_refused_for_it() -> None:
    data = bytearray(zipped("word/document.xml"))
    data[data.index(b"PK\1\2") + 8] |= 1
    assert told(bytes(data)) is Content.PROTECTED


@pytest.mark.parametrize(
    "data",
    [b"PK\3\4", zipped("a")[:-30], b"PK\3\4" + b"\0" * 99 + b"PK\5\6" + b"\x50\0\0\0".rjust(12, b"\0") + b"\0" * 6],
)
def test_a_broken_zip_is_unknown(data: bytes) -> None:
    assert told(data) is Content.UNKNOWN


@pytest.mark.parametrize(
    ("names", "content"),
    [
        (("WordDocument", "1Table"), Content.OLE_WORD),
        (("a", "b", "c", "d", "e", "Workbook"), Content.OLE_SHEET),
        (("Book",), Content.OLE_SHEET),
        (("PowerPoint Document",), Content.OLE_SLIDES),
        (("EncryptionInfo", "EncryptedPackage"), Content.PROTECTED),
        (("\u4840\u3f3f\u4577",), Content.UNKNOWN),  # how an installer package (.msi) names its tables
    ],
)
def test_ole_containers_by_their_names(names: tuple[str, ...], content: Content) -> None:
    assert told(container(*names)) is content


def test_a_large_ole_container_with_its_directory_at_the_end() -> None:
    data = container("a", "b", "c", "d", "e", "f", "WordDocument", padding=15_000)
    assert told(data) is Content.OLE_WORD


def test_a_damaged_ole_container_is_unknown() -> None:
    whole = container("a", "b", "c", "d", "WordDocument")
    assert told(whole[:512]) is Content.UNKNOWN
    assert told(whole[:30] + b"\xff\xff" + whole[32:]) is Content.UNKNOWN
    assert told(whole[:76] + b"\xff" * 436 + whole[512:]) is Content.UNKNOWN


def test_an_ole_directory_that_turns_in_a_circle_ends() -> None:
    data = bytearray(container("a", "b", "c", "d"))
    struct.pack_into("<I", data, 512 + 4, 1)
    assert told(bytes(data)) is Content.UNKNOWN


def test_an_ole_list_of_tables_that_turns_in_a_circle_ends() -> None:
    data = bytearray(container("a", "b", "c", "d", padding=15_000))
    list_sector = struct.unpack_from("<I", data, 68)[0]
    struct.pack_into("<I", data, (list_sector + 2) * 512 - 4, list_sector)
    assert told(bytes(data)) is Content.UNKNOWN
