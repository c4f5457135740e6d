"""The forms of handling."""

from __future__ import annotations

from wtforms import DateField, DateTimeLocalField, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from opinion_app.forms import DayOffTick, OfficeForm, choices, late_tick, line, row_id, text
from opinion_app.rules.errors import Invalid
from opinion_app.rules.public_files import FileUse
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import FindingKind
from opinion_app.steps.handling.extending import Consent, More

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
    """How much more time, by an amount or until a day, and why."""

    amount = IntegerField("延长多久", [Optional(), NumberRange(1, 1000, "请填写大于 0 的整数。")])
    until = DateField("或者延至哪一天", [Optional()], description="两项只填一项；来文单位同意了新日期的，填这一项")
    know_day_off = DayOffTick("until")
    consent_number = line("来文单位同意延期的文号", 100, hint="例如“信转〔2026〕12号”；电话同意的写明通话人")
    consent_on = DateField("来文单位同意的日期", [Optional()])
    reason = text("延期理由", 500, required=True, hint="批准后会告诉留言人")

    def more(self) -> More:
        """What is asked for. Raises Invalid unless exactly one of the two is filled."""
        if (self.amount.data is None) == (self.until.data is None):
            raise Invalid("请填写延长多久，或者填写延至哪一天，只填一项。", {"amount": "两项只填一项。"})
        return More(self.amount.data, self.until.data, self._consent())

    def _consent(self) -> Consent | None:
        """The issuer's paper, where the page asked for it. Raises Invalid for half of it."""
        if "consent_on" not in self or not (self.consent_number.data or self.consent_on.data):
            return None
        if self.consent_on.data is None:
            raise Invalid("请填写来文单位同意的日期。", {"consent_on": "请填写日期。"})
        return Consent(self.consent_number.data or "", self.consent_on.data)


class SuspendForm(OfficeForm):
    """Why the clock stops, from when, and what the writer is told."""

    ground = RadioField("中止事由", choices=choices(SuspensionGround.choices()), default=SuspensionGround.THIRD_PARTY.value)
    since = DateTimeLocalField(
        "从何时起",
        [Optional()],
        description="不填为现在；如填告知书、征求意见函发出的时间。须在到期之前办理：到期以后不能补记中止",
    )
    reason = text("理由和依据", 500, required=True, hint="写明依据的文书和条款，如“已于11月25日发出征求意见函”。内部留痕")
    told = text("告诉留言人的话", 300, rows=3, hint="会显示在进度查询页；要求补正的，写明需要补充什么")


class ResumeForm(OfficeForm):
    """From when the clock runs again."""

    at = DateTimeLocalField("从何时起", [Optional()], description="不填为现在；如填收到意见、鉴定结论的时间")
    reason = text("说明", 500, required=True, hint="如“11月30日收到第三方书面意见”")
    know_late = late_tick("恢复后")


class WithdrawExtensionForm(OfficeForm):
    """Why the time is not needed any more."""

    reason = text("说明", 200, hint="可不填。撤回后原时限不变，仍需延期的可以重新申请")


class DecideExtensionForm(OfficeForm):
    """The leader's answer."""

    agree = RadioField("审批意见", choices=choices([("yes", "同意延期"), ("no", "不同意")]), default="yes")
    opinion = text("说明", 500, hint="不同意的必须写明理由，申请人会看到")


class RevealForm(OfficeForm):
    """Why the writer's contact data is needed."""

    reason = text("用途", 200, required=True, hint="如：电话核实现场情况。查看会留痕")


class AttachForm(OfficeForm):
    """Files for the case itself, and what they are for."""

    use = RadioField("用途", choices=choices(FileUse.choices()), default=FileUse.INTERNAL.value)
