"""The ladder: each rung at its moment, said when it may be said, the highest alone after a silence, nothing of the past."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opinion_app.rules.clock_facts import ClockFacts, Pause, Span, Unit
from opinion_app.rules.deadline import derive, warn_at
from opinion_app.rules.digest import OpenClock
from opinion_app.rules.elapsed import elapsed_at
from opinion_app.rules.ladder import DEFAULT_LADDER, Anchor, Coming, Ladder, Rung, Way, Who, fresh, look, plan, speaks_at
from opinion_app.rules.recipients import Owing
from opinion_app.rules.zone import end_of_day, latest, local, local_date, on_day
from tests.rules.calendars import CHINA, at, hours, nd, on, wd

START = at("2026-11-02T10:00")  # a Monday; seven working days end on Wednesday the 11th
LADDER = DEFAULT_LADDER


def running(facts: ClockFacts, **values: object) -> tuple[OpenClock, ClockFacts]:
    derivation = derive(facts, CHINA)
    assert derivation.due_at is not None
    warned = warn_at(derivation.due_at, 1, CHINA) if facts.span.unit.in_days else elapsed_at(derivation, 75)
    named: dict[str, object] = {"warn_at": warned, "known_since": facts.start} | values
    return OpenClock(1, 1, "答复", "财政所", Owing("holder"), derivation.due_at, facts.span, **named), facts  # type: ignore[arg-type]


SEVEN = running(ClockFacts(START, wd(7)))
DAY = running(ClockFacts(START, hours(24)))


def moments(clock: tuple[OpenClock, ClockFacts], ladder: Ladder = LADDER) -> dict[str, datetime]:
    return {coming.rung.code: coming.speaks_at for coming in plan(*clock, ladder, CHINA)}


def test_n10_the_default_ladder_of_a_day_clock() -> None:
    assert moments(SEVEN) == {
        "half": at("2026-11-09T08:30"),  # on Friday four of seven days have passed
        "soon": at("2026-11-10T08:30"),
        "today": at("2026-11-11T08:30"),
        "urge": at("2026-11-12T08:30"),
        "yellow": at("2026-11-18T08:30"),
        "red": at("2026-12-02T08:30"),
        "report": at("2026-12-11T08:30"),
    }


@pytest.mark.parametrize(
    ("due", "today"), [("2026-11-11T10:00", "2026-11-11T08:30"), ("2026-11-11T08:30", None), ("2026-11-11T03:00", None)]
)
def test_n10_what_an_hour_clock_binds_to_a_moment_is_not_called_due_today_once_it_is_late(due: str, today: str | None) -> None:
    draft = running(ClockFacts(START, wd(7), latest=at(due)))
    assert draft[0].due_at == at(due)
    assert moments(draft).get("today") == (at(today) if today else None)
    assert moments(draft)["soon"] == at("2026-11-10T08:30")
    assert moments(draft)["urge"] == at("2026-11-12T08:30")


def test_n10_the_default_ladder_of_an_hour_clock() -> None:
    assert moments(DAY) == {
        "hours_soon": at("2026-11-03T07:00"),  # 04:00 is quiet
        "hours_overdue": at("2026-11-03T10:00:01"),
        "hours_yellow": at("2026-11-04T10:00:01"),
        "hours_red": at("2026-11-06T10:00:01"),
    }


@pytest.mark.parametrize("mark", sorted(LADDER.night))
def test_n08_a_grave_or_urgent_hour_clock_speaks_at_night(mark: str) -> None:
    grave = (replace(DAY[0], marks=frozenset({mark})), DAY[1])
    assert moments(grave)["hours_soon"] == at("2026-11-03T04:00")


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("2026-11-03T21:59", "2026-11-03T21:59"),
        ("2026-11-03T22:00", "2026-11-04T07:00"),
        ("2026-11-03T23:59", "2026-11-04T07:00"),
        ("2026-11-04T00:00", "2026-11-04T07:00"),
        ("2026-11-04T06:59", "2026-11-04T07:00"),
        ("2026-11-04T07:00", "2026-11-04T07:00"),
        ("2026-11-07T12:00", "2026-11-07T12:00"),  # hour clocks know no weekend
    ],
)
def test_n08_other_hour_clocks_keep_the_night_quiet(said: str, heard: str) -> None:
    assert speaks_at(at(said), DAY[0], LADDER, CHINA) == at(heard)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("2026-11-04T12:59", "2026-11-04T12:59"),
        ("2026-11-04T13:00", "2026-11-04T15:00"),
        ("2026-11-04T15:00", "2026-11-04T15:00"),
    ],
)
def test_a_quiet_time_may_lie_within_a_day(said: str, heard: str) -> None:
    siesta = replace(LADDER, quiet_from=time(13), quiet_until=time(15))
    assert speaks_at(at(said), DAY[0], siesta, CHINA) == at(heard)


def test_a_quiet_time_that_ends_when_it_begins_is_none() -> None:
    never = replace(LADDER, quiet_from=time(22), quiet_until=time(22))
    for moment in ("2026-11-04T21:59", "2026-11-04T22:00", "2026-11-04T22:01"):
        assert speaks_at(at(moment), DAY[0], never, CHINA) == at(moment)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("2026-11-04T08:29", "2026-11-04T08:30"),
        ("2026-11-04T18:00", "2026-11-04T18:00"),
        ("2026-11-04T18:01", "2026-11-05T08:30"),
        ("2026-11-07T10:00", "2026-11-09T08:30"),  # Saturday
        ("2026-09-20T10:00", "2026-09-20T10:00"),  # Sunday, 调休上班
        ("2026-09-25T10:00", "2026-09-28T08:30"),  # 中秋节
    ],
)
def test_n08_day_clocks_speak_in_working_hours_and_make_up_days_count(said: str, heard: str) -> None:
    assert speaks_at(at(said), SEVEN[0], LADDER, CHINA) == at(heard)


def test_a_span_too_short_to_halve_has_no_half_way_word() -> None:
    assert "half" not in moments(running(ClockFacts(START, wd(1))))
    assert "half" in moments(running(ClockFacts(START, wd(4))))


def test_a_share_of_hours_comes_at_its_very_moment_and_the_whole_never() -> None:
    halves = replace(LADDER, hours=(Rung("half", "过半", Anchor.ELAPSED, 50), Rung("all", "全部", Anchor.ELAPSED, 100)))
    assert [(coming.rung.code, coming.moment) for coming in plan(*DAY, halves, CHINA)] == [("half", at("2026-11-02T22:00"))]


def test_a_warning_of_days_comes_with_the_offices_morning_and_one_of_hours_when_it_is_due() -> None:
    later = replace(LADDER, morning=time(9, 15))
    warned = {coming.rung.code: coming.moment for clock in (SEVEN, DAY) for coming in plan(*clock, later, CHINA)}
    assert (warned["soon"], warned["hours_soon"]) == (at("2026-11-10T09:15"), at("2026-11-03T04:00"))


def test_without_a_warning_no_rung_stands_on_it() -> None:
    assert "soon" not in moments((replace(SEVEN[0], warn_at=None), SEVEN[1]))


def test_n10_a_pause_moves_the_half_way_word_with_the_due_date() -> None:
    paused = running(ClockFacts(START, wd(7), pauses=(Pause(at("2026-11-03T09:00"), at("2026-11-05T09:00")),)))
    assert moments(paused)["half"] == at("2026-11-11T08:30")
    assert moments(paused)["today"] == at("2026-11-13T08:30")


def seen(now: str, clock: tuple[OpenClock, ClockFacts] = SEVEN, ladder: Ladder = LADDER) -> str | None:
    found = look(plan(*clock, ladder, CHINA), clock[0], ladder, CHINA, at(now)).tell
    return found.rung.code if found else None


@pytest.mark.parametrize(
    ("now", "rung"),
    [
        ("2026-11-09T08:29:59", None),
        ("2026-11-09T08:30", "half"),
        ("2026-11-10T08:30", "soon"),
        ("2026-11-11T08:30", "today"),
        ("2026-11-11T18:00", "today"),
        ("2026-11-11T18:01", None),
        ("2026-11-12T08:29", None),
        ("2026-11-12T08:30", "urge"),
        ("2026-11-14T10:00", None),  # Saturday
        ("2026-11-18T08:30", "yellow"),
        ("2026-12-02T09:00", "red"),
        ("2026-12-09T17:00", "red"),  # five working days late is said
        ("2026-12-10T09:00", None),  # six are left to the digest
        ("2026-12-11T09:00", "report"),
        ("2026-12-18T09:00", "report"),
        ("2026-12-21T09:00", None),
    ],
)
def test_n07_after_a_silence_the_highest_rung_speaks_alone_and_not_for_ever(now: str, rung: str | None) -> None:
    assert seen(now) == rung


@pytest.mark.parametrize(
    ("now", "rung"),
    [
        ("2026-11-03T06:59:59", None),
        ("2026-11-03T07:00", "hours_soon"),
        ("2026-11-03T10:00", "hours_soon"),
        ("2026-11-03T10:00:01", "hours_overdue"),
        ("2026-11-03T22:30", None),  # it was said by day or waits for the morning
        ("2026-11-04T10:00", "hours_overdue"),
        ("2026-11-04T10:00:01", "hours_yellow"),
        ("2026-11-05T10:00:01", "hours_yellow"),
        ("2026-11-05T10:00:02", None),
        ("2026-11-06T10:00:01", "hours_red"),
    ],
)
def test_n07_an_hour_clock_speaks_at_once_and_after_a_day_of_silence_no_more(now: str, rung: str | None) -> None:
    assert seen(now, DAY) == rung


def test_the_next_look_is_at_the_next_moment_or_when_speaking_is_allowed_again() -> None:
    comings = plan(*SEVEN, LADDER, CHINA)

    def next_look(now: str) -> datetime | None:
        return look(comings, SEVEN[0], LADDER, CHINA, at(now)).next_at

    assert next_look("2026-11-02T11:00") == at("2026-11-09T08:30")
    assert next_look("2026-11-09T08:30") == at("2026-11-10T08:30")
    assert next_look("2026-11-12T20:00") == at("2026-11-13T08:30")
    assert next_look("2027-01-12T10:00") is None
    for now in ("2026-11-11T20:00", "2026-11-11T10:00"):  # whether it may speak or not
        passed = look(comings, SEVEN[0], LADDER, CHINA, at(now)).passed
        assert [coming.rung.code for coming in passed] == ["half", "soon", "today"]


def test_n07_nothing_is_told_of_a_time_before_the_case_was_known_or_the_rung_was_set_up() -> None:
    imported = (replace(SEVEN[0], known_since=at("2026-11-17T15:00")), SEVEN[1])
    assert seen("2026-11-17T15:01", imported) is None
    assert seen("2026-11-18T08:30", imported) == "yellow"
    unknown = (replace(SEVEN[0], known_since=None), SEVEN[1])
    assert seen("2026-11-17T15:01", unknown) == "urge"
    new = replace(LADDER, days=tuple(replace(rung, since=at("2026-11-18T08:30")) for rung in LADDER.days))
    assert seen("2026-11-17T15:01", SEVEN, new) is None
    assert seen("2026-11-18T08:30", SEVEN, new) == "yellow"


def test_a_rung_out_of_use_says_nothing_and_is_still_known_by_its_code() -> None:
    without = replace(LADDER, days=tuple(replace(rung, active=rung.code != "urge") for rung in LADDER.days))
    assert seen("2026-11-12T10:00", SEVEN, without) == "today"
    assert without.named("urge") == replace(LADDER.days[3], active=False)
    assert without.named("hours_red") == LADDER.hours[3]
    assert without.named("unheard-of") is None


def test_of_two_rungs_at_one_moment_the_half_way_word_gives_way() -> None:
    both = replace(LADDER, days=(Rung("warned", "临期", Anchor.WARNING), Rung("half", "过半", Anchor.ELAPSED, 50)))
    four = running(ClockFacts(START, wd(4)))
    assert {coming.moment for coming in plan(*four, both, CHINA)} == {at("2026-11-05T08:30")}
    assert [coming.rung.code for coming in plan(*four, both, CHINA)] == ["half", "warned"]


def test_default_rungs_speak_to_those_the_custom_names() -> None:
    told = {rung.code: (rung.to, rung.copy, rung.way) for rung in LADDER.days}
    assert told["urge"] == ((Who.OWNER,), (Who.IN_CHARGE,), Way.LETTER)
    assert Who.MAIN_LEADER in told["red"][1]
    assert [rung.code for rung in (*LADDER.days, *LADDER.hours) if rung.sheet] == ["yellow", "hours_yellow"]
    assert {rung.way for rung in LADDER.hours} == {Way.LETTER}


def test_the_latest_of_some_moments() -> None:
    assert latest(START) == START
    assert latest(START, None, at("2026-11-03T00:00"), at("2026-11-01T00:00")) == at("2026-11-03T00:00")


SPANS = st.one_of(
    st.integers(1, 60).map(wd),
    st.integers(1, 90).map(nd),
    st.integers(1, 200).map(hours),
    st.integers(1, 900).map(lambda minutes: Span(minutes, Unit.MINUTES)),
)
STARTS = st.integers(0, 60 * 24 * 300).map(lambda minutes: at("2026-01-05T00:00") + timedelta(minutes=minutes))


@given(STARTS, SPANS, st.integers(0, 60 * 24 * 120))
def test_a_look_never_speaks_early_late_or_at_a_forbidden_hour(start: datetime, span: Span, minutes: int) -> None:
    clock = running(ClockFacts(start, span))
    comings, now = plan(*clock, LADDER, CHINA), start + timedelta(minutes=minutes)
    found = look(comings, clock[0], LADDER, CHINA, now)
    assert [coming.moment for coming in comings] == sorted(coming.moment for coming in comings)
    assert all(coming.speaks_at >= coming.moment for coming in comings)
    assert found.next_at is None or found.next_at > now
    if found.tell is not None:
        assert found.tell.moment <= now
        assert speaks_at(now, clock[0], LADDER, CHINA) == local(now)
        assert fresh(found.tell, clock[0], LADDER, CHINA, now)
        if span.unit.in_days:
            assert CHINA.is_working(local_date(now))


@given(STARTS, SPANS)
def test_n07_whoever_looks_at_every_next_moment_hears_each_rung_once_in_order(start: datetime, span: Span) -> None:
    clock = running(ClockFacts(start, span))
    comings = plan(*clock, LADDER, CHINA)
    heard, now, looks = [], start, 0
    while now is not None and looks < 50:
        found = look(comings, clock[0], LADDER, CHINA, now)
        if found.tell is not None and found.tell.rung.code not in heard:
            heard.append(found.tell.rung.code)
        now, looks = found.next_at, looks + 1  # type: ignore[assignment]
    owed = [coming for coming in comings if coming.moment >= start]
    spoken = {coming.speaks_at: coming.rung.code for coming in owed}  # of several that speak at one instant the highest
    assert heard == list(spoken.values())
    assert looks < 50


@given(STARTS, st.integers(1, 60), st.integers(1, 30))
def test_the_ladder_never_climbs_down_when_a_deadline_is_lengthened(start: datetime, amount: int, more: int) -> None:
    shorter, longer = running(ClockFacts(start, wd(amount))), running(ClockFacts(start, wd(amount + more)))
    before, after = moments(shorter), moments(longer)
    assert all(after[code] >= moment for code, moment in before.items() if code in after)


def test_moments_agree_with_a_slow_walk_day_by_day() -> None:
    for first in range(1, 29):
        start = on_day(on(f"2026-09-{first:02d}"), time(9))
        clock = running(ClockFacts(start, wd(5)))
        due = local_date(clock[0].due_at)
        day, left = due, 5
        while left:
            day += timedelta(days=1)
            left -= CHINA.is_working(day)
        assert moments(clock)["yellow"] == on_day(day, time(8, 30))
        assert clock[0].due_at == end_of_day(due)


def test_a_coming_rung_is_plain_data() -> None:
    [first, *_] = plan(*SEVEN, LADDER, CHINA)
    assert first == Coming(LADDER.days[0], at("2026-11-07T08:30"), at("2026-11-09T08:30"))


def test_d16_nothing_is_said_to_come_soon_that_is_due() -> None:
    cut = running(ClockFacts(START, hours(24), latest=START + timedelta(hours=8)))
    assert moments(cut)["hours_soon"] == START + timedelta(hours=6)
    passed = running(ClockFacts(START, hours(24), latest=START - timedelta(hours=1)))
    assert "hours_soon" not in moments(passed)
    assert "hours_overdue" in moments(passed)
