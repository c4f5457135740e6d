"""E-mail addresses, WeChat and QQ: found by form or by the word before them; official accounts are not personal."""

import pytest

from opinion_app.rules.masking import Confidence, Kind, find


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("zhang.san@qq.com", "z***@qq.com"),
        ("13800001234@139.com", "1***@139.com"),
        ("ｚｈａｎｇ＠１６３．ｃｏｍ", "z***@163.com"),
        ("zhang＠qq。com", "z***@qq.com"),
        ("zhang@mail.xx.gov.cn", "***@***"),
        ("zhang(at)qq.com", "z***@qq.com"),
        ("zhang [at] qq.com", "z***@qq.com"),
        ("zhang at qq.com", "z***@qq.com"),
        ("zhang艾特qq点com", "z***@qq.com"),
        ("zhang @ qq.com", "z***@qq.com"),
        ("zh\u200bang@q\u200bq.com", "z***@qq.com"),
    ],
)
def test_an_address_is_found(address: str, masked: str) -> None:
    found = find(f"邮箱：{address}。")
    assert [(each.kind, each.text, each.replacement) for each in found] == [(Kind.EMAIL, address, masked)]


@pytest.mark.parametrize("text", ["@所有人", "微博@长江", "look at me", "a@b", "@@@@", "12@栋"])
def test_an_at_sign_alone_is_no_address(text: str) -> None:
    assert find(text) == ()


@pytest.mark.parametrize(
    "before",
    [
        "微信：",
        "微信号",
        "微信号是",
        "VX ",
        "vx:",
        "wx=",
        "威信",
        "WeChat: ",
        "薇信（",
        "加微信 ",
        "加V：",
        "加微",
        "+v ",
        "微 信：",
    ],
)
def test_a_wechat_account_is_found_after_the_word(before: str) -> None:
    found = find(f"{before}li_ming-88，谢谢")
    assert [(each.kind, each.text, each.replacement) for each in found] == [(Kind.WECHAT, "li_ming-88", "******")]


def test_a_mobile_number_used_as_account_is_a_mobile_number() -> None:
    assert [each.kind for each in find("微信13800001234")] == [Kind.MOBILE]
    assert [each.kind for each in find("微信号23456789")] == [Kind.WECHAT]


@pytest.mark.parametrize(
    "written", ["QQ：12345678", "QQ号12345678", "qq 12345678", "扣扣12345678", "Q号12345678", "QQ是①②③④⑤⑥⑦⑧"]
)
def test_a_qq_number_is_found_after_the_word(written: str) -> None:
    found = find(f"我的{written}")
    assert [(each.kind, each.confidence) for each in found] == [(Kind.QQ, Confidence.HIGH)]


def test_a_group_is_proposed_with_little_confidence() -> None:
    assert [(each.text, each.confidence) for each in find("QQ群：123456789")] == [("123456789", Confidence.LOW)]


def test_the_box_of_a_qq_number_is_one_find() -> None:
    assert [(each.kind, each.text) for each in find("QQ：123456789@qq.com")] == [(Kind.EMAIL, "123456789@qq.com")]


@pytest.mark.parametrize(
    "text", ["微信公众号：ourtown2026", "微信群里说", "微信支付20260103", "QQ音乐", "IQQ12345678", "QQ：1234"]
)
def test_what_is_no_personal_account_stays_readable(text: str) -> None:
    assert find(text) == ()
