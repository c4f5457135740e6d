"""The look before a letter leaves: lines that no longer hold are dropped, the rest says how things stand now (N03)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.clock_dates import facts_of
from opinion_app.flow.dated_letters import STEP_DONE, as_it_leaves, ended, letter_to, running
from opinion_app.flow.due import clock_due, clock_words, soon_until
from opinion_app.flow.looking import Looking, clock_ids, looking
from opinion_app.flow.outbox import ACT, DIGEST, RUNG, Letter
from opinion_app.flow.reminding import open_clock
from opinion_app.flow.roster import away
from opinion_app.flow.told_beside import handed_over_since, in_the_ledger
from opinion_app.flow.told_versions import told_still
from opinion_app.flow.told_with import WITH_THE_CASE
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.rules import links
from opinion_app.rules.asked_of import asked_now, may_keep
from opinion_app.rules.digest import GROUPS, blind_words, counted_words, place_of, rung_subject, urgency
from opinion_app.rules.due_words import DueState
from opinion_app.rules.facts import Actor, CaseFacts
from opinion_app.rules.ladder import Ladder, Rung, Way, moment_of
from opinion_app.rules.permissions import can_see
from opinion_app.rules.recipients import Owing, Recipient, Roster, Staff, fit_for_a_group, recipients
from opinion_app.rules.rung_recipients import robot_units, rung_recipients
from opinion_app.rules.sheet import SAID, asked_unit
from opinion_app.rules.waiting_step import as_reminded, has_a_date, is_urged, still_waits
from opinion_app.rules.words import ClockState, NoticeChannel
from opinion_app.rules.zone import local_date

ANOTHERS = "已改派或已转到下一环节，不再由收件人办理"
ON_LEAVE = "收件人请假，改由代办人或单位其他人接收"
NOT_IN_A_GROUP = "这件不宜在群里说，只在站内和邮件提醒"
REPLACED = "已由较新的通报代替"
NOT_IN_THE_MAILBOX = "这件不宜发到单位邮箱，只在站内提醒"
NOT_ASKED_OF = "这一步已不由收件人办理"
HIDDEN = "其中有收件人已无权查看的事项，原信不再发送"


Cut = Sequence[tuple[Mapping[str, Any], str]]
"""Lines as they were queued, each with why it is not sent."""


class Standing(NamedTuple):
    """What is left of a letter: the lines that still hold, why the whole is cancelled where there is none, the lines it is sent
    without, and by clock whom such a letter is for now."""

    lines: list[dict[str, Any]]
    why: str = ""
    cut: Cut = ()
    told: Mapping[int, set[int]] = MappingProxyType({})


NOTHING_LEFT = Standing([])


def look_once_more(session: Session, notice: Notice, now: datetime) -> Standing:
    """`still_standing` of one letter by how things stand now."""
    return still_standing(notice, looking(session, [notice], now))


def still_standing(notice: Notice, look: Looking) -> Standing:
    """The lines of a notice to a person that still hold, and those that do not. Asks no database.

    With a body it may have left and can only go as it is: a word in it that is no longer for its reader keeps back the whole."""
    reader = look.people.staff[notice.person_id or 0]
    why = _whole(notice, look, reader)
    if why:
        return Standing([], why)
    clocks = look.of(notice)
    told = _told(notice, clocks, look)
    kept: list[dict[str, Any]] = []
    cut: list[tuple[Mapping[str, Any], str]] = []
    for queued, moved in zip(notice.lines, _moved_along(notice, clocks, look), strict=True):
        line = _for_its_reader(moved, clocks, notice, look)
        if notice.body and _hidden(line, look.facts, notice, reader.actor, told):
            return Standing([], HIDDEN, told=told)
        why = _why_not(line, clocks, look.facts, notice, reader.actor, told)
        if why == ANOTHERS and reader.away:
            why = ON_LEAVE
        why = why or (WITH_THE_CASE if _said_by_act(line, notice, look) else "")
        said = line
        if not why and "waits" in line:
            said, why = _of_an_act(line, clocks, look, notice, told)
            if why == NOT_ASKED_OF and reader.away and as_reminded(line["waits"]):
                why = ON_LEAVE  # a 催办 or 督办单 goes to the stand-in, as a reminder does
        if why:
            cut.append((queued, why))
        else:
            kept.append(_as_it_stands(said, clocks, look))
    if notice.category == DIGEST:
        kept.sort(key=lambda line: place_of(str(line.get("group", ""))))
    return Standing(kept, "" if kept else why or "没有内容", tuple(cut) if kept else (), told)


def subject_as_it_stands(notice: Notice, lines: Sequence[Mapping[str, Any]]) -> str:
    """The subject by the lines that are left; what sort of letter it is stands before the colon."""
    head = notice.subject.partition("：")[0]
    if notice.category == DIGEST:
        return f"{head}：{counted_words((str(line.get('group', '')), str(line['number'])) for line in lines)}"[:200]
    if notice.category == RUNG:
        return rung_subject(head, lines)[:200]
    return str(lines[0].get("subject", notice.subject))[:200]


def link_as_it_stands(notice: Notice, lines: Sequence[Mapping[str, Any]]) -> str:
    """Where a letter leads by the lines that are left: to the case, where its reader may see it by now, else to the notices."""
    was, now = (bool(of[0].get("blind")) for of in (notice.lines, lines))
    if notice.category != ACT or was == now:
        return notice.link
    return links.NOTICES if now else links.case(str(lines[0]["number"]))


def to_hand_on(session: Session, notice: Notice, left: Standing, now: datetime) -> set[int]:
    """The clocks the ladder has to look at again, because what is not sent is not sent for who its receiver is by now - gone, on
    leave, without address, no longer head or deputy: whoever is told instead has not heard of it.

    Where the case was given into other hands since, whoever has it now was told with that (flow/handover), but for who came
    after it."""
    numbers = clock_ids(notice.lines) - clock_ids(left.lines)
    if notice.for_group or not numbers:
        return set()
    if _gone(session.get_one(Person, notice.person_id), notice, now):
        return numbers
    return _unheard(session, numbers, notice.created_at, left.told)


def _unheard(session: Session, numbers: Collection[int], since: datetime, told: Mapping[int, set[int]]) -> set[int]:
    """The clocks that somebody has now who heard of them neither by the ladder nor with their case."""
    given = handed_over_since(session, numbers, since)
    if not given:
        return set(numbers)
    known = in_the_ledger(session, numbers)
    rows = session.execute(select(Clock.id, Clock.case_id).where(Clock.id.in_(numbers)))
    return {one for one, case in rows if case not in given or told.get(one, set()) - known[one] - given[case]}


def _gone(person: Person, notice: Notice, now: datetime) -> bool:
    """Whether the receiver of a notice cannot be told by it at all."""
    if notice.by_mailbox:
        address = person.unit.email if person.unit is not None and person.unit_id == notice.unit_id else ""
    else:
        address = person.email if notice.channel is NoticeChannel.MAIL else person.robot_url
    return not person.active or not address or away(person, local_date(now))


def _whole(notice: Notice, look: Looking, reader: Staff) -> str:
    if notice.for_group:
        return ""  # a unit's group: whoever was named with it may be gone
    if not reader.active:
        return "收件人已停用"
    if notice.channel is NoticeChannel.MAIL and NoticeChannel.MAIL not in reader.ways and not notice.by_mailbox:
        return "收件人没有邮箱地址"
    if notice.category != DIGEST or notice.local_date is None:
        return ""
    newest = look.newest.get((reader.actor.id, notice.channel))
    return REPLACED if newest is not None and newest > notice.local_date else ""


def _moved_along(notice: Notice, clocks: Mapping[int, Clock], look: Looking) -> list[dict[str, Any]]:
    """The lines; one whose date moved is of the new date now, where that must be told by this very letter.

    A digest tells of all that presses, by whatever date: dropped, it would be told the next morning only, and may be late by
    then. A rung that had come for the new date too before the date moved is not said again by the ladder (decisions 23), so
    what waited must say it or nobody would be told."""
    lines = []
    for line in notice.lines:
        row = clocks.get(int(line.get("clock") or 0))
        told_here = False
        if row is not None and row.deadline_version != line.get("version"):
            told_here = _presses(row, look) if notice.category == DIGEST else _came_before(line, row, look)
        lines.append(line | _of_the_new_date(line, row) if row is not None and told_here else line)
    return lines


def _of_the_new_date(line: Mapping[str, Any], row: Clock) -> dict[str, Any]:
    moved: dict[str, Any] = {"version": row.deadline_version}
    return moved | {"text": blind_words(row.due_date)} if line.get("blind") and row.due_date is not None else moved


def _pressing(row: Clock, look: Looking) -> tuple[DueState, str] | None:
    """The group a clock is in now, as a digest of this moment would have it; None where it does not press."""
    soon = soon_until(look.now, look.calendar)
    return None if row.due_at is None else urgency(open_clock(row), look.now, look.calendar, soon)


def _presses(row: Clock, look: Looking) -> bool:
    return row.state is ClockState.RUNNING and _pressing(row, look) is not None


def _came_before(line: Mapping[str, Any], row: Clock, look: Looking) -> bool:
    """Whether a line's rung has come by the new date of its clock too, and who is told of it by this line knows it of that: then
    the ladder says nothing again (rules/still_told)."""
    rung = look.ladder.named(str(line.get("rung", "")))
    if rung is None or row.due_at is None or not row.dates:
        return False
    clock, morning = open_clock(row), look.ladder.morning
    moment = moment_of(rung, clock, facts_of(row), look.calendar, morning)
    if moment is None or moment > look.now:
        return False
    return told_still(row, clock, rung, look.calendar, morning).counts(int(line.get("version") or 0))


def _told(notice: Notice, clocks: Mapping[int, Clock], look: Looking) -> dict[int, set[int]]:
    """Which people - for a unit's group, which units - are told about each clock as things stand now: reminders follow the holder
    until the moment they leave (decisions 4)."""
    rungs = {int(line["clock"]): look.ladder.named(str(line.get("rung", ""))) for line in notice.lines if line.get("clock")}
    told: dict[int, set[int]] = {}
    for number, row in clocks.items():
        if row.case_id in look.facts:
            case = look.facts[row.case_id]
            found = _now_for(rungs.get(number), row, case, look.people, look.ladder)
            units = notice.for_group
            told[number] = set(robot_units(found, case, look.people)) if units else {one.person_id for one in found}
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
    if notice.for_group:
        return notice.unit_id not in told.get(int(line.get("clock") or 0), {notice.unit_id})
    if _not_for_a_group(line, facts, notice):
        return True
    case_id = line.get("case", notice.case_id)
    return case_id in facts and not line.get("blind") and not can_see(reader, facts[case_id])


def _not_for_a_group(line: Mapping[str, Any], facts: Mapping[int, CaseFacts], notice: Notice) -> bool:
    """Whether a person's own group robot or the unit's mailbox may not say a line; inside the service the person hears it."""
    case = facts.get(int(line.get("case") or notice.case_id or 0))
    shared = notice.channel is NoticeChannel.ROBOT or notice.by_mailbox
    return shared and case is not None and not fit_for_a_group(case)


def _why_not(
    line: Mapping[str, Any],
    clocks: Mapping[int, Clock],
    facts: Mapping[int, CaseFacts],
    notice: Notice,
    reader: Actor,
    told: Mapping[int, set[int]],
) -> str:
    """Why a line no longer holds; empty when it does."""
    if not notice.for_group and _not_for_a_group(line, facts, notice):
        return NOT_IN_THE_MAILBOX if notice.by_mailbox else NOT_IN_A_GROUP
    if not notice.for_group and _hidden(line, facts, notice, reader, told):
        return "已改派或不再由收件人办理"
    if not line.get("clock"):
        return ""
    clock = clocks.get(int(line["clock"]))
    if clock is None:
        return "这项时限已不存在"
    if clock.state is not ClockState.RUNNING:
        return ended(clock)
    if clock.deadline_version != line.get("version"):
        return "时限已变更（已延期）" if clock.extensions else "时限已变更"
    if notice.for_group:
        return "" if notice.unit_id in told.get(clock.id, set()) else "单位不再办理，或这件不宜在群里说"
    return "" if reader.id in told.get(clock.id, {reader.id}) else ANOTHERS


def _said_by_act(line: Mapping[str, Any], notice: Notice, look: Looking) -> bool:
    """Whether a later letter about an act says the date of a rung's line to the same person by the same way (N01); a card with a
    督办单 asks for an answer, which that letter does not."""
    rung = look.ladder.named(str(line.get("rung", "")))
    heard = notice.category == RUNG and int(line.get("clock") or 0) in look.heard.get(notice.id, ())
    return heard and (rung is None or not rung.sheet)


def _of_an_act(
    line: dict[str, Any], clocks: Mapping[int, Clock], look: Looking, notice: Notice, told: Mapping[int, set[int]]
) -> tuple[dict[str, Any], str]:
    """A line about an act as of now, and why it no longer holds: its step is done, or asked of somebody else by now."""
    dates = [clocks[number] for number in line["dates"] if number in clocks]
    case = look.facts.get(notice.case_id or 0)
    others = asked_of_others(notice, look)
    waits = case is None or (still_waits(line["waits"], case) and others is None)
    own = {number for number, people in told.items() if notice.person_id in people}
    gives_way = notice.body or notice.id in look.followed or is_urged(line["waits"])  # an urging alone reminds of what is owed
    rest = set[int]() if gives_way else own - look.heard.get(notice.id, frozenset())
    said, why = as_it_leaves(line, dates, rest, look.now, look.calendar, look.ladder.morning, waits=waits)
    return said, NOT_ASKED_OF if why == STEP_DONE and others is not None else why


def asked_of_others(notice: Notice, look: Looking) -> tuple[Recipient, ...] | None:
    """Of whom the step is asked that a letter waits for, where its reader has it no more, nobody being one answer; else None."""
    asked, reader = _asked_of(notice, look)
    return asked if reader is None else None


def _asked_of(notice: Notice, look: Looking) -> tuple[tuple[Recipient, ...] | None, Recipient | None]:
    """Of whom the step is asked that a letter waits for, None where it asks none, and as whom its reader is."""
    case, reader = look.facts.get(notice.case_id or 0), notice.person_id or 0
    waits = next((line["waits"] for line in notice.lines if "waits" in line), None)
    if case is None or waits is None or notice.category != ACT or notice.for_group:
        return None, None
    if has_a_date(waits) and not running(look.of(notice).values()):
        return None, None  # answered, withdrawn or stopped: it is asked of nobody any more
    asked = asked_now(waits, case, look.people)
    found = next((one for one in asked or () if one.person_id == reader), None)
    if found is None and asked is not None and may_keep(waits, reader, case, look.people):
        found = Recipient(reader, "")
    return asked, found


def _for_its_reader(line: dict[str, Any], clocks: Mapping[int, Clock], notice: Notice, look: Looking) -> dict[str, Any]:
    """A line that asks a step as its reader may read it by now, and why just they: who was asked blind may have the step since,
    and who had it may no more see the case. Not so of what may have left, nor of the few words of a mailbox."""
    if "waits" not in line or notice.body or notice.by_mailbox:
        return line
    to = _asked_of(notice, look)[1]
    if to is None or (to.blind, to.reason) == (bool(line.get("blind")), line.get("reason") or ""):
        return line
    letter = Letter(ACT, notice.key, notice.subject, [line], notice.link, notice.case_id)
    dates = [clocks[number] for number in line["dates"] if number in clocks]
    return letter_to(letter, to, dates, look.now, look.calendar, look.ladder.morning).lines[0]


def _as_it_stands(line: dict[str, Any], clocks: Mapping[int, Clock], look: Looking) -> dict[str, Any]:
    """The line with its group and due words as of now: what was 临期 when it was queued may be 逾期 when it leaves (N10)."""
    clock = clocks.get(int(line.get("clock") or 0))
    if clock is None:
        return line
    pressing = _pressing(clock, look)
    line = line | ({"group": GROUPS[pressing[0]]} if "group" in line and pressing is not None else {})
    if line.get("blind"):
        return line if line.get("text") or clock.due_date is None else line | {"text": blind_words(clock.due_date)}
    due = f"{clock_words(clock)}：{clock_due(clock, look.now, look.calendar).words}"
    case = look.facts.get(clock.case_id) if line.get("sheet") else None
    asks = case is not None and asked_unit(open_clock(clock), case) in case.asked  # not where it was answered or withdrawn
    return line | {"text": f"{due}{SAID}" if asks else due}
