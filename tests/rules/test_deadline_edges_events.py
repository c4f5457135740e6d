"""Edge cases D11-D19 of the deadline engine: reopening, merging, warnings, odd dates, purity."""

import random
from dataclasses import replace
from datetime import UTC, date, timedelta
from itertools import pairwise

import pytest

from opinion_app.rules.deadline import (
    Adoption,
    ClockFacts,
    DeadlineRefused,
    Extension,
    Pause,
    Restart,
    Span,
    StepKind,
    Unit,
    derive,
    earliest,
    is_late,
    remaining,
    warn_at,
)
from opinion_app.rules.deadline_checks import check_extension
from opinion_app.rules.deadline_rules import Allowance, ClockStage
from opinion_app.rules.default_rules import DEFAULT_RULES, RuleFacts, choose
from opinion_app.rules.elapsed import elapsed_at
from opinion_app.rules.workdays import (
    CalendarDay,
    DayKind,
    WorkCalendar,
)
from opinion_app.rules.zone import end_of_day
from tests.rules.calendars import CHINA, FIVE, WH, at, due, end, extended, hours, nd, on, paused, wd

ONCE = Allowance(1, FIVE, "单位负责人")
EARLIER = Adoption(at("2026-11-24"), end("2026-11-26"))


def test_d11_a_reopened_case_gets_a_new_clock_or_what_was_left() -> None:
    answered, reopened = at("2026-11-25T10:00"), at("2026-12-07T10:00")
    assert due(ClockFacts(reopened, wd(5))) == end("2026-12-14")
    left = ClockFacts(at("2026-11-23T09:00"), wd(5), pauses=(Pause(answered, reopened),))
    assert due(left) == end("2026-12-10")
    assert not is_late(due(left), reopened)


def test_d12_an_inner_deadline_never_passes_the_leads() -> None:
    lead = due(ClockFacts(at("2026-11-23T09:00"), wd(3)))
    inner = derive(ClockFacts(at("2026-11-25T09:00"), wd(5), latest=lead), CHINA)
    assert (inner.due_at, inner.original_due_at) == (lead, lead)
    assert StepKind.CAPPED in {step.kind for step in inner.trace}
    with pytest.raises(DeadlineRefused, match="主办单位"):
        check_extension(ClockFacts(at("2026-11-25T09:00"), wd(5), latest=lead), Extension(at("2026-11-25"), wd(1)), CHINA, ONCE)


def test_d12_another_rule_that_makes_a_case_late_at_once_can_be_seen_before() -> None:
    now = at("2026-12-02T09:00")
    slow, fast = ClockFacts(at("2026-11-23T09:00"), wd(15)), ClockFacts(at("2026-11-23T09:00"), wd(3))
    assert (is_late(due(slow), now), is_late(due(fast), now)) == (False, True)


def test_d13_of_merged_cases_the_earliest_deadline_survives() -> None:
    dues = [end("2026-12-10"), None, end("2026-11-30").astimezone(UTC), end("2026-12-01")]
    assert earliest(dues) == end("2026-11-30")
    assert earliest([None]) is None


def test_d14_the_next_target_is_the_earliest_unmet_one() -> None:
    received = at("2026-11-23T09:00")
    targets = {"sign_for": wd(1), "contact": wd(3), "reply": wd(7)}
    dues = {name: due(ClockFacts(received, span)) for name, span in targets.items()}
    assert earliest(dues.values()) == dues["sign_for"]
    del dues["sign_for"]
    assert earliest(dues.values()) == dues["contact"]


def test_d14_each_rule_names_the_act_that_meets_its_clock() -> None:
    facts = RuleFacts()
    for stage, act in ((ClockStage.ACCEPT, "accept"), (ClockStage.REPLY, "answer"), (ClockStage.DRAFT, "submit_reply")):
        chosen = choose(DEFAULT_RULES, facts, stage, on("2026-11-23"))
        assert chosen is not None
        assert chosen.rule.meeting_act == act


