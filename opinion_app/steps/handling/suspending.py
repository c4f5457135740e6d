"""中止、恢复和重新起算: what the law leaves out of the time for an answer, said with ground and moment (信息公开条例 30, 33)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.flow import clock_changes, outbox, progress
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import facts_of
from opinion_app.flow.clocks import open_clocks
from opinion_app.flow.move import admit, move
from opinion_app.flow.moved_dates import DateMoved, check_late, held_dates, moved_sentence, moved_since
from opinion_app.flow.which_rule import choice_for
from opinion_app.records.case import Case
from opinion_app.records.clock import Clock
from opinion_app.rules.clock_facts import ClockFacts
from opinion_app.rules.deadline import derive, if_resumed, is_late
from opinion_app.rules.deadline_rules import ClockStage
from opinion_app.rules.due_date import DueDate, due_of
from opinion_app.rules.errors import Invalid, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.spoken import moment_words
from opinion_app.rules.suspension import SuspensionGround


def ask_until(session: Session, case: Case) -> DueDate | None:
    """Until when the writer may be asked to complete an application (信息公开条例 30); None where no rule sets a time."""
    choice = choice_for(session, case, ClockStage.CORRECTION, case.received_at)
    return due_of(derive(ClockFacts(case.received_at, choice.rule.span), work_calendar(session))) if choice else None


def suspend(
    session: Session,
    case: Case,
    actor: Actor,
    now: datetime,
    ground: SuspensionGround,
    at: datetime,
    reason: str,
    told: str = "",
    seen: int | None = None,
) -> Clock:
    """中止计时: the reply's clock stands still from `at`; the writer is told, and the lead unit, with what runs on.

    Raises Invalid or Refused."""
    admit(session, case, "suspend", actor, seen)
    if ground is SuspensionGround.CORRECTION:
        _check_correction(session, case, at, told)
    try:
        clock = clock_changes.suspend(session, case, ground, at, reason, now)
    except Refused as refusal:
        raise Invalid(refusal.message, {"since": refusal.message}) from refusal
    held = open_clocks(session, case.id)
    words = f"{ground.label}，自 {moment_words(at)} 起中止计时。{reason.rstrip('。')}。{clock_changes.what_rests(held)}"
    done = move(
        session, case, "suspend", actor, now, note=words, detail={"ground": ground.value, "at": at.isoformat()},
        values={"计时": ("计时中", f"中止（{ground.label}）")},
    )  # fmt: skip
    progress.tell(session, case, why=told or f"因{ground.label}，办理期限自即日起暂停计算，恢复后接着计算。")
    going = clock_changes.goes_on(held)
    what = f"已中止计时（{ground.label}）" + (f"，{going}时限照常" if going else "")
    _tell_unit(session, case, what, f"suspend:{done.id}", now)
    return clock


def refused_now(session: Session, case: Case, now: datetime) -> str:
    """Why the clock can be stopped from no moment at all, so that nobody fills in a form for it; empty where it can.

    What is late can be stopped from no moment before it was either: it would be late no more, and nobody would know."""
    try:
        clock_changes.check_stoppable(session, case, now, now)
    except Refused as refusal:
        return refusal.message
    return ""


def _check_correction(session: Session, case: Case, at: datetime, told: str) -> None:
    """The writer must learn what is missing, in time and once (一次性告知)."""
    if not told.strip():
        raise Invalid("请写明需要补正什么。", {"told": "要求补正的，请写明需要补充什么，留言人在进度查询页能看到。"})
    until = ask_until(session, case)
    if until is None:
        return
    before = clock_changes.running_reply(session, case).pauses
    if any(pause.get("ground") == SuspensionGround.CORRECTION.value for pause in before):
        raise Invalid("补正只能一次性告知，本件已经告知过补正。", {"ground": "本件已经告知过补正。"})
    if is_late(until.at, at):
        said = f"告知补正须在 {until.moment()} 前（政府信息公开条例第三十条），现在已过期限。"
        raise Invalid(said, {"since": said})


def due_after(session: Session, case: Case, at: datetime) -> DueDate | None:
    """When the reply would be due if its clock ran again from `at`."""
    facts = if_resumed(facts_of(clock_changes.running_reply(session, case)), at)
    return due_of(derive(facts, work_calendar(session)))


def resume(
    session: Session,
    case: Case,
    actor: Actor,
    now: datetime,
    at: datetime,
    reason: str,
    *,
    know_late: bool = False,
    seen: int | None = None,
) -> list[DateMoved]:
    """恢复计时: what was left runs on from `at`; answers which dates moved, those of the units included.

    Raises Invalid when one of them is late at once and nobody said they know (D12)."""
    admit(session, case, "resume", actor, seen)
    held = held_dates(session, case)
    try:
        clock = clock_changes.resume(session, case, at, now)
    except Refused as refusal:
        raise Invalid(refusal.message, {"at": refusal.message}) from refusal
    moved = moved_since(session, case, held)
    check_late(moved, now, know_late=know_late, how="按这个时间恢复")
    return _runs_again(session, case, actor, now, "resume", clock, moved, f"自 {moment_words(at)} 起恢复计时。{reason}")


def restart(
    session: Session,
    case: Case,
    actor: Actor,
    now: datetime,
    at: datetime,
    reason: str,
    *,
    know_late: bool = False,
    seen: int | None = None,
) -> list[DateMoved]:
    """收到补正: the whole time runs anew from `at`. Answers and raises as `resume` does."""
    admit(session, case, "restart", actor, seen)
    held = held_dates(session, case)
    try:
        clock = clock_changes.restart(session, case, at, "收到补正", now)
    except Refused as refusal:
        raise Invalid(refusal.message, {"at": refusal.message}) from refusal
    moved = moved_since(session, case, held)
    check_late(moved, now, know_late=know_late, how="从这个时间重新起算")
    return _runs_again(session, case, actor, now, "restart", clock, moved, f"{moment_words(at)} 收到补正，时限重新起算。{reason}")


def _runs_again(
    session: Session, case: Case, actor: Actor, now: datetime, act: str, clock: Clock, moved: list[DateMoved], words: str
) -> list[DateMoved]:
    due = f"到期日：{clock.due_date.moment()}。" if clock.due_date is not None else ""
    values = {"计时": ("中止", "计时中"), "答复时限": (None, clock.due_date)}
    done = move(session, case, act, actor, now, note=f"{words}　{due}{moved_sentence(moved, now)}", values=values)
    progress.tell(session, case, why="办理期限已恢复计算。" if act == "resume" else "已收到您的补充材料，办理期限重新计算。")
    _tell_unit(session, case, f"已恢复计时，{due}" if due else "已恢复计时", f"{act}:{done.id}", now)
    return moved


def _tell_unit(session: Session, case: Case, what: str, key: str, now: datetime) -> None:
    if case.lead_unit_id is not None:
        outbox.tell_unit(session, case, case.lead_unit_id, what.rstrip("。"), key, now, mail=False)
