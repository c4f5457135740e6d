"""What else the reader of a letter about an act was told: so that nobody hears of one date twice (decisions 21)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Integer, Select, and_, cast, not_, null, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from opinion_app.flow.outbox import ACT, RUNG
from opinion_app.records.clock import Clock
from opinion_app.records.move import Move
from opinion_app.records.notice import Notice, Reminder
from opinion_app.rules.waiting_step import ITS_DATES, has_a_date, is_request
from opinion_app.rules.words import NoticeChannel, NoticeState

Dates = frozenset[tuple[int, int | None]]
"""Clocks, each with the version of its date; None: whichever it is."""

Since = Mapping[int, Dates]
"""By cancelled letter what its reader was told by a newer one."""

Whom = tuple[str, int | None]
"""Who is told: a person, or the unit whose group is."""


def followed(session: Session, notices: Iterable[Notice]) -> frozenset[int]:
    """The letters about an act after which their reader was told of a later one."""
    acts = [notice.id for notice in notices if notice.category == ACT]
    return frozenset(session.scalars(select(Notice.id).where(Notice.id.in_(acts), told_later()))) if acts else frozenset()


def told_later() -> ColumnElement[bool]:
    """Whether the reader of a notice was told of a later act on its case by the same way."""
    later = aliased(Notice)
    same = later.case_id == Notice.case_id, later.person_id == Notice.person_id, later.channel == Notice.channel
    return select(later.id).where(*same, later.category == ACT, later.id > Notice.id).correlate(Notice).exists()


def heard_beside(session: Session, notices: Iterable[Notice]) -> dict[int, frozenset[int]]:
    """By letter the clocks that its reader hears of by another one: of a letter about an act, those of its case whose present
    date was said by one that left; of a rung's, those that a later letter about an act names, which goes the same way."""
    rows = list(notices)
    acts, rungs = ([notice.id for notice in rows if notice.category == category] for category in (ACT, RUNG))
    if not acts and not rungs:
        return {}
    found = defaultdict[int, set[int]](set)
    both: CompoundSelect[Any] = union_all(_acts_after(rungs), _left_beside(acts))
    for notice_id, clock_id, lines in session.execute(both):
        found[notice_id] |= {clock_id} if lines is None else {clock for clock, _version in dates_in(lines)}
    return {notice_id: frozenset(clock_ids) for notice_id, clock_ids in found.items()}


def _acts_after(rungs: Collection[int]) -> Select[Any]:
    """By letter of a rung what the later letters about acts say to the same person by the same way, where they are not over."""
    later = aliased(Notice)
    same = later.person_id == Notice.person_id, later.channel == Notice.channel, not_(_to_group())
    over = later.state.in_((NoticeState.CANCELLED, NoticeState.FAILED))
    query = select(Notice.id, cast(null(), Integer).label("clock_id"), later.lines).join(later, and_(later.id > Notice.id, *same))
    return query.where(Notice.id.in_(rungs), later.category == ACT, not_(over))


def _left_beside(acts: Collection[int]) -> Select[int, int, None]:
    """By letter about an act the clocks of its case whose present date its reader heard by another letter, one that left."""
    other = aliased(Notice)
    told = (Reminder.person_id == Notice.person_id) & (Reminder.case_id == Notice.case_id)
    present = (Clock.id == Reminder.clock_id) & (Clock.deadline_version == Reminder.deadline_version)
    query = select(Notice.id, Reminder.clock_id, null()).join(Reminder, told).join(Clock, present)
    query = query.join(other, other.id == Reminder.notice_id).where(Notice.id.in_(acts), other.id != Notice.id)
    return query.where(other.state.in_((NoticeState.SENT, NoticeState.FILED)))


def handed_over_since(session: Session, clock_ids: Collection[int], since: datetime) -> dict[int, set[int | None]]:
    """The cases of some clocks that an act gave into other hands since a moment - it brought the case to another stage, or its
    letter asks somebody for the next step -, each with whoever did such an act or was told of one since.

    A note, a draft, a request or a 催办 gives it to nobody, and tells nobody who came since."""
    own = select(Clock.case_id).where(Clock.id.in_(clock_ids))
    acts = Move.case_id.in_(own), Move.at >= since, Move.from_stage.is_distinct_from(Move.to_stage)
    told = Notice.category == ACT, Notice.channel == NoticeChannel.IN_APP, Notice.created_at >= since, Notice.case_id.in_(own)
    given: dict[int, set[int | None]] = {}
    for case_id, actor_id in session.execute(select(Move.case_id, Move.actor_id).where(*acts)):
        given.setdefault(case_id, set()).add(actor_id)
    letters = session.execute(select(Notice.case_id, Notice.person_id, Notice.lines).where(*told)).all()
    for case_id, person_id, lines in letters:
        if case_id in given or any(_gives(line.get("waits", ITS_DATES)) for line in lines):
            given.setdefault(case_id, set()).add(person_id)
    return given


