"""Edge cases D09 and D10 of the deadline engine: suspensions and extensions."""

from dataclasses import replace

import pytest

from opinion_app.rules.deadline import (
    Adoption,
    ClockFacts,
    DeadlineRefused,
    Extension,
    Pause,
    Restart,
    Span,
    Step,
    StepKind,
    derive,
)
from opinion_app.rules.deadline_checks import check_extension, check_suspension
from opinion_app.rules.deadline_rules import Allowance
from tests.rules.calendars import CHINA, FIVE, WH, at, due, end, extended, hours, nd, on, paused, wd

ONCE = Allowance(1, FIVE, "单位负责人")


@pytest.mark.parametrize(
    ("facts", "result"),
    [
        (paused(), "2026-11-30"),
        # each day D with suspended_on < D <= resumed_on is left out
        (paused(("2026-11-24T09:00", "2026-11-26T09:00")), "2026-12-02"),
        (paused(("2026-11-24T09:00", "2026-11-24T17:00")), "2026-11-30"),
        # touching and several
        (paused(("2026-11-24", "2026-11-25"), ("2026-11-25", "2026-11-26")), "2026-12-02"),
        (paused(("2026-11-24", "2026-11-25"), ("2026-11-30", "2026-12-01")), "2026-12-02"),
        # created while suspended; suspended before the start
        (paused(("2026-11-23T09:00", "2026-11-25T09:00")), "2026-12-02"),
        (paused(("2026-11-20T09:00", "2026-11-24T09:00")), "2026-12-01"),
        # outside hours, over a weekend: no working day lost
        (paused(("2026-11-27T20:00", "2026-11-29T20:00")), "2026-11-30"),
        # over the National Day holiday
        (paused(("2026-09-29T09:00", "2026-10-09T09:00"), start="2026-09-28"), "2026-10-14"),
        # suspended on the very last day: due on the day it resumes, or the next that works
        (paused(("2026-11-30T16:00", "2026-12-03T09:00")), "2026-12-03"),
        (paused(("2026-11-30T16:00", "2026-12-05T09:00")), "2026-12-07"),
        (paused(("2026-11-30T16:00", "2026-12-05T09:00"), ("2026-12-06", "2026-12-08")), "2026-12-09"),
        # suspended after it was already late: nothing is given back
        (paused(("2026-12-01T09:00", "2026-12-10T09:00")), "2026-11-30"),
        (paused(("2026-12-01T09:00", None)), "2026-11-30"),
        # natural days: suspended while the last day rolls over a weekend
        (paused(span=nd(5)), "2026-11-30"),
        (paused(("2026-11-28", "2026-12-02"), span=nd(5)), "2026-12-03"),
        (paused(("2026-11-28", "2026-11-29"), span=nd(5)), "2026-11-30"),
        (paused(("2026-11-24", "2026-11-26"), span=nd(5)), "2026-11-30"),
        (paused(("2026-11-24", "2026-11-27"), span=nd(5)), "2026-12-01"),
    ],
)
def test_d09_day_clocks_leave_out_days_of_suspension(facts: ClockFacts, result: str) -> None:
    assert due(facts) == end(result)


@pytest.mark.parametrize(
    ("facts", "held"),
    [
        (paused(("2026-11-24", None)), "4 个工作日"),
        (paused(("2026-11-30", None)), "恢复计时的当日"),
        (paused(("2026-11-28", None), span=nd(5)), "恢复计时的当日"),
        (paused(("2026-11-24", "2026-11-25"), ("2026-11-26", None)), "3 个工作日"),
        (paused(("2026-11-23T10:30", None), span=hours(4)), "2 小时 30 分"),
        (paused(("2026-11-23T13:00", None), span=Span(4, WH)), "1 小时"),
        (paused(("2026-11-23T08:00", None), span=hours(4)), "4 小时"),
    ],
)
def test_d09_an_open_suspension_leaves_the_date_open_and_says_what_is_left(facts: ClockFacts, held: str) -> None:
    derived = derive(facts, CHINA)
    assert (derived.due_at, derived.original_due_at, derived.open_ended) == (None, None, True)
    assert derived.held == held
    assert derived.trace[-1].kind is StepKind.HELD


