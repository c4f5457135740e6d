"""Paging: a page of a list by number, with the total where it is cheap and the query kept in every link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

PER_PAGE = 50
LAST_PAGE = 100_000


@dataclass(frozen=True)
class Page:
    """One page of rows; `total` is None where counting would cost more than it tells."""

    rows: Sequence[Any]
    number: int
    per_page: int
    total: int | None
    has_next: bool

    @property
    def has_previous(self) -> bool:
        """Whether there is a page before this one."""
        return self.number > 1

    @property
    def pages(self) -> int | None:
        """How many pages there are, if the total is known."""
        return None if self.total is None else max(1, -(-self.total // self.per_page))


def wanted_page(args: MultiDict[str, str] | None = None) -> int:
    """The page asked for; anything that is no sensible number means the first."""
    text = (request.args if args is None else args).get("page", "1")
    return min(int(text), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 9 and int(text) > 0 else 1


def cut(rows: Sequence[Any], number: int, per_page: int = PER_PAGE, total: int | None = None) -> Page:
    """A page from up to `per_page` + 1 rows read; the extra row tells that there is a next page."""
    return Page(rows[:per_page], number, per_page, total, len(rows) > per_page)
