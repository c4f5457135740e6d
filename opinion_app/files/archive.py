"""What a zip container holds, told from its table of contents with bounded work and without unpacking it."""

import lzma
import struct
import zipfile
import zlib
from typing import BinaryIO, Final

MAGIC: Final = b"PK\x03\x04"
ENTRIES_MAX: Final = 2000

_TABLE_SIZE_MAX: Final = ENTRIES_MAX * 256  # bytes: 46 for an entry and the rest for its name
_TAIL: Final = 56 + 20 + 22 + 0xFFFF  # 64-bit end record, its locator, end record, the longest comment
_END: Final = b"PK\x05\x06"
_LOCATOR: Final = b"PK\x06\x07"
_END_64: Final = b"PK\x06\x06"
_END_64_SIZE: Final = 56


# What zipfile and its decompressors raise on entries that were damaged or made to deceive.
READ_ERRORS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
)


class CrowdedArchiveError(ValueError):
    """More entries than any office document has."""


class DamagedArchiveError(ValueError):
    """Not a zip container after all, or one whose table of contents does not hold together."""


def open_archive(stream: BinaryIO) -> zipfile.ZipFile:
    """The container, its table read; a huge one is not. Raises CrowdedArchiveError, DamagedArchiveError."""
    _check_table_size(stream)
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OverflowError) as error:
        raise DamagedArchiveError("no readable table of contents") from error
    if len(archive.infolist()) > ENTRIES_MAX:
        raise CrowdedArchiveError("too many entries")
    return archive


def _check_table_size(stream: BinaryIO) -> None:
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _TAIL))
    tail = stream.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) < end + 22:
        raise DamagedArchiveError("no end record")
    table = struct.unpack_from("<I", tail, end + 12)[0]
    # zipfile follows the 64-bit record whenever its locator is there, so it is that one which counts.
    if end >= 20 + _END_64_SIZE and tail[end - 20 : end - 16] == _LOCATOR:
        record = tail[end - 20 - _END_64_SIZE : end - 20]
        if record[:4] != _END_64:
            raise DamagedArchiveError("no 64-bit end record")
        table = struct.unpack_from("<Q", record, 40)[0]
    if table > _TABLE_SIZE_MAX:
        raise CrowdedArchiveError("a table of contents too large")