@pytest.mark.parametrize(
    ("facts", "result"),
    [
        (paused(("2026-11-23T10:00", "2026-11-23T11:30"), span=hours(4)), "2026-11-23T14:30"),
        (paused(("2026-11-23T22:00", "2026-11-24T02:00"), span=hours(24)), "2026-11-24T13:00"),
        (paused(("2026-11-23T13:00", "2026-11-23T14:00"), span=hours(4)), "2026-11-23T13:00"),
        (paused(("2026-11-23T14:00", None), span=hours(4)), "2026-11-23T13:00"),
        (paused(("2026-11-23T12:00", "2026-11-23T14:30"), span=Span(4, WH)), "2026-11-23T15:30"),
        (paused(("2026-11-23T11:00", "2026-11-24T11:00"), span=Span(4, WH)), "2026-11-24T15:30"),
        (paused(("2026-11-23T08:00", "2026-11-26T11:00"), span=Span(4, WH)), "2026-11-26T17:30"),
    ],
)
def test_d09_hour_clocks_leave_out_the_time_of_suspension(facts: ClockFacts, result: str) -> None:
    assert due(facts) == at(result)


def test_d09_a_pause_changed_afterwards_only_changes_the_result() -> None:
    shorter = paused(("2026-11-24", "2026-11-25"))
    assert due(replace(shorter, pauses=(Pause(at("2026-11-24"), at("2026-11-27")),))) == end("2026-12-03")


def test_d09_a_pause_noted_once_although_it_cuts_many_frames() -> None:
    derived = derive(paused(("2026-11-23T11:00", "2026-11-26T11:00"), span=Span(4, WH)), CHINA)
    assert [step.kind for step in derived.trace].count(StepKind.PAUSED) == 1


def test_d09_overlapping_or_backward_suspensions_are_refused() -> None:
    for pauses in (
        (("2026-11-25", "2026-11-24"),),
        (("2026-11-24", "2026-11-26"), ("2026-11-25", "2026-11-27")),
        (("2026-11-24", None), ("2026-11-25", "2026-11-27")),
    ):
        with pytest.raises(DeadlineRefused, match="核对"):
            derive(paused(*pauses), CHINA)
    with pytest.raises(DeadlineRefused, match="到期"):
        check_suspension(paused(), at("2026-12-01"), CHINA)


def test_d09_an_inner_date_stands_still_with_the_leads_though_it_had_passed() -> None:
    inner = replace(paused(("2026-12-01T09:00", None)), follows=True, fixed_date=on("2026-11-30"))
    derived = derive(inner, CHINA)
    assert (derived.due_at, derived.open_ended, derived.held) == (None, True, "按答复时限重新推算的时间")
    assert derived.trace[-1] == Step(StepKind.HELD, on("2026-12-01"), "中止计时，尚未恢复")
    assert derive(replace(inner, pauses=(Pause(at("2026-11-27")),)), CHINA).held == "1 个工作日", "what it has left, where it has"
    assert due(replace(inner, pauses=())) == end("2026-11-30")


def test_d13_a_merged_cases_date_that_had_passed_stands_still_with_the_only_case_that_answers_it() -> None:
    taken = Adoption(at("2026-12-01T09:00"), end("2026-11-27"))
    alone = replace(paused(("2026-12-01T09:00", None)), follows=True, adoptions=(taken,))
    derived = derive(alone, CHINA)
    assert (derived.due_at, derived.held) == (None, "0 天（并入件的时限已过）")
    assert due(replace(alone, follows=False)) == end("2026-11-27"), "a date of the case itself that had passed stays passed"
    assert due(replace(alone, pauses=(Pause(at("2026-12-01"), at("2026-12-03")),))) == end("2026-11-27")


