"""The forms of the calendar: a year's notice, a local closure."""

from __future__ import annotations

from wtforms import BooleanField, DateField, FileField, HiddenField, RadioField, SelectMultipleField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from opinion_app.forms import OfficeForm, choices, line, text
from opinion_app.rules.calendar_file import LARGEST_FILE
from opinion_app.rules.clock_facts import Receipt
from opinion_app.rules.errors import Invalid
from opinion_app.rules.office_hours import OfficeHours, read_hours
from opinion_app.rules.workdays import WEEKDAY_NAMES


class NoticeForm(OfficeForm):
    """A yearly notice, pasted or as a file."""

    notice = text(
        "放假安排",
        20_000,
        rows=10,
        hint="每行一段：日期,休或班,名称。例如“2027-02-05 至 2027-02-11,休,春节”。也可以直接粘贴 JSON。",
    )
    file = FileField("或者选择文件", description="CSV 或 JSON，UTF-8 或 GB18030 编码。选了文件就以文件为准。")
    source = line("文件依据", 100, hint="例如“国办发明电〔2026〕7号”，会写在用到这一年放假安排的每个日期的推算理由里。")
    replace = HiddenField()  # the year whose arrangement the page said would be replaced
    looked = HiddenField()  # the mark of the clocks that the page said would move
    anyway = BooleanField("已核对，放假天数无误")


class ClosureForm(OfficeForm):
    """A day on which this office alone rests."""

    day = DateField("日期", [InputRequired("请填写日期。")])
    name = line("原因", 40, required=True, hint="例如“停电检修”“传统节日”。")
    looked = HiddenField()


class HoursForm(OfficeForm):
    """When the office works in an ordinary week, and what a receipt after hours counts as."""

    weekdays = SelectMultipleField(
        "每周哪几天上班",
        coerce=int,
        choices=choices(enumerate(WEEKDAY_NAMES)),
        widget=ListWidget(),
        option_widget=CheckboxInput(),
        description="调休和放假另按当年的通知",
    )
    frames = text("上班时段", 200, required=True, rows=3, hint="每行一段，例如 08:30-12:00；按工作小时计的时限只计这些时段")
    half_days = text("个别日期的上班时段", 2000, rows=3, hint="每行一天，例如“2027-02-05,08:30-12:00”；没有可不填")
    receipt = RadioField(
        "下班后和休息日收到的件",
        choices=choices([(Receipt.SAME_DAY.value, "视为当日收到"), (Receipt.NEXT_WORKING_DAY.value, "视为下一个工作日收到")]),
        default=Receipt.SAME_DAY.value,
        description="只影响以后登记的件；已经开始的时限不变",
    )
    looked = HiddenField()

    def hours(self) -> OfficeHours:
        """What was typed. Raises Invalid."""
        return read_hours(self.weekdays.data or [], self.frames.data or "", self.half_days.data or "")


def text_of(content: bytes) -> str:
    """An uploaded notice as text, so that it stays in the form. Raises Invalid."""
    if len(content) > LARGEST_FILE:
        raise Invalid("文件太大，一年的放假安排不应超过 200 KB。", {"file": "文件太大。"})
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("文件打不开，请另存为 CSV（UTF-8）后再试。", {"file": "文件打不开。"})
