"""The forms of review; `read` is the hash of the wording the checker had before them."""

from __future__ import annotations

from wtforms import HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired

from opinion_app.forms import OfficeForm, choices, text

CHOOSE = "请选择通过或退回。"
PASS_OR_BACK = (("pass", "通过"), ("back", "退回修改"))


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


class RecusalForm(OfficeForm):
    """Who keeps out of the case, and why."""

    person = SelectField("回避的人", validate_choice=False)
    reason = text("回避的理由", 300, required=True, rows=3, hint="如：与留言人是近亲属；本人是被反映的对象")
