"""What the acts on the trail are called in the office."""

from __future__ import annotations

from opinion_app.rules.life import ACTS

WORDS = {
    "sign_in": "登录",
    "sign_in.locked": "账号被锁定",
    "sign_out": "退出",
    "password.change": "修改密码",
    "refused": "越权被拒",
    "person.add": "新增人员",
    "person.edit": "修改人员",
    "person.roles": "调整角色",
    "person.leave": "设置请假",
    "person.disable": "停用人员",
    "person.enable": "启用人员",
    "person.reset_password": "重置密码",
    "person.unlock": "解除锁定",
    "person.end_sessions": "强制退出登录",
    "unit.add": "新增单位",
    "unit.edit": "修改单位",
    "unit.close": "停用单位",
    "unit.reopen": "启用单位",
    "settings.edit": "修改单位信息",
    "wording.edit": "修改用语表",
    "template.add": "新增答复模板",
    "template.edit": "修改答复模板",
    "calendar_link.renew": "生成日历链接",
    "calendar_link.revoke": "收回日历链接",
    "ladder.change": "修改催办阶梯",
    "ladder.withdraw": "撤回催办阶梯",
    "rules.add": "增加时限规则",
    "rules.change": "修改时限规则",
    "rules.retire": "停用时限规则",
    "rules.apply": "时限规则用于在办件",
    "rules.withdraw": "撤回未执行的时限规则",
    "calendar.load": "载入放假安排",
    "calendar.close": "列为本地休息日",
    "calendar.open": "取消本地休息日",
    "calendar.hours": "修改上下班时间",
    "backup": "备份",
    "restore": "恢复备份",
    "trail.export": "导出留痕",
    "export": "导出",
    "search": "检索",
    "contact.lookup": "按联系方式检索",
    "attachment.add": "添加附件",
    "notice.retry": "重发通知",
    "register.secret": "登记涉密件被拒",
    "case.register": "登记",
    "case.void_extension": "延期申请作废",
}


def act_words(act: str) -> str:
    """The word for an act; one without a word shows as it is, because nothing may be missing from a trail."""
    if act in WORDS:
        return WORDS[act]
    name = act.removeprefix("case.")
    return ACTS[name].label if act.startswith("case.") and name in ACTS else act


def all_acts() -> dict[str, str]:
    """Every act that has a word, for the filter."""
    return WORDS | {f"case.{name}": act.label for name, act in ACTS.items()}
