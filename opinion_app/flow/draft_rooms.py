"""The room for review a unit's draft leaves before the reply: by another rule, where the case comes under one (decisions 4)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from opinion_app.flow.clocks import apply_rule, reported_by
from opinion_app.flow.due import SUPPORT_ACT
from opinion_app.flow.which_rule import rule_of
from opinion_app.records.clock import Clock
from opinion_app.rules.deadline_rules import Choice


def room_by(session: Session, clock: Clock, choice: Choice) -> None:
    """Put an inner deadline under another rule, yet to be laid (`clocks.shift_inner`).

    What was said of a reply that was late when the unit got the case stays said."""
    held, fixed_why, warning = rule_of(session, clock), clock.fixed_why, clock.warning
    apply_rule(session, clock, choice)
    clock.fixed_why = fixed_why
    clock.warning = warning if held is not None and warning != held.guidance else clock.warning
    if clock.met_by_act == SUPPORT_ACT:
        clock.source = reported_by(choice.rule)
