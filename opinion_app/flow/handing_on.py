"""The step a waiting letter asks for is somebody else's by now: it is asked of them, by one letter with its dates (N01, N03)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from opinion_app.flow.dated_letters import letter_to, presses, running
from opinion_app.flow.looking import Looking, looking
from opinion_app.flow.outbox import ACT, Letter, inside_key, queue_many
from opinion_app.flow.recheck import asked_of_others
from opinion_app.flow.reminding import look_again
from opinion_app.flow.settings import restored_at
from opinion_app.flow.told_with import enter_told
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.rules.digest import Trouble
from opinion_app.rules.recipients import Recipient
from opinion_app.rules.words import NoticeChannel, NoticeState

LettersOn = Sequence[tuple[Letter, Person]]
"""Letters for others than the readers of those that wait, those of one act side by side."""


def may_be_anothers() -> ColumnElement[bool]:
    """Letters about an act that have not left, whatever they wait for: their turn, or a server that does not answer."""
    open_ = Notice.state.in_((NoticeState.PENDING, NoticeState.UNKNOWN, NoticeState.CLAIMED)), Notice.finished_at.is_(None)
    return and_(Notice.category == ACT, Notice.channel != NoticeChannel.IN_APP, Notice.person_id.is_not(None), *open_)


def letters_on(session: Session, notices: Sequence[Notice], look: Looking) -> LettersOn:
    """The letters about acts for those of whom their steps are asked instead of their readers, as they stand now; not for who
    was told with the act already, nor of what waited when the database was restored (R9). Reads only, by a few queries."""
    asked = [(notice, others) for notice in notices if (others := asked_of_others(notice, look))]
    if not asked:
        return []
    restored, cases = restored_at(session), {notice.case_id for notice, _others in asked}
    told = select(Notice).where(Notice.case_id.in_(cases), Notice.category == ACT, Notice.channel == NoticeChannel.IN_APP)
    inside = session.scalars(told.order_by(Notice.id)).all()
    keys, firsts = {row.key for row in inside}, dict[str, Notice]()
    for row in inside:
        firsts.setdefault(_act(row), row)  # as it was first asked, for a later one may say less
    ids = {one.person_id for _notice, others in asked for one in others}
    people = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(ids)))}
    found: dict[tuple[str, int], tuple[Letter, Person]] = {}
    for notice, others in asked:
        act = _act(notice)
        if act in firsts and (restored is None or notice.created_at >= restored):
            for one in others:  # each letter made is dear: not for who was told already, nor once more for each that waits
                if inside_key(Letter(ACT, act, ""), one.person_id) not in keys and (act, one.person_id) not in found:
                    found[act, one.person_id] = _letter(firsts[act], one, look), people[one.person_id]
    return [found[one] for one in sorted(found)]


def pressing_in(letter: Letter, look: Looking) -> list[Clock]:
    """The dates a letter names that the next digest would find late."""
    dates = [look.clocks[number] for line in letter.lines for number in line["dates"] if number in look.clocks]
    return [one for one in running(dates) if presses(one, look.now, look.calendar, look.ladder.morning)]


@dataclass
class Handed:
    """What was asked of others: the clocks the ladder has to look at again, of which they heard by it, how many notices were
    new, and what could not be asked."""

    clocks: set[int] = field(default_factory=set)
    notices: int = 0
    troubles: list[Trouble] = field(default_factory=list)

    def add(self, other: Handed) -> None:
        """Count what was asked beside it."""
        self.clocks |= other.clocks
        self.notices += other.notices
        self.troubles += other.troubles


def hand_on(session: Session, notices: Sequence[Notice], now: datetime) -> Handed:
    """Ask the steps of whoever has them now instead of the readers of letters."""
    acts, done = [notice for notice in notices if notice.category == ACT], Handed()
    if not acts:
        return done
    look = looking(session, acts, now)
    for _key, own in groupby(letters_on(session, acts, look), lambda one: one[0].key):
        letters = list(own)
        queued = queue_many(session, letters, now, mail=True)
        pressing = pressing_in(letters[0][0], look) if queued else []
        enter_told(session, pressing, {person_id: notice_id for notice_id, person_id in queued}, now)
        done.add(Handed({clock.id for clock in pressing}, len(queued)))
    return done


def ask_who_has_it_now(session: Session, now: datetime) -> Handed:
    """Before the ladder looks: whoever has by now what a waiting letter asks for is asked at once, inside the service too where
    no mail leaves, so that the ladder finds them told of its dates. A transaction of its own.

    One letter's fault keeps no other back (N05)."""
    waiting = session.scalars(select(Notice).where(may_be_anothers()).order_by(Notice.id)).all()
    done = _hand_on(session, waiting, now) if waiting else Handed()
    if done.clocks:
        look_again(session, now, Clock.id.in_(done.clocks))
    return done


def _hand_on(session: Session, waiting: Sequence[Notice], now: datetime) -> Handed:
    try:
        with session.begin_nested():
            return hand_on(session, waiting, now)
    except Exception as error:  # something is wrong with one of them: found by halves, for each look is some ten questions
        done = Handed()
        if len(waiting) == 1:
            done.troubles = [Trouble(0, f"通知 {waiting[0].id}：{type(error).__name__}: {error}"[:200])]
            return done
        half = len(waiting) // 2
        for part in (waiting[:half], waiting[half:]):
            done.add(_hand_on(session, part, now))
        return done


def _act(notice: Notice) -> str:
    """Which letter a notice is one of, whoever it is to and by whichever way."""
    return notice.key.rsplit(":", 2)[0]


def _letter(first: Notice, to: Recipient, look: Looking) -> Letter:
    """The letter as it stands now for somebody."""
    dates = [look.clocks[number] for number in first.lines[0]["dates"] if number in look.clocks]
    letter = Letter(ACT, _act(first), first.subject, list(first.lines), first.link, first.case_id)
    return letter_to(letter, to, dates, look.now, look.calendar, look.ladder.morning)
