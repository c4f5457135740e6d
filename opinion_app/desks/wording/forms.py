"""The forms of the lists and of a template."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from opinion_app.forms import OfficeForm, choices, line, text
from opinion_app.rules.hints import HintKind
from opinion_app.rules.words import Kind

LONGEST_LIST = 40_000


class ListsForm(OfficeForm):
    """The four lists, a line for each word, and the kinds of hints that are binding; `seen` is the state they were opened in."""

    seen = HiddenField()
    empty = text("空话套话", LONGEST_LIST, rows=8, hint="每行一个；出现时提示写具体")
    typo = text("易错词", LONGEST_LIST, rows=10, hint="每行一个，写成：错词 → 正词")
    forbidden = text("不宜使用的说法", LONGEST_LIST, rows=8, hint="每行一个；可在后面写建议：说法 → 建议")
    outdated = text("过时的名称", LONGEST_LIST, rows=10, hint="每行一个：旧名称 → 新名称")
    binding = SelectMultipleField(
        "送审前必须改正的提示",
        choices=choices(HintKind.choices()),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
        description="勾选的，没有改正不能送审；不勾选的，只提示",
    )


class TemplateForm(OfficeForm):
    """One template."""

    title = line("名称", 60, required=True, hint="如：路灯维修类答复")
    kind = SelectField("诉求类型", choices=choices([("", "不限"), *Kind.choices()]))
    area = SelectField("领域", validate_choice=False)
    text = text("内容", 5000, required=True, rows=12, hint="需要填写的地方用“××”标出；不要写具体的人")
    active = BooleanField("可以使用", default=True)
