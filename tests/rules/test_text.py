"""Text on its way in: what is cleaned, what stays, and when two texts are the same."""

import sys
import unicodedata

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from opinion_app.rules.text import clean, clean_line, fold, text_key


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("第一段_x000D_\n第二段", "第一段\n第二段"),
        ("第一段_x000d_第二段", "第一段\n第二段"),
        ("第一段_x000D__x000A_第二段", "第一段\n第二段"),
        ("第一段_x000D_\r\n第二段", "第一段\n第二段"),
        ("_x000\u200bD_甲_x000_x000D_D_", "甲_x000\nD_"),
        ("甲_x0009_乙", "甲 乙"),
        ("甲\r\n乙\r丙\x0b丁\x0c戊\u2028己\u2029庚\x85辛", "甲\n乙\n丙\n丁\n戊\n己\n庚\n辛"),
        ("\n\t\t\t\t\n\t\t\t\t正文  开始\t\t继续\n\t\t\t", "正文 开始 继续"),
        ("一段\n\t\t\n\t\n\n二段\n三段", "一段\n\n二段\n三段"),
        ("价\xa0格\u2009低", "价 格 低"),
        ("\u3000\u3000首段\n\u3000\u3000次段\u3000", "\u3000\u3000首段\n\u3000\u3000次段"),
        ("\t \u3000 \u3000段", "\u3000\u3000段"),
        ("张\u3000三", "张\u3000三"),
        ("\u3000 \n\t\u3000", ""),
        ("", ""),
        ("电\u200b话\u200d138\u202e\ufeff", "电话138"),
        ("a\x00b\x07c\x1b[31md\x7f", "abc[31md"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("<A市A6区补偿办法>", "<A市A6区补偿办法>"),
        ("\ud83d\ude00笑", "😀笑"),
        ("半\ud83d个", "半\ufffd个"),
        ("𠮷野家", "𠮷野家"),
        ("a" + "\u0301" * 10_000, "a" + "\u0301" * 8),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
    ],
)
def test_clean(given: str, stored: str) -> None:
    assert clean(given) == stored
    assert clean(stored) == stored


@drawn(st.text(st.sampled_from("甲a \u3000\xa0\t\n\r\x0b\x00\u200b\u0301\ud83d\ude00_x0D9")))
def test_cleaning_and_folding_twice_change_nothing_more(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert cleaned.encode().decode() == cleaned
    assert fold(fold(text)) == fold(text)


def test_an_indent_without_end_is_cut() -> None:
    assert clean("\u3000" * 5000 + "落款") == "\u3000" * 40 + "落款"


def test_nothing_unseen_is_left_and_nothing_seen_is_lost() -> None:
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        category = unicodedata.category(character)
        if category in {"Cc", "Cf"}:
            assert clean(f"甲{character}乙") in {"甲乙", "甲 乙", "甲\n乙"}, hex(code)
        elif category[0] in "LNPS":
            assert character in clean(f"甲{character}乙"), hex(code)


def test_a_very_long_text_is_cleaned_at_once() -> None:
    assert len(clean("\t \n" * 300_000 + "正文" + "\t \n" * 300_000)) == 2


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("  关于\n道路\t积水\u3000的问题 ", "关于 道路 积水 的问题"),
        ("\u3000\u3000标题", "标题"),
        ("标题_x000D_", "标题"),
        ("\u200b\u202e", ""),
    ],
)
def test_clean_line(given: str, stored: str) -> None:
    assert clean_line(given) == stored


@pytest.mark.parametrize(
    ("given", "same"),
    [
        ("Ａ市　１２３", "a市123"),
        ("噪音\n\t扰 民", "噪音扰民"),
        ("Ⅳ", "iv"),
        ("①号楼", "1号楼"),
        ("好\ufe0f的", "好的"),
    ],
)
def test_fold(given: str, same: str) -> None:
    assert fold(given) == same == fold(same)


def test_text_key_ignores_space_width_and_case() -> None:
    assert text_key("Ａ市 道路\n积水") == text_key("a市道路积水")
    assert len(text_key("")) == 64


def test_text_key_tells_texts_and_their_parts_apart() -> None:
    assert text_key("道路积水") != text_key("道路积雪")
    assert text_key("道路", "积水") != text_key("道路积水")
    assert text_key("道路", "积水") != text_key("道路积", "水")
