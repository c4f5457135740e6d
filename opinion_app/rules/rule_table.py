"""The table of deadline rules as a whole: which rows may be added, and which may be retired without leaving a case undated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import TypeVar

from opinion_app.rules.deadline_rules import (
    LAST_RESORT,
    Ahead,
    ClockStage,
    DeadlineRule,
    RuleFacts,
    StartEvent,
    choose,
    closeness,
    newest_in_force,
)
from opinion_app.rules.default_rules import STAGES
from opinion_app.rules.errors import Invalid
from opinion_app.rules.words import Kind, Procedure, RiskLevel, Urgency, Word

W = TypeVar("W", bound=Word)
YEARS_BACK = 10
RISK_STAGES = frozenset(stage for stage, (event, _act, _owed_by) in STAGES.items() if event is StartEvent.ASSESSED)
# What a case may not be without: the other stages are owed by some cases and not by others.
NEEDED = frozenset(
    {
        ClockStage.ACCEPT,
        ClockStage.SIGN_FOR,
        ClockStage.DRAFT,
        ClockStage.REPLY,
        ClockStage.REPORT_BACK,
        ClockStage.RISK_REPORT,
        ClockStage.RISK_RESPONSE,
    }
)


@dataclass(frozen=True, slots=True)
class Match:
    """What a row of the table is for; a field that is None fits every case."""

    stage: ClockStage
    procedure: Procedure | None = None
    urgency: Urgency | None = None
    kind: Kind | None = None
    risk_level: RiskLevel | None = None
    historic: bool | None = None


def match_of(rule: DeadlineRule) -> Match:
    """What a rule is for."""
    return Match(rule.stage, rule.procedure, rule.urgency, rule.kind, rule.risk_level, rule.historic)


def match_words(match: Match) -> str:
    """Which cases a row is for."""
    words = [word.label for word in (match.procedure, match.urgency, match.kind, match.risk_level) if word is not None]
    if match.historic is not None:
        words.append("历史遗留" if match.historic else "非历史遗留")
    return "、".join(words) or "所有的件"


def new_row(code: str, match: Match, table: Iterable[DeadlineRule]) -> DeadlineRule:
    """A row to be filled in: start, meeting act and who owes it as with the row that governed such cases so far, else as its
    stage settles them. Raises Invalid beside the field for a match no case can have, or one that another row has already."""
    held = list(table)
    _check_match(match, held)
    event, act, owed_by = STAGES[match.stage]
    like = max((rule for rule in _newest(held) if _covers(match_of(rule), match)), key=closeness, default=None)
    if like is not None:
        event, act, owed_by = like.start_event, like.meeting_act, like.owed_by
    return DeadlineRule(
        code=code,
        name="",
        stage=match.stage,
        start_event=event,
        meeting_act=act,
        owed_by=owed_by,
        span=LAST_RESORT.span,
        source="",
        mark="I",
        in_force_from=date.min,
        procedure=match.procedure,
        urgency=match.urgency,
        kind=match.kind,
        risk_level=match.risk_level,
        historic=match.historic,
        warning=like.warning if like is not None else Ahead(),
        lapses=like.lapses if like is not None else False,
        back_from=ClockStage.REPLY if event is StartEvent.REPLY_DUE else None,
        guidance=like.guidance if like is not None else "",
    )


def _check_match(match: Match, table: Iterable[DeadlineRule]) -> None:
    wrong: dict[str, str] = {}
    if match.stage not in STAGES:
        wrong["stage"] = "这类时限由督办单自己写明，不在这里规定。"
    elif match.stage in RISK_STAGES and match.risk_level is None:
        wrong["risk_level"] = "舆情的时限按等级规定，请选择等级。"
    elif match.stage not in RISK_STAGES and match.risk_level is not None:
        wrong["risk_level"] = "只有舆情的时限按等级规定，这里请选“不限”。"
    if match.historic is not None and match.stage is not ClockStage.RISK_VERIFY:
        wrong["historic"] = "只有核实报告分历史遗留，这里请选“不限”。"
    twin = next((rule for rule in _newest(table) if not rule.retired and match_of(rule) == match), None)
    if twin is not None:
        wrong.setdefault(
            "stage", f"“{twin.name}”已经规定了{match_words(match)}的{match.stage.label}时限，请修改那一条，不要重复增加。"
        )
    if wrong:
        raise Invalid("这条时限规则还不能增加，请改正标出的各项。", wrong)


def _newest(table: Iterable[DeadlineRule]) -> list[DeadlineRule]:
    """The newest version of each row, in force or still to come."""
    return list({rule.code: rule for rule in table}.values())


def _covers(wide: Match, narrow: Match) -> bool:
    """Whether every case of `narrow` is one of `wide`."""
    pairs = (
        (wide.procedure, narrow.procedure),
        (wide.urgency, narrow.urgency),
        (wide.kind, narrow.kind),
        (wide.risk_level, narrow.risk_level),
        (wide.historic, narrow.historic),
    )
    return wide.stage is narrow.stage and all(of in (None, than) for of, than in pairs)


def check_date(held: DeadlineRule, in_force_from: date) -> None:
    """A new version may not begin before the newest one does, for it would never be in force. Raises Invalid."""
    if in_force_from < held.in_force_from:
        said = f"已有一版自 {held.in_force_from.isoformat()} 起执行，新的一版不能早于这一天。"
        raise Invalid(said, {"in_force_from": said})


def check_day(in_force_from: date, today: date) -> None:
    """Raises Invalid for a day nobody plans for: a slip of the pen in the year would lock the row for good."""
    if not today.year - YEARS_BACK <= in_force_from.year <= today.year + 1:
        said = f"执行日期应在 {today.year - YEARS_BACK} 年至 {today.year + 1} 年之间，请核对年份。"
        raise Invalid(said, {"in_force_from": said})


def in_force(versions: Sequence[DeadlineRule], today: date) -> DeadlineRule | None:
    """Of one row's versions, the newest first, the one in force on that day, retired or not; None where none is yet."""
    begun = [rule for rule in versions if rule.in_force_from <= today]
    return max(begun, key=lambda rule: rule.in_force_from, default=None)


