"""Headers of imported sheets: recognised, corrected by a person, kept."""

import pytest

from opinion_app.rules.cells import Cell
from opinion_app.rules.errors import Invalid
from opinion_app.rules.import_columns import (
    Layout,
    choices_from_text,
    column_letters,
    header_of,
    layout_from_data,
    recognise,
)
from opinion_app.rules.import_fields import Field


def layout(*headers: Cell) -> Layout:
    return recognise([(1, headers)])


def found(*headers: Cell) -> dict[str, str]:
    it = layout(*headers)
    return {field.value: it.headers[column] for field, column in it.columns.items()}


def test_the_headers_of_the_contest_files() -> None:
    assert found("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "反对数", "点赞数") == {
        "number": "留言编号",
        "nickname": "留言用户",
        "title": "留言主题",
        "sent_at": "留言时间",
        "body": "留言详情",
        "opposes": "反对数",
        "supports": "点赞数",
    }
    assert found("答复意见", "答复时间", "一级标签") == {"reply": "答复意见", "replied_at": "答复时间", "area": "一级标签"}


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("信件编号", Field.NUMBER),
        (" 编 号 ", Field.NUMBER),
        ("*标题：", Field.TITLE),
        ("来信时间（年月日）", Field.SENT_AT),
        ("内容【必填】", Field.BODY),
        ("联系电话\n(手机)", Field.PHONE),
        ("ＩＤ", Field.NUMBER),
        ("联系人电话", Field.PHONE),
        ("来信人姓名", Field.NAME),
        ("群众留言内容", Field.BODY),
        ("网上答复时间", Field.REPLIED_AT),
        ("答复意见（公开部分）", Field.REPLY),
        ("答复单位名称", Field.REPLY_UNIT),
        ("承办单位", Field.REPLY_UNIT),
        ("被举报人", Field.ACCUSED),
        ("原文链接", Field.LINK),
        ("(标题)", Field.TITLE),
    ],
)
def test_headers_in_other_words(header: str, field: Field) -> None:
    assert list(layout(header).columns) == [field]


@pytest.mark.parametrize("header", ["备注", "审核时间", "序", "", None, 188, "内容" * 30])
def test_headers_that_mean_no_field(header: Cell) -> None:
    assert layout(header).columns == {}


def test_the_better_word_wins_over_the_earlier_column() -> None:
    assert found("登记时间", "来信时间", "受理单位", "答复单位") == {"sent_at": "来信时间", "reply_unit": "答复单位"}
    assert found("网站答复内容", "内容", "审核内容") == {"body": "内容", "reply": "网站答复内容"}


def test_headers_over_two_columns_and_over_none_are_told() -> None:
    it = layout("标题", "内容", "内容", "备注", None)
    assert it.columns[Field.BODY] == 1
    assert it.repeated == ("内容",)
    assert it.unused == ("内容", "备注")


def test_a_title_may_stand_above_the_headers() -> None:
    it = recognise([(1, ("2019年留言详情汇总",)), (3, (None, "标题", "内容")), (4, (None, "噪音", "夜里施工"))])
    assert (it.header_row, dict(it.columns)) == (3, {Field.TITLE: 1, Field.BODY: 2})


def test_headers_far_down_are_not_looked_for() -> None:
    rows: list[tuple[int, tuple[Cell, ...]]] = [(n, ("行",)) for n in range(1, 21)]
    assert recognise([*rows, (21, ("标题", "内容"))]).header_row == 1


def test_a_sheet_without_rows_or_without_text_is_refused() -> None:
    with pytest.raises(Invalid, match="没有内容"):
        recognise([])
    with pytest.raises(Invalid, match="标题或内容"):
        layout("编号", "时间").check()
    layout("标题").check()
    layout("正文").check()


def test_cells_by_field() -> None:
    it = layout("标题", "内容")
    assert it.cell(("噪音", "夜里"), Field.BODY) == "夜里"
    assert it.cell(("噪音",), Field.BODY) is None
    assert it.cell(("噪音",), Field.PHONE) is None


def test_a_person_may_choose_otherwise() -> None:
    it = layout("标题", "内容", "补充").with_choices({Field.BODY: 2, Field.TITLE: None})
    assert dict(it.columns) == {Field.BODY: 2}
    taken_over = layout("标题", "内容").with_choices({Field.REPLY: 1})
    assert dict(taken_over.columns) == {Field.TITLE: 0, Field.REPLY: 1}


def test_choices_that_cannot_be() -> None:
    it = layout("标题", "内容")
    with pytest.raises(Invalid, match="“内容”这一列被选给了几个项目"):
        it.with_choices({Field.REPLY: 1, Field.BODY: 1})
    for column in (-1, 2):
        with pytest.raises(Invalid, match="不在表格里"):
            it.with_choices({Field.BODY: column})


def test_choices_in_words() -> None:
    it = layout("主旨", "讲了什么", None)
    pairs = ["标题=主旨", "body=b", "姓名 = C", "编号="]
    with pytest.raises(Invalid, match="没有“编号”这个项目。可用的有：原编号、标题"):
        choices_from_text(it, pairs)
    choices = choices_from_text(it, [*pairs[:3], "原编号="])
    assert choices == {Field.TITLE: 0, Field.BODY: 1, Field.NAME: 2, Field.NUMBER: None}
    with pytest.raises(Invalid, match="没有“Z”这一列"):
        choices_from_text(it, ["标题=Z"])


def test_a_layout_is_kept_as_data_and_comes_back() -> None:
    it = layout("标题", "内容", "备注")
    assert layout_from_data(it.as_data()) == it


def test_columns_have_names() -> None:
    assert [column_letters(column) for column in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert header_of(("标题", ""), 0) == "标题"
    assert header_of(("标题", ""), 1) == "B 列"
    assert header_of(("标题",), 5) == "F 列"
    assert layout("标题").shown(Field.TITLE) == "标题"
    assert layout("标题").shown(Field.PHONE) == "联系电话"
