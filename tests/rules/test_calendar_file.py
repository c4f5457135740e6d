"""Yearly notice files: forms accepted, faults named."""

import json
from datetime import timedelta

import pytest

from opinion_app.rules.calendar_file import CalendarFileRefused, YearNotice, check_notice, parse_notice, year_to_load
from opinion_app.rules.workdays import CalendarDay, DayKind, WorkCalendar
from tests.rules.calendars import on

NOTICE = """日期,休/班,名称
2027-01-01 至 2027-01-03,休,元旦
2027年2月5日～2027年2月11日,休,春节
2027/2/14,班,春节
2027.5.1，休，劳动节
# 其余以后补
"""
JSON_NOTICE = {
    "year": 2027,
    "days": [
        {"date": "2027-01-01", "name": "元旦", "isOffDay": True},
        {"date": "2027-02-14", "name": "春节", "isOffDay": False},
    ],
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_notice_is_read_line_by_line(encoding: str) -> None:
    notice = parse_notice(NOTICE.encode(encoding), source="国办发明电")
    assert (notice.year, notice.doubts) == (2027, ("全年只有 11 个放假日，少于法定的 13 天，请核对文件是否完整。",))
    assert len(notice.rows) == 12
    assert [(row.day, row.name, row.source) for row in notice.rows if row.kind is DayKind.MAKE_UP_DAY] == [
        (on("2027-02-14"), "春节", "国办发明电")
    ]


@pytest.mark.parametrize(
    "content",
    [
        JSON_NOTICE,
        JSON_NOTICE["days"],
        [
            {"date": "2027-01-01", "kind": "holiday", "name": "元旦"},
            {"date": "2027-02-14", "kind": "班", "name": "春节"},
        ],
    ],
)
def test_a_json_notice_is_read(content: object) -> None:
    notice = parse_notice(json.dumps(content).encode(), 2027)
    assert [(row.day, row.kind) for row in notice.rows] == [
        (on("2027-01-01"), DayKind.HOLIDAY),
        (on("2027-02-14"), DayKind.MAKE_UP_DAY),
    ]
    assert "只有 1 个放假日" in notice.doubts[0]


def test_new_year_may_begin_in_december() -> None:
    notice = parse_notice("2027-12-31 至 2028-01-02,休,元旦\n".encode(), 2028)
    assert notice.rows[0].day == on("2027-12-31")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("2027-10-01,休,国庆节\n2026-10-02,休,国庆节", "第 2 行：2026-10-02 不属于 2027 年"),
        ("2027-10-01,休,国庆节\n2026-12-19,休,元旦", "不属于 2027 年"),
        ("2027-10-01,休,国庆节\n2028-01-01,休,元旦", "不属于 2027 年"),
        ("2027-10-01,休,国庆节\n2027-10-01,休,国庆节", "第 2 行：2027-10-01 重复"),
        ("2027-10-01,休,国庆节\n2027-10-01,班,国庆节", "既写了放假又写了调休上班"),
        ("2027-10-01,休,国庆节\n2027-10-13,班,国庆节", "2027-10-13 是周三，本来就上班"),
        ("2027-02-30,休,春节", "第 1 行：没有 2027-02-30 这一天"),
        ("正月初一,休,春节", "“正月初一”不是日期"),
        ("2027-02-05,半天,春节", "“半天”不明"),
        ("2027-02-05,休,", "没有写节日名称"),
        ("2027-02-05", "“”不明"),
        ("2027-02-11 至 2027-02-05,休,春节", "对调"),
        ("2027-02-05 至 2027-12-05,休,春节", "超过一个月"),
        ("", "没有任何"),
        ("日期,休/班,名称", "没有任何"),
        ("[{", "JSON"),
        ("[1, 2]", "列表"),
        ('{"days": 3}', "列表"),
        ("[{}]", "“”不是日期"),
        ('2027-02-05,休,"' + "x" * 140_000, "第 1 行读不出来"),
    ],
)
def test_a_faulty_notice_is_refused_with_the_reason(lines: str, words: str) -> None:
    with pytest.raises(CalendarFileRefused, match=words):
        parse_notice(lines.encode("gb18030"), 2027)


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(CalendarFileRefused) as refused:
        parse_notice("2027-02-30,休,春节\n2026-02-05,休,春节\n2027-02-06,?,春节".encode(), 2027)
    assert len(refused.value.faults) == 3


def test_bytes_that_are_no_text_or_too_many_are_refused() -> None:
    with pytest.raises(CalendarFileRefused, match="打不开"):
        parse_notice(b"\x80\x81\xff\xff")
    with pytest.raises(CalendarFileRefused, match="太大"):
        parse_notice(b"#" * 200_001)