def retired(held: DeadlineRule, in_force_from: date, source: str) -> DeadlineRule:
    """The version that takes a row out of the table from that day on. Raises Invalid."""
    if held.retired:
        raise Invalid("这条时限规则已经停用。", {"in_force_from": f"已自 {held.in_force_from.isoformat()} 起停用。"})
    check_date(held, in_force_from)
    if not source.strip():
        raise Invalid("请填写停用的依据。", {"source": "请填写停用的依据；没有文件依据的，写明“本单位规定”。"})
    return replace(held, retired=True, in_force_from=in_force_from, source=source.strip())


def heirs(out: DeadlineRule, table: Sequence[DeadlineRule]) -> tuple[DeadlineRule | None, ...]:
    """The rules that take over what a row governs when `out` retires it, None where nothing does; `table` is without `out`."""
    found: dict[DeadlineRule | None, None] = {}
    for facts in _governed(out):
        before = choose(table, facts, out.stage, out.in_force_from)
        if before is not None and before.rule.code == out.code:
            found[_chosen([*table, out], facts, out.stage, out.in_force_from)] = None
    return tuple(found)


def check_retirement(out: DeadlineRule, table: Sequence[DeadlineRule]) -> None:
    """A row that cases rely on may not go before another takes over, on that day or when the other goes. Raises Invalid."""
    if out.stage not in NEEDED:
        return
    after = [*table, out]
    for day in sorted({rule.in_force_from for rule in after if rule.in_force_from >= out.in_force_from}):
        held = newest_in_force(after, day)
        if any(_chosen(held, facts, out.stage, day) is None for facts in _governed(out)):
            which = match_words(match_of(out))
            said = f"自 {day.isoformat()} 起，{which}就会没有“{out.stage.label}”的时限。请先增加接替的规则，再停用这一条。"
            raise Invalid(said, {"in_force_from": said})


def _chosen(table: Iterable[DeadlineRule], facts: RuleFacts, stage: ClockStage, on: date) -> DeadlineRule | None:
    choice = choose(table, facts, stage, on)
    return None if choice is None or choice.rule is LAST_RESORT else choice.rule


def _governed(rule: DeadlineRule) -> Iterator[RuleFacts]:
    """Every sort of case a rule fits."""
    levels: Sequence[RiskLevel | None] = _each(rule.risk_level, RiskLevel) if rule.stage in RISK_STAGES else (None,)
    marks = (rule.historic,) if rule.historic is not None else (False, True)
    sorts = product(_each(rule.procedure, Procedure), _each(rule.urgency, Urgency), _each(rule.kind, Kind), levels)
    for procedure, urgency, kind, level in sorts:
        for historic in marks if rule.stage is ClockStage.RISK_VERIFY else (False,):
            yield RuleFacts(procedure, urgency, kind, level, None, historic)


def _each(own: W | None, of: type[W]) -> tuple[W, ...]:
    return (own,) if own is not None else tuple(of)
