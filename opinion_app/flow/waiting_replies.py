"""Replies that wait for their case to be accepted and begin because another rule is put to use: shown, then begun (D15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import Cause, enter_beginning, facts_of
from opinion_app.flow.deadline_table import Proposed
from opinion_app.flow.merged_dates import missed_when_stopped
from opinion_app.flow.moves import Moved
from opinion_app.flow.progress import promise
from opinion_app.flow.reply_owed import facts_if_owed, not_counted, owe_reply, reply_rule, resting_replies
from opinion_app.flow.said_when_moved import Word, as_moved, words_of
from opinion_app.flow.which_rule import letter_of
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.clock_facts import Receipt
from opinion_app.rules.deadline import Derivation, derive, is_late
from opinion_app.rules.deadline_rules import Choice, ClockStage


def would_begin(session: Session, proposed: Proposed, now: datetime) -> list[Moved]:
    """The dates that would begin by that table; nothing is written."""
    if proposed.row.stage is not ClockStage.REPLY:
        return []
    waiting, calendar = _waiting(session), work_calendar(session)
    rests, begun = resting_replies(session, waiting), list[_Begun]()
    for case in waiting:
        choice, start = reply_rule(session, case, letter_of(session, case), proposed)
        if start is not None:
            held = rests.get(case.id)
            facts = facts_if_owed(session, held, choice, start)
            derivation = derive(facts, calendar)
            begins = held or _new(case, choice)
            row = as_moved(begins, facts, derivation, choice.rule.warning, calendar, now, begins=not derivation.open_ended)
            begun.append(_Begun(case, row, derivation, was_late=_was_late(held)))
    return _moves(session, begun, now)


def begin_waiting(session: Session, why: str, now: datetime) -> list[Moved]:
    """Start the replies that wait for nothing by the table as it stands; answers their dates."""
    waiting, cause = _waiting(session), Cause(now, why)
    rests, begun = resting_replies(session, waiting), list[_Begun]()
    late = {case_id for case_id, held in rests.items() if _was_late(held)}
    versions = {case_id: held.deadline_version for case_id, held in rests.items()}
    for case in waiting:
        for clock in owe_reply(session, case, cause):
            enter_beginning(clock, cause, versions.get(case.id))
            promise(session, case)
            derivation = derive(facts_of(clock), work_calendar(session))
            begun.append(_Begun(case, clock, derivation, was_late=case.id in late))
    return _moves(session, begun, now)


@dataclass(frozen=True, slots=True)
class _Begun:
    """A reply that begins, as its clock is or would be; `was_late`: late already when it began to rest."""

    case: Case
    row: Clock
    derivation: Derivation
    was_late: bool


def _new(case: Case, choice: Choice) -> Clock:
    """The clock of a reply that never ran, in a row that no session holds; its number is none that any other has."""
    row = Clock(id=-case.id, case_id=case.id, stage=ClockStage.REPLY.value, owed_by=choice.rule.owed_by.value)
    row.amount, row.amount_unit, row.deadline_version, row.rung_version = 0, choice.rule.span.unit.value, 0, 0
    row.pauses, row.extensions, row.restarts, row.adoptions, row.dates = [], [], [], [], []
    row.receipt, row.provisional = Receipt.SAME_DAY.value, False
    set_committed_value(row, "case", case)
    set_committed_value(row, "unit", None)
    return row


def _waiting(session: Session) -> list[Case]:
    return [case for case in not_counted(session) if case.accepted_at is None]


def _was_late(resting: Clock | None) -> bool:
    """Whether a reply was late already when it began to rest: it does not become so by going on."""
    return resting is not None and missed_when_stopped(resting) is not None


def _moves(session: Session, begun: Sequence[_Begun], now: datetime) -> list[Moved]:
    """The lines of the replies that begin; one whose suspension is still open has no date but what is left of it."""
    words = words_of(session, [one.row for one in begun], now, work_calendar(session))
    return [_line(one, now, words.get(one.row.id)) for one in begun]


def _line(one: _Begun, now: datetime, word: Word | None) -> Moved:
    due, left, guess = one.derivation.due_at, one.derivation.held or "", one.derivation.provisional
    late = due is not None and is_late(due, now) and not one.was_late
    reply = ClockStage.REPLY.value
    return Moved(one.case.id, one.case.number, reply, None, due, late, left_after=left, word=word, guess_after=guess)
