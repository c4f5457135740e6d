"""The form of the office's own scale."""

from __future__ import annotations

from typing import Any

from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from opinion_app.forms import OfficeForm, choices
from opinion_app.rules.assessment import Scale
from opinion_app.rules.words import RiskFactor, RiskLevel

LEVELS = (RiskLevel.IV, RiskLevel.III, RiskLevel.II, RiskLevel.I)


def _weight(factor: RiskFactor) -> IntegerField:
    return IntegerField(factor.label, [InputRequired("请填写分值。"), NumberRange(0, 100, "请填写 0 到 100 的整数。")])


def _bound(level: RiskLevel) -> IntegerField:
    return IntegerField(f"{level.label}，从", [InputRequired("请填写起点分。"), NumberRange(1, 100, "请填写 1 到 100 的整数。")])


class ScaleForm(OfficeForm):
    """Six weights, four bounds, and the level under which nothing falls that grades any factor highest."""

    content = _weight(RiskFactor.CONTENT)
    reaction = _weight(RiskFactor.REACTION)
    spread = _weight(RiskFactor.SPREAD)
    media = _weight(RiskFactor.MEDIA)
    trend = _weight(RiskFactor.TREND)
    impact = _weight(RiskFactor.IMPACT)
    bound_IV = _bound(RiskLevel.IV)  # noqa: N815 - named after the level
    bound_III = _bound(RiskLevel.III)  # noqa: N815
    bound_II = _bound(RiskLevel.II)  # noqa: N815
    bound_I = _bound(RiskLevel.I)  # noqa: N815
    single = SelectField("任何一项为最高档时，建议等级不低于", choices=choices(RiskLevel.choices()))

    def scale(self) -> Scale:
        """What the form says, for the rules to judge."""
        weights = {factor: int(self[factor.value].data or 0) for factor in RiskFactor}
        bounds = {level: int(self[f"bound_{level.value}"].data or 0) for level in LEVELS}
        return Scale(weights, bounds, RiskLevel.of(self.single.data))


def held(scale: Scale) -> dict[str, Any]:
    """What the form is opened with."""
    values: dict[str, Any] = {factor.value: weight for factor, weight in scale.weights.items()}
    return values | {f"bound_{level.value}": bound for level, bound in scale.bounds.items()} | {"single": scale.single.value}
