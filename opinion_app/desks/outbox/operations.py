"""The ledger of the outbox: claim a letter, freeze its bytes, confirm what became of it; never sends by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import CursorResult, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from opinion_app.desks.outbox import writers
from opinion_app.desks.outbox.queries import LEAVING
from opinion_app.flow import trail
from opinion_app.flow.coming_back import may_come_back_until
from opinion_app.flow.digest_ledger import say_as_it_leaves
from opinion_app.flow.handing_on import hand_on
from opinion_app.flow.leaving import address_of, due, unfit_address, why_not_at_all, why_not_to_writer
from opinion_app.flow.left_behind import leave_behind
from opinion_app.flow.outbox import DIGEST, by_channel
from opinion_app.flow.recheck import (
    NOTHING_LEFT,
    REPLACED,
    link_as_it_stands,
    look_once_more,
    subject_as_it_stands,
    to_hand_on,
)
from opinion_app.flow.reminding import look_again
from opinion_app.flow.settings import office, restored_at
from opinion_app.notify.letter import robot_words, words_of
from opinion_app.notify.message import Outgoing, compose
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.rules import links
from opinion_app.rules.attempt_words import UNMADE
from opinion_app.rules.delivery import CLAIM, Attempt, judge, without_address
from opinion_app.rules.errors import NotFound, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.mailbox import AddressRefused
from opinion_app.rules.robot_answers import LONGEST
from opinion_app.rules.text import clean_line
from opinion_app.rules.words import NoticeChannel, NoticeState

LOOK_AT = 20


@dataclass(frozen=True, slots=True)
class Claimed:
    """A letter one runner may send now, with its bytes; `again`: an earlier attempt may have left, so they are those of then."""

    notice_id: int
    message_id: str
    recipient: str
    data: bytes
    channel: NoticeChannel = NoticeChannel.MAIL
    subject: str = ""
    to_writer: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Sender:
    """Who the letters come from, where their links lead, and the robot of the alarm."""

    address: str
    base_url: str
    alarm_url: str = ""


def claim(
    session: Session, runner: str, sender: Sender, now: datetime, channel: NoticeChannel = NoticeChannel.MAIL
) -> Claimed | None:
    """Claim the next due letter of a channel for `runner` alone, by an update that only one can win; None when nothing waits.

    A claim left behind by a killed process is taken over when it has run out. Letters that no longer hold are cancelled; the
    dates that somebody else is to hear of for it are kept together in the end, so that nobody is stopped (flow/row_order)."""
    unheard: set[int] = set()
    claimed = _next(session, runner, sender, now, channel, unheard)
    if unheard:
        look_again(session, now, Clock.id.in_(unheard))
    return claimed


def _next(
    session: Session, runner: str, sender: Sender, now: datetime, channel: NoticeChannel, unheard: set[int]
) -> Claimed | None:
    looked_at: set[int] = set()
    restored = restored_at(session)
    while waiting := _waiting(session, looked_at, now, channel):
        for notice_id, state in waiting:
            looked_at.add(notice_id)
            if _win(session, notice_id, state, runner, now):
                notice = session.get_one(Notice, notice_id, populate_existing=True)
                _address(notice, sender)
                why = why_not_at_all(notice, restored, sender.alarm_url)
                if claimed := _claimed(session, notice, sender, now, unheard, why):
                    return claimed
    return None


def _waiting(session: Session, looked_at: set[int], now: datetime, channel: NoticeChannel) -> Sequence[tuple[int, NoticeState]]:
    """The next letters with their states; an alarm goes before everything else."""
    query = select(Notice.id, Notice.state).where(Notice.channel == channel, due(now), Notice.id.not_in(looked_at))
    rows = session.execute(query.order_by(Notice.category != "alarm", Notice.next_attempt_at, Notice.id).limit(LOOK_AT))
    return [(row.id, row.state) for row in rows]


def _claimed(session: Session, notice: Notice, sender: Sender, now: datetime, unheard: set[int], why: str) -> Claimed | None:
    """The letter with its bytes, looked at once more before every attempt; those to writers are never kept."""
    again = notice.body != ""
    data = _made(session, notice, sender, now, unheard, why)
    if data is None:
        return None
    to = notice.writer.email if notice.writer is not None else notice.address
    return Claimed(notice.id, notice.message_id, to, data, notice.channel, notice.subject, notice.writer is not None, again)


def _win(session: Session, notice_id: int, state: NoticeState, runner: str, now: datetime) -> bool:
    """Take a letter that is in `state` still.

    One whose claim ran out was in hand when its process was killed, its bytes made: the server may have it (hardening R2)."""
    in_hand = int(state is NoticeState.CLAIMED)
    mine = {"state": NoticeState.CLAIMED, "claimed_by": runner, "claimed_until": now + CLAIM}
    statement = (
        update(Notice)
        .where(Notice.id == notice_id, Notice.state == state, due(now))
        .values(
            **mine,
            attempts=Notice.attempts + 1,
            unknown_outcomes=Notice.unknown_outcomes + in_hand,
            claims_ran_out=Notice.claims_ran_out + in_hand,
        )
        .execution_options(synchronize_session=False)
    )
    result = session.execute(statement)
    return isinstance(result, CursorResult) and result.rowcount == 1


def _address(notice: Notice, sender: Sender) -> None:
    """Read the address anew, so that what waits goes to nobody who is no longer to have it.

    A letter that may have left goes to the new mailbox with the bytes it has. Who has an address of their own by now is written
    to there, not to the mailbox of the unit. A writer's address is read from the case at each attempt and never kept."""
    if notice.channel is NoticeChannel.MAIL and not notice.by_mailbox:
        notice.unit_id = None
    if notice.writer_id is None:
        notice.address = address_of(notice, sender.alarm_url)[:500]


