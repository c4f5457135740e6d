"""What changes the dates of clocks that run: suspended, resumed, begun anew, extended.

Each change keeps the inputs it found, so that no minute is lost or won; each moved date is entered in the clock's `dates`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from sqlalchemy.orm import Session

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import Cause, extension_data, facts_of, from_then, settle, with_missed
from opinion_app.flow.clocks import open_clocks, refresh, reply_clock, shift_inner
from opinion_app.flow.due import clock_words
from opinion_app.flow.lived import facts_lived
from opinion_app.flow.which_rule import ahead_of
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.clock_facts import Extension
from opinion_app.rules.deadline_checks import check_restart, check_resumption, check_suspension
from opinion_app.rules.deadline_rules import ClockStage
from opinion_app.rules.due_date import DueDate
from opinion_app.rules.errors import Refused
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import OPEN_CLOCK, ClockState
from opinion_app.rules.zone import local_date


def running_reply(session: Session, case: Case) -> Clock:
    """The reply's clock, running or suspended. Raises Refused where there is none."""
    clock = reply_clock(session, case.id)
    if clock is None or clock.state not in OPEN_CLOCK:
        raise Refused("本件没有正在计时的答复时限。")
    return clock


def suspend(session: Session, case: Case, ground: SuspensionGround, at: datetime, reason: str, now: datetime) -> Clock:
    """Let the reply's clock, and the units' under it, stand still from `at`; nothing else stops (`what_rests`).

    Raises DeadlineRefused where the clock does not run at that moment or has run out."""
    clock = check_stoppable(session, case, at, now)
    entry = {"since": at.isoformat(), "until": None, "reason": ground.label, "ground": ground.value, "note": reason}
    inner = [held for held in open_clocks(session, case.id) if held.stage == ClockStage.DRAFT.value]
    clock.pauses = [*clock.pauses, with_missed(entry, inner) | from_then(clock, at)]
    _follow(session, case, clock, Cause(now, f"中止计时（{ground.label}）"))
    return clock


def check_stoppable(session: Session, case: Case, at: datetime, now: datetime) -> Clock:
    """The reply's clock. Raises DeadlineRefused where it cannot be stopped from `at`."""
    clock = running_reply(session, case)
    check_suspension(facts_of(clock), at, work_calendar(session), now, facts_lived(session, clock))
    return clock


def what_rests(held: Sequence[Clock]) -> str:
    """Which of the open dates of a case stand still and which go on, so that page and entry say the same; empty where none rests.

    Only what waits for somebody outside rests: the reply, and what the units owe towards it (信息公开条例 30, 33). Whether a unit
    signs, calls the writer or answers a 督办单 depends on nobody outside, so those run on and are reminded of (decisions 7)."""
    resting = dict.fromkeys(clock_words(clock) for clock in held if clock.state is ClockState.SUSPENDED)
    if not resting:
        return _bound_words(held)
    dated = ((clock, clock.due_date) for clock in held)
    running = dict.fromkeys(f"{clock_words(clock)}（{due.iso}）" for clock, due in dated if due is not None)
    said = f"中止的是{'、'.join(resting)}时限，恢复前不提醒、不算逾期"
    return f"{said}；{'、'.join(running)}照常计算、照常提醒。" if running else f"{said}。"


def _bound_words(held: Sequence[Clock]) -> str:
    """What is said of a reply that stands still for itself and yet comes due: by the date an issuer has set."""
    reply = next((clock for clock in held if clock.stage == ClockStage.REPLY.value and clock.due_at is not None), None)
    by_issuer = reply is not None and any(entry.get("issuer") for entry in reply.adoptions)
    if reply is None or not by_issuer or all(pause.get("until") for pause in reply.pauses):
        return ""
    due = cast(DueDate, reply.due_date)
    return f"并入的来件由来文单位定了日期（{due.iso}），不随本件中止，照常计算、照常提醒。"


def goes_on(held: Sequence[Clock]) -> str:
    """What is waited for by the dates that run, each once, in words."""
    return "、".join(dict.fromkeys(clock_words(clock) for clock in held if clock.due_at is not None))


def resume(session: Session, case: Case, at: datetime, now: datetime) -> Clock:
    """Let the clock run on from `at` with all that was left. Raises DeadlineRefused where it does not stand still."""
    clock = running_reply(session, case)
    check_resumption(facts_lived(session, clock), at, now)
    clock.pauses = [*clock.pauses[:-1], clock.pauses[-1] | {"until": at.isoformat()}]
    _follow(session, case, clock, Cause(now, "恢复计时"))
    return clock


def restart(session: Session, case: Case, at: datetime, reason: str, now: datetime) -> Clock:
    """Begin the whole time anew from `at` (信息公开条例 30: 自收到补正之日起重新计算). Raises DeadlineRefused."""
    clock = running_reply(session, case)
    check_restart(facts_lived(session, clock), at, now)
    clock.pauses = [*clock.pauses[:-1], clock.pauses[-1] | {"until": at.isoformat()}]
    clock.restarts = [*clock.restarts, {"at": at.isoformat(), "reason": reason} | from_then(clock, at)]
    _follow(session, case, clock, Cause(now, reason))
    return clock


def extend(session: Session, case: Case, clock: Clock, extension: Extension) -> None:
    """Add granted time to a clock and to what hangs on it; the original date is kept for statistics.

    What the issuer of a letter grants for the reply it grants for the report back to itself (decisions 10)."""
    cause = Cause(extension.granted_at, f"批准延期：{extension.reason}")
    extension = replace(extension, granted_at=facts_of(clock).extended_at(extension.granted_at))
    clock.extensions = [*clock.extensions, extension_data(extension)]
    _follow(session, case, clock, cause)
    if extension.granted_by:
        for report in open_clocks(session, case.id):
            if report.stage == ClockStage.REPORT_BACK.value and report.due_at != clock.due_at:
                until = local_date(clock.due_at) if clock.due_at is not None else extension.until
                granted = replace(extension, span=None, until=until) if until is not None else extension
                report.extensions = [*report.extensions, extension_data(granted)]
                _follow(session, case, report, cause)


def _follow(session: Session, case: Case, clock: Clock, cause: Cause) -> None:
    settle(clock, work_calendar(session), ahead_of(session, clock), cause)
    shift_inner(session, case, cause)
    refresh(session, case)
