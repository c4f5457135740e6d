"""Differences between two texts give both texts back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from opinion_app.rules.differences import FINE, differences

TEXTS = st.lists(st.text("村口路灯不亮\n ", max_size=12), max_size=8).map("\n".join)


@given(TEXTS, TEXTS)
def test_the_pieces_make_up_both_texts(before: str, after: str) -> None:
    pieces = differences(before, after)
    assert "".join(piece.text for piece in pieces if piece.change != "added") == before
    assert "".join(piece.text for piece in pieces if piece.change != "removed") == after


def test_a_changed_word_is_marked_within_its_line() -> None:
    marked = [piece for piece in differences("三日内办结\n不变", "五日内办结\n不变") if piece.change != "same"]
    assert [(piece.text, piece.change) for piece in marked] == [("三", "removed"), ("五", "added")]


def test_a_long_changed_passage_is_shown_whole() -> None:
    pieces = differences("旧" * FINE, "新" * FINE)
    assert [piece.change for piece in pieces] == ["removed", "added"]