def test_d15_a_changed_calendar_moves_only_what_it_touches() -> None:
    closed = WorkCalendar((*CHINA.rows, CalendarDay(on("2026-11-26"), DayKind.LOCAL_CLOSURE, "停电")), CHINA.years)
    touched, untouched = ClockFacts(at("2026-11-24"), wd(3)), ClockFacts(at("2026-11-23"), wd(2))
    assert (due(touched), due(touched, closed)) == (end("2026-11-27"), end("2026-11-30"))
    assert derive(untouched, closed) == derive(untouched, CHINA)


def test_d15_what_was_once_allowed_is_derived_again_and_never_refused() -> None:
    """After a calendar change an old extension may lie after expiry; recomputing must not break on it."""
    facts = ClockFacts(at("2026-11-23"), wd(1), extensions=(Extension(at("2026-11-30"), wd(1)),))
    assert due(facts) == end("2026-11-25")


@pytest.mark.parametrize(
    ("span", "percent", "moment"),
    [
        (hours(24), 75, "2026-11-24T03:00"),
        (Span(8, WH), 75, "2026-11-23T17:30"),
        (Span(7, WH), 50, "2026-11-23T15:00"),
        (wd(10), 50, "2026-11-30T23:59:59"),
        (wd(1), 50, "2026-11-24T23:59:59"),
        (nd(5), 50, "2026-11-26T23:59:59"),
    ],
)
def test_d16_warning_points_come_from_the_walk_itself(span: Span, percent: int, moment: str) -> None:
    derived = derive(ClockFacts(at("2026-11-23T09:00"), span), CHINA)
    assert elapsed_at(derived, percent) == at(moment)


def test_d16_a_suspension_moves_the_warning_too() -> None:
    facts = paused(("2026-11-23T10:00", "2026-11-23T20:00"), span=hours(4))
    assert elapsed_at(derive(facts, CHINA), 75) == at("2026-11-23T22:00")
    assert elapsed_at(derive(facts, CHINA), 25) == at("2026-11-23T10:00")
    assert elapsed_at(derive(paused(("2026-11-23T10:00", None), span=hours(4)), CHINA), 75) is None


UNTIL = Extension(at("2026-11-23T10:00"), until=on("2026-12-09"))


def taken_over(span: Span, day: str) -> ClockFacts:
    begun = at("2026-11-23T10:00")
    return ClockFacts(begun, span, adoptions=(Adoption(begun, end(day)),))


@pytest.mark.parametrize(
    ("facts", "moment"),
    [
        # raised after 40 hours: never later than before
        (ClockFacts(at("2026-11-24T16:00"), hours(24), latest=at("2026-11-25T00:00")), "2026-11-24T22:00"),
        (ClockFacts(at("2026-11-23T10:00"), hours(24), latest=at("2026-11-22T10:00")), "2026-11-22T10:00"),
        # an earlier day taken over from a merged case
        (taken_over(hours(24), "2026-11-23"), "2026-11-23T20:29:59.250"),
        # days granted to what is a clock of hours now
        (ClockFacts(at("2026-11-23T10:00"), hours(48), extensions=(UNTIL,)), "2026-12-05T20:29:59.250"),
        (ClockFacts(at("2026-11-23T10:00"), hours(48), fixed_date=on("2026-12-09")), "2026-12-05T20:29:59.250"),
        # working hours count within their frames only: 21 of them until Wednesday's end
        (
            ClockFacts(at("2026-11-23T08:30"), Span(2, WH), extensions=(replace(UNTIL, until=on("2026-11-25")),)),
            "2026-11-25T10:15",
        ),
        # days: the same
        (taken_over(wd(20), "2026-11-27"), "2026-11-26T23:59:59"),
        (ClockFacts(at("2026-11-23T10:00"), wd(20), latest=end("2026-11-23")), "2026-11-23T20:29:59.250"),
    ],
)
def test_d16_the_share_is_that_of_the_real_time_until_due(facts: ClockFacts, moment: str) -> None:
    assert elapsed_at(derive(facts, CHINA), 75) == at(moment)


