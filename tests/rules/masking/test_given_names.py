"""Given names of characters that are words as well (一, 月, 可, 来, 有): found where words announce them; words stay words."""

import pytest

from opinion_app.rules.masking import Confidence, Find, Kind, find, values
from tests.rules.masking.given_names import GIVEN_NAMES

_THIRTY = (
    "王一诺 陈可欣 杨月英 周月兰 李秀月 张月娥 罗会芳 段会仙 李有才 赵英才 张来福 王栋 李国栋 张栋梁 刘元 李建元 王先文 刘如意 "
    "李永年 陈日升 杨有福 王多多 李为民 周可 张一鸣 刘一帆 杨会 李元 王年生 赵如兰"
)
NAMES = _THIRTY.split()


def names(text: str) -> list[str]:
    return [each.text for each in find(text) if each.kind is Kind.NAME]


@pytest.mark.parametrize(
    "phrase",
    [
        "我叫{}，住在镇上。",
        "我叫{}住在镇上。",
        "姓名：{}",
        "联系人：{}，电话13912345678",
        "{}女士来电反映。",
        "村民{}反映路灯不亮。",
        "本人{}，住在镇上",
        "{}，女，52岁，",
        "来访人说：{}，女，52岁",
    ],
)
def test_ordinary_names_are_found_whole_after_every_word_that_announces_one(phrase: str) -> None:
    assert [name for name in NAMES if names(phrase.format(name)) != [name]] == []


def test_hundreds_of_given_names_are_found_after_a_clear_word() -> None:
    assert len(GIVEN_NAMES) > 700
    missed = [given for given in GIVEN_NAMES if names(f"联系人：陈{given}，") != [f"陈{given}"]]
    assert missed == ["求是"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("镇长张国栋来看过", ["张国栋"]),
        ("路灯是王一诺修的，谢谢王一诺", ["王一诺"]),
        ("组织把李华少的文件拿走", ["李华少"]),
        ("站长王其家说明情况", ["王其家"]),
        ("母亲丘四，75岁", ["丘四"]),
        ("我叫柳青一直住在这里", ["柳青"]),
        ("我叫柳青有困难", ["柳青"]),
        ("我叫张三", ["张三"]),
        ("姓名：周一鸣", ["周一鸣"]),
        ("周一鸣女士来电", ["周一鸣"]),
        ("姓名：欧阳一诺，", ["欧阳一诺"]),
        ("姓名：张杨子涵，", ["张杨子涵"]),
        ("举报人：那英。", ["那英"]),
        ("户名:熊老实，", ["熊老实"]),
        ("举报人：许可昕", ["许可昕"]),
        ("投诉人高可欣，", ["高可欣"]),
        ("家父段得胜于去年病逝", ["段得胜"]),
        ("我叫张来福建人", ["张来福"]),
        ("高一凡老师来过", ["高一凡"]),
        ("请找高一凡老师", []),
    ],
)
def test_what_follows_tells_a_name_from_a_word(text: str, found: list[str]) -> None:
    finds = find(text)
    assert names(text)[: len(found)] == found
    assert len({each.text for each in find(text, repeated=values(finds))}) == len(found)


def test_an_odd_name_after_a_clear_word_says_that_it_is_odd() -> None:
    def confidence(text: str) -> list[Confidence]:
        return [each.confidence for each in find(text)]

    assert confidence("姓名：王一诺") == [Confidence.HIGH]
    assert confidence("姓名：熊老实") == [Confidence.LOW]
    assert confidence("姓名：张杨子涵") == [Confidence.LOW]


@pytest.mark.parametrize(
    "text",
    [
        "谢谢高一老师，谢谢高三老师",
        "我们物业费之前都交了",
        "有部分学生慕名而来",
        "每台报警电话都装有录音",
        "为何年满90岁的老人没有补贴",
        "联系人：周边群众，投诉人：马路上，举报人：不详",
        "村民何时能用上自来水，居民应有的权利，业主成为代表",
        "路灯何日能亮，周日有人来吗，从来没有人管",
        "村民多次反映，业主一直反映，家长来过几次",
        "车从杜路花园门口过，北临杜路花，",
        "一共张三次，这段一直没有修",
        "红底照片1张和本人身份证原件",
        "权利人为翁某红，",
    ],
)
def test_words_with_such_characters_stay_words(text: str) -> None:
    assert names(text) == []


def test_a_title_after_the_surname_is_no_given_name() -> None:
    found: list[Find] = [each for text in ("市民蔡先生建议", "住户：陈先生，") for each in find(text)]
    assert [each.text for each in found] == ["蔡", "陈"]
