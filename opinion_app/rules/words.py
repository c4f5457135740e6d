"""The words of the field: every closed vocabulary of the service, each member with the word an office uses for it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Self


class Word(StrEnum):
    """A value stored in the database together with the Chinese word that people read."""

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def of(cls, value: str) -> Self:
        """The member with this value; raises ValueError where there is none."""
        member = cls._value2member_map_.get(value)
        if not isinstance(member, cls):
            raise ValueError(f"{value!r} is no {cls.__name__}")
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Pairs of value and label in the order of definition, as select fields want them."""
        return [(member.value, member.label) for member in cls]


class Source(Word):
    """Where a case comes from (decisions 1)."""

    MESSAGE = "message", "网民留言"
    FORWARDED_LETTER = "forwarded_letter", "转来信件"
    SENTIMENT_ITEM = "sentiment_item", "舆情信息"


class Channel(Word):
    """The way a message reached the office."""

    WEB_FORM = "web_form", "本站留言"
    LEADER_BOARD = "leader_board", "领导留言板"
    COUNTY_SITE = "county_site", "县政府网站"
    HOTLINE = "hotline", "12345热线"
    MAILBOX = "mailbox", "领导信箱"
    WECHAT = "wechat", "微信公众号"
    FORUM = "forum", "论坛贴吧"
    SHORT_VIDEO = "short_video", "短视频平台"
    PHONE = "phone", "来电"
    VISIT = "visit", "来访"
    PAPER = "paper", "来信"
    IMPORT = "import", "表格导入"
    OTHER = "other", "其他"


class Kind(Word):
    """What the writer wants 诉求类型."""

    INQUIRY = "inquiry", "咨询"
    HELP = "help", "求助"
    COMPLAINT = "complaint", "投诉"
    ACCUSATION = "accusation", "举报"
    SUGGESTION = "suggestion", "建议"
    THANKS = "thanks", "感谢"
    OTHER = "other", "其他"


class Procedure(Word):
    """Under which procedure a case is handled 办理类别."""

    ORDINARY = "ordinary", "一般留言"
    NOTICE = "notice", "信件处置通知"
    PETITION = "petition", "信访"
    HOTLINE = "hotline", "12345工单"
    DISCLOSURE = "disclosure", "依申请公开"


class Urgency(Word):
    """How pressing a case is 紧急程度."""

    NORMAL = "normal", "普通"
    COMPLEX = "complex", "复杂"
    URGENT = "urgent", "紧急"


class RiskLevel(Word):
    """Outcome of a risk assessment; I is the gravest (突发事件应对法: 一级红 二级橙 三级黄 四级蓝)."""

    NONE = "none", "不构成舆情"
    IV = "IV", "一般"
    III = "III", "较大"
    II = "II", "重大"
    I = "I", "特别重大"  # noqa: E741 - the law counts the levels in Roman numerals

    @property
    def rank(self) -> int:
        """0 for no matter of public opinion up to 4 for 特别重大."""
        return list(RiskLevel).index(self)


class Stage(Word):
    """Where a case stands in its life 环节 (design §2)."""

    RECEIVED = "received", "已登记"
    ASSIGNED = "assigned", "已交办"
    HANDLING = "handling", "办理中"
    UNDER_REVIEW = "under_review", "审核中"
    APPROVED = "approved", "已签发"
    ANSWERED = "answered", "已答复"
    CLOSED = "closed", "已办结"
    ARCHIVED = "archived", "已归档"
    DECLINED = "declined", "不予受理"
    MERGED = "merged", "已并案"
    REFERRED = "referred", "已转出"

    @property
    def is_open(self) -> bool:
        """Whether somebody in the office still owes something on the case."""
        return self in OPEN_STAGES


OPEN_STAGES = frozenset({Stage.RECEIVED, Stage.ASSIGNED, Stage.HANDLING, Stage.UNDER_REVIEW, Stage.APPROVED, Stage.ANSWERED})
MAIN_LINE = (
    Stage.RECEIVED,
    Stage.ASSIGNED,
    Stage.HANDLING,
    Stage.UNDER_REVIEW,
    Stage.APPROVED,
    Stage.ANSWERED,
    Stage.CLOSED,
    Stage.ARCHIVED,
)


class Role(Word):
    """What a person may be in the office; one person can hold several (decisions 13, 15)."""

    CLERK = "clerk", "受理员"
    HANDLER = "handler", "承办人"
    UNIT_HEAD = "unit_head", "单位负责人"
    REVIEWER = "reviewer", "审核人"
    LEADER = "leader", "领导"
    ADMINISTRATOR = "administrator", "管理员"
    AUDITOR = "auditor", "审计员"


class UnitRole(Word):
    """A unit's part in a case."""

    LEAD = "lead", "主办"
    SUPPORT = "support", "协办"


class AssignmentState(Word):
    """How far a unit is with what it was assigned."""

    PENDING = "pending", "待签收"
    SIGNED = "signed", "已签收"
    RETURN_ASKED = "return_asked", "申请退回"
    RETURNED = "returned", "已退回"
    REPORTED = "reported", "已报结果"
    WITHDRAWN = "withdrawn", "已收回"

    @property
    def is_active(self) -> bool:
        """Whether the unit still takes part in the case."""
        return self not in (AssignmentState.RETURNED, AssignmentState.WITHDRAWN)


