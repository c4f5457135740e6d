"""Numbers by pattern, and patterns that cannot make distinct numbers."""

from __future__ import annotations

from datetime import date

import pytest

from opinion_app.rules.errors import Invalid
from opinion_app.rules.numbering import DEFAULT_INDEX_PATTERN, DEFAULT_PATTERNS, check_pattern, index_number, index_series, number


def test_the_default_patterns_give_the_numbers_of_the_house() -> None:
    made = {series: number(pattern, 2026, 123) for series, pattern in DEFAULT_PATTERNS.items()}
    assert made == {
        "message": "LY2026-000123",
        "forwarded_letter": "ZB2026-000123",
        "sentiment_item": "YQ2026-000123",
        "policy": "ZC2026-0123",
    }


def test_the_index_number_has_the_form_of_the_seed_document() -> None:
    made = index_number(DEFAULT_INDEX_PATTERN, "11533025015264594R", date(2019, 3, 6), 1)
    assert made == "11533025015264594R-/2019-0306001"


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "LY{serial:06d}",
        "LY{year}",
        "LY{year}-{serial.__class__}",
        "LY{year}-{serial:06d}-{other}",
        "LY{year} {serial:06d}<b>",
        "LY{year}-{serial:099d}",
        "{year}{serial:q}",
        "{year}{serial:.0}",
    ],
)
def test_a_pattern_that_cannot_number_is_refused(pattern: str) -> None:
    with pytest.raises(Invalid):
        check_pattern(pattern)


def test_a_pattern_of_the_office_may_be_chinese() -> None:
    assert number("卡政留〔{year}〕{serial}号", 2026, 7) == "卡政留〔2026〕7号"


@pytest.mark.parametrize(
    ("pattern", "series"),
    [
        (DEFAULT_INDEX_PATTERN, "index:1126"),
        ("{code}/{year}{month:02d}-{serial:04d}", "index:11"),
        ("{code}/{year}-{serial:05d}", "index"),
    ],
)
def test_the_serial_counts_within_what_the_pattern_names(pattern: str, series: str) -> None:
    assert index_series(pattern, date(2026, 11, 26)) == series
