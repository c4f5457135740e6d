"""What happened to a case itself while it answers by a merged case's date alone: kept in that copy as it happened, counted in it
since the merge, and given back to the case's own date (D13)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from opinion_app.flow.clock_dates import FROM, facts_of, is_copy, lent_at, put_aside, span_of
from opinion_app.flow.clocks import RECEIPT
from opinion_app.flow.reply_owed import begins_at, resting_reply
from opinion_app.flow.settings import setting
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.clock_facts import ClockFacts, Receipt
from opinion_app.rules.deadline_rules import StartEvent

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lived:
    """What stopped or moved the date of a case itself, each in order, with real beginnings; named as a clock names it."""

    pauses: list[Entry]
    restarts: list[Entry]
    extensions: list[Entry]
    receipt: str

    def counted_from(self, moment: str) -> Lived:
        """The same in the copy of a date that was lent at a moment: what was before says nothing of that date."""
        return replace(
            self,
            pauses=_counted(self.pauses, "since", moment),
            restarts=_counted(self.restarts, "at", moment),
            extensions=_counted(self.extensions, "at", moment),
        )


def lived(session: Session, clock: Clock) -> Lived:
    """What happened to the case of a reply's clock; of a copy without what happened to the case that lent its date.

    What was granted keeps the units it was granted in, for the merged case's clock may count in others."""
    if not is_copy(clock):
        return Lived(clock.pauses, clock.restarts, _granted(clock), clock.receipt)
    since, receipt = lent_at(clock), setting(session, RECEIPT, Receipt.SAME_DAY.value)
    at = datetime.fromisoformat(since)
    pauses = _own(clock.pauses, lambda held: not held.get("until") or datetime.fromisoformat(held["until"]) > at)
    restarts, granted = (
        _own(entries, lambda held: datetime.fromisoformat(held["at"]) >= at) for entries in (clock.restarts, _granted(clock))
    )
    former = resting_reply(session, session.get_one(Case, clock.case_id))
    if former is not None:
        known = {held["since"] for held in pauses}
        pauses = [*(held for held in until(former.pauses, since) if held["since"] not in known), *pauses]
        restarts = [*(held for held in former.restarts if held not in restarts), *restarts]
        granted = [*(held for held in _granted(former) if held not in granted), *granted]
        receipt = former.receipt
    return Lived(pauses, restarts, granted, receipt)


def give_back(session: Session, case: Case, own: Lived) -> None:
    """Let the case's own reply keep, where it rests, what happened while a merged case's date stood for it: a hearing that ended
    then has ended for it too."""
    former = resting_reply(session, case)
    if former is not None:
        former.pauses, former.restarts, former.extensions = own.pauses, own.restarts, own.extensions


def facts_lived(session: Session, clock: Clock) -> ClockFacts:
    """The facts by which a suspension of the case is begun or ended: those of its reply; where it answers by a merged case's date
    alone, with what happened to the case itself since it owes an answer."""
    facts = facts_of(clock)
    if not is_copy(clock):
        return facts
    case = session.get_one(Case, clock.case_id)
    former, own = resting_reply(session, case), lived(session, clock)
    start = former.start_at if former is not None else begins_at(session, case, StartEvent.RECEIVED)
    mine = Clock(
        stage=clock.stage, amount=clock.amount, amount_unit=clock.amount_unit, receipt=own.receipt, adoptions=[],
        start_at=start, pauses=own.pauses, restarts=own.restarts, extensions=[],
    )  # fmt: skip
    return facts_of(mine)


def until(pauses: list[Entry], moment: str) -> list[Entry]:
    """The suspensions that began before a moment, as far as they lie before it."""
    return [
        pause | {"until": min(pause.get("until") or moment, moment, key=datetime.fromisoformat)}
        for pause in pauses
        if datetime.fromisoformat(pause["since"]) <= datetime.fromisoformat(moment)
    ]


def _own(entries: list[Entry], is_later: Callable[[Entry], bool]) -> list[Entry]:
    """Those of a copy that happened to its case itself: noted as such, or later than the date was lent."""
    return [{key: value for key, value in held.items() if key != FROM} for held in entries if FROM in held or is_later(held)]


def _counted(entries: list[Entry], begins: str, moment: str) -> list[Entry]:
    at = datetime.fromisoformat(moment)
    return [held | {FROM: moment} if datetime.fromisoformat(held[begins]) < at else held for held in entries]


def _granted(clock: Clock) -> list[Entry]:
    """What was granted to a clock, each with the family of units it was granted in."""
    return put_aside(clock.extensions, was_in_days=span_of(clock).unit.in_days)
