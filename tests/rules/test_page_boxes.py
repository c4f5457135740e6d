"""Rectangles to black out: read as a person writes them, refused where they are none, written back the same."""

from __future__ import annotations

import pytest

from opinion_app.rules.errors import Invalid
from opinion_app.rules.page_boxes import MOST, box_words, read_boxes


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", ()),
        (" ； ", ()),
        ("10,20,30,5", ((10, 20, 30, 5),)),
        ("１０，２０，３０，５；0 0 1.5 100", ((10, 20, 30, 5), (0, 0, 1.5, 100))),
        ("90,95,30,30", ((90, 95, 10, 5),)),
    ],
)
def test_rectangles_are_read(text: str, read: tuple[object, ...]) -> None:
    assert read_boxes(text) == read
    assert read_boxes(box_words(read_boxes(text))) == read


NONE = ["10,20,30", "10,20,30,5,6", "a,b,c,d", "-1,0,5,5", "100,0,5,5", "0,0,0,5", "1000,0,5,5", "1e1,0,5,5"]


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_rectangle_is_said(text: str) -> None:
    with pytest.raises(Invalid):
        read_boxes(text)


def test_there_is_an_end_to_it() -> None:
    with pytest.raises(Invalid, match="最多"):
        read_boxes(";".join(["1,1,1,1"] * (MOST + 1)))