def _made(session: Session, notice: Notice, sender: Sender, now: datetime, unheard: set[int], why: str) -> bytes | None:
    """The bytes of the letter, None where it goes not at all (`why`); one that cannot be made, or asked of others instead, is
    parked with its error and delays no other (N05).

    Raises OperationalError where it is the database that stopped it - a deadlock, a lock not given, no connection: no fault of
    the letter, which waits on for the next run."""
    try:
        with session.begin_nested():
            if why:
                _ask_others(session, notice, why, now, unheard)
                return None
            if notice.writer_id is not None:
                return _write_to_writer(session, notice, sender, now)
            return _freeze(session, notice, sender, now, unheard)
    except OperationalError:
        raise
    except Exception as error:  # whatever it is, it is written beside the letter for people to see
        session.refresh(notice)
        said = type(error).__name__ if notice.writer_id is not None else f"{type(error).__name__}: {error}"
        _finish(notice, NoticeState.FAILED, f"{UNMADE}：{said}", now)
        return None


def _ask_others(session: Session, notice: Notice, why: str, now: datetime, unheard: set[int]) -> None:
    """Cancel a letter that has no reader any more; whoever has its step by now is asked, and its dates are looked at again."""
    _cancel(notice, why, now)
    unheard |= hand_on(session, [notice], now).clocks | to_hand_on(session, notice, NOTHING_LEFT, now)


def _write_to_writer(session: Session, notice: Notice, sender: Sender, now: datetime) -> bytes | None:
    """Look once more, then write the letter; None when there is nothing to send any more."""
    why = why_not_to_writer(notice, session.get_one(Case, notice.case_id))
    if why:
        _cancel(notice, why, now)
        return None
    try:
        return writers.bytes_of(session, notice, sender.address, sender.base_url)
    except AddressRefused:
        _finish(notice, NoticeState.FAILED, "来信人留的邮箱地址不能使用", now)
        return None


def _freeze(session: Session, notice: Notice, sender: Sender, now: datetime, unheard: set[int]) -> bytes | None:
    """Look once more, then fix the letter's bytes; None when there is nothing to send any more.

    Bytes that an earlier attempt may have taken out stay: under one Message-ID nobody is sent two texts (decisions 22)."""
    standing = look_once_more(session, notice, now)
    lines = standing.lines
    unheard |= hand_on(session, [notice], now).clocks
    if standing.why != REPLACED:
        unheard |= to_hand_on(session, notice, standing, now)
    if not lines:
        _cancel(notice, standing.why, now)
        return None
    if unfit := unfit_address(notice):
        _finish(notice, NoticeState.FAILED, unfit, now)
        return None
    if notice.body:
        return notice.body.encode()
    leave_behind(session, notice, standing.cut, now, may_come_back_until(notice, now))
    say_as_it_leaves(session, notice, lines)
    notice.link = link_as_it_stands(notice, lines)
    notice.lines = lines
    notice.subject = subject_as_it_stands(notice, lines)
    leads_to = _whole(session, notice)
    if notice.channel is NoticeChannel.ROBOT:
        notice.body = robot_words(lines, sender.base_url, leads_to, LONGEST - len(f"{notice.subject}\r\n".encode()))
        return notice.body.encode()
    person = session.get_one(Person, notice.person_id)
    words = words_of(
        f"{person.name}（单位邮箱代收，请转告本人）" if notice.by_mailbox else person.name,
        notice.subject,
        lines,
        sender.base_url,
        leads_to,
    )
    name = office(session)["name"]
    mail = Outgoing(notice.message_id, sender.address, name, notice.address, notice.subject, words, notice.created_at)
    try:
        notice.body = compose(mail).decode("ascii")
    except AddressRefused as refusal:
        _finish(notice, NoticeState.FAILED, refusal.message, now)
        return None
    session.flush()
    return notice.body.encode()


