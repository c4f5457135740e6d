"""The forms about people and units."""

from __future__ import annotations

from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from opinion_app.forms import OfficeForm, choices, line, row_id
from opinion_app.rules.words import Role

CATEGORIES = ("领导班子", "科室", "站所", "村（社区）", "派驻机构", "其他")


class PersonForm(OfficeForm):
    """A person as the administrator edits them."""

    name = line("姓名", 30, required=True)
    unit_id = SelectField("单位", coerce=row_id, validate_choice=False)
    title = line("职务", 30)
    roles = SelectMultipleField(
        "角色",
        choices=choices(Role.choices()),
        validate_choice=False,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        description="可多选；管理员、审计员不能兼任其他角色。",
    )
    handles_accusations = BooleanField("可办理涉及公职人员的举报件", description="这类来件只有勾选的受理员、审核人、领导能看到。")
    email = line("邮箱", 100, hint="用于接收待办通报")
    know_shared = BooleanField("我知道这个邮箱还有别人在用，仍这样保存")
    known_mail = HiddenField()  # the address that tick is about: another one is asked about anew
    phone = line("办公电话", 40)
    robot_url = line("本人的群机器人地址", 400, hint="企业微信、钉钉、飞书群机器人的 https 地址，可不填")
    deputy_id = SelectField("代理人", coerce=row_id, validate_choice=False, description="请假期间，提醒改发给代理人。")
    leave_from = DateField("请假开始", [Optional()])
    leave_until = DateField("请假结束", [Optional()])


class NewPersonForm(PersonForm):
    """A person to be added."""

    login = line("登录名", 40, required=True, hint="字母、数字或汉字，以后不能修改，如姓名拼音")


class UnitForm(OfficeForm):
    """A unit."""

    name = line("单位名称", 60, required=True)
    short_name = line("简称", 20)
    category = SelectField("类别", choices=choices((name, name) for name in CATEGORIES))
    parent_id = SelectField("上级单位", coerce=row_id, validate_choice=False)
    leader_id = SelectField("分管领导", coerce=row_id, validate_choice=False)
    phone = line("电话", 40)
    email = line("单位邮箱", 100, hint="本单位人员自己没有邮箱和群机器人的，提醒发到这里，只写姓名、编号和日期；举报件等不发")
    robot_url = line("群机器人地址", 400, hint="企业微信、钉钉等群机器人的 https 地址，可不填")
    sort_order = IntegerField("排序", [InputRequired("请填写排序。"), NumberRange(0, 9999, "应为 0 至 9999 的整数。")])
    is_office = BooleanField("这是承担受理、审核工作的办公室本身", description="办公室不作为承办单位检查人员是否齐全。")
