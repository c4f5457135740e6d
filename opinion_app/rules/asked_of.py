"""Of whom the step is asked that a letter about an act waits for: reminders follow the holder (decisions 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from opinion_app.rules.asked_to_decide import who_decides
from opinion_app.rules.deadline_rules import OwedBy
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.life import holder
from opinion_app.rules.permissions import can_see
from opinion_app.rules.recipients import NO_HEAD, Owing, Recipient, Roster, Search, each_once, fit_for_a_group, recipients
from opinion_app.rules.waiting_step import INSTRUCTION, as_reminded, is_request, still_waits
from opinion_app.rules.words import Role, Stage

_ROLES = {"leader": Role.LEADER, "instruction": Role.LEADER, "reviewer": Role.REVIEWER}  # the rest is the clerks'


def asked_now(waits: Mapping[str, Any], case: CaseFacts, people: Roster) -> tuple[Recipient, ...] | None:
    """The people of whom that step is asked now, on leave or not; where nobody has it, whoever is to see to it, each with why.

    A 催办 or 督办单 is for whom it would name now: heads and stand-ins as well, and who passes it on (flow/supervise.hearers).
    None where the step is done, or where the letter asks none."""
    search = Search(case, people)
    if is_request(waits):
        return (who_decides(waits, case, people) or tuple(search.absent())) if still_waits(waits, case) else None
    if (waits.get("for") not in ("step", INSTRUCTION["for"]) and not as_reminded(waits)) or not still_waits(waits, case):
        return None
    if as_reminded(waits):
        return recipients(Owing(OwedBy.HOLDER.value, waits["unit"]), case, people) or None  # nobody is there: it stays
    desk = _desk(waits, case)
    if desk in ("", "unit") and waits.get("unit") is None:
        return None  # it rests, or people of the office were told of what a unit does
    lead = case.lead.unit_id if case.lead else None
    unit_id = waits["unit"] if desk == "unit" else lead
    able = _able(_having(desk, unit_id, people), desk, case, people)
    first = _first(desk, unit_id, case, people)
    asked = [one for one in able if one in first] or able
    return tuple(Recipient(one, "") for one in asked) or _way_up(desk, unit_id, search) or tuple(search.absent())


def may_keep(waits: Mapping[str, Any], person_id: int, case: CaseFacts, people: Roster) -> bool:
    """Whether a letter about a unit's step may stay with somebody of whom it is not asked first: a head or handler of the unit
    who may know of the case hears rightly of what its named handler has to do."""
    if as_reminded(waits) or _desk(waits, case) != "unit" or waits.get("unit") is None:
        return False
    return person_id in _able(_having("unit", waits["unit"], people), "unit", case, people)


def kept_out(waits: Mapping[str, Any], case: CaseFacts) -> frozenset[int]:
    """Those who withdrew from the case (回避) and may not do what a letter about a step asks."""
    return _kept_out(_desk(waits, case), case)


def _kept_out(desk: str, case: CaseFacts) -> frozenset[int]:
    """A clerk who withdrew may still hand the case on and close it, but not answer the writer; no other step is open to them."""
    return frozenset() if desk == "clerk" and case.stage is not Stage.APPROVED else case.recused


def _desk(waits: Mapping[str, Any], case: CaseFacts) -> str:
    """Where the step lies that a letter waits for; empty where the case rests."""
    if waits["for"] == INSTRUCTION["for"]:
        return "instruction"
    held = holder(case)
    return "unit" if waits["unit"] is not None else held.desk if held is not None else ""


def _having(desk: str, unit_id: int | None, people: Roster) -> list[int]:
    """Who can have what lies at a desk by their role."""
    if desk in ("unit", "unit_head"):
        roles = (Role.UNIT_HEAD, Role.HANDLER) if desk == "unit" else (Role.UNIT_HEAD,)
        return people.holding(*roles, unit_id=unit_id) if unit_id is not None else []
    return people.holding(_ROLES.get(desk, Role.CLERK))


def _first(desk: str, unit_id: int | None, case: CaseFacts, people: Roster) -> tuple[int | None, ...]:
    """Of whom it is asked before all others who have it: the handler a unit named, the 分管领导."""
    if desk == "unit":
        part = case.of_unit(unit_id)
        return (part.handler_id,) if part is not None else ()
    return (people.in_charge.get(unit_id),) if unit_id is not None and desk in ("leader", "instruction") else ()


def _way_up(desk: str, unit_id: int | None, search: Search) -> tuple[Recipient, ...]:
    """Who sees to a step that nobody has: whoever stands in for those of record, as the ladder finds them; for a unit the one
    above it, then the office, in the end the administrators."""
    if desk == "unit_head":
        heads = search.either(search.heads_of(unit_id), "") if unit_id is not None else []
        return each_once(heads or search.last_resort(unit_id, NO_HEAD))
    if desk == "unit" and unit_id is not None:
        found = search.unit(unit_id)
    elif desk == "clerk":
        found = search.clerks("")
    else:
        found = search.reviewers() if desk == "reviewer" else search.leaders(unit_id)
    return each_once(found or search.last_resort(unit_id))


def _able(found: Iterable[int], desk: str, case: CaseFacts, people: Roster) -> list[int]:
    """Those of them who can sign in, may hear that the case exists (decisions 9) and are free to act: nobody passes their own
    text."""
    authors = case.authors if desk in ("reviewer", "leader") else frozenset[int]()
    ones = [people.staff[person_id] for person_id in sorted(set(found) - authors - _kept_out(desk, case))]
    return [one.actor.id for one in ones if one.active and (fit_for_a_group(case) or can_see(one.actor, case))]
