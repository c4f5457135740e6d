"""A deadline rule to and from plain data (a JSON column, a form), with every fault of a typed rule named at once."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from opinion_app.rules.clock_facts import DeadlineRefused, Span, Unit, check_span
from opinion_app.rules.deadline_rules import Ahead, Allowance, ClockStage, DeadlineRule, OwedBy, StartEvent
from opinion_app.rules.errors import Invalid
from opinion_app.rules.words import Kind, Procedure, RiskLevel, Urgency, Word

_WORDS: dict[str, type[Word]] = {
    "stage": ClockStage,
    "start_event": StartEvent,
    "owed_by": OwedBy,
    "procedure": Procedure,
    "urgency": Urgency,
    "kind": Kind,
    "risk_level": RiskLevel,
    "back_from": ClockStage,
}


def to_data(rule: DeadlineRule) -> dict[str, Any]:
    """The rule as JSON holds it; `from_data` reads it back equal."""
    return {field.name: _plain(getattr(rule, field.name)) for field in fields(rule)}


def from_data(data: Mapping[str, Any]) -> DeadlineRule:
    """The rule that `to_data` wrote; raises KeyError, TypeError or ValueError for data that is none."""
    read = {name: _word(name, value) for name, value in data.items()}
    read["in_force_from"] = date.fromisoformat(data["in_force_from"])
    read["span"] = _span(data["span"])
    read["return_window"] = _optional_span(data.get("return_window"))
    read["warning"] = Ahead(**data["warning"])
    allowance = data.get("extension")
    if allowance is not None:
        read["extension"] = Allowance(allowance["times"], _optional_span(allowance["at_most"]), allowance["approver"])
    return DeadlineRule(**read)


def check_rule(rule: DeadlineRule) -> None:
    """Raises Invalid naming every field of a typed rule that cannot stand."""
    wrong: dict[str, str] = {}
    for name, span in (("span", rule.span), ("return_window", rule.return_window)):
        _note_span(wrong, name, span)
    if not rule.name.strip():
        wrong["name"] = "请填写规则名称。"
    if not rule.source.strip():
        wrong["source"] = "请填写依据；没有文件依据的，写明“本单位规定”。"
    if rule.back_from is not None and rule.span.unit is not Unit.WORKING_DAYS:
        wrong.setdefault("span", "从答复到期日往前留的时间按工作日计算，单位请选“个工作日”。")
    if rule.extension is not None:
        _check_allowance(wrong, rule.extension, rule.span.unit)
    if rule.warning.working_days < 0 or not 0 < rule.warning.percent_left < 100:
        wrong["warning"] = "提前提醒的天数不能为负，剩余时间的比例须在 1% 至 99% 之间。"
    if wrong:
        raise Invalid("这条时限规则还不能保存，请改正标出的各项。", wrong)


def _check_allowance(wrong: dict[str, str], allowance: Allowance, unit: Unit) -> None:
    _note_span(wrong, "extension", allowance.at_most)
    if allowance.times < 1:
        wrong["extension"] = "延期次数至少为 1；不许延期的，请选“不能延期”。"
    elif allowance.at_most is not None and allowance.at_most.unit.in_days is not unit.in_days:
        wrong["extension"] = "延期的单位须与时限一致：按天的延天数，按小时的延小时数。"


def _note_span(wrong: dict[str, str], name: str, span: Span | None) -> None:
    if span is None:
        return
    try:
        check_span(span)
    except DeadlineRefused as refusal:
        wrong[name] = refusal.message


def _plain(value: Any) -> Any:
    if isinstance(value, Span):
        return {"amount": value.amount, "unit": value.unit.value}
    if isinstance(value, Allowance):
        return {"times": value.times, "at_most": _plain(value.at_most), "approver": value.approver}
    if isinstance(value, Ahead):
        return {"working_days": value.working_days, "percent_left": value.percent_left}
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value


def _word(name: str, value: Any) -> Any:
    return _WORDS[name].of(value) if name in _WORDS and value is not None else value


def _span(data: Mapping[str, Any]) -> Span:
    return Span(int(data["amount"]), Unit(data["unit"]))


def _optional_span(data: Mapping[str, Any] | None) -> Span | None:
    return None if data is None else _span(data)
