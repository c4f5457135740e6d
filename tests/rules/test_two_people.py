"""Who may give the 保密审查 of a snapshot: a warning by default, a refusal where the office says so."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from opinion_app.rules.errors import Refused
from opinion_app.rules.staffing import Staff, gaps
from opinion_app.rules.two_people import MUST, SHOULD, TOO_FEW, check_reviewer, told, too_few
from opinion_app.rules.words import Role

MASKER, OTHER = 1, 2


@pytest.mark.parametrize(
    ("masker", "reviewer", "strict", "words"),
    [
        (MASKER, MASKER, False, SHOULD),
        (None, MASKER, False, SHOULD),
        (MASKER, OTHER, False, ""),
        (MASKER, MASKER, True, MUST),
        (None, MASKER, True, MUST),
        (MASKER, OTHER, True, ""),
    ],
)
def test_the_page_says_before_what_the_rule_says_after(masker: int | None, reviewer: int, strict: bool, words: str) -> None:
    assert told(masker, reviewer, strict=strict) == words
    with pytest.raises(Refused) if words == MUST else nullcontext():
        check_reviewer(masker, reviewer, strict=strict)


@pytest.mark.parametrize(("clerks", "strict", "lacking"), [(1, True, True), (2, True, False), (0, False, False)])
def test_an_office_that_cannot_do_as_it_says_is_told(clerks: int, strict: bool, lacking: bool) -> None:
    assert too_few(clerks, strict=strict) == (TOO_FEW if lacking else "")
    people = [Staff(number, "某人", frozenset({Role.CLERK})) for number in range(clerks)]
    assert (TOO_FEW in gaps(people, [], secrecy_by_other=strict)) is lacking
