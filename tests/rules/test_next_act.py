"""What comes next on a case: a step of its stage that is still to be done, never one that is done."""

from __future__ import annotations

from typing import Any

import pytest

from opinion_app.rules.facts import Actor, CaseFacts
from opinion_app.rules.life import is_next, permitted
from opinion_app.rules.words import Disclosure, Role, Source, Stage

CLERK = Actor(7, "某人", frozenset({Role.CLERK}))
LETTER: dict[str, Any] = {"source": Source.FORWARDED_LETTER}
PUBLIC: dict[str, Any] = {"disclosure": Disclosure.PUBLIC}


@pytest.mark.parametrize(
    ("stage", "facts", "names"),
    [
        (Stage.ANSWERED, {}, ["decide_disclosure"]),
        (Stage.ANSWERED, PUBLIC, ["close"]),
        (Stage.ANSWERED, {"disclosure": Disclosure.WITHHELD}, ["close"]),
        (Stage.ANSWERED, LETTER | PUBLIC | {"report_owed": True}, ["report_back"]),
        (Stage.ANSWERED, LETTER | PUBLIC, ["close"]),
        (Stage.ANSWERED, LETTER | {"report_owed": True}, ["report_back", "decide_disclosure"]),
        (Stage.CLOSED, PUBLIC | {"to_publish": True}, ["publish", "archive"]),
        (Stage.CLOSED, PUBLIC | {"published": True}, ["archive"]),
        (Stage.CLOSED, PUBLIC | {"planned": True}, ["archive"]),
        (Stage.CLOSED, PUBLIC | {"published": True, "to_publish": True}, ["publish", "archive"]),
        (Stage.CLOSED, {"disclosure": Disclosure.WITHHELD}, ["archive"]),
        (Stage.ARCHIVED, PUBLIC | {"to_publish": True}, ["publish"]),
        (Stage.ARCHIVED, PUBLIC | {"published": True}, []),
    ],
)
def test_what_the_clerk_is_shown_first(stage: Stage, facts: dict[str, Any], names: list[str]) -> None:
    case = CaseFacts(1, "LY2026-000001", stage, **facts)
    assert [act.name for act in permitted(CLERK, case) if is_next(act, case)] == names


def test_what_is_done_can_still_be_done_again() -> None:
    case = CaseFacts(1, "LY2026-000001", Stage.CLOSED, published=True, **PUBLIC)
    assert {"publish", "withdraw", "decide_disclosure"} <= {act.name for act in permitted(CLERK, case)}
