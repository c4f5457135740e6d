"""Forms: plain wtforms.Form with the house's cleaning, limits and words (decisions 35)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from wtforms import BooleanField, Field, Form, HiddenField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.form import BaseForm
from wtforms.i18n import get_translations
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput

from opinion_app.rules.errors import MARKED, Invalid
from opinion_app.rules.spoken import day_words
from opinion_app.rules.text import clean, clean_line
from opinion_app.rules.zone import SHANGHAI

TOO_LONG = "最多 %(max)d 个字。"


TAMPERED = "提交的选项不在可选范围内，请重新选择。"
# What the library has no Chinese for, or says in a programmer's words.
SAID = {
    "'%(value)s' is not a valid choice for this field.": TAMPERED,
    "'%(value)s' are not valid choices for this field.": TAMPERED,
    "Not a valid choice.": TAMPERED,
    "Not a valid choice": TAMPERED,
    "Invalid Choice: could not coerce.": TAMPERED,
    "Invalid Choice: could not coerce": TAMPERED,
    "Invalid choice(s): one or more data inputs could not be coerced.": TAMPERED,
    "Not a valid integer value.": "请填写整数。",
    "Not a valid date value.": "日期不存在或写法不对，应如 2026-11-23。",
    "Not a valid datetime value.": "时间不存在或写法不对，应如 2026-11-23 09:30。",
}


class _Words:
    """What forms say: the house's words where it has some."""

    def __init__(self) -> None:
        self._library = get_translations(["zh"])

    def gettext(self, said: str) -> str:
        """The Chinese for a message of the library."""
        return SAID.get(said) or str(self._library.gettext(said))

    def ngettext(self, one: str, many: str, amount: int) -> str:
        """The same for a message with a number; Chinese has one form."""
        return SAID.get(one) or str(self._library.ngettext(one, many, amount))


WORDS = _Words()


class OfficeForm(Form):
    """A form that speaks Chinese, remembers the version it was opened on, and takes refusals of the rules back to its fields."""

    version = HiddenField()
    headings: tuple[str, ...] = ()  # what was said of the whole of what is marked, above the list of it

    class Meta:
        """Messages in Chinese."""

        locales = ("zh",)

        def get_translations(self, _form: Form) -> _Words:
            """The house's words, else the library's Chinese ones."""
            return WORDS

    def process(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        """Also take what was typed into a picker and is no name of its list: it arrives beside the field it was meant for."""
        super().process(formdata, *args, **kwargs)
        typed = {name: clean_line(str((formdata or {}).get(f"{name}-typed") or ""))[:40] for name in self._fields}
        self.typed = {name: words for name, words in typed.items() if words}

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Whether every field is in order and nothing was typed that no list knows."""
        valid = super().validate(*args, **kwargs)
        for name, words in self.typed.items():
            self._fields[name].errors = [f"没有找到“{words}”，请从列表里选择；不选就把这里清空。"]
        return valid and not self.typed

    @property
    def seen_version(self) -> int | None:
        """The version of the case this form was opened on."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    def accepts(self, wrong: Invalid | None) -> bool:
        """Whether what was typed and the files sent with it are in order; `wrong`: why a file was refused."""
        valid = self.validate()
        if wrong is not None:
            self.take(wrong)
        return valid and wrong is None

    def take(self, refusal: Invalid) -> None:
        """Put the problems a rule named beside their fields; those of no field here go to the top.

        What is said of the whole is a heading above them, unless it says no more than they do."""
        beside = {name: problem for name, problem in refusal.fields.items() if name in self._fields}
        elsewhere = [problem for name, problem in refusal.fields.items() if name not in beside]
        if not refusal.fields:
            elsewhere = [refusal.message]
        elif refusal.message not in (MARKED, *refusal.fields.values()):
            self.headings = (*self.headings, refusal.message)
        self.form_errors = [*self.form_errors, *dict.fromkeys(elsewhere)]
        for name, problem in beside.items():
            self._fields[name].errors = [*self._fields[name].errors, problem]


def late_tick(how: str, which: str = "哪些时限逾期见上面的说明") -> BooleanField:
    """The tick of whoever knows that an act makes a date late (D12); a page shows it only where it was asked for."""
    return BooleanField(f"我知道{how}有时限已经逾期", description=f"{which}；提交后记入办理过程")


class DayOffTick(Field):
    """The tick of whoever chooses a date on which the office rests; a page shows it only where it was asked for.

    It is sent with the date it was shown for. Once the form is validated its `data` is the date in the field `of`, where it was
    ticked for just that one, else None."""

    widget = CheckboxInput()

    def __init__(self, of: str, **kwargs: Any) -> None:
        hint = "当天不发待办通报，到期提醒在此前的工作日发出"
        super().__init__("我知道这一天不上班，仍以这一天为准", description=hint, **kwargs)
        self.of = of
        self.data: date | None = None
        self.shown_for: date | None = None

    def process_data(self, _value: object) -> None:
        """Nobody knows of a date when a form is opened."""

    def process_formdata(self, _sent: list[Any]) -> None:
        """What was sent means nothing without the date beside it."""

    def pre_validate(self, form: BaseForm) -> None:
        """The date that was sent is what the tick is for from now on."""
        day: date | None = form[self.of].data
        self.shown_for = day
        self.data = day if day is not None and day.isoformat() in (self.raw_data or ()) else None
        if day is not None:
            self.label.text = f"我知道{day_words(day, day.year)}不上班，仍以这一天为准"

    def _value(self) -> str:
        return self.shown_for.isoformat() if self.shown_for is not None else ""


def choices(pairs: Iterable[tuple[Any, str]]) -> list[SelectChoice]:
    """Pairs of value and label as select fields want them."""
    return [SelectChoice(str(value), label) for value, label in pairs]


def row_id(value: object) -> int | None:
    """The id chosen in a picker; nothing chosen, or nothing sensible, is None."""
    typed = str(value or "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def line(label: str, limit: int, *, required: bool = False, hint: str = "", **kwargs: Any) -> StringField:
    """A field of one line, cleaned of what no line should bring in."""
    checks: list[Any] = [Length(max=limit, message=TOO_LONG)]
    if required:
        checks.insert(0, DataRequired(f"请填写{label}。"))
    return StringField(label, checks, filters=[_line], description=hint, render_kw={"maxlength": limit}, **kwargs)


def text(label: str, limit: int, *, required: bool = False, hint: str = "", rows: int = 5) -> TextAreaField:
    """A field of many lines with a counter."""
    checks: list[Any] = [Length(max=limit, message=TOO_LONG)]
    if required:
        checks.insert(0, DataRequired(f"请填写{label}。"))
    return TextAreaField(label, checks, filters=[_text], description=hint, render_kw={"rows": rows, "data-limit": limit})


def _line(value: str | None) -> str:
    return clean_line(value or "")


def _text(value: str | None) -> str:
    return clean(value or "")


def at_noon(day: date) -> datetime:
    """A date that was given without a time, as a moment of that day in Shanghai."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)
