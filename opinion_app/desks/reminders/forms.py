"""The forms of the ladder: one rung, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time

from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField, SelectMultipleField, TimeField
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from opinion_app.desks.reminders.ladder_operations import NIGHT
from opinion_app.forms import OfficeForm, choices, line, row_id, text
from opinion_app.rules.ladder import Anchor, Card, Ladder, Rung, Way, Who

LATE = NumberRange(1, 240, "请填写 1 至 240 之间的整数。")
FEW = NumberRange(1, 30, "请填写 1 至 30 之间的整数。")


def _boxes(label: str, named: list[tuple[str, str]], hint: str = "") -> SelectMultipleField:
    return SelectMultipleField(
        label,
        choices=choices(named),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        description=hint,
    )


class VersionForm(OfficeForm):
    """From when a version holds, and why it was made."""

    in_force_from = DateField("从哪天起执行", [InputRequired("请填写日期。")])
    note = text("修改说明", 500, rows=3)
    looked = HiddenField()  # the mark of the changes that the page showed


class RungForm(VersionForm):
    """One rung as the office edits it."""

    label = line("名称", 12, required=True, hint="写在通知标题里，如“催办通知”")
    anchor = SelectField("何时", choices=choices(Anchor.choices()))
    amount = IntegerField("数", [Optional()], description="百分之几、第几个工作日、第几日或几小时；临期和到期不用填。")
    to = _boxes("发给", Who.choices())
    copy = _boxes("抄送", Who.choices())
    way = SelectField("怎样发", choices=choices(Way.choices()), description="站内总有一份；单独通知另发邮件和群机器人。")
    card = SelectField("亮牌", choices=choices(Card.choices()))
    sheet = BooleanField("同时开出督办单", description="承办单位须在期限内反馈，督办单可以打印。")
    active = BooleanField("启用")

    def rung(self, code: str, held: Rung | None) -> Rung:
        """What was typed, as a rung; for a form that has been validated."""
        base = held or Rung(code, "", Anchor.DUE)
        return replace(
            base,
            label=self.label.data or "",
            anchor=Anchor.of(self.anchor.data),
            amount=self.amount.data or 0,
            to=_chosen(self.to.data or (), base.to),
            copy=_chosen(self.copy.data or (), base.copy),
            way=Way.of(self.way.data),
            card=Card.of(self.card.data),
            sheet=bool(self.sheet.data),
            active=bool(self.active.data),
        )


def _chosen(typed: Sequence[str], held: tuple[Who, ...]) -> tuple[Who, ...]:
    """The recipients ticked; the same as before in whatever order are no change."""
    chosen = tuple(Who.of(who) for who in typed)
    return held if set(chosen) == set(held) else chosen


class LadderForm(VersionForm):
    """What holds for all rungs."""

    main_leader_id = SelectField("主要领导", coerce=row_id, validate_choice=False, description="不选则发给全体领导。")
    night = _boxes("夜间也立即提醒", NIGHT, "只对按小时计的时限；其他的件夜间不响，到早上再发。")
    quiet_from = TimeField("夜间从", [InputRequired("请填写时间。")])
    quiet_until = TimeField("到", [InputRequired("请填写时间。")])
    late_hours = IntegerField("按小时计的提醒最多补发几小时", [InputRequired("请填写小时数。"), LATE])
    late_days = IntegerField("按天计的提醒最多补发几个工作日", [InputRequired("请填写天数。"), FEW])
    sheet_days = IntegerField("督办单几个工作日内反馈", [InputRequired("请填写天数。"), FEW])

    def ladder(self, held: Ladder) -> Ladder:
        """The ladder with what was typed; for a form that has been validated."""
        return replace(
            held,
            main_leader_id=self.main_leader_id.data,
            night=frozenset(self.night.data or ()),
            quiet_from=self.quiet_from.data or time(22),
            quiet_until=self.quiet_until.data or time(7),
            late_hours=self.late_hours.data or 24,
            late_days=self.late_days.data or 5,
            sheet_days=self.sheet_days.data or 2,
        )
