"""The look before a letter leaves: lines that no longer hold are dropped, the rest says how things stand now (N03)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import facts_of
from opinion_app.flow.due import clock_due, clock_words, soon_until
from opinion_app.flow.ladder import ladder
from opinion_app.flow.many_facts import facts_of_many
from opinion_app.flow.outbox import DIGEST
from opinion_app.flow.reminding import look_again, open_clock
from opinion_app.flow.roster import away, roster
from opinion_app.records.actors import actor_of
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.rules.digest import GROUPS, blind_words, place_of, urgency
from opinion_app.rules.due_words import DueState
from opinion_app.rules.facts import Actor, CaseFacts
from opinion_app.rules.ladder import Ladder, Rung, Way, moment_of
from opinion_app.rules.permissions import can_see
from opinion_app.rules.recipients import Owing, Recipient, Roster, recipients
from opinion_app.rules.rung_recipients import fit_for_a_group, robot_units, rung_recipients
from opinion_app.rules.words import ClockState, NoticeChannel
from opinion_app.rules.zone import local_date

GONE = {
    ClockState.MET: "已完成",
    ClockState.STOPPED: "已办结、转出或改派",
    ClockState.SUSPENDED: "已中止计时",
}

ANOTHERS = "已改派或已转到下一环节，不再由收件人办理"
ON_LEAVE = "收件人请假，改由代办人或单位其他人接收"
NOT_IN_A_GROUP = "这件不宜在群里说，只在站内和邮件提醒"
HIDDEN = "其中有收件人已无权查看的事项，原信不再发送"


def still_standing(session: Session, notice: Notice, now: datetime) -> tuple[list[dict[str, Any]], str]:
    """The lines of a notice to a person that still hold, and - when none is left - why the whole notice is cancelled.

    With a body it may have left and can only go as it is: a word in it that is no longer for its reader keeps back the whole."""
    person = session.get_one(Person, notice.person_id)
    why = _whole(session, notice, person)
    if why:
        return [], why
    clocks = _clocks(session, notice)
    cases = {row.case_id: row.case for row in clocks.values()}
    if notice.case_id is not None and notice.case_id not in cases:
        case = session.get(Case, notice.case_id)
        cases |= {case.id: case} if case is not None else {}
    facts, reader = facts_of_many(session, cases.values()), actor_of(session, person)
    told = _told(session, notice, clocks, facts, now)
    kept: list[dict[str, Any]] = []
    for line in _moved_along(session, notice, clocks, now):
        if notice.body and _hidden(line, facts, notice, reader, told):
            return [], HIDDEN
        why = _why_not(line, clocks, facts, notice, reader, told)
        if why == ANOTHERS and away(person, local_date(now)):
            why = ON_LEAVE
        if not why:
            kept.append(_as_it_stands(session, line, clocks, now))
    if notice.category == DIGEST:
        kept.sort(key=lambda line: place_of(str(line.get("group", ""))))
    return kept, "" if kept else why or "没有内容"


def hand_on(session: Session, notice: Notice, kept: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Have the ladder look again at what is not sent to who is no longer there: whoever stands in has not heard of it."""
    person = session.get_one(Person, notice.person_id)
    if notice.unit_id is not None or (person.active and not away(person, local_date(now))):
        return
    left = _clock_ids(notice.lines) - _clock_ids(kept)
    look_again(session, now, Clock.id.in_(left))


def _clock_ids(lines: Iterable[Mapping[str, Any]]) -> set[int]:
    return {int(line["clock"]) for line in lines if line.get("clock")}


def _whole(session: Session, notice: Notice, person: Person) -> str:
    if notice.unit_id is not None:
        return ""  # a unit's group: whoever was named with it may be gone
    if not person.active:
        return "收件人已停用"
    if notice.channel is NoticeChannel.MAIL and not person.email:
        return "收件人没有邮箱地址"
    if notice.category != DIGEST or notice.local_date is None:
        return ""
    newer = select(Notice.id).where(
        Notice.person_id == notice.person_id,
        Notice.channel == notice.channel,
        Notice.category == DIGEST,
        Notice.local_date > notice.local_date,
    )
    return "已由较新的通报代替" if session.scalar(newer.limit(1)) is not None else ""


def _clocks(session: Session, notice: Notice) -> dict[int, Clock]:
    ids = _clock_ids(notice.lines)
    units = joinedload(Clock.case).joinedload(Case.lead_unit), joinedload(Clock.unit)
    query = select(Clock).options(*units).where(Clock.id.in_(ids))
    return {row.id: row for row in session.scalars(query)} if ids else {}


def _moved_along(session: Session, notice: Notice, clocks: dict[int, Clock], now: datetime) -> list[dict[str, Any]]:
    """The lines; one whose date moved is of the new date now, where that must be told by this very letter.

    A digest tells of all that presses, by whatever date: dropped, it would be told the next morning only, and may be late by
    then. A rung that had come for the new date too before the date moved is not said again by the ladder (decisions 23), so
    what waited must say it or nobody would be told."""
    lines = []
    for line in notice.lines:
        row = clocks.get(int(line.get("clock") or 0))
        told_here = False
        if row is not None and row.deadline_version != line.get("version"):
            told_here = _presses(session, row, now) if notice.category == DIGEST else _came_before(session, line, row)
        lines.append(line | _of_the_new_date(line, row) if row is not None and told_here else line)
    return lines


