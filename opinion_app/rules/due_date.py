"""A due date as it is said: never without the mark of a guess while its year's holidays are not loaded (D02)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from opinion_app.rules.deadline import Derivation
from opinion_app.rules.spoken import day_words, due_day_words, due_moment_words, moment_words
from opinion_app.rules.zone import local_date

GUESS_MARK = "（暂定）"


class DueDate(NamedTuple):
    """A due moment; `guess`: it rests on a year that is not loaded and may yet move."""

    at: datetime
    guess: bool

    @property
    def mark(self) -> str:
        """（暂定） behind a guess, nothing behind what is certain."""
        return GUESS_MARK if self.guess else ""

    @property
    def iso(self) -> str:
        """2027-01-04（暂定） for what is due with its day, 2026-11-24 10:30 for what is due at a moment; Shanghai time."""
        return due_day_words(self.at) + self.mark

    @property
    def iso_day(self) -> str:
        """2027-01-04（暂定）: the day alone."""
        return local_date(self.at).isoformat() + self.mark

    def words(self, year: int | None = None) -> str:
        """2027年1月4日 周一（暂定）, with the hour where that does not end its day; no year in front where it is `year`."""
        return due_moment_words(self.at, year) + self.mark

    def day(self, year: int | None = None) -> str:
        """2027年1月4日 周一（暂定）: the day alone."""
        return day_words(local_date(self.at), year) + self.mark

    def moment(self, year: int | None = None) -> str:
        """2027年1月4日 周一 23:59（暂定）: always with the hour."""
        return moment_words(self.at, year) + self.mark


def due_of(derivation: Derivation) -> DueDate | None:
    """The due date a derivation comes to; None while a suspension keeps it from being known."""
    return due_date(derivation.due_at, guess=derivation.provisional)


def due_date(at: datetime | None, *, guess: bool) -> DueDate | None:
    """The due date at that moment; None where there is none."""
    return DueDate(at, guess) if at is not None else None