def test_d10_extensions_count_from_the_current_due_date_and_keep_the_original() -> None:
    granted = at("2026-11-25")
    derived = derive(extended(Extension(granted, wd(5)), Extension(granted, wd(3))), CHINA)
    assert (derived.due_at, derived.original_due_at) == (end("2026-12-10"), end("2026-11-30"))
    assert due(extended(Extension(granted, until=on("2026-12-18")))) == end("2026-12-18")
    assert due(extended(Extension(granted, hours(5)), span=hours(2))) == at("2026-11-23T16:00")
    assert due(extended(Extension(granted, until=on("2026-11-25")), span=hours(2))) == end("2026-11-25")


def test_d10_an_extension_says_who_granted_it() -> None:
    granted = at("2026-11-25")
    derived = derive(extended(Extension(granted, wd(5), granted_by="王主任"), Extension(granted, until=on("2026-12-18"))), CHINA)
    told = [step.reason for step in derived.trace if step.kind is StepKind.EXTENDED]
    assert told == ["延期 5 个工作日，接原到期日计算（王主任）", "延期至 12月18日 周五"]


def test_d10_what_was_granted_at_the_moment_of_a_restart_is_of_the_new_run() -> None:
    began = at("2026-11-25T10:00")
    restarted = replace(extended(Extension(began, wd(5))), restarts=(Restart(began, "补正材料收到"),))
    assert due(restarted) == end("2026-12-09")
    before = replace(extended(Extension(at("2026-11-25T09:59:59"), wd(5))), restarts=restarted.restarts)
    assert due(before) == end("2026-12-02")


def test_d10_an_extension_never_shortens_even_when_the_calendar_changed() -> None:
    earlier = Extension(at("2026-11-25"), until=on("2026-11-27"))
    assert due(extended(earlier)) == end("2026-11-30")
    unsure = derive(
        ClockFacts(at("2026-12-25"), wd(10), extensions=(Extension(at("2026-12-26"), until=on("2027-01-04")),)), CHINA
    )
    assert (unsure.due_at, unsure.provisional) == (end("2027-01-08"), True)


@pytest.mark.parametrize(
    ("facts", "result"),
    [
        (
            extended(Extension(at("2026-11-24"), until=on("2026-12-04")), pauses=(Pause(at("2026-11-30"), at("2026-12-02")),)),
            "2026-12-08",
        ),
        (
            extended(Extension(at("2026-11-24"), until=on("2026-12-04")), pauses=(Pause(at("2026-12-05"), at("2026-12-08")),)),
            "2026-12-04",
        ),
        (
            extended(Extension(at("2026-11-24"), until=on("2026-12-04")), pauses=(Pause(at("2026-12-04"), at("2026-12-08")),)),
            "2026-12-08",
        ),
        (
            extended(Extension(at("2026-11-25"), until=on("2026-12-04")), pauses=(Pause(at("2026-11-24"), at("2026-11-26")),)),
            "2026-12-07",
        ),
        (
            extended(Extension(at("2026-11-25"), until=on("2026-12-04")), pauses=(Pause(at("2026-11-23"), at("2026-11-24")),)),
            "2026-12-04",
        ),
        (
            extended(
                Extension(at("2026-11-24"), until=on("2026-12-04")),
                span=nd(5),
                pauses=(Pause(at("2026-11-30"), at("2026-12-02")),),
            ),
            "2026-12-07",
        ),
        (
            extended(Extension(at("2026-11-24"), wd(5)), pauses=(Pause(at("2026-12-01"), at("2026-12-03")),)),
            "2026-12-09",
        ),
    ],
)
def test_d10_a_suspension_after_an_extension_moves_the_new_date(facts: ClockFacts, result: str) -> None:
    assert due(facts) == end(result)


@pytest.mark.parametrize(
    "facts",
    [
        extended(Extension(at("2026-11-24"), until=on("2026-12-04")), pauses=(Pause(at("2026-12-01")),)),
        extended(Extension(at("2026-11-24"), until=on("2026-12-04")), span=hours(4), pauses=(Pause(at("2026-12-01")),)),
        extended(
            Extension(at("2026-11-24"), until=on("2026-12-04")),
            pauses=(Pause(at("2026-12-01"), at("2026-12-02")), Pause(at("2026-12-03"))),
        ),
    ],
)
def test_d10_a_suspension_after_an_explicit_date_keeps_it_open(facts: ClockFacts) -> None:
    assert derive(facts, CHINA).open_ended


