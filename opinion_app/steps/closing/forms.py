"""The forms of closing."""

from __future__ import annotations

from wtforms import DateField, DateTimeLocalField, RadioField, SelectField
from wtforms.validators import InputRequired, Optional

from opinion_app.forms import OfficeForm, choices, late_tick, line, text
from opinion_app.rules.words import AnswerMethod, RetentionPeriod


class AnswerForm(OfficeForm):
    """How, when and by whom the writer was answered."""

    method = RadioField("答复方式", choices=choices(AnswerMethod.choices()), default=AnswerMethod.ONLINE.value)
    answered_at = DateTimeLocalField("答复时间", [Optional()], description="不填为现在")
    note = text("备注", 500, hint="如：电话答复，本人表示满意")


class ReportForm(OfficeForm):
    """A paper to the office the letter came from."""

    document_number = line("反馈文号", 60, required=True, hint="如：卡政办函〔2026〕12号")
    sent_on = DateField("发出日期", [InputRequired("请填写发出日期。")])
    text = text("反馈内容", 8000, required=True, rows=8)


class ObjectForm(ReportForm):
    """异议: why the letter is not this office's business."""


class CloseForm(OfficeForm):
    """办结 with a remark."""

    note = text("办结说明", 500)


class ReopenForm(OfficeForm):
    """重办: why."""

    reason = text("重办原因", 500, required=True, hint="如：留言人不满意，反映问题未解决")
    know_late = late_tick("重办后")


class ArchiveForm(OfficeForm):
    """归档 with the period of retention."""

    retention = SelectField("保管期限", choices=choices(RetentionPeriod.choices()), default=RetentionPeriod.TEN.value)
    archive_number = line("档号", 60)
