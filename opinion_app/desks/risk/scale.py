"""The office's own scale: the weight of each factor and the score at which each level begins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.flow import trail
from opinion_app.flow.assess import SCALE, scale
from opinion_app.flow.settings import put_setting
from opinion_app.rules.assessment import Scale, check_scale, scale_data
from opinion_app.rules.errors import Forbidden, Invalid
from opinion_app.rules.facts import Actor
from opinion_app.rules.permissions import may


def change_scale(session: Session, actor: Actor, now: datetime, new: Scale) -> None:
    """Weigh assessments by `new` from now on; those made before keep the scale they were made by.

    Raises Forbidden, or Invalid for a scale that cannot work or says nothing new."""
    if not may(actor, "rules"):
        raise Forbidden("您没有修改研判分值的权限。")
    check_scale(new)
    changed = _changed(scale(session), new)
    if not changed:
        raise Invalid("分值没有变化。")
    put_setting(session, SCALE, scale_data(new))
    trail.record(session, "risk.scale", "研判分值", actor, now, changed)


def _changed(old: Scale, new: Scale) -> dict[str, tuple[object, object]]:
    pairs: dict[str, tuple[object, object]] = {
        factor.label: (old.weights[factor], weight) for factor, weight in new.weights.items()
    }
    pairs |= {f"{level.label}起点分": (old.bounds[level], bound) for level, bound in new.bounds.items()}
    pairs["单项最高档不低于"] = (old.single, new.single)
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
