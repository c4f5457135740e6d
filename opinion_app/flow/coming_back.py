"""A letter cancelled for what was so for a while - a leave entered by mistake, an address taken away - goes after all.

One rule: on the morning it was for, without the lines that were told otherwise since, by whatever way its reader has now.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from opinion_app.flow.installation import message_ids
from opinion_app.flow.leaving import why_not_at_all
from opinion_app.flow.left_behind import copy_of, leave_behind
from opinion_app.flow.looking import Looking, looking
from opinion_app.flow.outbox import ACT, BY_MAILBOX, DIGEST, RUNG, Letter, by_channel, for_mailbox
from opinion_app.flow.recheck import still_standing
from opinion_app.flow.reminding import open_clock
from opinion_app.flow.settings import restored_at
from opinion_app.flow.told_beside import Dates, Whom, told_by_way, told_later, told_since
from opinion_app.records.current import settings_of
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.rules.ladder import speaks_at
from opinion_app.rules.next_digest import heard_from, last_digest, must_hear
from opinion_app.rules.recipients import fit_for_a_group
from opinion_app.rules.words import ClockState, NoticeChannel, NoticeState
from opinion_app.rules.zone import local_date

FOR_A_DAY = timedelta(days=1)  # longer, and the digests of the mornings since have told of it
AFTER_ALL = "取消的原因已不存在，重新发送"


def may_come_back_until(notice: Notice, now: datetime) -> datetime | None:
    """Until when a letter that is cancelled now may go after all; None where it never may."""
    of_dates = notice.person_id is not None and notice.category in (DIGEST, RUNG, ACT)
    return now + FOR_A_DAY if of_dates else None


def returns_at_once(notice: Notice, now: datetime) -> bool:
    """Whether a letter that is cancelled now is looked at by the next run of the minute, for it may go by another way."""
    return may_come_back_until(notice, now) is not None and (notice.category != DIGEST or notice.local_date == local_date(now))


def may_return(now: datetime) -> ColumnElement[bool]:
    """Cancelled, and lately: a digest on its own day alone. What was cancelled later than now saw the clock set back (R11)."""
    lately = Notice.next_attempt_at > now, Notice.next_attempt_at <= now + FOR_A_DAY
    return and_(
        Notice.state == NoticeState.CANCELLED, *lately, or_(Notice.category != DIGEST, Notice.local_date == local_date(now))
    )


def gone_for_good(now: datetime) -> ColumnElement[bool]:
    """Cancelled, and it goes no more: whoever was to be told by it was not."""
    return func.coalesce(and_(Notice.state == NoticeState.CANCELLED, ~func.coalesce(may_return(now), false())), false())


def inside_alone() -> ColumnElement[bool]:
    """Told by the notice inside the service and nothing else, though the office has a mail server: to who had no other way."""
    return (Notice.channel == NoticeChannel.IN_APP) if settings_of().smtp_url else false()


def cancelled_lately(channels: Collection[NoticeChannel], now: datetime) -> ColumnElement[bool]:
    """Cancelled letters that may go after all; one about an act on a case not where a later act was told to the same person."""
    return and_(Notice.channel.in_(channels), may_return(now), or_(Notice.category != ACT, ~told_later()))


@dataclass(frozen=True, slots=True)
class Back:
    """A cancelled letter as it would wait again, a copy that no session holds; `moved`: it goes by another channel now;
    `without`: the lines that are not said by it."""

    letter: Notice
    moved: bool = False
    without: tuple[Mapping[str, Any], ...] = ()


def coming_back(
    session: Session, found: Sequence[Notice], look: Looking, alarm_url: str, planned: Mapping[Whom, Dates] = MappingProxyType({})
) -> list[Back]:
    """The letters of those cancelled lately, or at this very look, that would be sent if they waited now, as they would wait;
    `planned`: what is told beside them at this moment by letters that are not queued. Reads only.

    One that would go by another channel says there only what its reader was not told by that too."""
    if not found:
        return []
    restored, since = restored_at(session), told_since(session, found, planned)
    letters = [(notice, _by_the_way_now(notice, look)) for notice in found]
    moved = [letter for notice, letter in letters if letter.channel is not notice.channel]
    there = told_by_way(session, moved, may_return(look.now)) if moved else {}
    heard = {notice.id: since[notice.id] | there.get(notice.id, frozenset()) for notice in found}
    ways = ((notice, letter, heard[notice.id]) for notice, letter in letters)
    backs = [back for one in ways if (back := _back(*one, look, restored, alarm_url)) is not None]
    keys = [back.letter.key for back in backs if back.moved]
    taken = set(session.scalars(select(Notice.key).where(Notice.key.in_(keys)))) if keys else set()
    return [back for back in backs if not back.moved or back.letter.key not in taken]


def bring_back(session: Session, channel: NoticeChannel, now: datetime, alarm_url: str) -> int:
    """Let the cancelled letters of a channel that would be sent now wait again; answers how many."""
    ahead = Notice.state == NoticeState.CANCELLED, Notice.channel == channel, Notice.next_attempt_at > now + FOR_A_DAY
    session.execute(update(Notice).where(*ahead).values(next_attempt_at=None))  # cancelled in the future: the clock was set back
    query = select(Notice).where(cancelled_lately([channel], now)).options(*with_reader()).order_by(Notice.id)
    found = session.scalars(query.execution_options(populate_existing=True)).all()
    backs = coming_back(session, found, looking(session, found, now), alarm_url) if found else []
    were = {notice.id: copy_of(notice) for notice in found}
    for back in backs:
        mine = Notice.id == back.letter.id, Notice.state == NoticeState.CANCELLED
        again = update(Notice).where(*mine).values(**_waiting_anew(session, back), next_attempt_at=now)
        if session.scalar(again.returning(Notice.id)) is not None:
            _leave_rest(session, were[back.letter.id], back.without)
    return len(backs)


def _leave_rest(session: Session, was: Notice, without: Sequence[Mapping[str, Any]]) -> None:
    """Keep what a letter does not say though it goes after all - the night forbids it, its date moved - cancelled as it was."""
    cut = [(line, was.last_error) for line in without]
    leave_behind(session, was, cut, was.finished_at or was.created_at, was.next_attempt_at)


def _waiting_anew(session: Session, back: Back) -> dict[str, Any]:
    letter = back.letter
    waits = {"state": NoticeState.PENDING, "finished_at": None, "attempts": 0, "last_error": AFTER_ALL}
    said = waits | {"lines": letter.lines, "subject": letter.subject, "unit_id": letter.unit_id}
    if not back.moved:
        return said
    message_id = message_ids(session)(letter.key) if letter.channel is NoticeChannel.MAIL else ""
    return said | {"channel": letter.channel, "key": letter.key, "message_id": message_id}


def with_reader() -> tuple[Any, ...]:
    """What is read with a letter that is looked at: its reader and the units, however many letters there are in one query."""
    person = joinedload(Notice.person)
    return person.lazyload(Person.role_rows), person.joinedload(Person.unit), joinedload(Notice.unit), joinedload(Notice.writer)


def _back(notice: Notice, letter: Notice, heard: Dates, look: Looking, restored: datetime | None, alarm_url: str) -> Back | None:
    """The letter as it would wait again, `letter` being its copy for the way it would go; None where it would not be sent.

    One that may have left goes as it is or not at all. Asks no database."""
    asked_at = notice.finished_at or look.now
    if notice.category == RUNG and last_digest(look.now, look.calendar, look.ladder.morning) > asked_at:
        return None  # the digest tells of it
    said = [_still_untold(line, heard, look) and _may_be_said(line, look) for line in notice.lines]
    without = tuple(line for line, now in zip(notice.lines, said, strict=True) if not now)
    letter.lines = [line for line, now in zip(letter.lines, said, strict=True) if now]
    changed = (len(letter.lines), letter.channel, letter.unit_id) != (len(notice.lines), notice.channel, notice.unit_id)
    if notice.body and changed:
        return None
    if why_not_at_all(letter, restored, alarm_url) or not still_standing(letter, look).lines:
        return None
    return Back(letter, letter.channel is not notice.channel, without)


def _still_untold(line: Mapping[str, Any], heard: Dates, look: Looking) -> bool:
    """Whether a line is still this letter's to tell: where its date moved, the ladder says the new one by a letter of its own
    (N02), and what a newer letter told its reader is not told again (N01)."""
    number, version = int(line.get("clock") or 0), line.get("version")
    row = look.clocks.get(number)
    if row is not None and row.deadline_version != version:
        return False
    return not {(number, version), (number, None)} & heard


def _may_be_said(line: Mapping[str, Any], look: Looking) -> bool:
    """Whether a line may be said at this hour (N08), or must be, for the next digest would find its date late."""
    row = look.clocks.get(int(line.get("clock") or 0))
    if row is None or row.due_at is None or row.state is not ClockState.RUNNING:
        return True  # it is no date, or the look says why it does not hold
    clock, now = open_clock(row), look.now
    if speaks_at(now, clock, look.ladder, look.calendar) <= now:
        return True
    pressing = clock.span.unit.in_days and must_hear(row.due_at, now, look.calendar, look.ladder.morning)
    return pressing and heard_from(row.due_at, now, look.ladder) <= now


def _by_the_way_now(notice: Notice, look: Looking) -> Notice:
    """A copy of the letter; where its own way is gone by the one its reader has now: mail, a robot, the mailbox of the unit. What
    no group may hear goes by mail."""
    letter = copy_of(notice)
    letter.person, letter.unit = notice.person, notice.unit
    reader = look.people.staff.get(notice.person_id or 0)
    if reader is None or notice.for_group or notice.person is None or notice.category not in BY_MAILBOX:
        return letter
    by_mail = NoticeChannel.MAIL in reader.ways and not all(_fit(line, look) for line in notice.lines)
    if notice.channel in reader.ways and not notice.by_mailbox and not (notice.channel is NoticeChannel.ROBOT and by_mail):
        return letter
    if reader.ways:
        letter.channel = NoticeChannel.MAIL if by_mail else reader.ways[0]
        letter.unit_id, letter.unit = None, None
    elif reader.mailbox:
        letter.channel, letter.unit_id, letter.unit = NoticeChannel.MAIL, notice.person.unit_id, notice.person.unit
        if not notice.by_mailbox:
            told = for_mailbox(Letter(notice.category, notice.key, notice.subject, list(notice.lines)))
            letter.lines, letter.subject = told.lines, told.subject
    letter.key = by_channel(notice.key, letter.channel)
    return letter


def _fit(line: Mapping[str, Any], look: Looking) -> bool:
    case = look.facts.get(int(line.get("case") or 0))
    return case is None or fit_for_a_group(case)
