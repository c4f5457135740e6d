"""What an act would leave undone for good, duties of a risk level and answers to 催办 or 督办, and the words that refuse it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.life import ACTS
from opinion_app.rules.words import ClockState, RiskLevel, Stage

# Each ends the clocks of the risk level, and all but closing shut the acts that would meet them (decisions 5).
ENDS_DUTIES = frozenset({"close", "decline", "refer", "merge", "archive"})
# A unit still answers what it was asked on a case that is closed; on one that left the life in these ways it may not.
SHUTS_ANSWERS = frozenset({"decline", "refer", "merge", "archive"})
NO_MORE = "不再要求"  # how a duty ends that nobody owes any more: a leader lowered the level, or its rule went out of use


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A 催办 or 督办 that waits for the answer of a unit."""

    title: str
    unit: str


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """What is still to be done on a case: the duties of its level in words, and who still has to answer what.

    `stage`: where the case stands; on one that left the life before this was refused neither can be done any more."""

    level: RiskLevel | None = None
    duties: tuple[str, ...] = ()
    sheets: tuple[Unanswered, ...] = ()
    stage: Stage | None = None

    def can(self, act: str) -> bool:
        """Whether `act` is open where the case stands."""
        return self.stage is None or self.stage in ACTS[act].stages


@dataclass(frozen=True, slots=True)
class Ended:
    """How a duty of a risk level ended: the newest clock of its kind on the case."""

    state: ClockState
    reason: str


def refused_over(act: str, left: LeftOpen) -> str:
    """Why `act` may not be done over what is left open, and what to do instead; empty where nothing stands against it."""
    label = ACTS[act].label
    said = [_over_duties(label, left)] if _duties_stand(act, left) else []
    said += [_over_sheets(label, left.sheets)] if _sheets_stand(act, left) else []
    if said and act == "merge":
        said.append("另一件没有这些未了事项的，也可以反过来把另一件并入本件。")
    return "".join(said)


def _duties_stand(act: str, left: LeftOpen) -> bool:
    return bool(left.duties) and act in ENDS_DUTIES and left.can("report_risk")


def _sheets_stand(act: str, left: LeftOpen) -> bool:
    return bool(left.sheets) and act in SHUTS_ANSWERS and left.can("supervise_feedback")


def ways_out(act: str, left: LeftOpen) -> tuple[tuple[str, str], ...]:
    """The acts that get out of the way what stands against `act`, with the words to offer each by."""
    duties = (("report_risk", "登记报告与回应"), ("assess", "重新研判"))
    sheets = (("supervise_feedback", "反馈督办"), ("urge", "催办承办单位"), ("withdraw_sheet", "撤销督办"))
    return (*(duties if _duties_stand(act, left) else ()), *(sheets if _sheets_stand(act, left) else ()))


def ends_undone(act: str, left: LeftOpen) -> str:
    """What ends undone by `act`, because it can be done no more where the case stands; empty where nothing does."""
    duties = left.duties if act in ENDS_DUTIES and not left.can("report_risk") else ()
    sheets = left.sheets if act in SHUTS_ANSWERS and not left.can("supervise_feedback") else ()
    said = [f"{'、'.join(duties)}还没有登记"] if duties else []
    said += [f"{_named(sheets)}还没有反馈"] if sheets else []
    if not said or left.stage is None:
        return ""
    after = f"“{ACTS[act].label}”后这些时限停止，不再提醒。要补办的，先“{ACTS['reopen'].label}”。"
    return f"{'，'.join(said)}。本件{left.stage.label}，已不能补办；{after}"


def _over_duties(label: str, left: LeftOpen) -> str:
    level = left.level.label if left.level else ""
    return (
        f"本件定级为“{level}”，{'、'.join(left.duties)}还没有登记，不能“{label}”。"
        f"请先办完并登记这些事项；情况已经缓和的，重新研判、由领导审定降级后再“{label}”。"
    )


def _over_sheets(label: str, sheets: Iterable[Unanswered]) -> str:
    first = "请先由承办单位“反馈督办”（发错了的由领导或发出人“撤销督办”）"
    return f"{_named(sheets)}还没有反馈，“{label}”以后就不能再反馈。{first}，再“{label}”。"


def _named(sheets: Iterable[Unanswered]) -> str:
    return "、".join(f"{sheet.title}（{sheet.unit}）" for sheet in sheets)


def goes_on_after_closing(sheets: Iterable[Unanswered]) -> str:
    """What whoever closes a case is told of the answers that are still to come; empty where none is."""
    named = _named(sheets)
    return f"{named}还没有反馈，办结后仍须反馈，照常计时、照常提醒，反馈以前不能归档。" if named else ""


def answerable(case: CaseFacts, unit_id: int | None) -> bool:
    """Whether somebody is still there to answer what `unit_id` was asked: a unit that gave the case back cannot."""
    return bool(case.active) if unit_id is None else case.of_unit(unit_id) is not None


def ended_words(duties: Iterable[Ended]) -> str:
    """What became of the duties of a level none of which runs: done, stopped and by what, or asked for no more; empty for none.

    What was stopped by an act that ended the case comes first, for nobody did it."""
    held = list(duties)
    stopped = [each.reason for each in held if each.state is ClockState.STOPPED and not each.reason.endswith(NO_MORE)]
    if stopped:
        return f"已停止（{'、'.join(dict.fromkeys(stopped))}）"
    if any(each.state is ClockState.MET for each in held):
        return "均已办理"
    return NO_MORE if held else ""
