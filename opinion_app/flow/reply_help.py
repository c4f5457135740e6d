"""Hints on a reply by the lists the office keeps: shown while drafting and at every check, binding where the office says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.settings import office
from opinion_app.records.case import Case
from opinion_app.records.wording import WordListRow
from opinion_app.rules.errors import Invalid
from opinion_app.rules.hints import DEFAULT_LISTS, Hint, HintKind, Letter, WordList, WordLists, barred, from_lists, look
from opinion_app.rules.words import Kind
from opinion_app.rules.zone import local_date

BINDING = "binding"
TO_CHECK = (Kind.HELP, Kind.COMPLAINT, Kind.ACCUSATION)


@dataclass(frozen=True)
class Kept:
    """The lists in force and the kinds of hints that are binding."""

    lists: WordLists
    binding: frozenset[HintKind]


def kept(session: Session) -> Kept:
    """What the office keeps; where it never changed a list, the one the service comes with."""
    rows = {row.name: row.entries for row in session.scalars(select(WordListRow))}
    lists = {
        name: {str(word): str(right) for word, right in rows.get(name.value, DEFAULT_LISTS[name]).items()} for name in WordList
    }
    return Kept(lists, frozenset(HintKind.of(value) for value in rows.get(BINDING, {})))


def hints_on(session: Session, case: Case, text: str, now: datetime) -> list[Hint]:
    """The hints on a reply to this case."""
    return _look(session, case, text, kept(session), now)


def check_binding(session: Session, case: Case, text: str, now: datetime) -> None:
    """Raise Invalid where the reply has what the office does not let pass."""
    held = kept(session)
    barred(_look(session, case, text, held, now), held.binding)


def check_words(session: Session, text: str) -> None:
    """Raise Invalid where a reply that was signed has words which the office by now does not let pass."""
    held = kept(session)
    against = [hint.message for hint in from_lists(text, held.lists) if hint.kind in held.binding]
    if against:
        raise Invalid(f"答复里有本单位现在规定不能使用的词句：{'；'.join(dict.fromkeys(against[:5]))}，请核对后再公开")


def _look(session: Session, case: Case, text: str, held: Kept, now: datetime) -> list[Hint]:
    phone = office(session)["phone"]
    letter = Letter(f"{case.title}\n{case.body}", to_check=case.kind in TO_CHECK, phone_is_shown=bool(phone))
    return look(text, letter, held.lists, local_date(now))
