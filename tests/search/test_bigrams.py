"""Folding, grams and queries, without a database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opinion_app.search import bigrams
from opinion_app.search.bigrams import fold, fold_document, fold_with_origins, grams, parse_query


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("LY2026-000123", "ly2026-000123"),
        ("LY2026–000123", "ly2026-000123"),
        ("Ａ市㎡Ⅳ①", "a市m2iv1"),
        ("⼭豈", "山豈"),
        ("Café Cafe\u0301 İ", "cafe cafe i"),
        ("拆\u200b迁\ufeff", "拆迁"),
        ("葛\U000e0100市", "葛市"),
        ("房屋拆\n\t  迁补偿", "房屋拆迁补偿"),
        ("房屋拆\r\n迁", "房屋拆迁"),
        ("房屋 拆迁", "房屋 拆迁"),
        ("房屋\u3000拆迁", "房屋 拆迁"),
        ("第1\n2条", "第1\n2条"),
        ("拆，迁。\n补", "拆,迁|\n补"),
        ("𠮷野家😀", "𠮷野家|"),
        ("a\x00b\ud800c\x07", "a b c "),
        ("〇々", "〇々"),
    ],
)
def test_folding_removes_what_makes_no_difference(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folded_text_holds_nothing_that_an_engine_could_cut_otherwise(text: str) -> None:
    folded = fold(text)
    assert all(character.isascii() or character.isalnum() for character in folded)
    assert folded == folded.lower()
    assert "\x00" not in folded
    folded.encode()


def test_characters_taken_as_folded_are_their_own_folded_form() -> None:
    settled = [chr(code) for code in range(0x4E00, 0xA000)] + list("0123456789abcdefghijklmnopqrstuvwxyz")
    assert [bigrams._fold_character(character) for character in settled] == settled


@given(st.text(alphabet="拆迁a1\n\t ，ﬀ①\u200b𠮷é"))
def test_origins_point_to_the_character_each_folded_one_came_from(text: str) -> None:
    folded, origins = fold_with_origins(text)
    assert folded == fold(text)
    assert len(origins) == len(folded)
    assert origins == sorted(origins)
    assert all(character in fold(text[origin]) for character, origin in zip(folded, origins, strict=True))


@given(st.text(alphabet="拆迁a1A\n ，。“（-～·", max_size=30))
def test_plain_texts_take_a_short_way_to_the_same_origins(text: str) -> None:
    assert bigrams._EVEN.fullmatch(text)
    folded, origins = fold_with_origins(text + "\t")  # a tab is not among the plain characters and changes none of the others
    assert fold_with_origins(text) == (folded[:-1], origins[:-1])


def test_texts_of_one_document_do_not_run_together() -> None:
    assert fold_document(["房屋拆", None, "", "迁补偿"]) == "房屋拆|迁补偿"


def test_only_the_stated_length_of_a_document_is_indexed() -> None:
    assert len(fold_document(["拆" * 90_000, "迁" * 90_000])) == bigrams.MAX_DOCUMENT


@pytest.mark.parametrize(
    ("folded", "expected"),
    [
        ("房屋拆迁", ["房屋", "屋拆", "拆迁", "迁"]),
        ("公", ["公"]),
        ("ly2026-000123", ["ly20", "y202", "2026", "026", "26", "6", "0001", "0012", "0123", "123", "23", "3"]),
        ("a市|12号", ["a", "市", "12", "2", "号"]),
        ("𠮷野家", ["𠮷野", "野家", "家"]),
        ("", []),
        (" |-\n", []),
    ],
)
def test_grams_of_a_text(folded: str, expected: list[str]) -> None:
    # The SQLite index is cleared of a row by making its grams anew: a change here means both indexes must be rebuilt.
    assert list(grams(folded)) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("拆迁", ("拆迁",)),
        ("  拆迁\t噪音　拆迁 ", ("拆迁", "噪音")),
        ("“拆迁”，噪音！", ("拆迁", "噪音")),
        ("2026-000123", ("2026-000123",)),
        ("http://a.cn/b_1.html", ("http://a.cn/b_1.html",)),
        ("-拆迁 -- a- -b", ("拆迁", "a", "b")),
        ("拆迁/噪音", ("拆迁", "噪音")),
        ("12号楼", ("12号楼",)),
        ("信〔2026〕12号", ("信", "2026", "12号")),
        ("公", ("公",)),
        ("", ()),
        (" ，。!\x00\ud800😀*\"'()", ()),
        ('拆迁" OR grams:* NEAR(', ("拆迁", "or", "grams", "near")),
    ],
)
def test_words_of_a_query(text: str, words: tuple[str, ...]) -> None:
    query = parse_query(text)
    assert query.words == words
    assert not query.is_cut
    assert bool(query) == bool(words)


@pytest.mark.parametrize("text", ["拆" * 201, "拆 " * 5000, " ".join("甲乙丙丁戊己庚辛壬癸子")])
def test_a_very_long_query_is_cut_and_says_so(text: str) -> None:
    query = parse_query(text)
    assert query.is_cut
    assert len(query.words) <= bigrams.MAX_WORDS
    assert sum(map(len, query.words)) <= bigrams.MAX_QUERY


@given(st.text(alphabet="拆迁补a1-. ，\n"), st.text(alphabet="拆迁补a1-. ，\n", max_size=8))
def test_a_document_with_the_words_has_all_grams_of_the_terms(text: str, asked: str) -> None:
    query, folded = parse_query(asked), fold_document([text])
    present = list(grams(folded))
    for term in query.terms() if query.matches(folded) else ():
        assert all(
            any(gram.startswith(wanted) if term.is_prefix else gram == wanted for gram in present) for wanted in term.grams
        )
