"""Rules as JSON and the faults of typed ones."""

import json
from dataclasses import replace

import pytest

from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.deadline_rules import Ahead, Allowance, DeadlineRule
from opinion_app.rules.default_rules import DEFAULT_RULES, days, hours
from opinion_app.rules.errors import Invalid
from opinion_app.rules.rule_data import check_rule, from_data, to_data


@pytest.mark.parametrize("rule", DEFAULT_RULES, ids=lambda rule: rule.code)
def test_a_rule_survives_a_json_column(rule: DeadlineRule) -> None:
    assert from_data(json.loads(json.dumps(to_data(rule)))) == rule


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({"span": days(0)}, "span"),
        ({"span": days(-3)}, "span"),
        ({"span": Span(10**9, Unit.HOURS)}, "span"),
        ({"return_window": hours(0)}, "return_window"),
        ({"name": " "}, "name"),
        ({"source": ""}, "source"),
        ({"extension": Allowance(0, days(1), "单位负责人")}, "extension"),
        ({"extension": Allowance(1, days(0), "单位负责人")}, "extension"),
        ({"extension": Allowance(1, hours(5), "单位负责人")}, "extension"),
        ({"warning": Ahead(-1)}, "warning"),
        ({"warning": Ahead(1, 100)}, "warning"),
    ],
)
def test_a_typed_rule_that_cannot_stand_names_the_field(fault: dict[str, object], field: str) -> None:
    rule = replace(DEFAULT_RULES[-1], **fault)  # type: ignore[arg-type]
    with pytest.raises(Invalid) as refused:
        check_rule(rule)
    assert set(refused.value.fields) == {field}


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        check_rule(replace(DEFAULT_RULES[0], name="", source="", span=days(0)))
    assert set(refused.value.fields) == {"name", "source", "span"}