def _whole(session: Session, notice: Notice) -> str:
    """Where a letter leads to be read whole: a digest to its own page inside, which its receiver alone may open."""
    if notice.category != DIGEST or notice.by_mailbox or notice.for_group:
        return notice.link
    inside = session.scalar(select(Notice.id).where(Notice.key == by_channel(notice.key, NoticeChannel.IN_APP)))
    return links.notice(inside) if inside is not None else notice.link


def _cancel(notice: Notice, why: str, now: datetime) -> None:
    """Not sent (any more), and why; of a letter that may have left the ledger says so. Of one to a writer no bytes are kept."""
    left = notice.body or (notice.writer_id is not None and notice.unknown_outcomes)
    _finish(notice, NoticeState.CANCELLED, f"{why}（此前一次发送结果不明，可能已送达）" if left else why, now)


def _finish(notice: Notice, state: NoticeState, why: str, now: datetime) -> None:
    notice.state, notice.last_error, notice.finished_at = state, why[:500], now
    notice.claimed_by, notice.claimed_until = "", None
    notice.next_attempt_at = may_come_back_until(notice, now) if state is NoticeState.CANCELLED else None
    _forget_code(notice)


def _forget_code(notice: Notice) -> None:
    """What the query code is made of waits for the letter and no longer: not where it has left, nor where it will not be sent."""
    if notice.state in (NoticeState.SENT, NoticeState.FILED, NoticeState.CANCELLED):
        notice.code_key = ""


def confirm(session: Session, claimed: Claimed, runner: str, attempt: Attempt, now: datetime) -> bool:
    """Write down how the attempt ended; False when the claim had run out and somebody else has the letter now."""
    notice = session.scalar(select(Notice).where(Notice.id == claimed.notice_id).with_for_update())
    if notice is None or notice.claimed_by != runner or notice.state is not NoticeState.CLAIMED:
        return False
    said = clean_line(attempt.said)  # a server's words may hold what no database takes, a NUL for one
    attempt = replace(attempt, said=without_address(said) if claimed.to_writer else said)
    robot = notice.channel is NoticeChannel.ROBOT
    verdict = judge(
        attempt, notice.attempts, notice.unknown_outcomes, notice.created_at, now, ran_out=notice.claims_ran_out, robot=robot
    )
    notice.state, notice.last_error = verdict.state, verdict.note[:500]
    notice.unknown_outcomes, notice.next_attempt_at = verdict.unknown_outcomes, verdict.retry_at
    notice.finished_at = now if verdict.retry_at is None else None
    notice.claimed_by, notice.claimed_until = "", None
    if not (attempt.may_have_left or claimed.again):
        notice.body = ""  # nobody has it: what leaves later is looked at and written anew (N03)
    _forget_code(notice)
    return True


def retry(session: Session, notice_id: int, actor: Actor, now: datetime) -> Notice:
    """Let a failed letter be tried once more; like every other it is looked at before it leaves, and its address is read anew.

    Raises NotFound, or Refused while it is not failed."""
    notice = session.scalar(select(Notice).where(Notice.id == notice_id, Notice.channel.in_(LEAVING)))
    if notice is None:
        raise NotFound("没有这条通知。")
    given_up = notice.state is NoticeState.FAILED or (notice.state is NoticeState.UNKNOWN and notice.finished_at is not None)
    if not given_up:
        raise Refused("只有发送失败或结果不明的通知可以重发。")
    notice.state, notice.next_attempt_at, notice.finished_at, notice.attempts = NoticeState.PENDING, now, None, 0
    trail.record(session, "notice.retry", f"notice:{notice.id}", actor, now)
    return notice
