"""What the writers left with the office is found wherever a text tells it, however it is written."""

import pytest

from opinion_app.rules.masking import Contacts, Kind, find
from opinion_app.rules.publication import Snapshot, propose

WRITER = Contacts("137-1234-5678、0875-5556123", "xiaolizi@163.com", "云岭镇老街油坊巷口第三家", "11010519491231002X")


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("住老街油坊巷口第三家的网友", Kind.OTHER, "老街油坊巷口第三家"),
        ("云岭镇老街油坊巷口第3家", Kind.OTHER, "云岭镇老街油坊巷口第3家"),
        ("老街 油坊巷口 第三家", Kind.OTHER, "老街 油坊巷口 第三家"),
        ("137【1234】5678", Kind.MOBILE, "137【1234】5678"),
        ("①③⑦＊1234＊5678", Kind.MOBILE, "①③⑦＊1234＊5678"),
        ("+86 13712345678", Kind.MOBILE, "+86 13712345678"),
        ("137；1234；5678", Kind.MOBILE, "137；1234；5678"),
        ("5556123", Kind.LANDLINE, "5556123"),
        ("(0875)555-6123", Kind.LANDLINE, "(0875)555-6123"),
        ("邮箱XiaoLizi", Kind.OTHER, "XiaoLizi"),
        ("1101051949<1231>002X", Kind.ID_NUMBER, "1101051949<1231>002X"),
    ],
)
def test_what_a_writer_left_is_found_in_any_writing(text: str, kind: Kind, found: str) -> None:
    finds = find(f"您好，{text}，路灯已修好", writers=[WRITER])
    assert [(each.kind, each.text) for each in finds] == [(kind, found)]
    assert finds[0].reason.startswith("留言人登记的")
    assert "*" in finds[0].replacement


@pytest.mark.parametrize(
    "text", ["云岭镇老街的路灯", "xiaolizi2号机", "155561234", "1371234567", "我是云岭镇红旗村人，住云岭镇", "写信给lee，编号12"]
)
def test_something_else_is_not(text: str) -> None:
    assert find(text, writers=[WRITER, Contacts("12", "lee@qq.com", "云岭镇红旗村", ""), Contacts()]) == ()


def test_a_house_within_what_a_writer_left_is_one_find_with_it() -> None:
    home = Contacts(address="云岭镇幸福小区3栋2单元501")
    assert [each.text for each in find("您家（幸福小区3栋2单元501）", writers=[home])] == ["幸福小区3栋2单元501"]


def test_a_number_the_office_made_public_is_left_alone() -> None:
    assert find("请拨打0875-5556123", (), ["0875-5556123"], writers=[WRITER]) == ()


def test_what_a_writer_left_is_proposed_in_every_part_of_a_publication() -> None:
    texts = Snapshot(
        "路灯", "路灯坏了", "住老街油坊巷口第三家的网友，137【1234】5678，xiaolizi，已修好", files="油坊巷口第三家.jpg"
    )
    finds = propose(texts, [], [], [WRITER])
    assert [each.text for each in finds["answer"]] == ["老街油坊巷口第三家", "137【1234】5678", "xiaolizi"]
