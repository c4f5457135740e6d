"""The forms of triage."""

from __future__ import annotations

from wtforms import BooleanField, DateField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, Optional

from opinion_app.forms import OfficeForm, choices, late_tick, line, row_id, text
from opinion_app.rules.words import Kind, Procedure, Urgency


class ClassifyForm(OfficeForm):
    """What kind of case it is; this chooses the deadlines."""

    kind = SelectField("诉求类型", choices=choices(Kind.choices()))
    area = SelectField("领域")
    urgency = RadioField("紧急程度", choices=choices(Urgency.choices()))
    procedure = SelectField("办理类别", choices=choices(Procedure.choices()))
    know_late = late_tick("改后")


class AssignForm(ClassifyForm):
    """Everything a clerk decides in one go: classification, lead unit, supporting units, note."""

    lead = SelectField("主办单位", coerce=row_id, validate_choice=False, validators=[InputRequired("请选择主办单位。")])
    supports = SelectMultipleField("协办单位", coerce=row_id, validate_choice=False, description="可不选，可多选")
    note = text("交办意见", 500, hint="写给承办单位看的话，如要点、要求")
    know_late = late_tick("交办后")


class AssignManyForm(OfficeForm):
    """One lead unit, supporting units and note for many cases; what each of them is stays as it was registered."""

    lead = SelectField("主办单位", coerce=row_id, validate_choice=False, validators=[InputRequired("请选择主办单位。")])
    supports = SelectMultipleField("协办单位", coerce=row_id, validate_choice=False, description="可不选，可多选")
    note = text("交办意见", 500, hint="写给承办单位看的话，每一件都一样", rows=2)
    know_late = late_tick("交办后", "只对上面写明已过的件有效，其他件随即逾期的不会交办")


class ReassignForm(OfficeForm):
    """Another lead unit."""

    lead = SelectField("新的主办单位", coerce=row_id, validate_choice=False, validators=[InputRequired("请选择单位。")])
    reason = text("改派原因", 500, required=True)
    final = BooleanField("指定承办，不得再退回")
    know_late = late_tick("改派后")


class AddUnitForm(OfficeForm):
    """One more supporting unit."""

    unit = SelectField("协办单位", coerce=row_id, validate_choice=False, validators=[InputRequired("请选择单位。")])
    note = text("要求", 500)
    know_late = late_tick("增派后")


class DecideReturnForm(OfficeForm):
    """The office's answer to a unit that wants to give the case back."""

    agree = RadioField("审核意见", choices=choices([("yes", "同意退回"), ("no", "不同意，由该单位继续办理")]), default="yes")
    opinion = text("说明", 500, required=True)


class DeclineForm(OfficeForm):
    """Why not, and where to turn instead (both are shown to the writer)."""

    ground = SelectField(
        "不予受理的原因",
        choices=choices(
            (ground, ground)
            for ground in (
                "已经或应当通过诉讼、仲裁、行政复议等途径解决",
                "已进入信访程序，正在办理",
                "应当由纪检监察机关受理",
                "申请公开政府信息",
                "不属于本地管辖",
                "已有结论，重复提出",
                "内容不清，无法办理",
                "其他",
            )
        ),
    )
    reason = text("具体说明", 500, required=True, hint="留言人查询时会看到")
    channel = line("应当找谁办", 200, required=True, hint="如：昌宁县人民法院立案庭，电话 0875-…")


class ReferForm(OfficeForm):
    """To whom the case goes outside the office."""

    referred_to = line("转往单位", 100, required=True)
    reason = text("转出原因", 500, required=True)


class ProposeForm(OfficeForm):
    """呈批: what the office proposes to the leader."""

    proposal = text("拟办意见", 1000, required=True)


class InstructForm(OfficeForm):
    """批示: by the leader, or transcribed from paper with name, date and scan (decisions 13)."""

    text = text("批示内容", 1000, required=True)
    spoken_by = line("批示领导", 40, hint="领导本人登录时不用填；转录纸质批示时必填")
    spoken_on = DateField("批示日期", [Optional()])


class MergeForm(OfficeForm):
    """Into which case this one goes."""

    into = line("并入哪一件（编号）", 40, required=True, hint="本件停止计时，由对方一并答复；可以随时拆分")
    reason = text("并案原因", 500)
    know_late = late_tick("并案后")


class UnmergeForm(OfficeForm):
    """Why the case goes its own way again."""

    reason = text("原因", 500, required=True)
    know_late = late_tick("拆分后")


class GrantForm(OfficeForm):
    """Who else may know of a restricted case."""

    login = line("知情人的登录名", 60, required=True)
    reason = text("原因", 300, required=True)
