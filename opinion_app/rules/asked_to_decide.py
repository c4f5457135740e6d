"""A request that waits for a decision (申请退回、申请延期): who may decide it, and who sees to it where nobody may (N09)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.life import ACTS
from opinion_app.rules.permissions import may
from opinion_app.rules.recipients import Recipient, Roster, Search, each_once
from opinion_app.rules.waiting_step import RETURN


def who_decides(waits: Mapping[str, Any], case: CaseFacts, people: Roster) -> tuple[Recipient, ...]:
    """Those who may take the act that decides, on leave or not; of more time the 分管领导 alone, where they may and are there.

    Nobody decides what they asked for themselves, nor in a case they withdrew from (回避). Without any the way up."""
    permission = ACTS[waits["for"]].permission
    able = [
        person_id
        for person_id, one in sorted(people.staff.items())
        if one.active and person_id != waits.get("by") and may(one.actor, permission, case)
    ]
    lead = case.lead.unit_id if case.lead else None
    in_charge = people.in_charge.get(lead) if lead is not None and waits["for"] != RETURN else None
    if in_charge is not None and in_charge in able and not people.staff[in_charge].away:
        able = [in_charge]
    asked = [Recipient(one, "") for one in able]
    there = any(not people.staff[one].away for one in able)
    return each_once(asked if there else [*asked, *_way_up(lead, Search(case, people))])


def _way_up(lead: int | None, search: Search) -> tuple[Recipient, ...]:
    """The clerks where no leader may decide, the leaders where no clerk is there, in the end the administrators."""
    return each_once(search.clerks("没有可以审批的领导，请您安排") or search.last_resort(lead))