def test_d16_a_fixed_date_is_warned_about_by_its_share_of_time() -> None:
    facts = ClockFacts(end("2026-11-23"), wd(7), fixed_date=on("2026-11-27"))
    assert elapsed_at(derive(facts, CHINA), 50) == end("2026-11-25")


@pytest.mark.parametrize(("before", "moment"), [(0, "2026-10-09T08:30"), (1, "2026-10-08T08:30"), (2, "2026-09-30T08:30")])
def test_d16_days_before_due_are_working_days(before: int, moment: str) -> None:
    assert warn_at(end("2026-10-09"), before, CHINA) == at(moment)


def test_d16_a_due_day_off_is_warned_about_from_its_beginning() -> None:
    assert warn_at(end("2026-11-29"), 0, CHINA) == at("2026-11-29T00:00")
    assert warn_at(end("2026-11-29"), 1, CHINA) == at("2026-11-27T08:30")


def test_d17_back_dated_and_future_letters_are_derived_alike() -> None:
    assert due(ClockFacts(at("2010-02-12"), wd(1))) == end("2010-02-20")
    assert derive(ClockFacts(at("2031-01-01"), wd(1)), CHINA).provisional


def test_d17_a_case_without_a_fitting_rule_gets_the_default_and_a_warning() -> None:
    chosen = choose((), RuleFacts(), ClockStage.REPLY, on("2026-11-23"))
    assert chosen is not None
    assert chosen.rule.span == wd(7)
    assert "7 个工作日" in chosen.warning


@pytest.mark.parametrize("amount", [0, -1, 100_001])
@pytest.mark.parametrize("unit", list(Unit))
def test_d17_zero_negative_and_huge_spans_are_refused(amount: int, unit: Unit) -> None:
    with pytest.raises(DeadlineRefused, match="时限"):
        derive(ClockFacts(at("2026-11-23"), Span(amount, unit)), CHINA)


@pytest.mark.parametrize(
    "facts",
    [
        ClockFacts(at("1900-01-01"), wd(1)),
        ClockFacts(at("2026-11-23"), wd(1), fixed_date=date(9999, 12, 31)),
        ClockFacts(at("2026-11-23"), wd(1), extensions=(Extension(at("2026-11-23"), until=date.max),)),
    ],
)
def test_d17_years_no_office_can_mean_are_refused(facts: ClockFacts) -> None:
    with pytest.raises(DeadlineRefused, match="年"):
        derive(facts, CHINA)


@pytest.mark.parametrize(
    ("start", "span", "result"),
    [
        ("2028-02-28", nd(1), "2028-02-29"),
        ("2028-02-25", wd(2), "2028-02-29"),
        ("2026-01-30", wd(1), "2026-02-02"),
        ("2025-12-30", wd(2), "2026-01-04"),
        ("2026-12-31", nd(1), "2027-01-01"),
    ],
)
def test_d18_leap_days_month_ends_and_year_ends(start: str, span: Span, result: str) -> None:
    assert due(ClockFacts(at(start), span)) == end(result)


def test_d18_shanghai_has_no_summer_time_since_1991_and_imported_history_before_it_still_runs_true() -> None:
    """Daylight saving does not apply to any clock of today: every offset since 1992 is +08:00."""
    offsets = {end_of_day(date(year, month, 1)).utcoffset() for year in range(1992, 2101) for month in range(1, 13)}
    assert offsets == {timedelta(hours=8)}
    spring = at("1986-05-03T23:00")  # the clock skipped an hour in that night
    assert due(ClockFacts(spring, hours(24))) == at("1986-05-05T00:00")