def _of_the_new_date(line: Mapping[str, Any], row: Clock) -> dict[str, Any]:
    moved: dict[str, Any] = {"version": row.deadline_version}
    return moved | {"text": blind_words(row.due_at)} if line.get("blind") and row.due_at is not None else moved


def _pressing(session: Session, row: Clock, now: datetime) -> tuple[DueState, str] | None:
    """The group a clock is in now, as a digest of this moment would have it; None where it does not press."""
    calendar = work_calendar(session)
    return None if row.due_at is None else urgency(open_clock(row), now, calendar, soon_until(now, calendar))


def _presses(session: Session, row: Clock, now: datetime) -> bool:
    return row.state is ClockState.RUNNING and _pressing(session, row, now) is not None


def _came_before(session: Session, line: Mapping[str, Any], row: Clock) -> bool:
    """Whether the moment of a line's rung, by the new date of its clock, lay before that date was set."""
    held, calendar = ladder(session), work_calendar(session)
    rung = held.named(str(line.get("rung", "")))
    if rung is None or row.due_at is None or not row.dates:
        return False
    moment = moment_of(rung, open_clock(row), facts_of(row), calendar, held.morning)
    return moment is not None and moment <= datetime.fromisoformat(row.dates[-1]["at"])


def _told(
    session: Session, notice: Notice, clocks: dict[int, Clock], facts: dict[int, CaseFacts], now: datetime
) -> dict[int, set[int]]:
    """Which people - for a unit's group, which units - are told about each clock as things stand now: reminders follow the holder
    until the moment they leave (decisions 4)."""
    if not clocks:
        return {}
    people, held = roster(session, local_date(now)), ladder(session)
    rungs = {int(line["clock"]): held.named(str(line.get("rung", ""))) for line in notice.lines if line.get("clock")}
    told: dict[int, set[int]] = {}
    for number, row in clocks.items():
        if row.case_id in facts:
            found = _now_for(rungs.get(number), row, facts[row.case_id], people, held)
            units = notice.unit_id is not None
            told[number] = set(robot_units(found, facts[row.case_id], people)) if units else {one.person_id for one in found}
    return told


def _now_for(rung: Rung | None, row: Clock, case: CaseFacts, people: Roster, held: Ladder) -> tuple[Recipient, ...]:
    """Who a line of a digest (no rung) or of a rung is for; a rung of digests that has a letter of its own is for both."""
    owing = Owing(row.owed_by, row.unit_id)
    owners = recipients(owing, case, people) if rung is None or rung.way is Way.DIGEST else ()
    return owners if rung is None else (*owners, *rung_recipients(replace(rung, way=Way.LETTER), owing, case, people, held))


def _hidden(
    line: Mapping[str, Any], facts: Mapping[int, CaseFacts], notice: Notice, reader: Actor, told: Mapping[int, set[int]]
) -> bool:
    """Whether a line is no longer for its reader: the case is kept from the person, or is not for that group (decisions 9)."""
    if notice.unit_id is not None:
        return notice.unit_id not in told.get(int(line.get("clock") or 0), {notice.unit_id})
    if _not_for_a_group(line, facts, notice):
        return True
    case_id = line.get("case", notice.case_id)
    return case_id in facts and not line.get("blind") and not can_see(reader, facts[case_id])


def _not_for_a_group(line: Mapping[str, Any], facts: Mapping[int, CaseFacts], notice: Notice) -> bool:
    """Whether a person's own group robot may not say a line; inside the service and by mail the person hears it all the same."""
    case = facts.get(int(line.get("case") or notice.case_id or 0))
    return notice.channel is NoticeChannel.ROBOT and case is not None and not fit_for_a_group(case)


def _why_not(
    line: Mapping[str, Any],
    clocks: dict[int, Clock],
    facts: dict[int, CaseFacts],
    notice: Notice,
    reader: Actor,
    told: Mapping[int, set[int]],
) -> str:
    """Why a line no longer holds; empty when it does."""
    if notice.unit_id is None and _not_for_a_group(line, facts, notice):
        return NOT_IN_A_GROUP
    if notice.unit_id is None and _hidden(line, facts, notice, reader, told):
        return "已改派或不再由收件人办理"
    if not line.get("clock"):
        return ""
    clock = clocks.get(int(line["clock"]))
    if clock is None:
        return "这项时限已不存在"
    if clock.state is not ClockState.RUNNING:
        return f"{GONE[clock.state]}：{clock.end_reason}" if clock.end_reason else GONE[clock.state]
    if clock.deadline_version != line.get("version"):
        return "时限已变更（已延期）" if clock.extensions else "时限已变更"
    if notice.unit_id is not None:
        return "" if notice.unit_id in told.get(clock.id, set()) else "单位不再办理，或这件不宜在群里说"
    return "" if reader.id in told.get(clock.id, {reader.id}) else ANOTHERS


def _as_it_stands(session: Session, line: dict[str, Any], clocks: dict[int, Clock], now: datetime) -> dict[str, Any]:
    """The line with its group and due words as of now: what was 临期 when it was queued may be 逾期 when it leaves (N10)."""
    clock = clocks.get(int(line.get("clock") or 0))
    if clock is None:
        return line
    pressing = _pressing(session, clock, now)
    line |= {"group": GROUPS[pressing[0]]} if "group" in line and pressing is not None else {}
    said = f"{clock_words(clock)}：{clock_due(clock, now, work_calendar(session)).words}"
    return line if line.get("blind") else line | {"text": said}
