"""What a letter about an act waits for, and the acts after which it holds no more (N03)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from opinion_app.rules.facts import AssignmentFacts, CaseFacts
from opinion_app.rules.waiting_step import INSTRUCTION, ITS_DATES, still_waits, waits_for_step
from opinion_app.rules.words import AssignmentState, Gate, Stage, UnitRole

LEAD = AssignmentFacts(1, 7, UnitRole.LEAD, AssignmentState.PENDING)
SUPPORT = AssignmentFacts(2, 8, UnitRole.SUPPORT, AssignmentState.PENDING)
GIVEN = CaseFacts(1, "LY1", Stage.ASSIGNED, assignments=(LEAD, SUPPORT))
SIGNED = replace(LEAD, state=AssignmentState.SIGNED, handler_id=70)
HANDLED = replace(GIVEN, stage=Stage.HANDLING, assignments=(SIGNED, SUPPORT))
REVIEWED = replace(HANDLED, stage=Stage.UNDER_REVIEW)
PROPOSED = replace(HANDLED, needs_leader=True)


@pytest.mark.parametrize(
    ("queued", "unit_id", "now", "waits"),
    [
        (GIVEN, 7, GIVEN, True),
        (GIVEN, 7, replace(GIVEN, needs_leader=True), True),  # somebody else's words are waited for as well
        (GIVEN, 7, HANDLED, False),  # 请签收: it is
        (HANDLED, 7, HANDLED, True),
        (HANDLED, 7, replace(HANDLED, assignments=(replace(SIGNED, handler_id=71), SUPPORT)), False),  # another is named
        (HANDLED, 7, REVIEWED, False),
        (HANDLED, 7, replace(HANDLED, assignments=(SUPPORT,)), False),  # another unit leads
        (GIVEN, 8, HANDLED, True),  # a supporting unit signs whatever the lead has done
        (GIVEN, 8, REVIEWED, True),
        (GIVEN, 8, replace(GIVEN, assignments=(LEAD, replace(SUPPORT, state=AssignmentState.SIGNED))), False),
        (GIVEN, 8, replace(REVIEWED, stage=Stage.ANSWERED), False),
        (GIVEN, 8, replace(GIVEN, stage=Stage.MERGED), False),
        (GIVEN, 8, replace(GIVEN, stage=Stage.RECEIVED, assignments=(SUPPORT,)), True),
        (REVIEWED, None, REVIEWED, True),  # 请审核
        (REVIEWED, None, replace(REVIEWED, gates_passed=frozenset({Gate.UNIT_HEAD})), False),
        (REVIEWED, None, HANDLED, False),
        (REVIEWED, None, replace(REVIEWED, stage=Stage.CLOSED), False),
    ],
)
def test_n03_a_letter_holds_until_its_step_is_done(queued: CaseFacts, unit_id: int | None, now: CaseFacts, waits: bool) -> None:
    assert still_waits(waits_for_step(queued, unit_id), now) is waits


@pytest.mark.parametrize(
    ("waits", "now", "holds"),
    [
        (INSTRUCTION, PROPOSED, True),
        (INSTRUCTION, HANDLED, False),
        (INSTRUCTION, replace(PROPOSED, stage=Stage.CLOSED), False),
        (ITS_DATES, replace(HANDLED, stage=Stage.ANSWERED), True),  # its clock says
    ],
)
def test_n03_a_proposal_waits_for_words_and_a_sheet_for_its_date(waits: Mapping[str, Any], now: CaseFacts, holds: bool) -> None:
    assert still_waits(waits, now) is holds
