"""Rows of imported sheets: messages, or what is wrong with them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opinion_app.rules.import_columns import recognise
from opinion_app.rules.import_rows import ImportedMessage, ImportOptions, RowOutcome, RowProblem, read_row
from opinion_app.rules.words import Channel, Kind

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "留言编号": 188006,
    "留言用户": "A00102948",
    "留言主题": "路灯不亮",
    "留言时间": "2019/4/25 9:32:09",
    "留言详情": "\n\t\t\t东边的路灯_x000D_\n\u3000\u3000不亮\u200b了\n\t\t",
}


def outcome(options: ImportOptions | None = None, *, without: tuple[str, ...] = (), **cells: Any) -> RowOutcome:
    row = {header: cell for header, cell in (GOOD | cells).items() if header not in without}
    return read_row(7, tuple(row.values()), recognise([(1, tuple(row))]), options or ImportOptions(), NOW)


def message(options: ImportOptions | None = None, *, without: tuple[str, ...] = (), **cells: Any) -> ImportedMessage:
    result = outcome(options, without=without, **cells)
    assert result.problems == ()
    assert result.message is not None
    return result.message


def problem(*, without: tuple[str, ...] = (), **cells: Any) -> RowProblem:
    result = outcome(without=without, **cells)
    assert result.message is None
    (only,) = result.problems
    return only


def warning(**cells: Any) -> RowProblem:
    result = outcome(**cells)
    assert result.message is not None
    (only,) = result.warnings
    return only


def test_a_good_row() -> None:
    case = message().case
    assert (case.original_number, case.nickname, case.title) == ("188006", "A00102948", "路灯不亮")
    assert case.body == "东边的路灯\n\u3000\u3000不亮了"
    assert case.received_at == datetime(2019, 4, 25, 1, 32, 9, tzinfo=UTC)
    assert (case.kind, case.area, case.channel) == (Kind.OTHER, "其他", Channel.IMPORT)


def test_all_that_a_sheet_may_tell() -> None:
    got = message(
        类型="咨询类",
        领域="城乡建设",
        来源渠道="领导留言板",
        链接="www.example.cn/1",
        地点="东街",
        姓名="王某某",
        联系电话=13800000000,
        邮箱="a@example.cn",
        联系地址="东街 1 号",
        身份证号="无",
        是否公开="是",
        是否匿名="否",
        点赞数=3,
        反对数="０",
    )
    case = got.case
    assert (case.kind, case.area, case.channel) == (Kind.INQUIRY, "城建", Channel.LEADER_BOARD)
    assert (case.original_link, case.place) == ("http://www.example.cn/1", "东街")
    assert case.writer.phone == "13800000000"
    assert (case.writer.name, case.writer.identity_number) == ("王某某", "")
    assert (case.wish_public, case.anonymous) == (True, False)
    assert (got.supports, got.opposes) == (3, 0)


def test_what_holds_for_the_whole_file() -> None:
    case = message(ImportOptions(channel=Channel.FORUM, kind=Kind.HELP)).case
    assert (case.channel, case.kind) == (Channel.FORUM, Kind.HELP)


@pytest.mark.parametrize("text", ["=1+1", "+86", "@SUM(A1)", "<script>alert(1)</script>", "<A市A6区征地办法>", "😀𠮷"])
def test_text_is_only_text(text: str) -> None:
    assert message(留言主题=text, 留言详情=text).case.body == text


def test_a_title_is_made_of_the_text_where_there_is_none() -> None:
    assert message(留言主题=None, 留言详情="路灯\n不亮").case.title == "路灯 不亮"
    assert message(without=("留言主题",), 留言详情="长" * 500).case.title == "长" * 29 + "…"


def test_a_title_alone_is_the_text_too() -> None:
    assert message(留言详情=" \n").case.body == "路灯不亮"


def test_neither_title_nor_text() -> None:
    result = outcome(留言主题="\u200b", 留言详情="\n\t")
    assert result.message is None
    assert [(each.column, each.reason) for each in result.problems] == [
        ("留言主题", "请填写标题。"),
        ("留言详情", "请填写内容。"),
    ]


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"留言时间": "2019/2/30"}, "留言时间", "没有“2019/2/30”这个时间"),
        ({"留言时间": "上周"}, "留言时间", "看不懂时间"),
        ({"留言时间": "无"}, "留言时间", "看不懂时间"),
        ({"留言时间": " "}, "留言时间", "没有填写留言时间"),
        ({"留言时间": "2031/1/1"}, "留言时间", "不能晚于现在"),
        ({"留言时间": "1990/1/1"}, "留言时间", "太早"),
        ({"留言时间": "0001/1/1"}, "留言时间", "太早"),
        ({"留言时间": "9999/12/31 23:59:59"}, "留言时间", "不能晚于现在"),
        ({"留言主题": "长" * 101}, "留言主题", "标题最多 100 个字，现在是 101 个字"),
        ({"留言详情": "长" * 20_001}, "留言详情", "内容最多 20000 个字"),
        ({"留言用户": "长" * 41}, "留言用户", "最多 40 个字"),
        ({"留言编号": 440_106_199_001_011_234}, "留言编号", "编号超过 15 位"),
        ({"留言编号": 4.40106199001011e17}, "留言编号", "编号超过 15 位"),
        ({"链接": "javascript:alert(1)"}, "链接", "http:// 或 https://"),
        ({"邮箱": "a@example.cn, b@example.cn"}, "邮箱", "邮箱格式不对"),
        ({"答复意见": "长" * 20_001, "答复时间": "2019/5/1"}, "答复意见", "答复最多 20000 个字"),
        ({"答复意见": "已办", "答复时间": "2031/1/1"}, "答复时间", "不能晚于现在"),
        ({"答复意见": "已办", "答复时间": "2019/4/24 23:59"}, "答复时间", "早于留言时间"),
        ({"答复意见": "已办", "答复时间": "2019/4/31"}, "答复时间", "没有“2019/4/31”这个时间"),
    ],
)
def test_bad_cells_are_named(cells: dict[str, Any], column: str, reason: str) -> None:
    told = problem(**cells)
    assert (told.row, told.column) == (7, column)
    assert reason in told.reason


def test_all_problems_of_a_row_are_told_at_once() -> None:
    result = outcome(留言时间="上周", 留言主题="长" * 101, 留言用户="长" * 41)
    assert {each.column for each in result.problems} == {"留言时间", "留言主题", "留言用户"}


def test_without_a_column_of_times_the_import_is_the_receipt() -> None:
    got = message(without=("留言时间",), 答复意见="已办", 答复时间="2019/5/1")
    assert (got.case.received_at, got.replied_at) == (NOW, datetime(2019, 4, 30, 16, tzinfo=UTC))


def test_a_reply_with_its_time_and_unit() -> None:
    got = message(答复意见="\u3000\u3000您好！_x000D_\n已修好。", 答复时间="2019-4-25", 答复单位="城管所")
    assert (got.reply, got.reply_unit) == ("\u3000\u3000您好！\n已修好。", "城管所")
    assert got.replied_at == datetime(2019, 4, 24, 16, tzinfo=UTC)


def test_a_reply_of_three_characters_is_a_reply() -> None:
    assert message(答复意见="已收悉", 答复时间="2019/5/1").reply == "已收悉"


def test_a_reply_without_time_comes_in_without() -> None:
    told = warning(答复意见="已办", 答复时间=None)
    assert (told.column, told.reason) == ("答复时间", "有答复但没有答复时间：答复照常导入，不计入办理用时。")
    got = message(答复意见="已办")
    assert (got.reply, got.replied_at) == ("已办", None)


def test_a_time_without_reply_is_left_out() -> None:
    assert "按未答复导入" in warning(答复意见=None, 答复时间="2019/5/1").reason
    got = message(答复意见=None, 答复时间="2019/5/1")
    assert (got.reply, got.replied_at) == ("", None)


def test_unclear_words_are_warned_of() -> None:
    assert "没有“公文”这种诉求类型，按“其他”导入" in warning(类型="公文").reason
    assert "不是数目" in warning(点赞数="很多").reason


def test_an_accusation_without_the_accused_comes_in_marked() -> None:
    assert "被举报" in warning(类型="举报").reason
    assert message(类型="举报").case.accused == "原表未注明"
    assert message(类型="举报", 被举报人="某单位").case.accused == "某单位"


def test_of_a_secret_row_nothing_is_kept() -> None:
    result = outcome(留言主题="【机密】名单")
    assert (result.message, result.secret) == (None, True)
    assert "密级" in result.problems[0].reason
    assert "名单" not in result.problems[0].reason
    assert not outcome().secret


def test_a_row_of_headers_again_is_not_a_message() -> None:
    headers = ("留言主题", "留言详情")
    result = read_row(9, headers, recognise([(1, headers)]), ImportOptions(), NOW)
    assert "重复的表头" in result.problems[0].reason


def test_more_cells_than_headers() -> None:
    layout = recognise([(1, ("留言主题", "留言详情"))])
    cells = ("路灯", "不亮", "多出", None)
    assert read_row(2, cells, layout, ImportOptions(), NOW).message is not None
    result = read_row(2, cells, layout, ImportOptions(strict_width=True), NOW)
    assert "比表头多出" in result.problems[0].reason
    assert read_row(2, ("路灯", "不亮", " "), layout, ImportOptions(strict_width=True), NOW).message is not None


def test_identity_is_origin_and_number() -> None:
    key = message().identity_key
    assert message(留言编号=" 188006 ", 留言主题="改过", 留言时间="2019/4/26").identity_key == key
    assert message(留言编号=188007).identity_key != key
    assert message(ImportOptions(source_label="县网站")).identity_key != key


def test_identity_without_number_is_the_text() -> None:
    key = message(留言编号=None).identity_key
    assert message(留言编号="", 留言详情="东边的路灯 不亮了", 留言时间="2020/1/1").identity_key == key
    assert message(留言编号=None, 留言详情="西边的路灯不亮了").identity_key != key


def test_a_message_of_this_minute_comes_in() -> None:
    shanghai = (NOW + timedelta(hours=8)).strftime("%Y/%m/%d %H:%M:%S")
    assert message(留言时间=shanghai).case.received_at == NOW