def test_d19_the_result_depends_on_nothing_but_facts_and_calendar() -> None:
    facts = paused(("2026-11-24", "2026-11-26"))
    again = WorkCalendar(tuple(random.Random(1).sample(CHINA.rows, len(CHINA.rows))), CHINA.years)
    assert derive(facts, CHINA) == derive(facts, CHINA) == derive(facts, again)


def test_d19_the_trace_counts_exactly_the_span_and_ends_on_the_due_day() -> None:
    derived = derive(extended(Extension(at("2026-11-24"), wd(3)), pauses=(Pause(at("2026-11-24"), at("2026-11-26")),)), CHINA)
    counted = [step for step in derived.trace if step.kind is StepKind.COUNTED]
    assert [step.number for step in counted] == [1, 2, 3, 4, 5, 1, 2, 3]
    assert derived.trace[-1].moment == derived.due_at
    days = [step.day for step in derived.trace if step.kind in (StepKind.COUNTED, StepKind.SKIPPED, StepKind.PAUSED)]
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))


def test_remaining_is_measured_in_the_clocks_own_unit() -> None:
    left = remaining(at("2026-11-24T10:00"), at("2026-11-23T17:00"), CHINA, WH)
    assert (left.late, left.working_days, left.days, left.time) == (False, 1, 1, timedelta(hours=2.5))
    over = remaining(end("2026-11-20"), at("2026-11-24T09:00"), CHINA)
    assert (over.late, over.working_days, over.days) == (True, -2, -4)


@pytest.mark.parametrize(
    ("facts", "result"),
    [
        (extended(adoptions=(EARLIER,)), "2026-11-26"),
        (extended(adoptions=(Adoption(at("2026-11-24"), end("2026-12-26")),)), "2026-11-30"),
        # taken over before the clock began: by a later start, by a clock set back
        (extended(adoptions=(Adoption(at("2026-11-20"), end("2026-11-26")),)), "2026-11-26"),
        # the survivor's own restart gives its own time anew, not the other's
        (
            extended(adoptions=(Adoption(at("2026-11-24"), end("2026-11-26")),), restarts=(Restart(at("2026-11-25")),)),
            "2026-11-26",
        ),
        # what is granted after the merge is counted on from the date taken over, what was granted before is not
        (extended(Extension(at("2026-11-25"), wd(2)), adoptions=(EARLIER,)), "2026-11-30"),
        (extended(Extension(at("2026-11-24"), wd(2)), adoptions=(Adoption(at("2026-11-25"), end("2026-11-26")),)), "2026-11-26"),
        # granted while the machine's clock was set back, before the clock began
        (extended(Extension(at("2026-11-23T08:00"), wd(2))), "2026-12-02"),
    ],
)
def test_d13_a_date_taken_over_binds_whatever_begins_anew(facts: ClockFacts, result: str) -> None:
    assert due(facts) == end(result)


def test_d13_events_keep_their_order_though_the_clock_was_set_back() -> None:
    facts = extended(Extension(at("2026-11-24T10:00"), wd(2)), adoptions=(Adoption(at("2026-11-24T11:00"), end("2026-11-26")),))
    assert facts.extended_at(at("2026-11-24T10:30")) == at("2026-11-24T11:00")
    assert facts.extended_at(at("2026-11-24T12:00")) == at("2026-11-24T12:00")
    assert facts.adopted_at(at("2026-11-24T11:00")) == at("2026-11-24T11:00:01")
    assert facts.adopted_at(at("2026-11-24T12:00")) == at("2026-11-24T12:00")
    assert extended().extended_at(at("2026-11-23T08:00")) == at("2026-11-23T09:00")


TO_3_DECEMBER = Extension(at("2026-11-24T09:00"), until=on("2026-12-03"))
TO_11_DECEMBER = replace(TO_3_DECEMBER, until=on("2026-12-11"))
OVERTAKEN = paused(("2026-12-01T09:00", "2026-12-02T09:00"), span=wd(15))
LAID_ANEW = paused(("2026-11-30T09:00", "2026-12-02T09:00"), span=wd(10))


