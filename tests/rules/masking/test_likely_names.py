"""Names that nothing announces: what the dictionary takes for a name, rows of names, who acts or signs."""

import pytest

from opinion_app.rules.masking import Confidence, Kind, find

LIKELY = "可能是姓名，请核对"
IN_A_ROW = "与姓名并列"


def names(text: str) -> list[str]:
    return [each.text for each in find(text) if each.kind is Kind.NAME]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("昨天在路口遇到陶国强骑车。", "陶国强"),
        ("这笔钱后来转给了柳青。", "柳青"),
        ("昨天柳亮禾家不肯让路", "柳亮禾"),
        ("征地以后柳亮禾的房子没有拆", "柳亮禾"),
        ("检举镇上陶国焯，在路边开砂厂", "陶国焯"),
        ("水渠被贺友永主动清理", "贺友永"),
        ("陶焯等人在场", "陶焯"),
        ("由该公司陶国焯的妹妹办理", "陶国焯"),
        ("虽然张懋平享受低保", "张懋平"),
        ("昨天，陶懋炘动手打人", "陶懋炘"),
        ("请尽快答复！陶懋炘", "陶懋炘"),
        ("请尽快答复。\n陶懋\u200b炘  ", "陶懋\u200b炘"),
    ],
)
def test_a_name_that_nothing_announces_is_proposed(text: str, name: str) -> None:
    assert names(text) == [name]


def test_what_is_only_likely_says_so_to_the_clerk() -> None:
    assert [(each.text, each.confidence, each.reason) for each in find("检举镇上陶焯，在路边开砂厂")] == [
        ("陶焯", Confidence.LOW, LIKELY)
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("司机柳青禾、陶懋炘和欧阳懋炘在场", ["柳青禾", "陶懋炘", "欧阳懋炘"]),
        ("村民陶懋炘、贺懋、邻居柳青禾，", ["陶懋炘", "贺懋", "柳青禾"]),
        ("陶懋炘与柳青禾，男", ["陶懋炘", "柳青禾"]),
        ("我叫柳青禾、", ["柳青禾"]),
        ("我叫柳青禾和", ["柳青禾"]),
        ("我叫柳青禾、路灯和水", ["柳青禾"]),
        ("我叫柳青禾、梅花村人", ["柳青禾"]),
        ("路灯、我叫柳青禾", ["柳青禾"]),
        ("向阳、柳青禾，男", ["柳青禾"]),
        ("塘边陶桥、柳青禾，男", ["柳青禾"]),
    ],
)
def test_what_stands_in_a_row_with_a_name_is_a_name(text: str, found: list[str]) -> None:
    assert names(text) == found


def test_a_name_in_a_row_says_why() -> None:
    reasons = {each.text: each.reason for each in find("我叫柳青禾、陶懋炘，")}
    assert reasons["陶懋炘"] == IN_A_ROW


@pytest.mark.parametrize(
    "text",
    [
        "谢谢领导，祝您事事顺利，生活幸福安康",
        "文明驾车，路基已经做好，许可证还没有办",
        "梅园小区门口，沙田乡青石村，黄星大道，金鼎山村",
        "小区金茂湾二期，地铁陶青站",
        "阳光大道新城，白杨分线，何时能解决",
        "昨天，高管说没有办法。梅花称重",
        "请尽快答复！谢谢",
        "望早日动工。陶家村",
        "严查违法牟利人员，抢劫国库钱财",
        "请打到这张卡",
        "一家叫米汤饭的小店，桑树颠下",
        "成人教育，范畴之内，顾问就在现场",
    ],
)
def test_ordinary_words_and_places_are_not_likely_names(text: str) -> None:
    assert names(text) == []


def test_half_a_character_does_not_stop_the_search() -> None:
    assert names("昨天在路口\ud800遇到陶国强骑车。") == ["陶国强"]
