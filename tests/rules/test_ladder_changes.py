"""What another ladder changes for the clocks that run: anew, at another time, no more, otherwise, and nothing of the past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from opinion_app.rules.clock_facts import ClockFacts
from opinion_app.rules.deadline import derive, warn_at
from opinion_app.rules.digest import OpenClock
from opinion_app.rules.ladder import DEFAULT_LADDER, Anchor, Ladder, Rung, Way, Who
from opinion_app.rules.ladder_changes import Shift, out_of_order, shifts
from opinion_app.rules.ladder_data import with_rung
from opinion_app.rules.recipients import Owing
from tests.rules.calendars import CHINA, at, wd

START, NOW = at("2026-11-02T10:00"), at("2026-11-12T09:00")  # the seven days ended on the 11th; 催办通知 was said this morning


def clock(start: str = "2026-11-02T10:00") -> tuple[OpenClock, ClockFacts]:
    """A reply within seven working days."""
    facts = ClockFacts(at(start), wd(7))
    due = derive(facts, CHINA).due_at
    assert due is not None
    warned = warn_at(due, 1, CHINA)
    return OpenClock(1, 1, "答复", "财政所", Owing("holder"), due, facts.span, warn_at=warned, known_since=facts.start), facts


def rung(code: str) -> Rung:
    """A rung of the default ladder."""
    found = DEFAULT_LADDER.named(code)
    assert found is not None
    return found


def told(after: Ladder, *starts: str) -> dict[str, dict[Shift, int]]:
    """What changes from NOW on for some clocks, by the label of the rung."""
    found = shifts(DEFAULT_LADDER, after, [clock(start) for start in starts or ("2026-11-02T10:00",)], CHINA, NOW)
    return {row.label: dict(row.counted) for row in found}


CHANGES: list[tuple[Callable[[], Rung], dict[str, dict[Shift, int]]]] = [
    (lambda: replace(rung("yellow"), active=False), {"黄牌督办": {Shift.CANCELLED: 1}}),
    (lambda: replace(rung("yellow"), amount=6), {"黄牌督办": {Shift.MOVED: 1}}),
    (lambda: replace(rung("yellow"), copy=()), {"黄牌督办": {Shift.OTHERWISE: 1}}),
    (lambda: replace(rung("yellow"), sheet=False), {"黄牌督办": {Shift.OTHERWISE: 1}}),
    (lambda: replace(rung("yellow"), label="督办"), {"督办": {Shift.OTHERWISE: 1}}),
    (lambda: replace(rung("yellow"), way=Way.INSIDE), {"黄牌督办": {Shift.OTHERWISE: 1}}),
    (lambda: Rung("own_1", "再催", Anchor.WORKING_DAYS, 3), {"再催": {Shift.ANEW: 1}}),
    (lambda: replace(rung("urge"), copy=()), {}),  # said this morning: nothing to come
    (lambda: replace(rung("urge"), active=False), {}),
    (lambda: replace(rung("half"), amount=60), {}),
]


@pytest.mark.parametrize(("changed", "shown"), CHANGES)
def test_what_becomes_of_a_rung(changed: Callable[[], Rung], shown: dict[str, dict[Shift, int]]) -> None:
    assert told(with_rung(DEFAULT_LADDER, changed(), NOW, in_days=True)) == shown


def test_a_rung_moved_into_the_past_is_cancelled_and_not_made_up_for() -> None:
    assert told(with_rung(DEFAULT_LADDER, Rung("own_1", "到期又催", Anchor.DAYS, 1), NOW, in_days=True)) == {}
    moved = replace(rung("yellow"), anchor=Anchor.DAYS, amount=1)
    assert told(with_rung(DEFAULT_LADDER, moved, NOW, in_days=True)) == {"黄牌督办": {Shift.CANCELLED: 1}}


def test_another_main_leader_concerns_only_the_rungs_that_speak_to_him() -> None:
    assert told(replace(DEFAULT_LADDER, main_leader_id=7)) == {
        "红牌督办": {Shift.OTHERWISE: 1},
        "逾期通报": {Shift.OTHERWISE: 1},
    }
    assert Who.MAIN_LEADER in rung("report").to


def test_each_clock_counts_and_the_first_moment_is_told() -> None:
    after = with_rung(DEFAULT_LADDER, replace(rung("yellow"), amount=6), NOW, in_days=True)
    clocks = [clock(start) for start in ("2026-11-04T10:00", "2026-11-03T10:00", "2026-10-12T10:00")]
    [row] = shifts(DEFAULT_LADDER, after, clocks, CHINA, NOW)
    assert row.counted == {Shift.MOVED: 2}, "the third was said long ago"
    assert row.first == at("2026-11-20T08:30")
    assert row.words == "黄牌督办 改时间 2 项"
    assert shifts(DEFAULT_LADDER, DEFAULT_LADDER, clocks, CHINA, NOW) == []


def changed(code: str, *, in_days: bool = True, **values: Any) -> Ladder:
    return with_rung(DEFAULT_LADDER, replace(rung(code), **values), NOW, in_days=in_days)


@pytest.mark.parametrize(
    ("after", "behind"),
    [
        (DEFAULT_LADDER, []),
        (changed("urge", amount=6), [("催办通知", "黄牌督办")]),
        (changed("urge", amount=4), []),
        (changed("urge", anchor=Anchor.DAYS, amount=8), [("催办通知", "黄牌督办")]),
        (changed("urge", amount=16), [("催办通知", "黄牌督办"), ("催办通知", "红牌督办")]),
        (changed("urge", amount=6, active=False), []),
        (changed("red", amount=4), [("黄牌督办", "红牌督办")]),
        (
            changed("yellow", anchor=Anchor.ELAPSED, amount=60),
            [("即将超时", "黄牌督办"), ("今天到期", "黄牌督办"), ("催办通知", "黄牌督办")],
        ),
        (changed("hours_red", in_days=False, amount=12), [("黄牌督办", "红牌督办")]),
    ],
)
def test_a_rung_behind_one_with_a_heavier_card_is_pointed_out(after: Ladder, behind: list[tuple[str, str]]) -> None:
    assert [(late.label, heavy.label) for late, heavy in out_of_order(after)] == behind
