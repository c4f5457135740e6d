"""Of whom the step is asked that a letter about an act waits for: reminders follow the holder (decisions 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from opinion_app.rules.deadline_rules import OwedBy
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.life import holder
from opinion_app.rules.permissions import can_see
from opinion_app.rules.recipients import NO_HEAD, NOBODY, Owing, Recipient, Roster, Search, fit_for_a_group, recipients
from opinion_app.rules.waiting_step import INSTRUCTION, is_urged, still_waits
from opinion_app.rules.words import Role


def asked_now(waits: Mapping[str, Any], case: CaseFacts, people: Roster) -> tuple[Recipient, ...] | None:
    """The people of whom that step is asked now, on leave or not; where nobody has it, whoever is to see to it, each with why.

    A 催办 is for whom it would name now: heads and stand-ins as well, and who passes it on (flow/supervise.hearers).
    None where the step is done, or where the letter asks none."""
    if waits.get("for") not in ("step", INSTRUCTION["for"]) or not still_waits(waits, case):
        return None
    if is_urged(waits):
        return recipients(Owing(OwedBy.HOLDER.value, waits["unit"]), case, people)
    held = holder(case)
    desk = held.desk if held is not None else ""
    if waits["for"] == INSTRUCTION["for"]:
        desk = "instruction"
    elif waits["unit"] is not None:
        desk = "unit"
    elif desk in ("", "unit"):
        return None  # it rests, or people of the office were told of what a unit does
    lead = case.lead.unit_id if case.lead else None
    unit_id = waits["unit"] if desk == "unit" else lead
    known = _known(_having(desk, unit_id, case, people), case, people)
    return tuple(Recipient(one, "") for one in known) or _way_up(desk, unit_id, Search(case, people))


def _having(desk: str, unit_id: int | None, case: CaseFacts, people: Roster) -> Iterable[int]:
    """Who has what lies at a desk by their role; nobody passes their own text."""
    if desk == "unit" and unit_id is not None:
        return _unit(unit_id, case, people)
    if desk == "unit_head" and unit_id is not None:
        return people.holding(Role.UNIT_HEAD, unit_id=unit_id)
    if desk == "reviewer":
        return set(people.holding(Role.REVIEWER)) - case.authors
    if desk == "leader":
        return set(_leaders(unit_id, people)) - case.authors or set(people.holding(Role.LEADER)) - case.authors
    return _leaders(unit_id, people) if desk == "instruction" else people.holding(Role.CLERK)


def _way_up(desk: str, unit_id: int | None, search: Search) -> tuple[Recipient, ...]:
    """Who sees to a step that nobody has: for a unit the one above it, then the office, in the end the administrators."""
    if desk in ("unit", "unit_head"):
        return tuple(search.last_resort(unit_id, NO_HEAD if desk == "unit_head" else NOBODY))
    found = search.reviewers() if desk == "reviewer" else search.clerks("没有在岗的领导，请您安排")
    return tuple(found or search.last_resort(unit_id))


def _leaders(unit_id: int | None, people: Roster) -> list[int]:
    """The 分管领导 of a unit; every leader where none is at the office."""
    named = people.in_charge.get(unit_id) if unit_id is not None else None
    return [named] if named is not None and people.staff[named].active else people.holding(Role.LEADER)


def _unit(unit_id: int, case: CaseFacts, people: Roster) -> list[int]:
    """The handler a unit named, else its heads and handlers."""
    part = case.of_unit(unit_id)
    members = people.holding(Role.UNIT_HEAD, Role.HANDLER, unit_id=unit_id)
    return [one for one in members if part is not None and one == part.handler_id] or members


def _known(found: Iterable[int], case: CaseFacts, people: Roster) -> list[int]:
    """Those of them who can sign in and may hear that the case exists (decisions 9)."""
    ones = [people.staff[person_id] for person_id in sorted(found)]
    return [one.actor.id for one in ones if one.active and (fit_for_a_group(case) or can_see(one.actor, case))]
