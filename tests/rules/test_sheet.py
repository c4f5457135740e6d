"""Of whom a card asks an answer by a 督办单: the unit that owes, and nobody where no unit could answer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.digest import OpenClock
from opinion_app.rules.facts import AssignmentFacts, CaseFacts
from opinion_app.rules.recipients import Owing
from opinion_app.rules.sheet import asked_unit
from opinion_app.rules.words import AssignmentState, Stage, UnitRole

FINANCE, ROADS = 7, 8
LED = (AssignmentFacts(1, FINANCE, UnitRole.LEAD, AssignmentState.SIGNED),)
DUE = datetime(2026, 11, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("waits_for", "owing", "stage", "led", "asked"),
    [
        ("答复", Owing("holder"), Stage.HANDLING, LED, FINANCE),
        ("提交答复稿", Owing("unit", ROADS), Stage.HANDLING, LED, ROADS),
        ("答复", Owing("office"), Stage.HANDLING, LED, None),  # the office does not supervise itself
        ("督办反馈", Owing("lead", FINANCE), Stage.HANDLING, LED, None),  # an answer is not asked for by another sheet
        ("反馈来文单位", Owing("holder"), Stage.MERGED, LED, None),  # what a merged letter owes is the office's
        ("答复", Owing("holder"), Stage.RECEIVED, (), None),
    ],
)
def test_a_card_asks_the_unit_that_can_answer(
    waits_for: str, owing: Owing, stage: Stage, led: tuple[AssignmentFacts, ...], asked: int | None
) -> None:
    clock = OpenClock(1, 1, waits_for, "", owing, DUE, Span(7, Unit.WORKING_DAYS))
    assert asked_unit(clock, CaseFacts(1, "LY1", stage, assignments=led)) == asked
