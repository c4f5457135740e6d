"""What a writer may say: every field is asked for, the window ends with its last day, asking for more needs a reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from opinion_app.rules.clock_facts import Unit
from opinion_app.rules.errors import Invalid
from opinion_app.rules.rating import DEFAULT_DAYS, LONGEST, Aspect, Rating, Verdict, is_open, read, refusal, round_of, window

SAID = {"resolved": "content", "time": "fairly", "attitude": "content", "useful": "yes"}


def test_a_full_rating_is_read() -> None:
    given = read(SAID | {"comment": " 修得快 "})
    assert given == Rating(
        {Aspect.RESOLVED: Verdict.CONTENT, Aspect.TIME: Verdict.FAIRLY, Aspect.ATTITUDE: Verdict.CONTENT}, True, "修得快"
    )
    assert given.is_content


def test_one_discontent_makes_it_discontent() -> None:
    assert not read(SAID | {"time": "discontent", "useful": "no"}).is_content


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"resolved": ""}, {"resolved"}),
        ({"time": "superb", "attitude": None}, {"time", "attitude"}),
        ({"useful": "maybe"}, {"useful"}),
        ({"comment": "长" * (LONGEST + 1)}, {"comment"}),
        ({"reopen": True, "comment": "  "}, {"comment"}),
    ],
)
def test_what_is_missing_or_made_up_is_named(changed: dict[str, Any], named: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        read(SAID | changed)
    assert set(refused.value.fields) == named


@pytest.mark.parametrize(("set_to", "days"), [(None, DEFAULT_DAYS), (5, 5), (0, 20), (9999, 20), ("7", 20), (True, 20)])
def test_the_window_is_what_the_office_set(set_to: object, days: int) -> None:
    span = window(set_to)
    assert (span.amount, span.unit) == (days, Unit.WORKING_DAYS)


@pytest.mark.parametrize(
    ("until", "rated", "open_"),
    [
        (date(2026, 11, 24), False, True),
        (date(2026, 11, 23), False, True),
        (date(2026, 11, 22), False, False),
        (None, False, False),
        (date(2026, 11, 24), True, False),
    ],
)
def test_once_and_until_the_end_of_the_last_day(until: date | None, rated: bool, open_: bool) -> None:
    assert is_open(until, date(2026, 11, 23), rated=rated) is open_


UNTIL = date(2026, 12, 21)


@pytest.mark.parametrize(
    ("until", "today", "rated", "shown", "said"),
    [
        (UNTIL, UNTIL, False, True, ""),
        (UNTIL, UNTIL + timedelta(days=1), False, True, "评价期限已过（到 2026年12月21日为止）"),
        (UNTIL, UNTIL + timedelta(days=1), False, False, "评价期限已过"),
        (UNTIL, UNTIL, True, True, "已经评价过了"),
        (UNTIL, UNTIL + timedelta(days=1), True, True, "已经评价过了"),
        (UNTIL, UNTIL, False, False, "又有了新的答复"),
        (UNTIL, UNTIL, True, False, "已经评价过了"),
        (None, UNTIL, False, True, "没有可以评价的答复"),
        (None, UNTIL, True, True, "没有可以评价的答复"),
    ],
)
def test_why_an_answer_may_not_be_rated(until: date | None, today: date, said: str, *, rated: bool, shown: bool) -> None:
    why = refusal(until, today, rated=rated, shown=shown)
    assert said in why if said else why == ""
    assert not (is_open(until, today, rated=rated) and shown and why)


@pytest.mark.parametrize(
    ("sent", "read"), [("0", 0), ("12", 12), (3, 3), ("", None), (None, None), ("-1", None), ("１", None), ("9" * 9, None)]
)
def test_which_answer_a_form_rates(sent: object, read: int | None) -> None:
    assert round_of(sent) == read
