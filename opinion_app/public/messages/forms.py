"""The forms for citizens."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired

from opinion_app.forms import OfficeForm, choices, line, text
from opinion_app.rules import rating
from opinion_app.rules.rating import Aspect, Verdict
from opinion_app.rules.words import Kind

ON_FORM = (Kind.INQUIRY, Kind.HELP, Kind.COMPLAINT, Kind.SUGGESTION, Kind.ACCUSATION, Kind.THANKS)
MOST_WORDS = 10_000


class MessageForm(OfficeForm):
    """A message to the office."""

    kind = RadioField(
        "您要办什么",
        [InputRequired("请选择一项。")],
        choices=choices((kind.value, kind.label) for kind in ON_FORM),
    )
    title = line("标题", 40, required=True, hint="一句话说明事情，如：大田坝村三组路灯不亮")
    body = text("内容", MOST_WORDS, required=True, rows=8, hint="什么时间、什么地点、什么事、希望怎么解决。一件事写一封")
    area = SelectField("所属领域")
    place = line("事情发生在哪里", 100, hint="村（社区）、小组或路名")
    accused = line("举报谁", 100, hint="被举报的单位或个人，举报必须填写")
    concerns_official = BooleanField("被举报的是公职人员", description="勾选后只有指定的人员能看到这封信")
    name = line("姓名", 40)
    phone = line("联系电话", 40, hint="便于核实情况、告诉您结果；座机请写区号")
    email = line("电子邮箱", 150)
    wish_public = BooleanField("同意公开", description="隐去个人信息并经审查后，内容和答复可能在本站公开。举报一律不公开")
    anonymous = BooleanField("匿名", description="公开时不显示任何称呼；被反映的单位和个人在任何情况下都看不到您的身份")
    leave_empty = line("请不要填写这一栏", 200)  # a snare for programs; the name is none that browsers fill in by themselves

    def fields(self) -> dict[str, Any]:
        """The values of the message, without what only protects the form."""
        kept = [field for field in self if field.name not in ("version", "leave_empty")]
        return {field.name: field.data for field in kept if field.data is not None}


class TrackForm(OfficeForm):
    """Number and query code."""

    number = line("编号", 40, required=True, hint="如 LY2026-000123")
    code = line("查询码", 30, required=True, hint="12 位字母和数字，大小写、全角半角、空格都不要紧")


def _asked(aspect: Aspect) -> RadioField:
    said = f"请选择对{aspect.label}是否满意。"
    return RadioField(aspect.label, [InputRequired(said)], choices=choices((one.value, one.label) for one in Verdict))


class RatingForm(OfficeForm):
    """What the writer says of the answer; number, code and which answer it was come along from the page that showed it."""

    number = HiddenField()
    code = HiddenField()
    round = HiddenField()
    useful = RadioField(
        "这次答复有用吗", [InputRequired("请选择答复是否有用。")], choices=choices((("yes", "有用"), ("no", "没有用")))
    )
    resolved = _asked(Aspect.RESOLVED)
    time = _asked(Aspect.TIME)
    attitude = _asked(Aspect.ATTITUDE)
    comment = text(
        "想说的话", rating.LONGEST, rows=4, hint="可以不填；要求重新办理的，请写明哪里没有解决。只给办理单位看，不公开"
    )
    reopen = BooleanField("问题没有解决，请重新办理", description="一件留言只能申请一次；承办单位会重新办理，答复期限重新计算")
