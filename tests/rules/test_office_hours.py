"""The week and the hours of an office: read, kept as data, refused in words."""

from datetime import date

import pytest

from opinion_app.rules.errors import Invalid
from opinion_app.rules.frames import DEFAULT_FRAMES, Frame
from opinion_app.rules.office_hours import OfficeHours, hours_from, read_hours, to_data


def test_what_is_typed_is_kept_and_read_back() -> None:
    days = "2027-02-05，09:00-12:00\n\n2027-02-06,09:00-10:00,11:00-12:00"
    typed = read_hours({1, 2, 3, 4, 5}, "09:00-12:00\n13:00-17:00", days)
    assert typed.weekdays == frozenset({1, 2, 3, 4, 5})
    assert typed.frames == (Frame.parse("09:00-12:00"), Frame.parse("13:00-17:00"))
    assert typed.half_days[date(2027, 2, 6)] == (Frame.parse("09:00-10:00"), Frame.parse("11:00-12:00"))
    assert hours_from(to_data(typed)) == typed
    assert hours_from({}) == OfficeHours()
    assert OfficeHours().frames == DEFAULT_FRAMES


@pytest.mark.parametrize(
    ("weekdays", "frames", "half_days", "field", "words"),
    [
        (set(), "09:00-12:00", "", "weekdays", "至少要有一个工作日"),
        ({0}, "", "", "frames", "至少填写一个"),
        ({0}, "9-12", "", "frames", "08:30-12:00 的样子"),
        ({0}, "12:00-09:00", "", "frames", "早于结束"),
        ({0}, "09:00-12:00\n11:00-17:00", "", "frames", "重叠"),
        ({0}, "09:00-12:00", "昨天,09:00-12:00", "half_days", "不是日期"),
        ({0}, "09:00-12:00", "2027-02-05", "half_days", "至少填写一个"),
        ({0}, "09:00-12:00", "2027-02-05,09:00-12:00\n2027-02-05,09:00-11:00", "half_days", "重复"),
    ],
)
def test_d07_d08_hours_that_cannot_stand_are_refused_beside_their_field(
    weekdays: set[int], frames: str, half_days: str, field: str, words: str
) -> None:
    with pytest.raises(Invalid) as refused:
        read_hours(weekdays, frames, half_days)
    assert words in refused.value.fields[field]
