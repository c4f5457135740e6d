"""What is kept readable is told without its value, and a number that proves itself is never “不是个人信息”."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from opinion_app.rules.errors import Invalid
from opinion_app.rules.kept import kept_words
from opinion_app.rules.masking import Action, Confidence, Decision, Find, Kind
from opinion_app.rules.publication import PARTS, check_kept
from opinion_app.rules.words import ConsentBasis

NOT_PERSONAL, OFFICE = "不是个人信息", "单位对外公开的信息"
ID_18, ID_15, CARD = "11010519491231002X", "110105491231002", "6222021234567890128"


def kept(
    kind: Kind, text: str, reason: str = NOT_PERSONAL, sure: Confidence = Confidence.MEDIUM
) -> dict[str, tuple[Decision, ...]]:
    find = Find(kind, 0, len(text), text, sure, "", "*")
    return dict.fromkeys(PARTS, ()) | {"answer": (Decision(find, Action.KEEP, reason),)}


def luhn_card() -> str:
    """A card number whose last digit is made to fit."""
    body = "622202123456789012"
    total = sum(sum(divmod(int(digit) * (2 if place % 2 == 0 else 1), 10)) for place, digit in enumerate(reversed(body)))
    return body + str(-total % 10)


@pytest.mark.parametrize(
    ("kind", "text", "refused"),
    [
        (Kind.ID_NUMBER, ID_18, True),
        (Kind.ID_NUMBER, "１１０１０５ 19491231 002x", True),
        (Kind.ID_NUMBER, "110105194912310021", False),
        (Kind.ID_NUMBER, ID_15, True),
        (Kind.ID_NUMBER, "110105", False),
        (Kind.BANK_CARD, luhn_card(), True),
        (Kind.BANK_CARD, luhn_card()[:-1] + str((int(luhn_card()[-1]) + 1) % 10), False),
        (Kind.MOBILE, "138-0000-1234", True),
        (Kind.LANDLINE, "0875-7123456", True),
        (Kind.LANDLINE, "0875-7120000", False),
        (Kind.NAME, "王小花", True),
        (Kind.NAME, "高山", False),
        (Kind.ADDRESS, "和平巷7号", True),
        (Kind.ADDRESS, "人民广场", False),
        (Kind.ADDRESS, "和平巷七号", True),
        (Kind.ADDRESS, "老街一二号", True),
        (Kind.ADDRESS, "老街十二号", True),
        (Kind.ADDRESS, "老街一二三号", False),
        (Kind.EMAIL, "SXL@163点com", True),
        (Kind.EMAIL, "s x l艾特163.com", True),
        (Kind.EMAIL, "sxl7@163.com", False),
    ],
)
def test_without_consent_a_number_that_proves_itself_or_is_the_writers_is_personal(kind: Kind, text: str, refused: bool) -> None:
    own = ("王小花", "高山", "0875-7123456", "示例镇和平巷7号", "示例镇老街12号", "sxl@163.com", "")
    for basis in ConsentBasis:
        fails = refused and basis is not ConsentBasis.ASKED
        with pytest.raises(Invalid, match=f"答复的{kind.label}没有留言人的单独同意不能保留") if fails else nullcontext():
            check_kept(kept(kind, text), basis, own)


@pytest.mark.parametrize(
    ("kind", "text", "refused"),
    [
        (Kind.ID_NUMBER, "110105194912310021", True),
        (Kind.BANK_CARD, "6222021234567890120", True),
        (Kind.MOBILE, "13800001234", True),
        (Kind.LANDLINE, "0875-7123456", True),
        (Kind.LANDLINE, "0875-7120000", False),
        (Kind.ADDRESS, "镇政府路1号", False),
        (Kind.NAME, "王小花", True),
    ],
)
def test_an_office_has_no_identity_card_and_not_the_writers_telephone(kind: Kind, text: str, refused: bool) -> None:
    with pytest.raises(Invalid, match="没有留言人的单独同意") if refused else nullcontext():
        check_kept(kept(kind, text, OFFICE), ConsentBasis.MASKED, ("王小花", "0875-7123456"))
    check_kept(kept(kind, text, OFFICE), ConsentBasis.ASKED, ("王小花", "0875-7123456"))


def test_what_only_may_be_a_mobile_number_can_be_kept() -> None:
    check_kept(kept(Kind.MOBILE, "13800001234", sure=Confidence.LOW), ConsentBasis.MASKED)


def test_what_stays_is_counted_by_place_kind_and_reason_and_never_told() -> None:
    phone = kept(Kind.LANDLINE, "0875-7120000", OFFICE)["answer"][0]
    name = kept(Kind.NAME, "高山")["answer"][0]
    hidden = Decision(name.find, Action.MASK)
    said = kept_words(PARTS, {"question": (hidden, name), "answer": (phone, phone)})
    assert said == "3 处：来信的姓名（不是个人信息）；答复的固定电话（单位对外公开的信息） 2 处"
    assert kept_words(PARTS, {"answer": (hidden,)}) == ""
