"""What was decided to be public waits in a list of its own until it is out."""

from __future__ import annotations

import pytest

from opinion_app.flow.move import waits_to_go_public
from opinion_app.records.case import Case
from opinion_app.rules.words import Disclosure, Kind, Stage


def case(stage: Stage, disclosure: Disclosure | None, kind: Kind = Kind.HELP, waits: bool = False) -> Case:
    return Case(stage=stage, disclosure=disclosure, kind=kind, restricted=False, to_publish=waits)


@pytest.mark.parametrize(
    ("held", "act", "expected"),
    [
        (case(Stage.CLOSED, Disclosure.PUBLIC), "close", True),
        (case(Stage.CLOSED, Disclosure.PARTIAL), "decide_disclosure", True),
        (case(Stage.CLOSED, Disclosure.WITHHELD), "close", False),
        (case(Stage.ANSWERED, Disclosure.PUBLIC), "decide_disclosure", False),
        (case(Stage.CLOSED, Disclosure.PUBLIC, Kind.ACCUSATION), "close", False),
        (case(Stage.CLOSED, Disclosure.PUBLIC, waits=True), "publish", False),
        (case(Stage.CLOSED, Disclosure.PUBLIC), "withdraw", False),
        (case(Stage.ARCHIVED, Disclosure.PUBLIC, waits=True), "archive", True),
        (case(Stage.ARCHIVED, Disclosure.PUBLIC), "archive", False),
        (case(Stage.HANDLING, Disclosure.PUBLIC, waits=True), "reopen", False),
    ],
)
def test_it_waits_from_the_decision_until_it_is_published(held: Case, act: str, expected: bool) -> None:
    assert waits_to_go_public(held, act) is expected
