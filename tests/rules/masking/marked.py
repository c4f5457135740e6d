"""Reads marked.csv, marked_later.csv and marked_names.csv: places of personal data in real messages, and the texts where at hand.

The later ones were drawn and read after the rules had been settled on the first, and measured before any rule was changed.
Those of marked_names.csv were read after the rules for names that nobody announces were written, before they had seen them;
there names alone are marked.

Offsets count the characters of the raw cell, as it stands in the file and before any cleaning. No text is in the tree.
"""

import csv
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from openpyxl import load_workbook

from opinion_app.rules.masking import Kind
from tests.rules.masking.generator import Planted

MARKS = Path(__file__).with_name("marked.csv")
LATER = Path(__file__).with_name("marked_later.csv")
NAMES = Path(__file__).with_name("marked_names.csv")
ALL = (MARKS, LATER, NAMES)


@dataclass(frozen=True, slots=True)
class Mark:
    """One marked place; the note says what kind of case it is (official, office, recoded, building)."""

    planted: Planted
    note: str


def available() -> bool:
    """Whether the real messages are at hand."""
    return bool(os.environ.get("OPINION_REAL_DATA"))


def rows(marks: Path = MARKS) -> list[dict[str, str]]:
    """The marks as written, one row for each place and one empty row for each text without any."""
    with marks.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def texts(source: Path = MARKS) -> Iterator[tuple[str, tuple[Mark, ...]]]:
    """Each marked text with its marks; refuses a text that is not the one that was read."""
    for (file, number, column), group in groupby(rows(source), key=lambda row: (row["file"], row["number"], row["column"])):
        marks = list(group)
        text = _cells(file)[number, column]
        if hashlib.sha256(text.encode()).hexdigest()[:12] != marks[0]["digest"]:
            raise ValueError(f"{file} {number} {column}: not the text that was marked")
        yield text, tuple(_mark(row) for row in marks if row["kind"])


def _mark(row: dict[str, str]) -> Mark:
    return Mark(Planted(Kind(row["kind"]), int(row["start"]), int(row["end"])), row["note"])


@lru_cache
def _cells(file: str) -> dict[tuple[str, str], str]:
    """The raw cells of a workbook by message number and column."""
    book = load_workbook(Path(os.environ["OPINION_REAL_DATA"]) / file, read_only=True)
    lines = book.worksheets[0].iter_rows(values_only=True)
    header = [str(name) for name in next(lines)]
    found = {
        (str(line[0]), name): str(value) for line in lines for name, value in zip(header, line, strict=True) if value is not None
    }
    book.close()
    return found
