"""What may become a case and what may not, field by field."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from opinion_app.rules.errors import Invalid
from opinion_app.rules.registration import LetterFacts, NewCase, Writer, check, check_not_secret, tidy
from opinion_app.rules.words import Kind

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
NEW = NewCase("村口路灯不亮", "晚上出门不方便", NOW)
LETTER = LetterFacts("县信访局", "昌信函〔2026〕8号", date(2026, 11, 20), date(2026, 11, 23), date(2026, 12, 1))


def problems(new: NewCase) -> dict[str, str]:
    """What is wrong with `new`, by field."""
    with pytest.raises(Invalid) as refusal:
        check(tidy(new), NOW)
    return refusal.value.fields


def test_a_plain_message_and_a_plain_letter_pass() -> None:
    check(tidy(NEW), NOW)
    check(tidy(replace(NEW, letter=LETTER)), NOW)
    check(tidy(replace(NEW, letter=replace(LETTER, return_on=None))), NOW)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " \u3000 "}, "title"),
        ({"title": "长" * 101}, "title"),
        ({"body": "\n\t"}, "body"),
        ({"body": "长" * 20_001}, "body"),
        ({"nickname": "长" * 41}, "nickname"),
        ({"place": "长" * 101}, "place"),
        ({"original_number": "9" * 61}, "original_number"),
        ({"accused": "长" * 101}, "accused"),
        ({"original_link": "javascript:alert(1)"}, "original_link"),
        ({"received_at": NOW + timedelta(hours=1)}, "received_at"),
        ({"received_at": datetime(1999, 1, 1, tzinfo=UTC)}, "received_at"),
        ({"kind": Kind.ACCUSATION}, "accused"),
        ({"writer": Writer(name="长" * 41)}, "name"),
        ({"writer": Writer(phone="1" * 41)}, "phone"),
        ({"writer": Writer(address="长" * 151)}, "address"),
        ({"writer": Writer(email="a@x.cn, b@evil.cn")}, "email"),
        ({"letter": replace(LETTER, issuer="")}, "issuer"),
        ({"letter": replace(LETTER, received_on=date(2026, 11, 24))}, "received_on"),
        ({"letter": replace(LETTER, notice_date=date(2026, 11, 24))}, "notice_date"),
        ({"letter": replace(LETTER, return_on=date(2026, 11, 22))}, "return_on"),
        ({"letter": replace(LETTER, return_on=date(2999, 11, 22))}, "return_on"),
        ({"letter": replace(LETTER, return_on=date(2206, 11, 22))}, "return_on"),
    ],
)
def test_each_wrong_field_is_named(change: dict[str, object], field: str) -> None:
    assert list(problems(replace(NEW, **change))) == [field]  # type: ignore[arg-type]


def test_every_wrong_field_is_named_at_once() -> None:
    assert set(problems(NewCase("", "", NOW + timedelta(days=2)))) == {"title", "body", "received_at"}


def test_an_accusation_names_whom_it_is_against() -> None:
    check(replace(NEW, kind=Kind.ACCUSATION, accused="某站站长"), NOW)
    check(replace(NEW, kind=Kind.ACCUSATION, accused_unit_id=3), NOW)
    assert replace(NEW, kind=Kind.ACCUSATION, concerns_official=True).restricted
    assert not replace(NEW, kind=Kind.COMPLAINT, concerns_official=True).restricted


def test_a_writer_is_asked_for_a_telephone_number_that_can_be_one_and_a_letter_is_taken_as_it_is() -> None:
    wrong = replace(NEW, writer=Writer(phone="123"))
    check(wrong, NOW)
    with pytest.raises(Invalid) as refusal:
        check(wrong, NOW, from_writer=True)
    assert list(refusal.value.fields) == ["phone"]
    check(replace(NEW, writer=Writer(phone="①③⑧00001234")), NOW, from_writer=True)
    check(replace(NEW, writer=Writer()), NOW, from_writer=True)


def test_tidying_reaches_every_text() -> None:
    untidy = replace(
        NEW, title="路灯\x00\u200b不亮", body="一\r\n二_x000D_\n三", nickname=" 夜\t行人 ", writer=Writer(" 刘一帆 ", "138 0000")
    )
    tidied = tidy(untidy)
    assert tidied.title == "路灯不亮"
    assert "\x00" not in tidied.body
    assert "_x000D_" not in tidied.body
    assert tidied.writer.name == "刘一帆"


@pytest.mark.parametrize("text", ["【机密】关于…", "密级：秘密★10年", "(绝密)", "机密\n正文", "机密级文件"])
def test_what_is_marked_secret_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="涉密"):
        check_not_secret("标题", text)


@pytest.mark.parametrize("text", ["", "请替我保守秘密", "商业秘密被泄露怎么办", "机密机器厂门口"])
def test_the_word_alone_is_no_mark(text: str) -> None:
    check_not_secret(text)
