"""Small rules: query codes, progress, notices, links, settings of words."""

from __future__ import annotations

import pytest

from opinion_app.rules import links
from opinion_app.rules.notices import NOWHERE, domain_of, message_id
from opinion_app.rules.progress import DECLINED, WAY, step_of, through_another
from opinion_app.rules.query_code import ALPHABET, LENGTH, code_for, keyed_hash, new_code, same, show_code, tidy_code
from opinion_app.rules.words import Kind, RiskLevel, Stage


def test_a_query_code_is_twelve_unambiguous_characters() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert {len(code) for code in codes} == {LENGTH}
    assert not set("".join(codes)) & set("01OIL")


def test_a_code_is_read_however_it_is_typed() -> None:
    code = new_code()
    assert tidy_code(show_code(code).lower().replace(" ", " - ")) == code
    assert tidy_code("！？" + code) == code
    assert tidy_code("ＡＢＣＤ　ｅｆｇｈ－ＪＫＭＮ") == "ABCDEFGHJKMN"
    assert tidy_code("２３４５\u200b６７８９ＡＢＣＤ") == "23456789ABCD"
    assert len(tidy_code(ALPHABET * 2)) == LENGTH + 1  # too long stays too long


def test_a_form_has_one_code_which_its_key_alone_does_not_give_away() -> None:
    code = code_for("s", "key of the form")
    assert code == code_for("s", "key of the form")
    assert (len(code), tidy_code(show_code(code))) == (LENGTH, code)
    assert code != code_for("t", "key of the form")
    assert len({code_for("s", f"key {serial}") for serial in range(99)}) == 99


def test_hashes_are_kept_apart_by_secret_and_purpose() -> None:
    assert same(keyed_hash("s", "code", "v"), keyed_hash("s", "code", "v"))
    assert not same(keyed_hash("s", "code", "v"), keyed_hash("s", "phone", "v"))
    assert not same(keyed_hash("s", "code", "v"), keyed_hash("t", "code", "v"))


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_has_a_word_for_the_citizen(stage: Stage) -> None:
    step = step_of(stage, accepted=True)
    assert step.title
    assert step.text
    assert step in WAY or step.position in (0, 3)


def test_a_citizen_is_told_of_acceptance_and_refusal() -> None:
    assert step_of(Stage.RECEIVED, accepted=False) is WAY[0]
    assert step_of(Stage.RECEIVED, accepted=True) is WAY[1]
    assert step_of(Stage.DECLINED, accepted=False) is DECLINED


@pytest.mark.parametrize(
    ("mail_from", "base_url", "domain"),
    [
        ("letters@Town.gov.cn", "https://web.town.gov.cn", "town.gov.cn"),
        ("opinion@localhost", "https://web.town.gov.cn:8443/x", "web.town.gov.cn"),
        ("opinion@localhost", "http://127.0.0.1:8000", NOWHERE),
        ("a@" + "b" * 130 + ".cn", "not an address", NOWHERE),
        ("a@town.cn>\r\nBcc: all", "", NOWHERE),
    ],
)
def test_letters_are_numbered_under_a_domain_of_the_office(mail_from: str, base_url: str, domain: str) -> None:
    assert domain_of(mail_from, base_url) == domain


def test_the_same_notice_always_has_the_same_message_id() -> None:
    assert message_id("a") == message_id("a")
    assert message_id("a") != message_id("b")
    assert message_id("a", "one town") != message_id("a", "another town")
    assert message_id("a").startswith("<")


def test_links_are_paths_and_become_addresses() -> None:
    assert (
        links.absolute("https://ly.example.cn/", links.case("LY2026-000001"))
        == "https://ly.example.cn/office/cases/LY2026-000001"
    )
    assert links.case_act("LY2026-000001", "assign").endswith("/LY2026-000001/assign")
    assert links.reply("LY2026-000001") == "/replies/LY2026-000001"


def test_levels_rise_from_none_to_the_gravest() -> None:
    assert [level.rank for level in RiskLevel] == [0, 1, 2, 3, 4]
    assert Kind.of("help") is Kind.HELP
    with pytest.raises(ValueError, match="no Kind"):
        Kind.of("nonsense")


@pytest.mark.parametrize(
    ("titles", "merged"),
    [
        (["已收到", "已合并办理", "已答复"], True),
        (["已收到", "已合并办理", "已答复", "已答复"], True),
        (["已收到", "已合并办理"], False),
        (["已收到", "已合并办理", "办理中", "已答复"], False),
        (["已收到", "已答复"], False),
        ([], False),
    ],
)
def test_an_answer_through_another_case_is_told_as_one(titles: list[str], merged: bool) -> None:
    assert through_another(titles) is merged
