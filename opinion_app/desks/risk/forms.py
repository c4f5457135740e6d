"""The forms of risk: the sheet of factors, the leader's word on it, and what was reported or answered."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, DateTimeLocalField, Field, RadioField, TextAreaField
from wtforms.validators import InputRequired, Optional

from opinion_app.forms import OfficeForm, choices, late_tick, line, text
from opinion_app.records.assessment import Assessment
from opinion_app.rules.assessment import GRADE_WORDS, Ground, Sheet, grounds_of
from opinion_app.rules.words import RiskFactor, RiskLevel

AS_PROPOSED = ""
MAX_GROUND, MAX_FINDINGS, MAX_PLAN = 500, 4000, 20_000


def _grades(factor: RiskFactor) -> RadioField:
    words = GRADE_WORDS[factor]
    return RadioField(factor.label, choices=choices(enumerate(words)), validate_choice=False)


def _ground(factor: RiskFactor) -> TextAreaField:
    return text(f"{factor.label}的依据", MAX_GROUND, rows=2)


class SheetForm(OfficeForm):
    """The sheet: six factors with grade and ground, the level, findings and the response plan."""

    grade_content = _grades(RiskFactor.CONTENT)
    ground_content = _ground(RiskFactor.CONTENT)
    grade_reaction = _grades(RiskFactor.REACTION)
    ground_reaction = _ground(RiskFactor.REACTION)
    grade_spread = _grades(RiskFactor.SPREAD)
    ground_spread = _ground(RiskFactor.SPREAD)
    grade_media = _grades(RiskFactor.MEDIA)
    ground_media = _ground(RiskFactor.MEDIA)
    grade_trend = _grades(RiskFactor.TREND)
    ground_trend = _ground(RiskFactor.TREND)
    grade_impact = _grades(RiskFactor.IMPACT)
    ground_impact = _ground(RiskFactor.IMPACT)
    level = RadioField(
        "定级",
        choices=choices([(AS_PROPOSED, "采用建议等级"), *RiskLevel.choices()]),
        default=AS_PROPOSED,
    )
    difference_reason = text("与建议等级不同的理由", 500, hint="定级与建议不同时必填", rows=2)
    findings = text("研判结论", MAX_FINDINGS, hint="风险点在哪里，可能怎样发展，主要防范措施；定为舆情的必填", rows=4)
    historic = BooleanField("属历史遗留问题", description="核实时间较长的一般舆情，按历史遗留问题的时限核实")
    plan = text("应对处置预案", MAX_PLAN, hint="也可以作为附件上传；可先定级、后补充", rows=8)

    def factors(self) -> list[tuple[RiskFactor, Field, Field]]:
        """Each factor with its two fields, in the order of the sheet."""
        return [(factor, self[f"grade_{factor.value}"], self[f"ground_{factor.value}"]) for factor in RiskFactor]

    def grades(self) -> dict[RiskFactor, int]:
        """The grades chosen so far; what was sent amiss counts as not chosen."""
        chosen = {factor: str(grade.data or "") for factor, grade, _ground in self.factors()}
        return {factor: int(grade) for factor, grade in chosen.items() if grade in ("0", "1", "2", "3")}

    def sheet(self) -> Sheet:
        """What the form says, for the rules to judge."""
        grades = self.grades()
        grounds = {
            factor: Ground(grades[factor], ground.data or "") for factor, _grade, ground in self.factors() if factor in grades
        }
        level = RiskLevel.of(self.level.data) if self.level.data else None
        return Sheet(
            grounds,
            level,
            self.difference_reason.data or "",
            self.findings.data or "",
            self.plan.data or "",
            bool(self.historic.data),
        )


def initial(before: Assessment | None) -> dict[str, Any]:
    """What the sheet is opened with: the version before, so that a new one says what has changed."""
    if before is None:
        return {}
    grounds = grounds_of(before.factors)
    values: dict[str, Any] = {"findings": before.findings, "plan": before.plan, "historic": before.historic}
    for factor, ground in grounds.items():
        values |= {f"grade_{factor.value}": str(ground.grade), f"ground_{factor.value}": ground.text}
    return values


class ApproveForm(OfficeForm):
    """The leader's word on an assessment."""

    passed = RadioField("审定意见", choices=choices([("yes", "同意"), ("no", "退回重评")]), default="yes")
    opinion = text("批注", 1000, hint="退回时必填", rows=3)
    know_late = late_tick("审定后")


class ReportForm(OfficeForm):
    """One report or response, as it was really done."""

    act = RadioField("办了什么", validators=[InputRequired("请选择办了什么。")])
    happened_at = DateTimeLocalField("时间", [Optional()], description="实际办理的时间；不填为现在")
    receiver = line("向谁报告、在哪里发布", 200, required=True, hint="如：县委宣传部值班室 王某某；镇政府网站、微信公众号")
    text = text("内容", 4000, required=True, hint="报告要点、回应口径或核实情况", rows=5)
    link = line("文号或链接", 300)
