"""The date of a letter merged into another case: whoever sent it has set it and alone can put it off (decisions 10; D13)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import Cause, facts_of, settle
from opinion_app.flow.clocks import MERGED, open_clocks, refresh, shift_inner
from opinion_app.flow.merged_dates import ANSWERING, lent_by
from opinion_app.flow.which_rule import ahead_of
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.deadline_checks import set_by_issuer
from opinion_app.rules.words import OPEN_CLOCK, Stage
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import local_date


def lender(session: Session, clock: Clock) -> Clock | None:
    """The clock of a merged letter by whose date, set by whoever sent it, this one comes due; None where it comes due by its own.

    More time for the case is then that issuer's to grant, and granted to that clock."""
    taken = set_by_issuer(facts_of(clock), work_calendar(session)) if clock.adoptions else None
    if taken is None:
        return None
    lent = (entry.get("clock", 0) for entry in clock.adoptions if entry.get("issuer") and entry.get("number") == taken.number)
    return next((held for held in (session.get(Clock, clock_id) for clock_id in lent) if held is not None), None)


def readopted(session: Session, clock: Clock, calendar: WorkCalendar) -> list[dict[str, Any]]:
    """The dates taken over from merged cases as this calendar has them; those cases themselves stay as they were."""
    return [entry | _due_now(session.get(Clock, entry.get("clock", 0)), entry, calendar) for entry in clock.adoptions]


def _due_now(clock: Clock | None, entry: dict[str, Any], calendar: WorkCalendar) -> dict[str, Any]:
    return lent_by(clock, datetime.fromisoformat(entry["at"]), calendar) if clock is not None else {}


def lend_again(session: Session, case: Case, cause: Cause) -> None:
    """Let a case answer by the date that a letter merged into it has now that its issuer has put it off."""
    calendar = work_calendar(session)
    for clock in open_clocks(session, case.id):
        if clock.adoptions:
            clock.adoptions = readopted(session, clock, calendar)
            settle(clock, calendar, ahead_of(session, clock), cause)
    shift_inner(session, case, cause)
    refresh(session, case)


def still_set(session: Session, case: Case, now: datetime) -> list[dict[str, Any]]:
    """The dates, not passed yet, that whoever sent the letters merged into this case have set: as they bind the answer it gave,
    they bind another that it owes from `now` on, put off as far as their issuers have agreed (D11, decisions 10)."""
    dated = Clock.stage.in_(ANSWERING), Clock.fixed_on.is_not(None), or_(Clock.state.in_(OPEN_CLOCK), Clock.end_reason == MERGED)
    lies = Case.merged_into_id == case.id, Case.stage == Stage.MERGED
    query = select(Clock, Case.number).join(Case, Case.id == Clock.case_id).where(*lies, *dated).order_by(Clock.id)
    calendar, found = work_calendar(session), dict[str, dict[str, Any]]()
    for clock, number in session.execute(query):
        lent = lent_by(clock, now, calendar) | {"at": now.isoformat(), "clock": clock.id, "number": number}
        found[number] = max(found.get(number, lent), lent, key=lambda entry: datetime.fromisoformat(entry["due"]))
    return [entry for entry in found.values() if local_date(datetime.fromisoformat(entry["due"])) >= local_date(now)]