def test_d10_hours_suspended_after_an_explicit_date_are_given_back() -> None:
    until = Extension(at("2026-11-23T10:00"), until=on("2026-11-25"))
    pauses = (Pause(at("2026-11-24T09:00"), at("2026-11-24T11:30")),)
    assert due(extended(until, span=hours(4), pauses=pauses)) == at("2026-11-26T02:29:59")
    assert due(extended(until, span=Span(4, WH), pauses=pauses)) == at("2026-11-26T11:00")
    weekend = Extension(at("2026-11-23T10:00"), until=on("2026-11-29"))
    resting = (Pause(at("2026-11-28T09:00"), at("2026-11-30T09:00")),)
    assert due(extended(weekend, span=Span(4, WH), pauses=resting)) == at("2026-11-30T09:00")


def test_d10_an_extension_granted_while_suspended_is_added_to_what_is_left() -> None:
    derived = derive(extended(Extension(at("2026-11-25"), wd(5)), pauses=(Pause(at("2026-11-24")),)), CHINA)
    assert derived.held == "4 个工作日，另延期 5 个工作日"


@pytest.mark.parametrize(
    ("extension", "allowance", "words"),
    [
        (Extension(at("2026-12-01"), wd(5)), ONCE, "到期前"),
        (Extension(at("2026-11-24"), until=on("2026-11-30")), ONCE, "晚于"),
        (Extension(at("2026-11-24"), until=on("2026-11-27")), ONCE, "晚于"),
        (Extension(at("2026-11-24"), wd(6)), ONCE, "最多延长"),
        (Extension(at("2026-11-24"), until=on("2026-12-08")), ONCE, "最多延长"),
        (Extension(at("2026-11-24"), wd(5)), None, "不能延期"),
        (Extension(at("2026-11-24")), ONCE, "只填一项"),
        (Extension(at("2026-11-24"), wd(1), on("2026-12-01")), ONCE, "只填一项"),
        (Extension(at("2026-11-24"), wd(0)), ONCE, "大于 0"),
    ],
)
def test_d10_an_extension_out_of_bounds_is_refused(extension: Extension, allowance: Allowance | None, words: str) -> None:
    with pytest.raises(DeadlineRefused, match=words):
        check_extension(extended(), extension, CHINA, allowance)


def test_d05_an_extension_in_the_last_second_is_in_time() -> None:
    check_extension(extended(), Extension(end("2026-11-30").replace(microsecond=500_000), wd(5)), CHINA, ONCE)
    with pytest.raises(DeadlineRefused, match="到期前"):
        check_extension(extended(), Extension(at("2026-12-01T00:00"), wd(5)), CHINA, ONCE)


def test_d10_what_others_agreed_to_in_time_may_be_noted_after_the_date() -> None:
    noted_late = Extension(at("2026-12-02"), wd(5))
    check_extension(extended(), noted_late, CHINA, ONCE, on("2026-11-30"))
    with pytest.raises(DeadlineRefused, match="来文单位须在到期前同意"):
        check_extension(extended(), noted_late, CHINA, ONCE, on("2026-12-01"))


def test_d10_the_number_of_extensions_is_limited_and_begins_anew_after_a_restart() -> None:
    first = Extension(at("2026-11-24"), wd(5))
    with pytest.raises(DeadlineRefused, match="最多延期 1 次"):
        check_extension(extended(first), replace(first, granted_at=at("2026-12-01")), CHINA, ONCE)
    restarted = extended(first, restarts=(Restart(at("2026-12-02")),))
    check_extension(restarted, replace(first, granted_at=at("2026-12-03")), CHINA, ONCE)
    assert due(restarted) == end("2026-12-09")
