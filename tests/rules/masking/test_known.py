"""The correspondents' names: found wherever they stand, also with blanks inside; words that name nobody are not."""

import pytest

from opinion_app.rules.masking import Kind, find


@pytest.mark.parametrize("written", ["柳青禾", "柳 青 禾", "柳　青　禾", "柳\u200b青禾"])
def test_a_known_name_is_found_wherever_it_stands(written: str) -> None:
    found = find(f"经查，{written}同志反映属实", known_names=["柳青禾"])
    assert [(each.kind, each.text, each.replacement) for each in found] == [(Kind.NAME, written, "柳**")]


def test_a_pseudonym_is_found_as_a_whole_word_only() -> None:
    found = find("网友“UU12”和UU123您好，uu12", known_names=["UU12"])
    assert [(each.text, each.replacement) for each in found] == [("UU12", "***"), ("uu12", "***")]


def test_words_that_name_nobody_are_not_searched_for() -> None:
    assert find("网友您好，张", known_names=["网友", "匿名", "张", " ", "网 友"]) == ()
