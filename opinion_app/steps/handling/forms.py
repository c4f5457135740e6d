"""The forms of handling."""

from __future__ import annotations

from wtforms import DateTimeLocalField, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from opinion_app.forms import OfficeForm, choices, row_id, text
from opinion_app.rules.words import FindingKind

NOTE_KINDS = (FindingKind.NOTE, FindingKind.CONTACT, FindingKind.VISIT, FindingKind.MEETING)


class SignForForm(OfficeForm):
    """Who in the unit takes the case."""

    handler = SelectField("承办人", coerce=row_id, validate_choice=False, validators=[InputRequired("请选择承办人。")])


class AskReturnForm(OfficeForm):
    """Why the unit gives the case back."""

    reason = text("退回理由", 500, required=True, hint="写明为什么不属于本单位职责，以及应由谁办理")


class NoteForm(OfficeForm):
    """An internal process note."""

    kind = RadioField("类别", choices=choices((kind.value, kind.label) for kind in NOTE_KINDS), default=FindingKind.NOTE.value)
    happened_at = DateTimeLocalField("发生时间", [Optional()], description="不填为现在")
    text = text("内容", 4000, required=True, hint="内部记录，不会公开")


class SupportReportForm(OfficeForm):
    """What a supporting unit found, for the lead unit."""

    text = text("协办情况", 4000, required=True, hint="主办单位据此答复")


class ExtensionForm(OfficeForm):
    """How much more time, and why."""

    amount = IntegerField("延长多久", [InputRequired("请填写延长多少。"), NumberRange(1, 1000, "请填写大于 0 的整数。")])
    reason = text("延期理由", 500, required=True, hint="批准后会告诉留言人")


class DecideExtensionForm(OfficeForm):
    """The leader's answer."""

    agree = RadioField("审批意见", choices=choices([("yes", "同意延期"), ("no", "不同意")]), default="yes")
    opinion = text("说明", 500)


class RevealForm(OfficeForm):
    """Why the writer's contact data is needed."""

    reason = text("用途", 200, required=True, hint="如：电话核实现场情况。查看会留痕")


class AttachForm(OfficeForm):
    """Files for the case itself; nothing but the files."""
