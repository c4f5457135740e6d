"""The right rail of the case page: clocks, units and people, the masked writer, the facts of the case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from opinion_app.desks.casefile.queries import Dossier
from opinion_app.flow.due import DueBadge, clock_due, clock_words, ground_words
from opinion_app.records.assignment import Assignment
from opinion_app.records.clock import Clock
from opinion_app.rules import links
from opinion_app.rules.clock_facts import Unit
from opinion_app.rules.masking import ContactField, mask_contact
from opinion_app.rules.spoken import moment_words
from opinion_app.rules.words import OPEN_CLOCK, AssignmentState, ClockState
from opinion_app.rules.workdays import WorkCalendar
from opinion_app.rules.zone import ends_its_day, local


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock in the rail."""

    words: str
    due: DueBadge
    when: str
    open: bool


@dataclass(frozen=True, slots=True)
class PartLine:
    """One unit's part in the rail."""

    role: str
    unit: str
    person: str
    note: str
    active: bool


def clock_href(number: str, clock: Clock) -> str:
    """Where the derivation of a clock's date is told."""
    return f"{links.case(number)}/clocks/{clock.id}"


def first_due(held: Dossier) -> Clock | None:
    """The clock the head of the page shows: the earliest that is not met."""
    return next((clock for clock in held.clocks if clock.state is ClockState.RUNNING and clock.due_at is not None), None)


def clock_lines(held: Dossier, now: datetime, calendar: WorkCalendar) -> list[ClockLine]:
    """Every clock of the case, the open ones first and by urgency."""
    return [
        ClockLine(
            _clock_words(clock),
            clock_due(clock, now, calendar, clock_href(held.case.number, clock)),
            _clock_when(clock, now),
            clock.state in OPEN_CLOCK,
        )
        for clock in held.clocks
    ]


def _clock_words(clock: Clock) -> str:
    return clock_words(clock) + (f"（{clock.unit.short_name or clock.unit.name}）" if clock.unit else "")


def _clock_when(clock: Clock, now: datetime) -> str:
    """By when, and for hours from when the service reminds; for a clock that ended, when it did.

    Of days the digest speaks, two working days ahead: 提醒与通知 says from which morning."""
    year = local(now).year
    if clock.ended_at is not None:
        reason = f"，{clock.end_reason}" if clock.end_reason else ""
        return f"{moment_words(clock.ended_at, year)}{'完成' if clock.state is ClockState.MET else '停止'}{reason}"
    due = clock.due_date
    if due is None:
        return ""
    if Unit(clock.amount_unit).in_days:
        return f"{due.words(year)}到期" if ends_its_day(due.at) else f"{due.words(year)} 前"
    warned = clock.warn_at is not None and clock.state is ClockState.RUNNING and clock.warn_at > now
    return f"{due.moment(year)} 前" + (f"，{_hour(clock.warn_at, due.at)} 起提醒" if warned and clock.warn_at else "")


def _hour(moment: datetime, beside: datetime) -> str:
    """09:30, with the day in front where it is not the day of `beside`."""
    wall = local(moment)
    return f"{wall:%H:%M}" if wall.date() == local(beside).date() else f"{wall.month}月{wall.day}日 {wall:%H:%M}"


def part_lines(held: Dossier) -> list[PartLine]:
    """The units that take part, the lead first; those that no longer do come last."""
    rows = sorted(held.assignments, key=lambda row: (not row.state.is_active, row.role.value, row.id))
    return [_part(row) for row in rows]


def _part(row: Assignment) -> PartLine:
    return PartLine(
        f"{row.role.label} · {row.state.label}",
        row.unit.name,
        row.handler.name if row.handler else "",
        _part_note(row),
        row.state.is_active,
    )


def _part_note(row: Assignment) -> str:
    if row.state is AssignmentState.RETURN_ASKED:
        return f"退回理由：{row.return_reason}"
    if not row.state.is_active:
        return row.end_reason or row.return_reason
    return row.note


def writer_lines(held: Dossier) -> list[tuple[str, str]]:
    """The writer's data as anybody on the page sees it: masked, always (decisions 17)."""
    writer = held.writer
    if writer is None:
        return []
    fields = (
        ("姓名", ContactField.NAME, writer.name),
        ("电话", ContactField.PHONE, writer.phone),
        ("邮箱", ContactField.EMAIL, writer.email),
        ("地址", ContactField.ADDRESS, writer.address),
    )
    shown = [(label, mask_contact(field, value)) for label, field, value in fields if value]
    return [*shown, ("证件号", "已登记，不显示")] if writer.identity_number else shown


def marks(held: Dossier) -> Iterator[str]:
    """What everybody who opens the case must see at once."""
    case, facts = held.case, held.facts
    said = (
        (case.urgency.value != "normal", case.urgency.label),
        (case.needs_leader, "呈批中"),
        (case.restricted, "仅限知情人"),
        (case.kind.value == "accusation", "举报件，不公开"),
        (any(part.state is AssignmentState.RETURN_ASKED for part in facts.assignments), "单位申请退回"),
        (facts.extension_waits, "延期申请待审批"),
        (bool(case.suspended_for), f"答复计时中止：{ground_words(case.suspended_for)}"),
        (facts.assessment_waits, "研判待审定"),
        (facts.report_owed, "须反馈来文单位"),
        (bool(facts.recused), f"{len(facts.recused)} 人回避"),
        (facts.published, "已公开"),
        (facts.planned, "已定时公开"),
        (facts.plan_held, "定时公开已搁置"),
        (case.imported, "历史件"),
    )
    return (words for on, words in said if on)


def case_facts(held: Dossier) -> list[tuple[str, str | None]]:
    """The facts of the case beside its text."""
    case = held.case
    rows: list[tuple[str, str | None]] = [
        ("来源", f"{case.source.label}（{case.channel.label}）"),
        ("诉求类型", case.kind.label),
        ("领域", case.area),
        ("办理类别", case.procedure.label),
        ("紧急程度", case.urgency.label),
        ("地点", case.place),
        ("原编号", case.original_number),
        ("被举报对象", held.accused_unit or case.accused),
        ("公开意愿", "愿意公开" if case.wish_public else "未表示愿意公开"),
        ("登记", held.registrar or "网上自行提交"),
        ("公开决定", case.disclosure.label if case.disclosure else ""),
        ("转往", case.referred_to),
        ("答复方式", case.answer_method.label if case.answer_method else ""),
        ("保管期限", case.retention.label if case.retention else ""),
        ("档号", case.archive_number),
    ]
    return [(label, value) for label, value in rows if value]


def letter_facts(held: Dossier) -> list[tuple[str, str | None]]:
    """What the notice that came with a forwarded letter says."""
    letter = held.letter
    if letter is None:
        return []
    return [
        ("来文单位", letter.issuer),
        ("文号", letter.document_number),
        ("紧急程度", letter.issuer_urgency),
        ("通知日期", letter.notice_date.isoformat()),
        ("收文日期", letter.received_on.isoformat()),
        ("要求反馈", letter.return_on.isoformat() if letter.return_on else "未写日期"),
        ("反馈", "已反馈" if letter.reported_at else "须反馈" if letter.report_owed else "不须反馈"),
    ]
