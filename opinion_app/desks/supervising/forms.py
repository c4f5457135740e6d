"""The forms of 催办, 督办 and their answer."""

from __future__ import annotations

from wtforms import DateField, SelectField
from wtforms.validators import InputRequired, Optional

from opinion_app.forms import DayOffTick, OfficeForm, row_id, text


class UrgeForm(OfficeForm):
    """催办 of whoever holds the case, or of one unit."""

    unit_id = SelectField("催哪个单位", coerce=row_id, validate_choice=False, description="不选则催现承办环节的责任人。")
    text = text("催办内容", 500, required=True, rows=3, hint="记入办理过程；通知里只写编号、类型和链接。")
    due_on = DateField("要求反馈的日期", [Optional()], description="不填则不要求反馈。")
    know_day_off = DayOffTick("due_on")


class SuperviseForm(OfficeForm):
    """督办 of one unit, with a date for the answer."""

    unit_id = SelectField("被督办单位", coerce=row_id, validate_choice=False)
    text = text("督办要求", 1000, required=True, rows=4)
    due_on = DateField(
        "反馈日期",
        [InputRequired("请填写反馈日期。")],
        description="已按规定的工作日数推算，载入新一年放假安排后随之重算；改填别的日期的，以所填日期为准。",
    )
    know_day_off = DayOffTick("due_on")


class WithdrawalForm(OfficeForm):
    """撤销 of one 催办 or 督办 that waits for an answer."""

    sheet_id = SelectField("撤销哪一份", coerce=row_id, validate_choice=False)
    text = text("撤销原因", 500, required=True, rows=3, hint="记入办理过程，印在督办单上；通知里只写编号、类型和链接。")


class FeedbackForm(OfficeForm):
    """The unit's answer."""

    sheet_id = SelectField("反馈哪一份", coerce=row_id, validate_choice=False)
    text = text("反馈内容", 1000, required=True, rows=5, hint="未按期办理的原因、已采取的措施、预计何时办完。")
