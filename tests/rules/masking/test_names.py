"""Names in running text: announced, titled, beside other data, under a letter; ordinary words are no names."""

import pytest

from opinion_app.rules.masking import Confidence, Kind, find


def names(text: str) -> list[str]:
    return [each.text for each in find(text) if each.kind is Kind.NAME]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我叫柳青禾，住在镇上", "柳青禾"),
        ("我叫柳青住在镇上", "柳青"),
        ("我的名字叫做柳青禾。", "柳青禾"),
        ("姓名：柳青禾 性别：女", "柳青禾"),
        ("姓名：柳  青禾", ""),
        ("联系人：欧阳青禾，电话", "欧阳青禾"),
        ("联系人柳青禾。", "柳青禾"),
        ("投诉人：慕青禾", "慕青禾"),
        ("本人柳青禾，系本村村民", "柳青禾"),
        ("我是柳青禾，来反映", "柳青禾"),
        ("村民柳国强在路边堆土", "柳国强"),
        ("业主柳青禾长期占道", "柳青禾"),
        ("法人代表柳国强违规", "柳国强"),
        ("户名：叱青禾。", "叱青禾"),
        ("柳青禾，男，60岁", "柳青禾"),
        ("柳青禾（女，60岁）", "柳青禾"),
        ("请找柳青禾，13800001234", "柳青禾"),
        ("我们多次向柳青反映", "柳青"),
        ("昨天柳国强没有来", "柳国强"),
        ("昨天，柳国强没有来", "柳国强"),
        ("此致敬礼！\n柳青禾\n2026年1月3日", "柳青禾"),
        ("谢谢\n柳 青", "柳 青"),
        ("阿依古丽·买买提反映", "阿依古丽·买买提"),
        ("有一位姓柳的女士", "柳"),
        ("昨天到柳青禾家里开会", "柳青禾"),
        ("在东路村柳青禾家召开村民会", "柳青禾"),
        ("昨天到大家家里看过", ""),
        ("谢谢\n柳青禾 2026,1,3", "柳青禾"),
    ],
)
def test_a_name_is_found_where_words_give_it_away(text: str, name: str) -> None:
    assert names(text) == ([name] if name else [])


@pytest.mark.parametrize(
    ("text", "name", "masked"),
    [
        ("尊敬的柳先生", "柳", "某"),
        ("柳青禾女士您好", "柳青禾", "柳**"),
        ("感谢柳国强师傅", "柳国强", "柳**"),
        ("司马女士", "司马", "某"),
        ("诸葛青禾老师", "诸葛青禾", "诸**"),
        ("尊敬的方女士", "方", "某"),
        ("于国强先生", "于国强", "于**"),
    ],
)
def test_a_name_before_a_title_is_masked_without_the_title(text: str, name: str, masked: str) -> None:
    found = find(text)
    assert [(each.text, each.replacement, each.confidence) for each in found] == [(name, masked, Confidence.HIGH)]


def test_somebody_in_office_is_proposed_with_little_confidence() -> None:
    assert [(each.text, each.confidence) for each in find("请柳书记和陶副镇长过问")] == [
        ("柳", Confidence.LOW),
        ("陶", Confidence.LOW),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "业主高度重视，居民安全，业主方便，村民应当提出申请",
        "对方老师说，公安局长，班主任老师，县委书记，主管经理",
        "我是普通居民，本人系业主，联系人电话",
        "《柳园·新城》开盘，柳园·新城",
        "我是梅山镇居民，由江家村负责，业主柳山镇集体",
        "感谢领导。\n高速公路\n2026年",
        "和先生一起来，应老师要求",
        "老人常年独居，房东不在",
        "业主于国有土地上",
        "姓名：，联系人：的",
        "姓名：王",
        "一位姓氏少见的人，姓名的字",
        "业主公",
        "万元。万国兴旺，",
    ],
)
def test_ordinary_words_are_no_names(text: str) -> None:
    assert names(text) == []


def test_a_doubtful_surname_needs_characters_of_names() -> None:
    assert [(each.text, each.confidence) for each in find("邻居方国强，")] == [("方国强", Confidence.LOW)]
    assert names("邻居方才来过") == []
    assert names("投诉人方可提出") == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("姓名：柳 青 禾", "柳 青 禾"),
        ("联系人:廖 雪琴 电话", "廖 雪琴"),
        ("我叫 柳 青 禾，住在", "柳 青 禾"),
        ("我叫柳青禾 家住", "柳青禾"),
        ("我妈廖雪琴今年七十", "廖雪琴"),
        ("本人系廖雪琴之女", "廖雪琴"),
        ("柳桂花家门口.jpg", "柳桂花"),
    ],
)
def test_a_name_is_found_as_people_write_it_in_forms_and_families(text: str, name: str) -> None:
    assert names(text) == [name]


@pytest.mark.parametrize("text", ["我妈说", "本人系柳树村村民", "姓名 电话 住址"])
def test_words_after_an_introduction_are_no_name(text: str) -> None:
    assert names(text) == []
