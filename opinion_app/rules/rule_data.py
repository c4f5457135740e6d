"""A deadline rule as plain data for the database and back, field by field."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.deadline_rules import Ahead, Allowance, ClockStage, DeadlineRule, OwedBy, StartEvent
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
    """The rule as JSON holds it."""
    return {field.name: _plain(getattr(rule, field.name)) for field in fields(rule)}


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


def from_data(data: dict[str, Any]) -> DeadlineRule:
    """The rule that `to_data` wrote; raises KeyError or ValueError for data that is none."""
    read = {name: _word(name, value) for name, value in data.items()}
    read["span"] = _span(data["span"])
    read["in_force_from"] = date.fromisoformat(data["in_force_from"])
    read["return_window"] = _span(data["return_window"]) if data.get("return_window") else None
    read["warning"] = Ahead(**data["warning"])
    allowance = data.get("extension")
    read["extension"] = Allowance(allowance["times"], _span(allowance["at_most"]), allowance["approver"]) if allowance else None
    return DeadlineRule(**read)


def _word(name: str, value: Any) -> Any:
    return _WORDS[name].of(value) if name in _WORDS and value is not None else value


def _span(data: dict[str, Any]) -> Span:
    return Span(int(data["amount"]), Unit(data["unit"]))
