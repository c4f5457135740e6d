"""Numbers written in Chinese are read and written."""

import pytest

from opinion_app.rules.chinese_numbers import number, written


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十二", 12),
        ("十", 10),
        ("二十", 20),
        ("五百", 500),
        ("五百零一", 501),
        ("三千二", 3200),
        ("一万二", 12000),
        ("一万零二", 10002),
        ("一百一十二", 112),
        ("五零一", 501),
        ("二〇二六", 2026),
        ("两千", 2000),
        ("伍仟", 5000),
        ("1万2千", 12000),
        ("三万十二", 30012),
        ("二亿三千万", 230_000_000),
        ("一", 1),
    ],
)
def test_numbers_are_read(text: str, value: int) -> None:
    assert number(text) == value


@pytest.mark.parametrize("text", ["", "百", "万", "十十", "五元", "百二"])
def test_what_says_no_number_is_none(text: str) -> None:
    assert number(text) is None


def test_numbers_are_written_and_read_again() -> None:
    assert [written(value) for value in (2, 10, 12, 20, 112, 501, 1010, 3200)] == [
        "二",
        "十",
        "十二",
        "二十",
        "一百一十二",
        "五百零一",
        "一千零一十",
        "三千二百",
    ]
    assert [value for value in range(1, 10_000) if number(written(value)) != value] == []
    assert (written(0), written(12345)) == ("零", "一二三四五")
