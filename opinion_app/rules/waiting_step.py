"""What a letter about an act waits for (请签收、请审核、请批示): while it is the same, the letter still holds (N03)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opinion_app.rules.facts import AssignmentFacts, CaseFacts
from opinion_app.rules.life import holder, refusal
from opinion_app.rules.words import AssignmentState, Stage

INSTRUCTION: Mapping[str, Any] = {"for": "instruction"}
"""A proposal waits for the leader's words, wherever the case is meanwhile."""
ITS_DATES: Mapping[str, Any] = {"for": "dates"}
"""What was said of a date of its own (督办单) holds as long as that date runs."""
RETURN, EXTENSION = "decide_return", "decide_extension"  # the acts by which a request is decided

URGED = "urged"


def waits_for_step(case: CaseFacts, unit_id: int | None) -> Mapping[str, Any]:
    """What a letter to a unit, or to people of the office, waits for: that the case is taken on from where it is now."""
    return {"for": "step", "unit": unit_id, "now": _step(case, unit_id)}


def urges(case: CaseFacts, unit_id: int | None) -> Mapping[str, Any]:
    """What a 催办 without a date of its own waits for: the same, but it is for everybody whom a reminder of the step names."""
    return {**waits_for_step(case, unit_id), "of": URGED}


def answers(unit_id: int | None) -> Mapping[str, Any]:
    """What a 督办单 with a date of its own waits for: an answer within it, asked of everybody whom a reminder would name."""
    return {**ITS_DATES, "unit": unit_id}


def has_a_date(waits: Mapping[str, Any]) -> bool:
    """Whether what was asked has a date of its own, with which it ends."""
    return bool(waits.get("for") == ITS_DATES["for"])


def as_reminded(waits: Mapping[str, Any]) -> bool:
    """Whether a letter asks everybody whom a reminder would name now: a 催办, or a 督办单 of those it asks."""
    return is_urged(waits) or (has_a_date(waits) and "unit" in waits)


def is_urged(waits: Mapping[str, Any]) -> bool:
    """Whether a letter is a 催办; one queued before they were told apart is taken for a letter about the step."""
    return waits.get("of") == URGED


def waits_for_return(part: AssignmentFacts | None) -> Mapping[str, Any]:
    """What a unit's wish to give its part back waits for: the decision of the office."""
    return {"for": RETURN, "unit": None, "part": part.id if part is not None else None}


def waits_for_extension(case: CaseFacts, asked_by: int) -> Mapping[str, Any]:
    """What a wish for more time waits for: that somebody other than whoever asked for it decides this very request."""
    return {"for": EXTENSION, "unit": None, "request": case.extension_id, "by": asked_by}


def is_request(waits: Mapping[str, Any]) -> bool:
    """Whether a letter asks for a decision beside the life of the case, which it gives into no other hands."""
    return waits.get("for") in (RETURN, EXTENSION)


def still_waits(waits: Mapping[str, Any], case: CaseFacts) -> bool:
    """Whether what a letter waits for has not come yet; its dates alone do not say."""
    if waits.get("for") == INSTRUCTION["for"]:
        return case.stage.is_open and case.needs_leader
    if waits.get("for") == "step":
        return bool(waits["now"] == _step(case, waits["unit"]))
    if is_request(waits):
        return refusal(case, waits["for"]) is None and _is_asked(waits, case)
    return True


def _is_asked(waits: Mapping[str, Any], case: CaseFacts) -> bool:
    """Whether it is the very request that can be decided: it may be withdrawn and another one made."""
    if waits["for"] == EXTENSION:
        return bool(waits["request"] == case.extension_id)
    return any(part.id == waits["part"] and part.state is AssignmentState.RETURN_ASKED for part in case.active)


def _step(case: CaseFacts, unit_id: int | None) -> str:
    """Where a case is; of a unit's part whether it is signed for and who handles it, of the lead unit's the holder as well."""
    held = holder(case)
    whole = f"{held.desk}:{held.unit_id}" if held is not None else "rests"
    if unit_id is None:
        return whole
    part = case.of_unit(unit_id)
    mine = f"{part.id}:{part.state.value}:{part.handler_id}" if part is not None else "gone"
    supports = case.lead is None or case.lead.unit_id != unit_id
    return mine if supports and case.stage.is_open and case.stage is not Stage.ANSWERED else f"{mine}:{whole}"