class Gate(Word):
    """The checks a reply passes, in order (decisions 13; 把好政治关、政策关、文字关)."""

    UNIT_HEAD = "unit_head", "单位负责人审核"
    POLITICAL = "political", "政治关"
    POLICY = "policy", "政策关"
    WORDING = "wording", "文字关"
    SIGN_OFF = "sign_off", "领导签发"


OFFICE_GATES = (Gate.POLITICAL, Gate.POLICY, Gate.WORDING)


class ReviewStep(Word):
    """Whom a reply under review waits for."""

    UNIT_HEAD = "unit_head", "待本单位审核"
    GATES = "gates", "待三关审核"
    SIGN_OFF = "sign_off", "待签发"
    HISTORY = "history", "历史答复待补审"
    HISTORY_SIGN = "history_sign", "历史答复待签发"


class ReplyState(Word):
    """State of one version of the reply."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "送审中"
    SENT_BACK = "sent_back", "退回修改"
    APPROVED = "approved", "已签发"
    SUPERSEDED = "superseded", "已被新稿替代"


class AnswerMethod(Word):
    """How the writer was answered."""

    ONLINE = "online", "网上答复"
    PHONE = "phone", "电话答复"
    PAPER = "paper", "书面答复"
    FACE_TO_FACE = "face_to_face", "当面答复"
    PLATFORM = "platform", "原渠道回复"


class Disclosure(Word):
    """The decision on publication (信息公开条例 17, 37)."""

    PUBLIC = "public", "公开"
    PARTIAL = "partial", "部分公开"
    WITHHELD = "withheld", "不公开"


class ConsentBasis(Word):
    """What lets a case be made public (个人信息保护法 13, 25): the writer's word, or that nothing personal is left.

    The wish on the form is for publication without personal data; only separate consent lets any of it stay readable."""

    WISH = "wish", "留言人留言时表示愿意公开"
    ASKED = "asked", "已另行征得留言人单独同意"
    MASKED = "masked", "遮盖后不含个人信息"


class KeepReason(Word):
    """Why something that looks like personal data stays readable."""

    NOT_PERSONAL = "not_personal", "不是个人信息"
    OFFICE = "office", "单位对外公开的信息"
    CONSENT = "consent", "留言人同意公开"


class PublicationState(Word):
    """State of a publication; only PUBLISHED is reachable from the public pages."""

    DRAFT = "draft", "待公开审查"
    PUBLISHED = "published", "已公开"
    WITHDRAWN = "withdrawn", "已撤回"


class PlanState(Word):
    """State of a publication that was set for a later moment."""

    WAITING = "waiting", "等待公开"
    DONE = "done", "已按时公开"
    HELD = "held", "已搁置，待处理"
    CANCELLED = "cancelled", "已取消"


class ClockState(Word):
    """State of one clock of a case; being late is computed, never stored."""

    RUNNING = "running", "计时中"
    SUSPENDED = "suspended", "中止计时"
    MET = "met", "已完成"
    STOPPED = "stopped", "已停止"


OPEN_CLOCK: Final = (ClockState.RUNNING, ClockState.SUSPENDED)  # it has not ended: it counts, or stands still until it does


class RetentionPeriod(Word):
    """保管期限 (档案法实施条例 19)."""

    PERMANENT = "permanent", "永久"
    THIRTY = "30y", "30年"
    TEN = "10y", "10年"


class AssessmentState(Word):
    """State of one version of a risk assessment."""

    DECIDED = "decided", "待领导审定"
    APPROVED = "approved", "已审定"
    SENT_BACK = "sent_back", "退回重评"
    SUPERSEDED = "superseded", "已被新版替代"


class RiskFactor(Word):
    """What an assessment looks at (研判看内容、公众反映、跟帖、媒体介入、态势、影响)."""

    CONTENT = "content", "舆情内容"
    REACTION = "reaction", "公众反映"
    SPREAD = "spread", "传播跟帖"
    MEDIA = "media", "媒体介入"
    TREND = "trend", "发展态势"
    IMPACT = "impact", "可能影响"


class NoticeState(Word):
    """How far a notice is on its way (decisions 22)."""

    PENDING = "pending", "待发送"
    CLAIMED = "claimed", "发送中"
    SENT = "sent", "已发送"
    SHOWN = "shown", "站内已送达"
    FILED = "filed", "已存为邮件文件"
    FAILED = "failed", "发送失败"
    UNKNOWN = "unknown", "结果不明"
    CANCELLED = "cancelled", "已取消"


class NoticeChannel(Word):
    """By which way a notice reaches a person."""

    IN_APP = "in_app", "站内"
    MAIL = "mail", "邮件"
    ROBOT = "robot", "群机器人"


class FindingKind(Word):
    """What a process note is about 办理情况."""

    NOTE = "note", "办理记录"
    CONTACT = "contact", "联系诉求人"
    VISIT = "visit", "现场核查"
    MEETING = "meeting", "会商"
    INSTRUCTION = "instruction", "领导批示"
    SUPPORT_REPORT = "support_report", "协办情况"
    VERIFICATION = "verification", "核实报告"


# The 13 areas of 人民网领导留言板 and 其他; the office may edit its own list (decisions 12).
DEFAULT_AREAS = (
    "城建",
    "交通",
    "三农",
    "环保",
    "教育",
    "医疗",
    "治安",
    "旅游",
    "就业",
    "文娱",
    "金融",
    "企业",
    "政务",
    "其他",
)
