"""What a run hands on to others before the ladder looks, as a rehearsal of it has it (N14)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from opinion_app.desks.reminders.also_sent import Held
from opinion_app.flow.handing_on import LettersOn, letters_on, pressing_in
from opinion_app.flow.looking import Looking
from opinion_app.flow.outbox import ACT, RUNG
from opinion_app.flow.told_ledger import Ledger, Told
from opinion_app.flow.told_with import said_with
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.rules.words import ClockState, NoticeChannel


@dataclass(frozen=True)
class HandedOn:
    """The letters, what they enter in the ledger, and the clocks that the ladder looks at for them."""

    letters: LettersOn
    heard: Ledger
    clocks: Sequence[Clock]

    def and_these(self, waiting: Sequence[Clock]) -> Sequence[Clock]:
        """The clocks the ladder looks at, by id: those whose turn has come and those of the letters."""
        return sorted({row.id: row for row in (*waiting, *self.clocks)}.values(), key=lambda row: row.id)


def handed_on(session: Session, held: Held, look: Looking) -> HandedOn:
    """What is asked of others instead of the readers of letters that wait, as the run does first. Reads only."""
    letters = letters_on(session, held.asking, look)
    told = {
        (clock.id, person.id, rung.code, clock.deadline_version): Told(None, look.now)
        for letter, person in letters
        for clock, rung in said_with(pressing_in(letter, look), look.ladder, look.calendar, look.now)
    }
    clocks = {clock.id: clock for letter, _person in letters for clock in pressing_in(letter, look)}
    return HandedOn(letters, told, [row for row in clocks.values() if row.state is ClockState.RUNNING])


def heard_by(letters: LettersOn, rows: Sequence[Notice], look: Looking) -> Mapping[int, frozenset[int]]:
    """`look.heard` with what one of `letters` says to the reader of a rung's letter, by the same way."""
    said = defaultdict[int | None, set[int]](set)
    for letter, person in letters:
        said[person.id] |= {number for line in letter.lines for number in line["dates"]}
    theirs = [row for row in rows if row.category == RUNG and row.person_id in said and _by_the_same_way(row, look)]
    return {**look.heard, **{row.id: look.heard.get(row.id, frozenset()) | said[row.person_id] for row in theirs}}


def older_of_theirs(letters: LettersOn, rows: Sequence[Notice], look: Looking) -> Iterator[Notice]:
    """The letters about an act on a case whose reader is told of it by one of `letters` too, by the same way."""
    later = {(letter.case_id, person.id) for letter, person in letters}
    for row in rows:
        if row.category == ACT and (row.case_id, row.person_id) in later and _by_the_same_way(row, look):
            yield row


def _by_the_same_way(row: Notice, look: Looking) -> bool:
    """Whether a letter to its reader that is queued now goes by the way of that one, too."""
    one = look.people.staff[row.person_id or 0]
    return row.channel in one.ways or (one.mailbox and row.channel is NoticeChannel.MAIL)
