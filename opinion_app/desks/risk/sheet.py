"""What the sheet of factors shows beside its fields, for cases and policy documents alike."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from opinion_app.desks.risk.forms import SheetForm
from opinion_app.flow.assess import scale as office_scale
from opinion_app.rules.assessment import propose
from opinion_app.rules.response_plan import outline
from opinion_app.rules.words import RiskFactor

SHEET = "desks/risk/assess.html"


def sheet_context(session: Session, form: SheetForm) -> dict[str, Any]:
    """What the sheet shows beside its fields."""
    scale = office_scale(session)
    return {
        "files": True,
        "form_class": "form full",
        "outline": outline(),
        "scale": scale,
        "proposal": propose(form.grades(), scale),
        "graded": len(form.grades()),
        "wanted": len(RiskFactor),
        "said": "保存后立即通知领导审定；等级上升即时生效，下降经审定后生效。",
        "button_words": "保存研判",
    }
