"""What the forms say when something was sent that no page offers: Chinese, whatever kind of field it is."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateField, DateTimeLocalField, IntegerField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from opinion_app.forms import OfficeForm, choices
from opinion_app.rules.errors import MARKED, Invalid

KINDS = choices([("1", "一"), ("2", "二")])


class EveryKind(OfficeForm):
    """A field of every kind that can be tampered with."""

    one = SelectField("一项", choices=KINDS)
    number = SelectField("数字", choices=KINDS, coerce=int)
    several = SelectMultipleField("多项", choices=KINDS)
    numbers = SelectMultipleField("多个数字", choices=KINDS, coerce=int)
    radio = RadioField("单选", choices=KINDS)
    amount = IntegerField("数量", [NumberRange(min=1, max=9)])
    day = DateField("日期", [InputRequired()])
    moment = DateTimeLocalField("时间", [DataRequired(), Length(max=3)])
    agreed = BooleanField("同意", [InputRequired()])


class OnePerson(OfficeForm):
    """A field that is chosen by typing."""

    person = SelectField("代理人", validate_choice=False)


@pytest.mark.parametrize("sent", ["x", "-1", "99999999999999999999", "2026-02-30", "", "½", "\U0001f600"])
def test_no_form_answers_in_english(sent: str) -> None:
    form = EveryKind(MultiDict([(name, sent) for name in EveryKind()._fields]))

    assert not form.validate()
    said = [problem for field in form for problem in field.errors]
    assert said
    assert not [words for words in said if any("a" <= letter.lower() <= "z" for letter in words.replace("2026", ""))], said


def test_a_name_that_no_list_knows_is_refused_beside_its_field() -> None:
    form = OnePerson(MultiDict({"person": "", "person-typed": " 张三 "}))

    assert not form.validate()
    assert form.person.errors == ["没有找到“张三”，请从列表里选择；不选就把这里清空。"]
    assert OnePerson(MultiDict({"person": "", "person-typed": ""})).validate()


@pytest.mark.parametrize(
    ("refusal", "heading", "whole", "beside"),
    [
        (Invalid("日期不对。", {"day": "日期不对。"}), [], [], ["日期不对。"]),
        (Invalid(MARKED, {"day": "日期不对。"}), [], [], ["日期不对。"]),
        (Invalid("还不能保存。", {"day": "日期不对。"}), ["还不能保存。"], [], ["日期不对。"]),
        (Invalid("没有变化。"), [], ["没有变化。"], []),
        (Invalid("没有这一项。", {"elsewhere": "没有这一项。"}), [], ["没有这一项。"], []),
        (Invalid(MARKED, {"elsewhere": "没有这一项。", "day": "日期不对。"}), [], ["没有这一项。"], ["日期不对。"]),
        (Invalid("还不能保存。", {"one": "不对。", "elsewhere": "没有。"}), ["还不能保存。"], ["没有。"], []),
    ],
)
def test_a_refusal_is_said_once_beside_its_field_and_else_of_the_whole(
    refusal: Invalid, heading: list[str], whole: list[str], beside: list[str]
) -> None:
    form = EveryKind(MultiDict())
    form.take(refusal)
    assert (list(form.headings), list(form.form_errors), list(form.day.errors)) == (heading, whole, beside)
