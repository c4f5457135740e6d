"""Marks and snippets, on the text as it was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opinion_app.search.bigrams import parse_query
from opinion_app.search.highlight import highlight, snippet


@pytest.mark.parametrize(
    ("text", "asked", "parts"),
    [
        ("关于房屋拆迁的来信", "拆迁", [("关于房屋", False), ("拆迁", True), ("的来信", False)]),
        ("编号ＬＹ２０２６－０００１", "ly2026-0001", [("编号", False), ("ＬＹ２０２６－０００１", True)]),
        ("房屋拆迁补偿", "拆迁 迁补", [("房屋", False), ("拆迁补", True), ("偿", False)]),
        ("房屋拆迁", "拆迁 房屋", [("房屋拆迁", True)]),
        ("哈哈哈", "哈哈", [("哈哈哈", True)]),
        ("房屋拆\n迁补偿", "拆迁", [("房屋", False), ("拆\n迁", True), ("补偿", False)]),
        ("约８０㎡", "m2", [("约８０", False), ("㎡", True)]),
        ("噪音", "拆迁", [("噪音", False)]),
        ("噪音", "", [("噪音", False)]),
        ("", "拆迁", []),
    ],
)
def test_hits_are_marked_in_the_original(text: str, asked: str, parts: list[tuple[str, bool]]) -> None:
    assert highlight(text, parse_query(asked)) == parts


@given(st.text(alphabet="拆迁补a1Ａ①㎡\n ，\u200b"), st.text(alphabet="拆迁补a1m ", max_size=4))
def test_parts_are_the_text_again(text: str, asked: str) -> None:
    parts = highlight(text, parse_query(asked))
    assert "".join(part for part, _ in parts) == text
    assert all(part for part, _ in parts)


def test_a_snippet_shows_the_first_hit_with_its_surroundings() -> None:
    text = "甲" * 200 + "房屋拆迁" + "乙" * 200
    parts = snippet(text, parse_query("拆迁"), width=30)
    assert parts[0] == ("…", False)
    assert parts[1] == ("甲" * 7 + "房屋", False)
    assert parts[2] == ("拆迁", True)
    assert parts[3] == ("乙" * 19, False)
    assert parts[4] == ("…", False)


def test_a_snippet_without_a_hit_is_the_beginning() -> None:
    assert snippet("甲" * 50, parse_query("拆迁"), width=10) == [("甲" * 10, False), ("…", False)]


def test_a_snippet_fills_its_width_at_the_end_of_the_text() -> None:
    assert snippet("甲" * 50 + "拆迁", parse_query("拆迁"), width=10) == [
        ("…", False),
        ("甲" * 8, False),
        ("拆迁", True),
    ]


def test_a_short_text_is_shown_whole_with_single_spaces() -> None:
    assert snippet("您好\n\t\t　请问拆迁", parse_query("拆迁"), width=40) == [("您好 请问", False), ("拆迁", True)]


def test_a_hit_longer_than_the_width_is_not_cut() -> None:
    assert snippet("关于房屋拆迁补偿", parse_query("房屋拆迁补偿"), width=3) == [("…", False), ("房屋拆迁补偿", True)]
