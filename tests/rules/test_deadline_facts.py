"""What contradicts itself is refused in the words an office reads, and the years that can be reckoned with have their ends."""

from dataclasses import replace

import pytest

from opinion_app.rules.clock_facts import (
    EARLIEST_YEAR,
    LATEST_YEAR,
    ClockFacts,
    DeadlineRefused,
    Extension,
    Pause,
    Restart,
    check_facts,
    settled_pauses,
)
from tests.rules.calendars import at, hours, nd, on, wd

BASE = ClockFacts(at("2026-11-23T09:00"), wd(5))


def pause(begin: str, over: str | None) -> Pause:
    return Pause(at(begin), at(over) if over else None)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (replace(BASE, span=wd(0)), "时限须是大于 0 的整数。"),
        (replace(BASE, span=nd(1501)), "时限太长：最多 1500 日，请核对。"),
        (
            replace(BASE, extensions=(Extension(at("2026-11-24")),)),
            "延期请填写延长多久，或者填写延至哪一天，只填一项。",
        ),
        (
            replace(BASE, extensions=(Extension(at("2026-11-24"), span=hours(3)),)),
            "延期的单位须与原时限一致：按天的延天数，按小时的延小时数。",
        ),
        (replace(BASE, pauses=(pause("2026-11-25", "2026-11-24"),)), "恢复计时的时间早于中止时间，请核对。"),
        (
            replace(BASE, pauses=(pause("2026-11-24", "2026-11-26"), pause("2026-11-25", "2026-11-27"))),
            "两次中止计时的时间重叠，请核对。",
        ),
        (
            replace(BASE, restarts=(Restart(at("2026-11-25")), Restart(at("2026-11-24")))),
            "重新起算的时间早于原起算时间，请核对。",
        ),
        (
            replace(BASE, fixed_date=on(f"{LATEST_YEAR + 1}-01-01")),
            f"日期须在 {EARLIEST_YEAR} 年至 {LATEST_YEAR} 年之间，请核对。",
        ),
        (replace(BASE, start=at(f"{EARLIEST_YEAR - 1}-12-31")), f"日期须在 {EARLIEST_YEAR} 年至 {LATEST_YEAR} 年之间，请核对。"),
    ],
)
def test_what_contradicts_itself_is_refused_in_these_words(facts: ClockFacts, said: str) -> None:
    with pytest.raises(DeadlineRefused) as refused:
        check_facts(facts)
    assert refused.value.message == said


@pytest.mark.parametrize("day", [f"{EARLIEST_YEAR}-01-01", f"{LATEST_YEAR}-12-31"])
def test_the_first_and_the_last_year_belong_to_it(day: str) -> None:
    check_facts(replace(BASE, fixed_date=on(day)))


def test_two_restarts_at_one_moment_are_one_after_the_other() -> None:
    check_facts(replace(BASE, restarts=(Restart(BASE.start), Restart(BASE.start))))


@pytest.mark.parametrize(
    ("restart", "over"),
    [("2026-11-24T09:00", None), ("2026-11-24T09:01", "2026-11-24T09:01"), ("2026-11-23T10:00", None)],
)
def test_a_restart_ends_the_suspension_it_follows_and_no_other(restart: str, over: str | None) -> None:
    facts = replace(BASE, pauses=(pause("2026-11-24T09:00", None),), restarts=(Restart(at(restart)),))
    [settled] = settled_pauses(facts)
    assert settled.resumed_at == (at(over) if over else None)
