"""The forms of the register of policy documents."""

from __future__ import annotations

from wtforms import DateField, SelectField
from wtforms.validators import InputRequired, Optional

from opinion_app.forms import OfficeForm, line, text
from opinion_app.rules.policies import MAX_SUMMARY, MAX_TITLE


def _unit_id(value: str | int | None) -> int | None:
    plain = str(value or "")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 else None


class PolicyForm(OfficeForm):
    """What is registered of a document before its release."""

    title = line("文件标题", MAX_TITLE, required=True)
    unit = SelectField("起草单位", coerce=_unit_id, validate_choice=False, validators=[InputRequired("请选择起草单位。")])
    document_number = line("文号", 100, hint="尚未编文号的可以不填")
    planned_on = DateField("拟发布日期", [Optional()], description="不确定的可以不填")
    summary = text("主要内容", MAX_SUMMARY, hint="写明涉及哪些人、改变了什么、可能有哪些疑问；全文作为附件上传", rows=6)


class ReleaseForm(OfficeForm):
    """That the document was released."""

    released_on = DateField("发布日期", [InputRequired("请填写发布日期。")])
    document_number = line("文号", 100)
