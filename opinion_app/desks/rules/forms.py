"""The forms of the table of deadline rules: a changed row, a new one, one that is retired."""

from __future__ import annotations

from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from opinion_app.desks.rules.operations import Changes
from opinion_app.forms import OfficeForm, choices, line, text
from opinion_app.rules.clock_facts import UNIT_WORDS, Unit
from opinion_app.rules.deadline_rules import ClockStage
from opinion_app.rules.default_rules import STAGES
from opinion_app.rules.errors import Invalid
from opinion_app.rules.rule_table import Match
from opinion_app.rules.words import Kind, Procedure, RiskLevel, Urgency

UNITS = [(unit.value, words) for unit, words in UNIT_WORDS.items()]
TIMES = [InputRequired("请填写次数，不许延期的填 0。"), NumberRange(0, 20, "次数在 0 到 20 之间。")]
DAYS = [InputRequired("请填写天数。"), NumberRange(0, 60, "天数在 0 到 60 之间。")]
PERCENT = [InputRequired("请填写比例。"), NumberRange(1, 99, "比例在 1 到 99 之间。")]
STAGE_CHOICES = [(stage.value, stage.label) for stage in STAGES]
ANY = ("", "不限")
HISTORIC = [ANY, ("yes", "历史遗留"), ("no", "非历史遗留")]


class RuleForm(OfficeForm):
    """What of a rule may be changed."""

    name = line("名称", 60, required=True)
    amount = IntegerField("时限", [InputRequired("请填写时限。")])
    unit = SelectField("单位", choices=choices(UNITS), description="日遇休息日顺延；小时昼夜连续；工作小时只计上班时段。")
    return_amount = IntegerField("多久之内可以申请退回", [Optional()], description="从交办起算；留空表示不限。")
    return_unit = SelectField("退回期限的单位", choices=choices(UNITS))
    extension_times = IntegerField("可以延期几次", TIMES, description="填 0 表示不能延期。")
    extension_amount = IntegerField("每次最多延长", [Optional()], description="与时限同一单位；留空表示由批准人决定。")
    approver = line("由谁批准", 40)
    warning_days = IntegerField("提前几个工作日提醒", DAYS, description="用于按天计的时限。")
    warning_percent = IntegerField("剩余百分之几时提醒", PERCENT, description="用于按小时计的时限。")
    source = line("依据", 200, required=True, hint="写明文件名称和条款；没有文件的写“本单位规定”。")
    in_force_from = DateField("从哪天起执行", [InputRequired("请填写日期。")])
    note = text("修改说明", 500, rows=3)
    apply_to_open = BooleanField("同时用于在办的件", description="不勾选时，在办的件仍按原来的规则办完。")
    looked = HiddenField()  # the mark of the clocks that the page said would move

    def changes(self) -> Changes:
        """What was typed, as values; for a form that has been validated. Raises Invalid without a date."""
        if self.in_force_from.data is None:
            raise Invalid("请填写从哪天起执行。", {"in_force_from": "请填写日期。"})
        return Changes(
            name=self.name.data or "",
            amount=self.amount.data or 0,
            unit=Unit(self.unit.data),
            return_amount=self.return_amount.data,
            return_unit=Unit(self.return_unit.data),
            extension_times=self.extension_times.data or 0,
            extension_amount=self.extension_amount.data,
            approver=self.approver.data or "",
            warning_days=self.warning_days.data or 0,
            warning_percent=self.warning_percent.data or 0,
            source=self.source.data or "",
            in_force_from=self.in_force_from.data,
        )


class NewRuleForm(RuleForm):
    """A new row: what it is for, and all that may be changed later."""

    stage = SelectField("管什么", choices=choices(STAGE_CHOICES))
    procedure = SelectField("办理类别", choices=choices([ANY, *Procedure.choices()]))
    urgency = SelectField("紧急程度", choices=choices([ANY, *Urgency.choices()]))
    kind = SelectField("诉求类型", choices=choices([ANY, *Kind.choices()]))
    risk_level = SelectField("舆情等级", choices=choices([ANY, *RiskLevel.choices()]), description="只用于舆情的时限。")
    historic = SelectField("是否历史遗留", choices=choices(HISTORIC), description="只用于核实报告。")

    def match(self) -> Match:
        """Which cases the row is for; for a form that has been validated."""
        return Match(
            ClockStage.of(self.stage.data),
            Procedure.of(self.procedure.data) if self.procedure.data else None,
            Urgency.of(self.urgency.data) if self.urgency.data else None,
            Kind.of(self.kind.data) if self.kind.data else None,
            RiskLevel.of(self.risk_level.data) if self.risk_level.data else None,
            self.historic.data == "yes" if self.historic.data else None,
        )


class RetireForm(OfficeForm):
    """From when a row governs nothing any more, and why."""

    in_force_from = DateField("从哪天起停用", [InputRequired("请填写日期。")])
    source = line("停用的依据", 200, required=True, hint="写明文件名称和条款；没有文件的写“本单位规定”。")
    note = text("说明", 500, rows=3)
    apply_to_open = BooleanField(
        "同时用于在办的件", description="在办的件改按接替的规则，没有接替的不再计时；不勾选时，仍按原来的规则办完。"
    )
    looked = HiddenField()


class ApplyForm(OfficeForm):
    """The version in force for open cases: what the person was shown."""

    looked = HiddenField()
