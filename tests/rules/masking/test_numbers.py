"""Telephone numbers, identity cards, bank cards and credit codes: found in every disguise, and nothing else is."""

import pytest

from opinion_app.rules.masking import Confidence, Kind, find

M, L, N, B, C = Kind.MOBILE, Kind.LANDLINE, Kind.ID_NUMBER, Kind.BANK_CARD, Kind.CREDIT_CODE


def seen(text: str, *kept: str) -> list[tuple[Kind, str]]:
    return [(each.kind, each.text) for each in find(text, kept_numbers=kept)]


@pytest.mark.parametrize(
    "written",
    [
        "13800001234",
        "１３８００００１２３４",
        "138 0000 1234",
        "138-0000-1234",
        "138－0000－1234",
        "138——0000——1234",
        "138.0000.1234",
        "138、0000、1234",
        "138　0000　1234",
        "138\u200b0000\u200b1234",
        "1\u20603\ufeff8\u200d00001234",
        "+8613800001234",
        "+86 138 0000 1234",
        "(+86)138 0000 1234",
        "（＋８６）13800001234",
        "8613800001234",
        "008613800001234",
        "013800001234",
        "①③⑧⓪⓪⓪⓪①②③④",
        "❶❸❽00001234",
        "𝟏𝟑𝟖𝟎𝟎𝟎𝟎𝟏𝟐𝟑𝟒",
        "1\ufe0f\u20e33\ufe0f\u20e38\ufe0f\u20e300001234",
        "一三八零零零零一二三四",
        "幺三八〇〇〇〇幺二三四",
        "壹叁捌零零零零壹贰叁肆",
        "一三八 零零零零 一二三四",
        "138零零零零1234",
        "138OOOO1234",
        "1 3 8 0 0 0 0 1 2 3 4",
        "1-3-8-0-0-0-0-1-2-3-4",
        "138*0000*1234",
    ],
)
def test_a_mobile_number_is_found_in_every_disguise(written: str) -> None:
    found = find(f"我的手机{written}，请回复")
    assert [(each.kind, each.text, each.replacement) for each in found] == [(M, written, "138****1234")]
    assert found[0].confidence is Confidence.HIGH
    assert [each.text for each in find(written)] == [written]


def test_a_spoken_number_ends_where_an_ordinary_word_begins() -> None:
    assert seen("一三八零零零零一二三四一直打不通") == [(M, "一三八零零零零一二三四")]
    assert seen("联系方式之一13800001234") == [(M, "13800001234")]
    assert seen("①13800001234②13900001234") == [(M, "13800001234"), (M, "13900001234")]


def test_numbers_side_by_side_are_told_apart() -> None:
    assert seen("13800001234 13900001234") == [(M, "13800001234"), (M, "13900001234")]
    spelled = "1 3 8 0 0 0 0 1 2 3 4"
    assert seen(f"{spelled} 1 3 9 0 0 0 0 1 2 3 4") == [(M, spelled), (M, "1 3 9 0 0 0 0 1 2 3 4")]


def test_what_may_be_a_serial_number_is_proposed_with_little_confidence() -> None:
    assert [each.confidence for each in find("工单编号：13800001234")] == [Confidence.LOW]
    assert [each.confidence for each in find("HT13800001234")] == [Confidence.LOW]
    assert [each.confidence for each in find("20 138 0000 1234")] == [Confidence.LOW]


@pytest.mark.parametrize(
    "written",
    [
        "0731-88001234",
        "0731 8800 1234",
        "(0731)88001234",
        "（0731）8800123",
        "073188001234",
        "010-68001234",
        "０７３１－８８００１２３４",
        "+86-731-88001234",
        "0731-88001234转12",
        "0731-88001234-12",
        "零七三一八八零零一二三四",
    ],
)
def test_a_landline_with_area_code_is_found(written: str) -> None:
    assert seen(f"电话：{written}。") == [(L, written)]


def test_a_local_number_is_found_after_words_and_beside_another() -> None:
    assert seen("联系电话：88001234") == [(L, "88001234")]
    assert seen("共88001234件") == []
    assert seen("0731-88001234、88001235") == [(L, "0731-88001234"), (L, "88001235")]
    assert seen("咨询电话：0000-00000000") == [(L, "0000-00000000")]
    assert seen("073188001234") == [(L, "073188001234")]


@pytest.mark.parametrize(
    "text",
    [
        "请拨打12345、12388、12319、110、119、120、114或10086",
        "电话：0731-12345，95588，96533",
        "热线400-820-0000、4008200000、800-820-0000",
        "订单号20260103123456789012",
        "联系单号：88001234",
        "政府令〔2026〕12号，编号LY2026-000123",
        "共计13800001234元，即138,000,012.34元，1,380,000,1234亩",
        "2026-01-03 12:34:56，2019.12.13-2020.1.15，20190103",
        "1、3、5、7、9、11、13、15路",
        "坐标113.12345678，131.12345678",
        "电话，订单号2026010312345678",
        "IMG_20190103_123456.jpg mmexport1546300800000.jpg Screenshot_2019-01-03-12-34-56.png",
        "2 0 2 6 1 3 8 0 0 0 0 1 2 3 4",
        "1 2 3 4 5 6 7 8 9 0 " * 6,
        "1-1-1-1-1-1-1-12345678-1-11",
        "",
    ],
)
def test_other_numbers_stay_readable(text: str) -> None:
    assert seen(text) == []


