"""The forms of review; `read` is the hash of the wording the checker had before them."""

from __future__ import annotations

from wtforms import HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired

from opinion_app.forms import OfficeForm, choices, text
from opinion_app.rules.words import OFFICE_GATES, Gate

CHOOSE, CHOOSE_HISTORY = "请选择通过或退回。", "请选择通过或不通过。"
PASS_OR_BACK = (("pass", "通过"), ("back", "退回修改"))
PASS_OR_NOT = (("pass", "通过"), ("back", "不通过"))


def _history_gate(label: str, description: str = "") -> RadioField:
    return RadioField(label, [InputRequired(CHOOSE_HISTORY)], choices=choices(PASS_OR_NOT), description=description)


class CheckForm(OfficeForm):
    """One verdict with an opinion."""

    read = HiddenField()
    verdict = RadioField("审核意见", [InputRequired(CHOOSE)], choices=choices(PASS_OR_BACK))
    opinion = text("意见", 500, hint="退回时必填：写明要改什么")


class GatesForm(OfficeForm):
    """政治关, 政策关, 文字关, each with a verdict of its own."""

    read = HiddenField()
    political = RadioField(
        "政治关", [InputRequired(CHOOSE)], choices=choices(PASS_OR_BACK), description="立场、导向、表述是否稳妥"
    )
    policy = RadioField(
        "政策关", [InputRequired(CHOOSE)], choices=choices(PASS_OR_BACK), description="依据是否现行有效、适用是否准确"
    )
    wording = RadioField(
        "文字关", [InputRequired(CHOOSE)], choices=choices(PASS_OR_BACK), description="是否答其所问，有无错别字和套话"
    )
    opinion = text("意见", 500, hint="任何一关退回时必填：写明要改什么")

    def verdicts(self) -> dict[Gate, bool]:
        """Which gates were passed."""
        return {gate: self[gate.value].data == "pass" for gate in OFFICE_GATES}


class HistoryGatesForm(GatesForm):
    """The same for a reply that came with an import: nobody can be asked to change it."""

    political = _history_gate("政治关", "立场、导向、表述是否稳妥")
    policy = _history_gate("政策关", "依据当时是否有效，现在公开会不会误导")
    wording = _history_gate("文字关", "是否答其所问，有无错别字和套话")
    opinion = text("意见", 500, hint="任何一关不通过时必填：写明为什么")


class HistorySignForm(CheckForm):
    """The signature under a reply that came with an import."""

    verdict = _history_gate("签发意见")
    opinion = text("意见", 500, hint="不签发时必填：写明为什么")


class RecusalForm(OfficeForm):
    """Who keeps out of the case, and why."""

    person = SelectField("回避的人", validate_choice=False)
    reason = text("回避的理由", 300, required=True, rows=3, hint="如：与留言人是近亲属；本人是被反映的对象")
