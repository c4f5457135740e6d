"""The forms of publication."""

from __future__ import annotations

from wtforms import DateTimeLocalField, HiddenField, RadioField
from wtforms.validators import InputRequired, Optional

from opinion_app.forms import OfficeForm, choices, text
from opinion_app.rules.words import ConsentBasis, Disclosure


class DisclosureForm(OfficeForm):
    """公开、部分公开或不公开, on which basis and why."""

    disclosure = RadioField("公开决定", [InputRequired("请选择公开决定。")], choices=choices(Disclosure.choices()))
    basis = RadioField("公开的依据", [Optional()], choices=choices(ConsentBasis.choices()))
    grounds = text("理由", 500, required=True, rows=3, hint="如：咨询政策，对其他群众有参考价值；涉及他人隐私，不宜公开")


class PublishForm(OfficeForm):
    """Masking and the two reviews; the choice for each find is read beside this form."""

    writer = RadioField("留言人公开时的称呼", validate_choice=False)
    more = text(
        "还要遮盖的文字",
        2000,
        rows=3,
        hint="每行写一处，照原文抄写；标题、来信、答复、说明和附件名称里相同的都会遮盖。如：没有标出的姓名、村组、店名",
    )
    seen_hash = HiddenField()
    correction = text(
        "更正说明",
        200,
        rows=2,
        hint="替换公开过的内容时填写，和内容一起遮盖、审查、公开；改动后请重新预览。不填则只注明更新日期",
    )
    left_out = text("部分公开说明", 200, rows=2, hint="哪些内容没有公开、依据什么；和内容一起遮盖、审查、公开，改动后请重新预览")
    secrecy_opinion = text("保密审查意见", 300, rows=2, hint="如：经审查，不涉及国家秘密和工作秘密")
    when = RadioField("什么时候公开", choices=choices((("now", "立即公开"), ("later", "定时公开"))), default="now")
    publish_at = DateTimeLocalField("公开时间", [Optional()], description="选“定时公开”时填写，到时自动公开")
    disclosure_opinion = text("公开审查意见", 300, rows=2, hint="如：可以公开，个人信息已遮盖")


class WithdrawForm(OfficeForm):
    """Why it is taken down."""

    reason = text("撤回原因", 500, required=True, rows=3)


class CancelPlanForm(OfficeForm):
    """Why it does not go out by itself."""

    reason = text("取消原因", 500, required=True, rows=3)
