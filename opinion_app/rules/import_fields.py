"""What a column of an imported sheet can mean, and the headers offices and platforms put over it."""

import re
from typing import Final

from opinion_app.rules.text import fold
from opinion_app.rules.words import Word

_HEADER_LENGTH_MAX: Final = 40
_ASIDE = re.compile(r"\(.*?\)|\[.*?\]|【.*?】|[\s*:：、/\\_.。-]")


class Field(Word):
    """What a column can mean."""

    NUMBER = "number", "原编号"
    TITLE = "title", "标题"
    BODY = "body", "内容"
    SENT_AT = "sent_at", "留言时间"
    NICKNAME = "nickname", "昵称"
    KIND = "kind", "诉求类型"
    AREA = "area", "领域"
    CHANNEL = "channel", "来源渠道"
    LINK = "link", "链接"
    PLACE = "place", "地点"
    ACCUSED = "accused", "被举报对象"
    NAME = "name", "姓名"
    PHONE = "phone", "联系电话"
    EMAIL = "email", "邮箱"
    ADDRESS = "address", "联系地址"
    IDENTITY = "identity", "身份证号"
    REPLY = "reply", "答复内容"
    REPLIED_AT = "replied_at", "答复时间"
    REPLY_UNIT = "reply_unit", "答复单位"
    WISH_PUBLIC = "wish_public", "是否公开"
    ANONYMOUS = "anonymous", "是否匿名"
    SUPPORTS = "supports", "点赞数"
    OPPOSES = "opposes", "反对数"


_SYNONYMS: Final[dict[Field, str]] = {
    Field.NUMBER: (
        "留言编号 编号 信件编号 来信编号 信访编号 工单编号 工单号 受理编号 受理号 诉求编号 原编号 信件号 留言id 帖子编号 tid id"
    ),
    Field.TITLE: "留言主题 主题 标题 留言标题 信件标题 来信标题 信件主题 来信主题 诉求标题 工单标题 题目 事项名称",
    Field.BODY: (
        "留言详情 留言内容 内容 详情 正文 信件内容 来信内容 诉求内容 工单内容 具体内容 "
        "问题描述 内容描述 诉求描述 反映内容 主要内容 留言正文"
    ),
    Field.SENT_AT: (
        "留言时间 来信时间 留言日期 来信日期 提交时间 提交日期 发布时间 诉求时间 反映时间 "
        "写信时间 写信日期 登记时间 受理时间 来电时间 创建时间 时间 日期"
    ),
    Field.NICKNAME: "留言用户 昵称 网名 用户 用户名 网友 留言网友 留言者 用户昵称 留言人昵称 作者",
    Field.KIND: "类型 诉求类型 信件类型 留言类型 信件类别 诉求类别 留言类别 来信类型 类别 诉求性质",
    Field.AREA: "领域 一级标签 一级分类 所属领域 问题领域 分类 诉求分类 留言领域 内容分类 标签",
    Field.CHANNEL: "来源 渠道 来源渠道 诉求来源 信件来源 留言渠道 信访渠道 来源平台",
    Field.LINK: "链接 网址 原文链接 留言链接 原链接 地址链接 url",
    Field.PLACE: "地点 事发地点 问题地点 诉求地点 所在地 问题属地 事发地 发生地点",
    Field.ACCUSED: "被举报对象 被举报人 被举报单位 举报对象 被反映人 被反映单位",
    Field.NAME: "姓名 来信人 写信人 留言人 信访人 联系人 诉求人 来信人姓名 留言人姓名 真实姓名 反映人 来电人",
    Field.PHONE: "联系电话 电话 手机 手机号 手机号码 联系方式 电话号码 来电号码 联系号码 联系手机",
    Field.EMAIL: "邮箱 电子邮箱 电子邮件 邮件 邮箱地址 email",
    Field.ADDRESS: "联系地址 住址 家庭住址 通讯地址 地址 来信人地址",
    Field.IDENTITY: "身份证号 身份证 身份证号码 证件号码 证件号",
    Field.REPLY: (
        "答复意见 答复内容 回复内容 回复 答复 回复意见 答复情况 回复详情 答复详情 "
        "办理答复 官方回复 公开答复内容 处理结果 办理结果"
    ),
    Field.REPLIED_AT: "答复时间 回复时间 答复日期 回复日期 办结时间 办结日期",
    Field.REPLY_UNIT: "答复单位 回复单位 答复部门 回复部门 承办单位 办理单位 处理单位 受理单位 主办单位 回复机构 答复机构",
    Field.WISH_PUBLIC: "是否公开 公开意愿 愿意公开 是否同意公开 同意公开",
    Field.ANONYMOUS: "是否匿名 匿名",
    Field.SUPPORTS: "点赞数 支持数 点赞 赞成数 赞同数 支持",
    Field.OPPOSES: "反对数 反对 踩",
}
# A word's field, and how well it names it: where two columns could be the same field, the better word wins.
_WORDS: Final = {fold(word): (rank, meant) for meant, words in _SYNONYMS.items() for rank, word in enumerate(words.split())}
_TOO_GENERAL: Final = frozenset({"时间", "日期", "类型", "类别", "分类", "来源", "渠道", "用户", "标签", "支持", "反对", "id"})
_PARTS: Final = tuple(word for word in _WORDS if word not in _TOO_GENERAL and len(word) > 1)
FIELD_OF: Final = {field.value: field for field in Field}


def plain(header: str) -> str:
    """A header as it is compared: folded, without asides in brackets and marks; empty for what is too long to be one."""
    if len(header) > _HEADER_LENGTH_MAX:
        return ""
    folded = fold(header)
    return _ASIDE.sub("", folded) or folded.strip("()[]【】")


def exact(header: str) -> tuple[int, Field] | None:
    """The field a plain header names by one of its usual words, and how well (0 is best)."""
    return _WORDS.get(header)


def within(header: str) -> tuple[int, Field] | None:
    """The word a longer header ends with (联系人电话 is a telephone), or else the longest of three or more inside it."""
    at_end = [word for word in _PARTS if header.endswith(word)]
    inside = [word for word in _PARTS if len(word) > 2 and word in header]
    best = max(at_end or inside, key=len, default=None)
    return None if best is None else _WORDS[best]
