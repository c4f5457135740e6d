"""A derivation names the notices it rests on, each once, and none it did not ask (D15)."""

from dataclasses import replace

import pytest

from opinion_app.rules.clock_facts import Span
from opinion_app.rules.deadline import ClockFacts, Extension, Receipt, derive
from opinion_app.rules.explain import explain_text
from opinion_app.rules.workdays import CalendarDay, DayKind
from opinion_app.rules.year_notices import notice_words, notices_named
from tests.rules.calendars import CHINA, WH, at, end, hours, nd, on, paused, wd

THIS, NEXT = "2026 年放假安排：国办发明电〔2025〕7号（第 2 版）", "2027 年放假安排：国办发明电〔2026〕7号（第 1 版）"
OVERTAKEN = Extension(at("2026-12-28T09:00"), until=on("2027-01-05"))
INNER = ClockFacts(at("2026-11-23T09:00"), wd(2), fixed_date=on("2026-12-31"), latest=end("2027-01-03"), laid=True)
EVE = CalendarDay(on("2026-12-31"), DayKind.HOLIDAY, "元旦", "", 2027)  # the notice for 2027 may name it
LOADED = replace(
    CHINA,
    rows=(*CHINA.rows, CalendarDay(on("2027-01-01"), DayKind.HOLIDAY, "元旦", "", 2027)),
    years=CHINA.years | {2027},
    notices={2026: notice_words("国办发明电〔2025〕7号", 2), 2027: notice_words("国办发明电〔2026〕7号", 1)},
)


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        (ClockFacts(at("2026-11-23T09:00"), wd(5)), (THIS,)),
        (ClockFacts(at("2026-12-30T09:00"), wd(2)), (THIS, NEXT)),
        (ClockFacts(at("2026-12-31T09:00"), wd(1)), (NEXT,)),
        (ClockFacts(at("2026-11-23T09:00"), wd(5), fixed_date=on("2027-01-15")), ()),
        (ClockFacts(at("2026-11-23T09:00"), nd(5), fixed_date=on("2027-01-15")), ()),
        (ClockFacts(at("2026-12-25T09:00"), nd(12)), (NEXT,)),
        (ClockFacts(at("2026-12-25T09:00"), nd(5)), (THIS,)),
        (ClockFacts(at("2026-12-25T09:00"), nd(12), extensions=(OVERTAKEN,)), (NEXT,)),
        (ClockFacts(at("2026-12-25T09:00"), hours(240)), ()),
        (ClockFacts(at("2026-12-25T09:00"), Span(5, WH)), (THIS,)),
        (ClockFacts(at("2026-12-31T16:30"), Span(5, WH)), (THIS, NEXT)),
        (ClockFacts(at("2026-12-31T20:00"), wd(1), receipt=Receipt.NEXT_WORKING_DAY), (THIS, NEXT)),
        (
            ClockFacts(at("2026-11-23T09:00"), wd(2), fixed_date=on("2026-12-30"), latest=end("2027-01-02"), laid=True),
            (THIS, NEXT),
        ),
        (paused(("2026-11-23T10:00", None)), ()),
        (ClockFacts(at("2031-11-24T09:00"), wd(5)), ()),
        (ClockFacts(at("2020-11-23T09:00"), wd(5)), ()),
    ],
)
def test_a_derivation_names_the_notices_it_asked(facts: ClockFacts, named: tuple[str, ...]) -> None:
    assert notices_named(derive(facts, LOADED), LOADED) == named


def test_a_day_before_the_new_year_that_next_years_notice_names_brings_that_notice() -> None:
    early = replace(LOADED, rows=(*LOADED.rows, EVE))
    assert notices_named(derive(ClockFacts(at("2026-12-29T09:00"), wd(1)), early), early) == (THIS,)
    rolled = ClockFacts(at("2026-12-30T09:00"), nd(1))
    assert notices_named(derive(rolled, early), early) == (NEXT,)
    assert notices_named(derive(rolled, LOADED), LOADED) == (THIS,)


def test_a_year_loaded_from_nothing_that_was_named_says_so() -> None:
    assert notice_words("", 1) == "没有写明文件依据（第 1 版）"


def test_the_text_ends_with_the_notices() -> None:
    derived = derive(ClockFacts(at("2026-12-30T09:00"), wd(2)), LOADED)
    assert explain_text(derived, notices=notices_named(derived, LOADED)).splitlines()[-2:] == [f"  {THIS}", f"  {NEXT}"]
