"""Properties that hold for every calendar and every span, and a slow, obvious oracle the walker must equal."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from opinion_app.rules.deadline import Adoption, ClockFacts, Extension, Pause, Span, Unit, derive
from opinion_app.rules.elapsed import elapsed_at
from opinion_app.rules.workdays import CalendarDay, CalendarWithoutWorkingDays, DayKind, WorkCalendar
from opinion_app.rules.zone import end_of_day, local_date, start_of_day
from tests.rules.calendars import CHINA, ND, WD

DAY = timedelta(days=1)
FIRST = date(2026, 9, 1)
KINDS = (DayKind.HOLIDAY, DayKind.MAKE_UP_DAY, DayKind.LOCAL_CLOSURE)
days = st.dates(date(2010, 1, 1), date(2026, 6, 30))


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    weekdays = draw(st.frozensets(st.integers(0, 6), min_size=1))
    marked = draw(st.dictionaries(st.tuples(st.integers(0, 90), st.sampled_from(KINDS)), st.just(""), max_size=30))
    rows = tuple(CalendarDay(FIRST + DAY * ahead, kind) for ahead, kind in marked)
    return WorkCalendar(rows, frozenset({2026}), weekdays)


def _days_after(start: date) -> Iterator[date]:
    day = start
    while True:
        day += DAY
        yield day


def _oracle(start: date, amount: int, unit: Unit, pauses: list[tuple[date, date]], calendar: WorkCalendar) -> date:
    """Write down the days that count, take the amount-th, then move it off days on which it cannot lie."""

    def works(day: date) -> bool:
        kinds = {row.kind for row in calendar.rows if row.day == day}
        if DayKind.LOCAL_CLOSURE in kinds:
            return False
        if DayKind.MAKE_UP_DAY in kinds:
            return True
        return DayKind.HOLIDAY not in kinds and day.weekday() in calendar.weekdays

    def stands_still(day: date) -> bool:
        return any(suspended < day <= resumed for suspended, resumed in pauses)

    counted: list[date] = []
    for day in _days_after(start):
        if not stands_still(day) and (unit is ND or works(day)):
            counted.append(day)
        if len(counted) == amount:
            break
    last = counted[-1]
    while True:
        last = next(day for day in _days_after(last - DAY) if works(day) and (day == last or not stands_still(day)))
        resumed = next((over for begun, over in pauses if begun == last < over), None)
        if resumed is None:
            return last
        last = resumed


def _random_calendar(chance: random.Random) -> WorkCalendar:
    weekdays = frozenset(chance.sample(range(7), chance.randint(1, 7)))
    marked = {(chance.randrange(70), chance.choice(KINDS)) for _ in range(chance.randrange(14))}
    return WorkCalendar(tuple(CalendarDay(FIRST + DAY * ahead, kind) for ahead, kind in marked), weekdays=weekdays)


def _random_pauses(chance: random.Random, start: date) -> list[tuple[date, date]]:
    cuts = sorted(start + DAY * chance.randrange(-3, 30) for _ in range(2 * chance.choice((0, 0, 1, 2))))
    return list(zip(cuts[::2], cuts[1::2], strict=True))


def test_d19_the_walker_equals_the_oracle_on_ten_thousand_random_calendars() -> None:
    chance = random.Random(20261123)
    for _ in range(10_000):
        calendar, start = _random_calendar(chance), FIRST + DAY * chance.randrange(20)
        amount, unit, pauses = chance.randint(1, 9), chance.choice((WD, ND)), _random_pauses(chance, start)
        facts = ClockFacts(
            start_of_day(start) + timedelta(hours=chance.randrange(24)),
            Span(amount, unit),
            tuple(Pause(start_of_day(begun), start_of_day(over)) for begun, over in pauses),
        )
        expected = _oracle(start, amount, unit, pauses, calendar)
        assert derive(facts, calendar).due_at == end_of_day(expected), (facts, calendar)


@given(calendars(), st.dates(FIRST, FIRST + 60 * DAY), st.integers(1, 60))
def test_d19_adding_then_counting_gives_the_amount(calendar: WorkCalendar, start: date, amount: int) -> None:
    try:
        end = calendar.add_working_days(start, amount)
    except CalendarWithoutWorkingDays:
        return
    assert calendar.count_working_days(start, end) == amount
    assert calendar.is_working(end)
    assert calendar.count_working_days(end, start) == -amount


@given(calendars(), st.dates(FIRST - 20 * DAY, FIRST + 100 * DAY), st.integers(-400, 400))
def test_d19_counting_by_weeks_says_what_walking_day_by_day_says(calendar: WorkCalendar, start: date, ahead: int) -> None:
    end = start + ahead * DAY
    first, last = min(start, end), max(start, end)
    walked = sum(calendar.is_working(first + day * DAY) for day in range(1, (last - first).days + 1))
    assert calendar.count_working_days(start, end) == (walked if ahead >= 0 else -walked)


@given(days, st.integers(1, 120), st.integers(1, 120), st.sampled_from(Unit))
def test_d19_a_longer_span_never_ends_earlier(start: date, one: int, other: int, unit: Unit) -> None:
    shorter, longer = sorted((one, other))
    ends = [derive(ClockFacts(start_of_day(start), Span(amount, unit)), CHINA).due_at for amount in (shorter, longer)]
    assert ends[0] is not None
    assert ends[1] is not None
    assert ends[0] <= ends[1]
    if unit is not ND:
        assert (ends[0] < ends[1]) is (shorter < longer)


@given(days, st.integers(1, 40), st.integers(1, 40))
def test_d10_an_extension_in_working_days_equals_the_longer_span(start: date, amount: int, more: int) -> None:
    begun = start_of_day(start)
    extended = ClockFacts(begun, Span(amount, WD), extensions=(Extension(begun, Span(more, WD)),))
    assert derive(extended, CHINA).due_at == derive(ClockFacts(begun, Span(amount + more, WD)), CHINA).due_at


@settings(max_examples=200)
@given(
    days,
    st.integers(1, 40),
    st.sampled_from([WD, ND, Unit.HOURS, Unit.WORKING_HOURS]),
    st.integers(0, 60 * 24 * 30),
    st.integers(0, 60 * 24 * 30),
)
def test_d09_a_suspension_never_brings_a_deadline_forward(
    start: date, amount: int, unit: Unit, until_pause: int, length: int
) -> None:
    begun: datetime = start_of_day(start)
    plain = derive(ClockFacts(begun, Span(amount, unit)), CHINA).due_at
    suspended_at = begun + timedelta(minutes=until_pause)
    pause = Pause(suspended_at, suspended_at + timedelta(minutes=length))
    moved = derive(ClockFacts(begun, Span(amount, unit), (pause,)), CHINA).due_at
    assert plain is not None
    assert moved is not None
    assert moved >= plain
    if suspended_at <= plain:
        assert moved >= suspended_at
        assert pause.resumed_at is not None
        assert local_date(moved) >= local_date(pause.resumed_at) or moved == suspended_at


@given(
    days,
    st.integers(1, 60),
    st.sampled_from([WD, ND, Unit.HOURS, Unit.WORKING_HOURS]),
    st.integers(0, 40),
    st.sampled_from(["", "taken over", "capped", "extended"]),
    st.integers(1, 99),
)
def test_d16_whatever_moved_the_date_a_share_lies_before_it_and_grows(
    start: date, amount: int, unit: Unit, ahead: int, moved: str, percent: int
) -> None:
    begun = start_of_day(start) + timedelta(hours=9)
    facts, day = ClockFacts(begun, Span(amount, unit)), end_of_day(start + ahead * DAY)
    facts = {
        "": facts,
        "taken over": replace(facts, adoptions=(Adoption(begun, day),)),
        "capped": replace(facts, latest=day),
        "extended": replace(facts, extensions=(Extension(begun, until=start + ahead * DAY),)),
    }[moved]
    derived = derive(facts, CHINA)
    assert derived.due_at is not None
    assert moved != "taken over" or derived.due_at <= day, "the earliest date survives"
    shares = [elapsed_at(derived, share) for share in (percent, 100)]
    assert shares[0] is not None
    assert shares[1] is not None
    assert begun <= shares[0] <= shares[1] <= derived.due_at
