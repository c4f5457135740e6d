"""Addresses of group robots: what the chat programs show is understood, anything else is refused in plain words."""

from __future__ import annotations

import pytest

from opinion_app.rules.errors import Invalid
from opinion_app.rules.robots import chat_robot, robot_address


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a-77_oc", "wecombot://693a-77_oc/"),
        (" https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef ", "dingtalk://0123456789abcdef/"),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/abcdef-12/", "feishu://abcdef-12/"),
        ("https://open.larksuite.com/open-apis/bot/v2/hook/abcdef", "lark://abcdef/"),
        ("dingtalk://secret@token123/", "dingtalk://secret@token123/"),
        ("json://127.0.0.1:8000/robot", "json://127.0.0.1:8000/robot"),
    ],
)
def test_known_robots(typed: str, address: str) -> None:
    assert robot_address(typed) == address
    if not typed.startswith("json"):
        assert chat_robot(typed) == address


@pytest.mark.parametrize(
    "typed", ["json://127.0.0.1:8000/robot", "jsons://inner.test/", "https://example.com/hook", "mailto://a@b"]
)
def test_a_page_takes_the_robots_of_chat_programs_alone(typed: str) -> None:
    with pytest.raises(Invalid, match="企业微信、钉钉或飞书") as refused:
        chat_robot(typed)
    assert set(refused.value.fields) == {"robot_url"}


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "https://example.com/hook",
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a-77oc",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=短",
        "https://oapi.dingtalk.com/robot/send?access_token=a/../b",
        "mailto://a@b.test",
        "json://",
        "json://host/\n路",
        "https://[bad",
    ],
)
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="群机器人") as refused:
        robot_address(typed)
    assert set(refused.value.fields) == {"robot_url"}


@pytest.mark.parametrize("typed", ["wecombot://abc def/", "wecombot://abc\r\ndef/", "json://127.0.0.1/a b", "dingtalk://密钥/"])
def test_n13_an_address_with_a_blank_or_a_line_break_is_none(typed: str) -> None:
    with pytest.raises(Invalid):
        robot_address(typed)
