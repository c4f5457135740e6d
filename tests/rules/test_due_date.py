"""A due date is said in the forms an office has for it, a guess with its mark in each (D02)."""

from datetime import datetime

import pytest

from opinion_app.rules.clock_facts import ClockFacts, Pause
from opinion_app.rules.deadline import derive
from opinion_app.rules.due_date import DueDate, due_date, due_of
from opinion_app.rules.zone import parse_moment
from tests.rules.calendars import CHINA, at, end, wd

OF_A_DAY, OF_A_MOMENT = parse_moment("2027-01-04T23:59:59"), parse_moment("2027-01-04T10:30")
MONDAY = "2027年1月4日 周一"


@pytest.mark.parametrize(
    ("due", "forms"),
    [
        (OF_A_DAY, ["2027-01-04", "2027-01-04", MONDAY, MONDAY, f"{MONDAY} 23:59"]),
        (OF_A_MOMENT, ["2027-01-04 10:30", "2027-01-04", f"{MONDAY} 10:30", MONDAY, f"{MONDAY} 10:30"]),
    ],
    ids=["day", "moment"],
)
def test_d02_every_form_of_a_due_date_carries_its_mark_and_none_that_is_certain(due: datetime, forms: list[str]) -> None:
    for guess, mark in ((True, "（暂定）"), (False, "")):
        held = due_date(due, guess=guess)
        assert held is not None
        said = [held.iso, held.iso_day, held.words(), held.day(), held.moment()]
        assert said == [f"{words}{mark}" for words in forms]
    held = DueDate(OF_A_DAY, guess=True)
    for year, front in ((2027, ""), (2026, "2027年")):
        said = [held.words(year), held.day(year), held.moment(year)]
        assert said == [f"{front}1月4日 周一（暂定）", f"{front}1月4日 周一（暂定）", f"{front}1月4日 周一 23:59（暂定）"]
    assert due_date(None, guess=True) is None


@pytest.mark.parametrize(("start", "due", "guess"), [("2026-12-24", "2026-12-31", False), ("2026-12-28", "2027-01-04", True)])
def test_d02_the_due_date_of_a_derivation_is_as_certain_as_that(start: str, due: str, guess: bool) -> None:
    assert due_of(derive(ClockFacts(at(start), wd(5)), CHINA)) == DueDate(end(due), guess)
    assert due_of(derive(ClockFacts(at(start), wd(5), pauses=(Pause(at(start)),)), CHINA)) is None