def test_the_offices_own_numbers_stay_readable_with_and_without_area_code() -> None:
    kept = ("0731-8800 1234", "138 0000 1234", "")
    assert seen("电话0731-88001234，88001234，+86 731 88001234，8613800001234", *kept) == []
    assert seen("电话0731-88001235，13800001235", *kept) == [(L, "0731-88001235"), (M, "13800001235")]


@pytest.mark.parametrize(
    ("number", "confidence"),
    [
        ("11010519491231002X", Confidence.HIGH),
        ("11010519491231002x", Confidence.HIGH),
        ("110105 19491231 002X", Confidence.HIGH),
        ("１１０１０５１９４９１２３１００２Ｘ", Confidence.HIGH),
        ("11010519491231002 X", Confidence.HIGH),
        ("440524188001010014", None),
        ("110105194912310021", Confidence.MEDIUM),
        ("110105491231002", Confidence.MEDIUM),
        ("110105194902310021", None),
        ("110105490231002", None),
        ("990105194912310021", None),
    ],
)
def test_an_identity_card_is_judged_by_place_date_and_sum(number: str, confidence: Confidence | None) -> None:
    found = [(each.kind, each.text, each.confidence) for each in find(f"本案{number}如下")]
    assert found == ([(N, number, confidence)] if confidence else [])


def test_a_mistyped_identity_card_is_proposed_after_the_word() -> None:
    found = find("身份证号：110105194902310021")
    assert [(each.kind, each.confidence) for each in found] == [(N, Confidence.LOW)]
    assert found[0].replacement == "110105********0021"
    assert find("身份证11010519490231002")[0].replacement == "*" * 18
    assert find("身份证110105491231002")[0].confidence is Confidence.HIGH
    assert find("工单编号110105194912310021")[0].confidence is Confidence.LOW


@pytest.mark.parametrize("number", ["6222021234567890128", "6222 0212 3456 7890 128", "4111111111111111"])
def test_a_bank_card_is_found_by_prefix_and_sum(number: str) -> None:
    found = find(f"付到{number}上")
    assert [(each.kind, each.text, each.confidence) for each in found] == [(B, number, Confidence.MEDIUM)]
    assert find(f"卡号{number}")[0].confidence is Confidence.HIGH
    assert find(f"订单号{number}")[0].confidence is Confidence.LOW


def test_an_account_without_the_sum_is_proposed_only_after_the_word() -> None:
    assert seen("付到6222021234567890129上") == []
    assert [(each.kind, each.confidence) for each in find("银行账号：6222 0212 3456 7890 129")] == [(B, Confidence.LOW)]
    assert find("账号：1234567890123")[0].replacement == "*" * 16


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91350100m000100y43", "９１３５０１００Ｍ０００１００Ｙ４３"])
def test_a_credit_code_is_found_by_its_check_character(code: str) -> None:
    found = find(f"该公司{code}")
    assert [(each.kind, each.text, each.confidence) for each in found] == [(C, code, Confidence.HIGH)]
    assert found[0].replacement == "91****************"


def test_a_doubtful_credit_code_needs_letters_or_the_word() -> None:
    assert find("该公司91350100M000100Y44")[0].confidence is Confidence.LOW
    assert find("统一社会信用代码 913501000001000143")[0].confidence is Confidence.LOW
    assert find("统一社会信用代码：9135 0100 M000 100Y 43")[0].confidence is Confidence.HIGH
    assert seen("该公司913501000001000143") == []
    assert seen("合同编号91350100M000100Y44") == []
    assert find("甲913501001000001052乙")[0].confidence is Confidence.MEDIUM


def test_overlaps_go_to_identity_card_then_code_then_telephone_then_card() -> None:
    assert seen("账号11010519491231002X") == [(N, "11010519491231002X")]
    assert seen("账号13800001234") == [(M, "13800001234")]
    assert seen("账号91350100M000100Y43") == [(C, "91350100M000100Y43")]


@pytest.mark.parametrize("number", ["138    0000    1234", "138…0000…1234", "138……0000……1234"])
def test_a_mobile_number_is_found_across_wide_gaps(number: str) -> None:
    assert seen(f"打{number}找我") == [(M, number)]


def test_a_mobile_number_before_the_word_yuan_is_doubtful_unless_money_is_counted() -> None:
    assert [(each.kind, each.text, each.confidence) for each in find("转给13800001234元")] == [(M, "13800001234", Confidence.LOW)]
    assert seen("工程款13800001234元") == []


@pytest.mark.parametrize("card", ["6222-0212-3456-7890-123", "6228 4868 0687 7962 781", "6230-9012-1778-1391-378"])
@pytest.mark.parametrize("word", ["工行", "我的银行卡号"])
def test_a_mistyped_card_after_a_bank_is_one_card_and_no_telephone(card: str, word: str) -> None:
    assert seen(f"{word}{card}，户名") == [(B, card)]
