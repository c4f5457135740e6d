"""The sheets of assessments as the stories tell them."""

from __future__ import annotations

from typing import Any

from opinion_app.rules.assessment import Ground, Sheet
from opinion_app.rules.words import RiskFactor


def sheet_of(data: dict[str, Any], findings: str) -> Sheet:
    """The sheet a story tells of: grades and grounds in the order of the factors."""
    grounds = {
        factor: Ground(grade, text) for factor, grade, text in zip(RiskFactor, data["grades"], data["grounds"], strict=True)
    }
    return Sheet(grounds, findings=findings, plan=data.get("plan", "").strip())
