"""Of whom the step is asked that a letter about an act waits for: reminders follow the holder (decisions 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.life import holder
from opinion_app.rules.permissions import can_see
from opinion_app.rules.recipients import Roster, fit_for_a_group
from opinion_app.rules.waiting_step import INSTRUCTION, still_waits
from opinion_app.rules.words import Role


def asked_now(waits: Mapping[str, Any], case: CaseFacts, people: Roster) -> frozenset[int] | None:
    """The people of whom that step is asked now, on leave or not; None where it is done, or where the letter asks no step."""
    if waits.get("for") not in ("step", INSTRUCTION["for"]) or not still_waits(waits, case):
        return None
    lead = case.lead.unit_id if case.lead else None
    if waits["for"] == INSTRUCTION["for"]:
        return _known(_leaders(lead, people), case, people)
    if waits["unit"] is not None:
        return _known(_unit(waits["unit"], case, people), case, people)
    held = holder(case)
    desk = held.desk if held is not None else ""
    at_desk: dict[str, Iterable[int]] = {
        "unit_head": people.holding(Role.UNIT_HEAD, unit_id=lead) if lead is not None else (),
        "reviewer": set(people.holding(Role.REVIEWER)) - case.authors,
        "leader": set(_leaders(lead, people)) - case.authors,
        "clerk": people.holding(Role.CLERK),
    }
    return _known(at_desk[desk], case, people) if desk in at_desk else None


def _leaders(unit_id: int | None, people: Roster) -> list[int]:
    """The 分管领导 of a unit; every leader where none is at the office."""
    named = people.in_charge.get(unit_id) if unit_id is not None else None
    return [named] if named is not None and people.staff[named].active else people.holding(Role.LEADER)


def _unit(unit_id: int, case: CaseFacts, people: Roster) -> list[int]:
    """The handler a unit named, else its heads and handlers."""
    part = case.of_unit(unit_id)
    members = people.holding(Role.UNIT_HEAD, Role.HANDLER, unit_id=unit_id)
    return [one for one in members if part is not None and one == part.handler_id] or members


def _known(found: Iterable[int], case: CaseFacts, people: Roster) -> frozenset[int]:
    """Those of them who can sign in and may hear that the case exists (decisions 9)."""
    ones = (people.staff[person_id] for person_id in found)
    return frozenset(one.actor.id for one in ones if one.active and (fit_for_a_group(case) or can_see(one.actor, case)))
