"""Rows out of a .csv as offices send it: any of three separators, in UTF-8, UTF-16 or GB18030."""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from opinion_app.rules.file_kinds import MEGABYTE, FileRefusedError

_FIELD_MAX: Final = 2 * MEGABYTE  # characters; one more than that is a quotation mark without its partner
_CHUNK: Final = MEGABYTE
_SEPARATORS: Final = (",", "\t", ";")
# A text in the other encoding fails at nearly every character; a damaged one here and there.
_DAMAGE_ALLOWED: Final = 0.001
_LAST_LINE: Final = "\0end of the file\0"
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def text_rows(path: Path) -> Iterator[list[str]]:
    """The records of the file, from the first, an empty line as an empty record.

    Raises FileRefusedError where encoding or quotation marks leave no sure reading; then nothing of the file counts.
    """
    encoding = _encoding(path)
    separator = _separator(path, encoding)
    csv.field_size_limit(_FIELD_MAX)
    reader = csv.reader(_lines(path, encoding), delimiter=separator)
    begins, record = 1, []
    while True:
        begins = reader.line_num + 1
        try:
            record = next(reader)
        except csv.Error as error:
            raise _unclosed(begins) from error
        if record == [_LAST_LINE]:
            return
        if record and record[-1].endswith(_LAST_LINE):
            raise _unclosed(begins)
        yield record


def _lines(path: Path, encoding: str) -> Iterator[str]:
    """The file's lines and a last one of our own: when that is not a record by itself, a quotation mark stayed open."""
    last = "\n"
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        while line := stream.readline(_FIELD_MAX):
            last = line[-1]
            yield line
    if last not in "\r\n":
        yield "\n"
    yield _LAST_LINE


def _encoding(path: Path) -> str:
    with path.open("rb") as stream:
        head = stream.read(4)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if _damage(path, "utf-8") <= _DAMAGE_ALLOWED:
        return "utf-8"
    if _damage(path, "gb18030") <= _DAMAGE_ALLOWED:
        return "gb18030"
    raise FileRefusedError("看不出这个 CSV 文件用的是什么文字编码。请用 Excel 或 WPS 打开后另存为 .xlsx 再导入。")


def _damage(path: Path, encoding: str) -> float:
    """The share of characters beyond ASCII that this encoding cannot read."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    bad = beyond = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            text = decoder.decode(chunk)
            bad += text.count("\ufffd")
            beyond += len(text) - len(text.encode("ascii", "ignore"))
        bad += len(decoder.decode(b"", final=True))
    return bad / beyond if beyond else float(bad)


def _separator(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors="replace") as stream:
        lines = [stream.readline(_CHUNK) for _ in range(20)]
    # Outside quotation marks only: every second piece.
    outside = ["".join(line.split('"')[::2]) for line in lines]
    counts = {separator: max(line.count(separator) for line in outside) for separator in _SEPARATORS}
    best = max(counts, key=lambda separator: counts[separator])
    return best if counts[best] else _SEPARATORS[0]


def _unclosed(line: int) -> FileRefusedError:
    return FileRefusedError(
        f'第 {line} 行开始的内容里引号（"）没有成对，后面的内容分不清行。请改正这一行，或另存为 .xlsx 后再导入。'
    )