def _gives(waits: Mapping[str, Any]) -> bool:
    return not has_a_date(waits) and not is_request(waits)


def in_the_ledger(session: Session, clock_ids: Collection[int]) -> dict[int, set[int]]:
    """By clock who has an entry in the ledger for its present date."""
    found = defaultdict[int, set[int]](set)
    present = (Clock.id == Reminder.clock_id) & (Clock.deadline_version == Reminder.deadline_version)
    query = select(Reminder.clock_id, Reminder.person_id).join(Clock, present).where(Reminder.clock_id.in_(clock_ids))
    for clock_id, person_id in session.execute(query):
        found[clock_id].add(person_id)
    return found


def told_since(session: Session, cancelled: Collection[Notice], planned: Mapping[Whom, Dates] = MappingProxyType({})) -> Since:
    """What the readers of cancelled letters were told, or are about to be, by letters queued after these were cancelled, and by
    those `planned` for this very moment, which a rehearsal does not queue. A unit's group is told by what goes to the group."""
    found = {notice.id: planned.get(whom(notice), frozenset()) for notice in cancelled}
    other = aliased(Notice)
    groups = [notice.id for notice in cancelled if notice.for_group]
    to_group = and_(other.unit_id.is_not(None), other.channel == NoticeChannel.ROBOT)
    found = _with_newer(session, found, set(found) - set(groups), other, (other.person_id == Notice.person_id) & not_(to_group))
    return _with_newer(session, found, groups, other, (other.unit_id == Notice.unit_id) & to_group) if groups else found


def told_by_way(session: Session, letters: Sequence[Notice], returning: ColumnElement[bool]) -> dict[int, Dates]:
    """By letter what its reader was told, or is about to be, by other letters of the same channel queued with it or later;
    `returning`: which of the cancelled ones may go after all."""
    theirs = Notice.person_id.in_({letter.person_id for letter in letters}), Notice.channel.in_({one.channel for one in letters})
    stands = or_(Notice.state != NoticeState.CANCELLED, returning), Notice.created_at >= min(one.created_at for one in letters)
    asked = select(Notice.person_id, Notice.channel, Notice.created_at, Notice.lines).where(*theirs, *stands, not_(_to_group()))
    others = session.execute(asked).all()
    return {
        letter.id: dates_in(
            line
            for person_id, channel, at, lines in others
            if (person_id, channel) == (letter.person_id, letter.channel) and at >= letter.created_at
            for line in lines
        )
        for letter in letters
    }


def _to_group() -> ColumnElement[bool]:
    return and_(Notice.unit_id.is_not(None), Notice.channel == NoticeChannel.ROBOT)


def whom(notice: Notice) -> Whom:
    """The reader of a letter: the unit whose group it is for, or the person."""
    return ("unit", notice.unit_id) if notice.for_group else ("person", notice.person_id)


def dates_in(lines: Iterable[Mapping[str, Any]]) -> Dates:
    """The clocks that some lines tell of, each with the version of its date, or None where the line says whichever it is."""
    found: set[tuple[int, int | None]] = set()
    for line in lines:
        found |= {(int(line["clock"]), line.get("version"))} if line.get("clock") else set()
        found |= {(int(number), None) for number in line.get("dates", ())}
    return frozenset(found)


def _with_newer(
    session: Session, found: Since, numbers: Collection[int], other: type[Notice], same: ColumnElement[bool]
) -> dict[int, Dates]:
    """`found` with what the readers of some letters were told by the `other` ones queued since and not cancelled."""
    newer = (other.created_at >= Notice.finished_at) & (other.id != Notice.id)
    leaves = other.channel != NoticeChannel.IN_APP, other.state != NoticeState.CANCELLED
    query = select(Notice.id, other.lines).join(other, newer & same).where(Notice.id.in_(numbers), *leaves)
    told = dict(found)
    for notice_id, lines in session.execute(query):
        told[notice_id] |= dates_in(lines)
    return told
