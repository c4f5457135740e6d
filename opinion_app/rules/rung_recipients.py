"""Who is told with a rung: those it speaks to, those who get a copy, and somebody always (N09, N11)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.ladder import Ladder, Rung, Way, Who
from opinion_app.rules.recipients import Owing, Recipient, Roster, Search, each_once, fit_for_a_group, owners, with_relays
from opinion_app.rules.words import Role, Stage

COPIED = "抄送"


def rung_recipients(rung: Rung, owing: Owing, case: CaseFacts, roster: Roster, ladder: Ladder) -> tuple[Recipient, ...]:
    """Everybody told with a rung, each once; where nobody it speaks to is there, the way up that every clock has."""
    search = Search(case, roster)
    spoken_to = _all(rung.to, search, owing, case, ladder) or search.last_resort(owing.unit_id)
    copied = [replace(found, reason=f"{COPIED}：{found.reason}") for found in _all(rung.copy, search, owing, case, ladder)]
    told = each_once((*spoken_to, *copied))
    return with_relays(search, told) if rung.way is Way.LETTER else told


def robot_units(told: Iterable[Recipient], case: CaseFacts, roster: Roster) -> tuple[int, ...]:
    """The units whose group robot says it, too: those of the people told that take part in the case, and the office itself.

    Of some cases no group may hear (`fit_for_a_group`)."""
    if not fit_for_a_group(case):
        return ()
    units = {roster.staff[one.person_id].actor.unit_id for one in told if not one.blind}
    part = {unit for unit in units if unit in roster.offices or case.of_unit(unit) is not None}
    return tuple(unit for unit in sorted(roster.robots) if unit in part)


def _all(named: Iterable[Who], search: Search, owing: Owing, case: CaseFacts, ladder: Ladder) -> list[Recipient]:
    return [found for who in named for found in _found(who, search, owing, case, ladder)]


def _found(who: Who, search: Search, owing: Owing, case: CaseFacts, ladder: Ladder) -> list[Recipient]:
    unit_id = owing.unit_id if owing.unit_id is not None else (case.lead.unit_id if case.lead else None)
    if who is Who.OWNER:
        return owners(search, owing, case)
    if who is Who.HEADS:
        if unit_id is None or case.stage is Stage.MERGED:  # the report of a merged letter is the office's alone (D13)
            return []
        return search.either(search.heads_of(unit_id), "您是承办单位负责人")
    if who is Who.CLERKS:
        return search.either(search.roster.holding(Role.CLERK), "您是受理员")
    return _leaders(who, unit_id, search, ladder)


def _leaders(who: Who, unit_id: int | None, search: Search, ladder: Ladder) -> list[Recipient]:
    """The leader who is named, while they are one; every leader where nobody is, or nobody is there for them."""
    leaders = search.roster.holding(Role.LEADER)
    main = ladder.main_leader_id if ladder.main_leader_id in leaders else None
    charge = search.roster.in_charge.get(unit_id) if unit_id is not None else None
    named, reason = (main, "您是主要领导") if who is Who.MAIN_LEADER else (charge, "您是分管领导")
    own = search.either([named], reason) if named is not None else []
    return own or search.either(leaders, "您是领导")
