"""The forms of signing in and of changing one's password."""

from __future__ import annotations

from wtforms import DateField, HiddenField, PasswordField, SelectField
from wtforms.validators import InputRequired, Optional

from opinion_app.forms import OfficeForm, line, row_id
from opinion_app.rules.passwords import LONGEST, RULE_WORDS

PLAIN = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}


class SignInForm(OfficeForm):
    """Login and password; the password is never cut, trimmed or shown again."""

    login = line("登录名", 200, required=True)
    password = PasswordField("密码", [InputRequired("请填写密码。")], render_kw={"autocomplete": "current-password"})
    next = HiddenField()


class PasswordForm(OfficeForm):
    """The present password and twice the new one."""

    current = PasswordField("当前密码", [InputRequired("请填写当前密码。")], render_kw={"autocomplete": "current-password"})
    new = PasswordField(
        "新密码",
        [InputRequired("请填写新密码。")],
        description=f"{RULE_WORDS}最长 {LONGEST} 个字符，可以粘贴。",
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField("再输一遍新密码", [InputRequired("请再输一遍新密码。")], render_kw={"autocomplete": "new-password"})


class LeaveForm(OfficeForm):
    """Who stands in while one is away."""

    deputy_id = SelectField("代理人", coerce=row_id, validate_choice=False, description="请假期间，提醒改发给代理人。")
    leave_from = DateField("请假开始", [Optional()])
    leave_until = DateField("请假结束", [Optional()])