def dated(year: object, first: str) -> bytes:
    return json.dumps({"year": year, "days": [{"date": first, "name": "元旦", "isOffDay": True}]}).encode()


@pytest.mark.parametrize(
    ("content", "year", "words"),
    [
        (dated(2027, "2026-01-01"), None, "2026-01-01 不属于 2027 年"),
        (dated("2027", "2026-01-01"), None, "2026-01-01 不属于 2027 年"),
        (dated(2026, "2026-01-01"), 2027, "文件写明是 2026 年的安排，要载入的却是 2027 年"),
        (dated("丙午", "2026-01-01"), None, "应是四位年份，现在是“丙午”"),
        (dated(20270, "2026-01-01"), None, "应是四位年份"),
    ],
)
def test_d01_the_year_a_file_names_is_the_year_it_is_for(content: bytes, year: int | None, words: str) -> None:
    with pytest.raises(CalendarFileRefused) as refused:
        parse_notice(content, year)
    assert words in refused.value.message


def test_d01_a_json_file_without_a_year_is_for_the_year_of_its_days() -> None:
    assert parse_notice(dated(None, "2027-01-01")).year == parse_notice(dated("2027", "2027-01-01")).year == 2027


@pytest.mark.parametrize(("year", "fits"), [(1999, False), (2003, False), (2004, True), (2027, True), (2028, False)])
def test_d01_a_notice_is_for_a_year_that_can_have_one(year: int, fits: bool) -> None:
    notice = parse_notice(f"{year}-01-01,休,元旦".encode())
    calendar = WorkCalendar(notice.rows, frozenset({year}))
    if fits:
        check_notice(notice, calendar, on("2026-11-26"))
    else:
        with pytest.raises(CalendarFileRefused, match=f"{year} 年不在 2004 年至 2027 年之间"):
            check_notice(notice, calendar, on("2026-11-26"))


@pytest.mark.parametrize(
    ("year", "days", "doubted"), [(2007, 1, False), (2024, 10, True), (2024, 11, False), (2025, 12, True), (2027, 13, False)]
)
def test_d01_a_year_has_at_least_the_days_the_law_gives_it(year: int, days: int, doubted: bool) -> None:
    notice = parse_notice(f"{year}-05-01 至 {year}-05-{days:02d},休,劳动节".encode())
    assert bool(notice.doubts) is doubted


@pytest.mark.parametrize(
    ("lines", "off", "doubted"),
    [
        ("2026-10-01 至 2026-10-31,休,国庆\n2026-05-01 至 2026-05-14,休,劳动节\n", 45, False),
        ("2026-10-01 至 2026-10-31,休,国庆\n2026-05-01 至 2026-05-15,休,劳动节\n", 46, True),
        ("".join(f"2026-{month:02d}-01 至 2026-{month:02d}-28,休,元旦\n" for month in range(1, 13)), 336, True),
    ],
)
def test_d01_a_notice_that_gives_far_more_days_off_than_any_did_is_doubted(lines: str, off: int, doubted: bool) -> None:
    notice = parse_notice(lines.encode())
    assert any(f"全年有 {off} 个放假日，远多于" in doubt for doubt in notice.doubts) is doubted


@pytest.mark.parametrize("year", [0, -1, 27, 20270])
def test_d01_a_year_that_is_none_is_refused_and_not_taken_for_none_given(year: int) -> None:
    with pytest.raises(CalendarFileRefused, match=f"年份应是四位数，如 2027，现在是“{year}”"):
        parse_notice(b"2027-01-01,\xe4\xbc\x91,x\n", year)


@pytest.mark.parametrize(
    ("today", "loaded", "missing"),
    [
        ("2026-10-31", {2026}, None),
        ("2026-11-01", {2026}, 2027),
        ("2026-12-31", {2026, 2027}, None),
        ("2027-01-01", {2026}, 2027),
        ("2027-06-01", {2026, 2028}, 2027),
        ("2027-11-01", {2026}, 2027),
    ],
)
def test_d02_the_year_that_is_missing(today: str, loaded: set[int], missing: int | None) -> None:
    assert year_to_load(on(today), loaded) == missing


def test_d07_a_notice_that_leaves_no_working_day_is_refused() -> None:
    whole = [on("2027-01-01") + timedelta(days=ahead) for ahead in range(365)]
    rows = tuple(CalendarDay(day, DayKind.HOLIDAY, "休息", "") for day in whole)
    for kept in (rows, rows[:-1]):  # 31 December 2027 is a Friday
        calendar = WorkCalendar(kept, frozenset({2027}))
        if kept is rows:
            with pytest.raises(CalendarFileRefused, match="2027 年一个工作日也没有"):
                check_notice(YearNotice(2027, kept), calendar, on("2026-11-26"))
        else:
            check_notice(YearNotice(2027, kept), calendar, on("2026-11-26"))
