"""What may be done to a running clock."""

from dataclasses import replace

import pytest

from opinion_app.rules.deadline import (
    ClockFacts,
    DeadlineRefused,
    Extension,
    Pause,
    Restart,
    Span,
    Unit,
    buffer_before,
    derive,
)
from opinion_app.rules.deadline_checks import check_extendable, check_extension, check_resumption, check_suspension
from opinion_app.rules.deadline_rules import Allowance
from opinion_app.rules.zone import end_of_day
from tests.rules.calendars import CHINA, at, on, wd

FACTS = ClockFacts(at("2026-11-23T09:00"), wd(5))
HELD = replace(FACTS, pauses=(Pause(at("2026-11-25T09:00")),))
RESUMED = replace(FACTS, pauses=(Pause(at("2026-11-24T09:00"), at("2026-11-25T09:00")),))
ONCE = Allowance(1, wd(5), "单位负责人")
ANY = Allowance(3, None, "来文单位")


@pytest.mark.parametrize(
    ("facts", "extension", "allowance"),
    [
        (FACTS, Extension(at("2026-11-30T23:59:59"), wd(5)), ONCE),
        (FACTS, Extension(at("2026-11-25"), until=on("2026-12-07")), ONCE),
        (FACTS, Extension(at("2026-11-25"), until=on("2027-03-01")), ANY),
        (HELD, Extension(at("2026-11-26"), wd(5)), ONCE),
        (HELD, Extension(at("2026-11-26"), wd(50)), ANY),
    ],
)
def test_an_allowed_extension_passes(facts: ClockFacts, extension: Extension, allowance: Allowance) -> None:
    check_extension(facts, extension, CHINA, allowance)
    with pytest.raises(DeadlineRefused, match="不能延期"):
        check_extension(facts, extension, CHINA, None)


@pytest.mark.parametrize(
    ("extension", "words"),
    [
        (Extension(at("2026-11-26"), until=on("2026-12-10")), "中止期间"),
        (Extension(at("2026-11-26"), wd(6)), "最多延长"),
        (Extension(at("2026-11-26"), Span(2, Unit.NATURAL_DAYS)), "最多延长"),
    ],
)
def test_while_suspended_only_a_span_within_bounds_is_understood(extension: Extension, words: str) -> None:
    with pytest.raises(DeadlineRefused, match=words):
        check_extension(HELD, extension, CHINA, ONCE)


@pytest.mark.parametrize(
    ("facts", "moment", "allowance", "agreed", "words"),
    [
        (FACTS, "2026-11-30T23:59:59", ONCE, False, ""),
        (FACTS, "2026-12-01T00:00", ONCE, False, "已于 2026年11月30日 周一 23:59 到期，延期须在到期前批准。"),
        (FACTS, "2026-12-01T00:00", ONCE, True, ""),
        (HELD, "2026-12-31", ONCE, False, ""),
        (FACTS, "2026-11-26", None, False, "这项时限不能延期。"),
        (
            replace(FACTS, extensions=(Extension(at("2026-11-24"), wd(2)),)),
            "2026-11-25",
            ONCE,
            True,
            "最多延期 1 次，本件已延期 1 次，不能再延。",
        ),
    ],
)
def test_whether_more_time_can_be_asked_at_all_is_known_before_it_is(
    facts: ClockFacts, moment: str, allowance: Allowance | None, agreed: bool, words: str
) -> None:
    if not words:
        assert check_extendable(facts, at(moment), CHINA, allowance, agreed=agreed) is allowance
        return
    with pytest.raises(DeadlineRefused) as refused:
        check_extendable(facts, at(moment), CHINA, allowance, agreed=agreed)
    assert refused.value.message == words


def test_an_allowed_suspension_passes() -> None:
    check_suspension(FACTS, FACTS.start, CHINA)
    check_suspension(FACTS, at("2026-11-30T23:59:59"), CHINA)
    check_suspension(RESUMED, at("2026-11-25T09:00"), CHINA)
    check_suspension(replace(HELD, restarts=(Restart(at("2026-11-27")),)), at("2026-11-30"), CHINA)


@pytest.mark.parametrize(
    ("facts", "moment", "words"),
    [
        (FACTS, "2026-11-23T08:59", "早于起算"),
        (FACTS, "2026-12-01T00:00", "到期"),
        (HELD, "2026-11-26", "已经中止"),
        (RESUMED, "2026-11-25T08:59", "上次恢复"),
    ],
)
def test_a_suspension_out_of_place_is_refused(facts: ClockFacts, moment: str, words: str) -> None:
    with pytest.raises(DeadlineRefused, match=words):
        check_suspension(facts, at(moment), CHINA)


def test_a_resumption_needs_a_suspension_before_it() -> None:
    check_resumption(HELD, at("2026-11-25T09:00"))
    with pytest.raises(DeadlineRefused, match="早于中止"):
        check_resumption(HELD, at("2026-11-25T08:59"))
    with pytest.raises(DeadlineRefused, match="无须恢复"):
        check_resumption(RESUMED, at("2026-11-26"))


def test_a_restart_ends_an_open_suspension_and_runs_the_whole_span_anew() -> None:
    restarted = replace(HELD, restarts=(Restart(at("2026-11-27T10:00"), "补正材料收到"),))
    derived = derive(restarted, CHINA)
    assert (derived.due_at, derived.open_ended) == (end_of_day(on("2026-12-04")), False)
    again = replace(restarted, pauses=(*restarted.pauses, Pause(at("2026-11-30"))))
    assert derive(again, CHINA).open_ended
    with pytest.raises(DeadlineRefused, match="重新起算"):
        derive(replace(FACTS, restarts=(Restart(at("2026-11-22")),)), CHINA)


@pytest.mark.parametrize(
    ("due", "start", "draft"),
    [
        ("2026-10-09", "2026-09-24", "2026-09-30"),
        ("2026-11-27", "2026-11-23", "2026-11-25"),
        ("2026-11-25", "2026-11-23", "2026-11-24"),
        ("2026-11-24", "2026-11-23", "2026-11-24"),
        ("2026-11-23", "2026-11-23", "2026-11-23"),
    ],
)
def test_a_draft_is_due_two_working_days_before_but_leaves_the_unit_one(due: str, start: str, draft: str) -> None:
    assert buffer_before(end_of_day(on(due)), 2, CHINA, at(start)) == end_of_day(on(draft))
