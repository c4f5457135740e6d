"""The names inside an OLE container (the old .doc, .xls, .ppt and the WPS formats), read with bounded work."""

import struct
from typing import BinaryIO, Final

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_SECTOR_SIZES: Final = {9: 512, 12: 4096}
_ENTRY_SIZE: Final = 128
_ENTRIES_MAX: Final = 2000
_END_OF_CHAIN: Final = 0xFFFFFFFA  # this and above are marks, not sectors ([MS-CFB] §2.1)
_TABLES_IN_HEADER: Final = 109
_TABLE_LISTS_MAX: Final = 64  # each lists 127 tables of 64 kB of file: over 500 MB


class DamagedContainerError(ValueError):
    """The container's own tables do not hold together."""


def entry_names(stream: BinaryIO) -> frozenset[str]:
    """Names of the streams and storages in the container, as [MS-CFB] lays out its directory.

    Reads the header, the directory and the few table sectors that lead through it, nothing else. A directory of more
    than 2,000 entries is read up to there. Raises DamagedContainerError.
    """
    header = _read(stream, 0, 512)
    shift, first = struct.unpack_from("<H", header, 30)[0], struct.unpack_from("<I", header, 48)[0]
    if header[:8] != MAGIC or shift not in _SECTOR_SIZES:
        raise DamagedContainerError("no OLE header")
    size = _SECTOR_SIZES[shift]
    tables = _tables(stream, header, size)
    names: set[str] = set()
    sector = first
    for _ in range(_ENTRIES_MAX * _ENTRY_SIZE // size):
        if sector >= _END_OF_CHAIN:
            break
        names |= _names_in(_read(stream, (sector + 1) * size, size))
        sector = _next(stream, tables, sector, size)
    return frozenset(names)


def _tables(stream: BinaryIO, header: bytes, size: int) -> list[int]:
    """The sectors that hold the allocation table: the first 109 are in the header, the rest in a chain of lists."""
    tables = list(struct.unpack_from(f"<{_TABLES_IN_HEADER}I", header, 76))
    following = struct.unpack_from("<I", header, 68)[0]
    for _ in range(_TABLE_LISTS_MAX):
        if following >= _END_OF_CHAIN:
            break
        *more, following = struct.unpack(f"<{size // 4}I", _read(stream, (following + 1) * size, size))
        tables += more
    return tables


def _names_in(sector: bytes) -> set[str]:
    names = set()
    for start in range(0, len(sector), _ENTRY_SIZE):
        length = struct.unpack_from("<H", sector, start + 64)[0]
        if 2 < length <= 64 and sector[start + 66]:
            names.add(sector[start : start + length - 2].decode("utf-16-le", "replace"))
    return names


def _next(stream: BinaryIO, tables: list[int], sector: int, size: int) -> int:
    table, place = divmod(sector, size // 4)
    if table >= len(tables) or tables[table] >= _END_OF_CHAIN:
        raise DamagedContainerError("a sector without a place in the table")
    return int(struct.unpack("<I", _read(stream, (tables[table] + 1) * size + place * 4, 4))[0])


def _read(stream: BinaryIO, offset: int, count: int) -> bytes:
    stream.seek(offset)
    data = stream.read(count)
    if not data:
        raise DamagedContainerError("shorter than its tables say")
    return data.ljust(count, b"\0")  # some programs leave the last sector short
