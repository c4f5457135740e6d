"""What is still to be done on a case before it may leave the life: read from its clocks and sheets, refused by the rules."""

from __future__ import annotations

from sqlalchemy.orm import Session

from opinion_app.flow.due import stage_words
from opinion_app.flow.risk_clocks import risk_clocks
from opinion_app.flow.supervise import sheets, title
from opinion_app.records.case import Case
from opinion_app.rules.errors import Refused
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.left_open import LeftOpen, Unanswered, answerable, refused_over


def left_open(session: Session, case: Case, facts: CaseFacts) -> LeftOpen:
    """The duties of the case's level that nobody has met, the most urgent first, and what units can still answer."""
    duties = tuple(dict.fromkeys(stage_words(clock.stage) for clock in risk_clocks(session, case)))
    waiting = sheets(session, case.id, waiting=True) if facts.sheets_waiting else ()
    asked = tuple(
        Unanswered(title(sheet), sheet.unit.name if sheet.unit else "承办单位")
        for sheet in waiting
        if answerable(facts, sheet.unit_id)
    )
    return LeftOpen(case.risk_level, duties, asked, case.stage)


def leave_nothing_open(session: Session, case: Case, facts: CaseFacts, act: str) -> LeftOpen:
    """Refuse `act` while it would end duties or answers that nobody could make up for afterwards (decisions 5).

    Asked after `admit`, which keeps the case: whoever grades it or issues a sheet changes it, and comes before or after.
    Answers what is open and does not stand against it. Raises Refused."""
    left = left_open(session, case, facts)
    refused = refused_over(act, left)
    if refused:
        raise Refused(refused)
    return left
