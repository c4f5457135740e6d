"""Shanghai dates and moments."""

from datetime import UTC, date, datetime, timedelta

import pytest

from opinion_app.rules import zone
from opinion_app.rules.zone import NaiveMomentError, UnreadableMoment, parse_date, parse_moment


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 16, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 23, 0, 0, tzinfo=UTC), date(2026, 11, 23)),
    ],
)
def test_local_date_turns_at_sixteen_utc(moment: datetime, day: date) -> None:
    assert zone.local_date(moment) == day


def test_a_day_lasts_from_midnight_to_its_last_second() -> None:
    day = date(2026, 11, 23)
    assert zone.start_of_day(day).isoformat() == "2026-11-23T00:00:00+08:00"
    assert zone.end_of_day(day).isoformat() == "2026-11-23T23:59:59+08:00"
    assert zone.whole_second(zone.end_of_day(day) + timedelta(microseconds=999_999)) == zone.end_of_day(day)


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 11, 23, 9, 0)  # noqa: DTZ001 - the mistake under test
    with pytest.raises(NaiveMomentError, match="2026-11-23"):
        zone.local(naive)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-09-24", "2026-09-24T00:00:00+08:00"),
        (" 2026-09-24T09:30 ", "2026-09-24T09:30:00+08:00"),
        ("2026-09-24 09:30:15", "2026-09-24T09:30:15+08:00"),
        ("2026-09-24T01:30:00Z", "2026-09-24T09:30:00+08:00"),
        ("2026-09-24T09:30+09:00", "2026-09-24T08:30:00+08:00"),
    ],
)
def test_a_moment_without_a_zone_in_text_is_shanghai_time(text: str, moment: str) -> None:
    assert parse_moment(text).isoformat() == moment


@pytest.mark.parametrize("text", ["", "昨天", "2026-13-01", "2026-02-29", "2026-09-24T25:00", "20260924x"])
def test_an_unreadable_moment_says_how_to_write_it(text: str) -> None:
    with pytest.raises(UnreadableMoment, match="请"):
        parse_moment(text)


@pytest.mark.parametrize("text", ["2026-9-24", "20260924", "2026-09-24T09:30", "2026-04-31"])
def test_only_a_real_iso_date_is_a_date(text: str) -> None:
    with pytest.raises(UnreadableMoment):
        parse_date(text)


def test_a_date_is_read() -> None:
    assert parse_date(" 2028-02-29 ") == date(2028, 2, 29)


@pytest.mark.parametrize("text", ["0001-01-01", "0001-01-01T00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_moment_that_no_calendar_reaches_is_refused_in_words(text: str) -> None:
    with pytest.raises(UnreadableMoment, match="不在可以推算的年代"):
        parse_moment(text)
