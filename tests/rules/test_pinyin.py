"""Names as they are typed into a picker."""

from __future__ import annotations

from opinion_app.rules.pinyin import pinyin_of


def test_initials_and_syllables() -> None:
    assert pinyin_of("财政所") == "czs caizhengsuo"


def test_other_letters_stay_and_long_names_are_cut() -> None:
    assert pinyin_of("IT 科") == "itk itke"
    assert len(pinyin_of("财政所" * 100)) == 200