def test_d04_a_day_granted_that_a_suspension_overtook_leaves_no_line_but_that_it_was_granted() -> None:
    alone = derive(OVERTAKEN, CHINA)
    with_it = derive(replace(OVERTAKEN, extensions=(TO_3_DECEMBER,)), CHINA)
    granted = [step for step in with_it.trace if step not in alone.trace]
    assert [step.reason for step in granted] == ["延期至 12月3日 周四（推算的到期日已不早于这一天，不另延长）"]
    assert [step for step in with_it.trace if step not in granted] == list(alone.trace)
    assert with_it.due_at == alone.due_at == end("2026-12-15")


@pytest.mark.parametrize(("day", "overtaken"), [("2026-11-27", True), ("2026-11-30", True), ("2026-12-01", False)])
def test_d04_a_day_granted_counts_from_the_day_after_the_date_it_had(day: str, overtaken: bool) -> None:
    derived = derive(extended(replace(TO_3_DECEMBER, until=on(day))), CHINA)
    said = next(step.reason for step in derived.trace if step.kind is StepKind.EXTENDED)
    assert (said.endswith("不另延长）"), derived.due_at) == (overtaken, end(max(day, "2026-11-30")))


@pytest.mark.parametrize(
    ("facts", "percent", "day"),
    [
        (replace(OVERTAKEN, extensions=(TO_3_DECEMBER,)), 50, "2026-12-04"),
        (replace(OVERTAKEN, extensions=(TO_3_DECEMBER,)), 90, "2026-12-14"),
        (replace(LAID_ANEW, extensions=(TO_11_DECEMBER,)), 50, "2026-12-04"),
        (replace(LAID_ANEW, extensions=(TO_11_DECEMBER,)), 75, "2026-12-10"),
        (replace(LAID_ANEW, extensions=(TO_11_DECEMBER,)), 100, "2026-12-15"),
    ],
)
def test_d16_a_day_counted_again_after_a_suspension_is_one_day(facts: ClockFacts, percent: int, day: str) -> None:
    assert elapsed_at(derive(facts, CHINA), percent) == end(day)


@pytest.mark.parametrize(
    ("until", "pause", "moved"),
    [
        ("2026-12-12", ("2026-11-28T09:00", "2026-11-29T18:00"), "2026-12-12"),  # it stood still over a weekend alone
        ("2026-12-12", ("2026-11-27T09:00", "2026-11-29T18:00"), "2026-12-12"),  # from a Friday that counts
        ("2026-12-12", ("2026-11-27T09:00", "2026-11-30T18:00"), "2026-12-14"),  # one working day
        ("2026-12-11", ("2026-11-28T09:00", "2026-11-29T18:00"), "2026-12-11"),
    ],
)
def test_d07_a_suspension_over_days_off_alone_takes_nothing_of_a_day_off_it_was_due_on(
    until: str, pause: tuple[str, str], moved: str
) -> None:
    facts = ClockFacts(at("2026-11-23"), wd(3), extensions=(Extension(at("2026-11-24"), until=on(until)),))
    held = replace(facts, pauses=(Pause(at(pause[0]), at(pause[1])),))
    assert derive(held, CHINA).due_at == end(moved)
    steps = [step.kind for step in derive(held, CHINA).trace]
    assert (StepKind.PAUSED in steps) is (moved != until or until == "2026-12-11")


def test_d07_a_suspension_outside_working_hours_takes_nothing_of_a_set_evening() -> None:
    facts = ClockFacts(
        at("2026-11-23T09:00"), Span(4, WH), extensions=(Extension(at("2026-11-23T10:00"), until=on("2026-11-28")),)
    )
    over = replace(facts, pauses=(Pause(at("2026-11-24T20:00"), at("2026-11-25T07:00")),))
    assert derive(over, CHINA).due_at == end("2026-11-28")
    assert derive(over, CHINA).trace == derive(facts, CHINA).trace, "and what it did not move it does not explain"
