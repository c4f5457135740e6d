"""The deadline rules an office starts with, as plain rows with their sources; the office edits its own copy."""

from datetime import date
from typing import Any

from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.deadline_rules import (
    BY_ISSUER,
    Allowance,
    Choice,
    ClockStage,
    DeadlineRule,
    OwedBy,
    RuleFacts,
    StartEvent,
    choose,
)
from opinion_app.rules.words import Kind, Procedure, RiskLevel, Urgency

__all__ = ["DEFAULT_RULES", "Choice", "DeadlineRule", "RuleFacts", "choose"]

IN_FORCE_FROM = date(2020, 1, 1)

_OWN = "本系统建议值"
_HEZHANG = "赫章县政民互动制度"
_ASKING = "赫章县政民互动制度；网络问政办法"
_YUEQING = "乐清网络问效；网络问政办法"
_BEIJING = "北京 12345 规范（2021 征求意见稿）"
_HOTLINE = "安阳市政务服务条例第五十条；潍坊、济南 12345 条例"
_LETTERS_23 = "信访工作条例第二十三条"
_LETTERS_34 = "信访工作条例第三十四条"
_DISCLOSURE_30 = "政府信息公开条例第三十条"
_DISCLOSURE_33 = "政府信息公开条例第三十三条"
_INTERNAL = "一般惯例，请按本地规定修改"
_COMPLEX = "乐清网络问效；赫章县政民互动制度"
_NOTICES = "信访工作条例第二十二条；赫章县政民互动制度"
_MARKET_23 = "市场监督管理投诉举报处理暂行办法第二十三条（参照）"
_NO_61 = "国办发〔2016〕61号"
_NO_80 = "国办发〔2016〕80号"
_WANBU = "万埠镇政务舆情回应制度（2024）"

# Stage: the event it starts with, the act that meets it, who owes it (decisions 2-4).
STAGES = {
    ClockStage.ACCEPT: (StartEvent.RECEIVED, "accept", OwedBy.OFFICE),
    ClockStage.SIGN_FOR: (StartEvent.ASSIGNED, "sign_for", OwedBy.LEAD),
    ClockStage.CONTACT: (StartEvent.ASSIGNED, "record_contact", OwedBy.LEAD),
    ClockStage.DRAFT: (StartEvent.REPLY_DUE, "submit_reply", OwedBy.LEAD),
    ClockStage.REPLY: (StartEvent.RECEIVED, "answer", OwedBy.HOLDER),
    ClockStage.OBJECTION: (StartEvent.RECEIVED, "object", OwedBy.OFFICE),
    ClockStage.REPORT_BACK: (StartEvent.RECEIVED, "report_back", OwedBy.OFFICE),
    ClockStage.CORRECTION: (StartEvent.RECEIVED, "ask_correction", OwedBy.OFFICE),
    ClockStage.RISK_PHONE: (StartEvent.ASSESSED, "phone_upward", OwedBy.OFFICE),
    ClockStage.RISK_REPORT: (StartEvent.ASSESSED, "report_to_leader", OwedBy.OFFICE),
    ClockStage.RISK_VERIFY: (StartEvent.ASSESSED, "submit_verification", OwedBy.LEAD),
    ClockStage.RISK_PUBLISH: (StartEvent.ASSESSED, "publish_statement", OwedBy.OFFICE),
    ClockStage.RISK_RESPONSE: (StartEvent.ASSESSED, "record_response", OwedBy.HOLDER),
}


def days(amount: int) -> Span:
    """That many working days."""
    return Span(amount, Unit.WORKING_DAYS)


def natural(amount: int) -> Span:
    """That many natural days, the last one rolled forward."""
    return Span(amount, Unit.NATURAL_DAYS)


def hours(amount: int) -> Span:
    """That many clock hours."""
    return Span(amount, Unit.HOURS)


def minutes(amount: int) -> Span:
    """That many clock minutes."""
    return Span(amount, Unit.MINUTES)


def _row(stage: ClockStage, code: str, name: str, span: Span, basis: tuple[str, str], **rest: Any) -> DeadlineRule:
    """One row; what its stage settles is filled in unless the row says otherwise."""
    event, act, owed_by = STAGES[stage]
    settled: dict[str, Any] = {"start_event": event, "meeting_act": act, "owed_by": owed_by}
    source, mark = basis
    return DeadlineRule(
        code=code, name=name, stage=stage, span=span, source=source, mark=mark, in_force_from=IN_FORCE_FROM,
        **(settled | rest),
    )  # fmt: skip


def _once(span: Span, approver: str = "单位负责人") -> Allowance:
    return Allowance(1, span, approver)


_ACCEPT, _SIGN, _CONTACT, _REPLY = ClockStage.ACCEPT, ClockStage.SIGN_FOR, ClockStage.CONTACT, ClockStage.REPLY
_NOTICE, _PETITION, _HOTLINES, _DISCLOSURE = (
    Procedure.NOTICE, Procedure.PETITION, Procedure.HOTLINE, Procedure.DISCLOSURE,
)  # fmt: skip

# fmt: off
_FIRST_STEPS = (
    _row(_ACCEPT, "accept", "受理、分办", days(1), (_OWN, "I")),
    _row(_ACCEPT, "accept-urgent", "紧急件受理、分办", hours(1), (_OWN, "I"), urgency=Urgency.URGENT),
    _row(_SIGN, "sign-for", "签收", days(1), (_HEZHANG, "R2"), return_window=hours(24)),
    _row(_SIGN, "sign-for-urgent", "紧急件签收", hours(1), (_OWN, "I"), urgency=Urgency.URGENT, return_window=hours(1)),
    # The units return within 3 working days, so that the office can still object within 5.
    _row(_SIGN, "sign-for-notice", "转来信件签收", days(1), (_OWN, "I"), procedure=_NOTICE, return_window=days(3)),
    _row(_SIGN, "sign-for-petition", "信访件签收", days(1), (_OWN, "I"), procedure=_PETITION, return_window=days(3)),
    _row(_SIGN, "sign-for-hotline", "12345 工单签收", hours(24), (_HOTLINE, "R1"), procedure=_HOTLINES,
         return_window=hours(24)),
    _row(ClockStage.OBJECTION, "objection-notice", "对转来信件提出异议", days(5), (_LETTERS_23, "R1"),
         procedure=_NOTICE, lapses=True),
    _row(ClockStage.OBJECTION, "objection-petition", "对转送、交办件提出异议", days(5), (_LETTERS_23, "R1"),
         procedure=_PETITION, lapses=True),
    _row(_CONTACT, "contact-help", "联系求助人", days(3), (_ASKING, "R2"), kind=Kind.HELP),
    _row(_CONTACT, "contact-complaint", "联系投诉人", days(3), (_ASKING, "R2"), kind=Kind.COMPLAINT),
    _row(_CONTACT, "contact-complex", "复杂件首次联系", days(3), (_HEZHANG, "R2"), urgency=Urgency.COMPLEX),
    _row(_CONTACT, "contact-urgent", "紧急件首次联系", hours(2), (_BEIJING, "R2"), urgency=Urgency.URGENT),
    _row(_CONTACT, "contact-petition", "书面告知信访人", natural(15), (_LETTERS_23, "R1"), procedure=_PETITION,
         start_event=StartEvent.RECEIVED, owed_by=OwedBy.OFFICE),
    _row(ClockStage.CORRECTION, "correction", "一次性告知补正", days(7), (_DISCLOSURE_30, "R1"),
         procedure=_DISCLOSURE, lapses=True),
)
_REPLIES = (
    _row(_REPLY, "reply-default", "答复", days(7), (_HEZHANG, "R2"), extension=_once(days(8))),
    _row(_REPLY, "reply-inquiry", "答复咨询", days(3), ("赫章县政民互动制度；沈阳市长信箱", "R2"), kind=Kind.INQUIRY,
         extension=_once(days(5))),
    _row(_REPLY, "reply-suggestion", "答复建议", days(5), (_YUEQING, "R2"), kind=Kind.SUGGESTION,
         extension=_once(days(10))),
    _row(_REPLY, "reply-thanks", "答复感谢", days(5), (_YUEQING, "R2"), kind=Kind.THANKS, extension=_once(days(10))),
    _row(_REPLY, "reply-help", "答复求助", days(7), (_ASKING, "R2"), kind=Kind.HELP, extension=_once(days(8))),
    _row(_REPLY, "reply-complaint", "答复投诉", days(7), (_ASKING, "R2"), kind=Kind.COMPLAINT,
         extension=_once(days(8))),
    _row(_REPLY, "reply-accusation", "答复举报", days(15), (_MARKET_23, "I"), kind=Kind.ACCUSATION,
         extension=_once(days(15), "分管领导")),
    _row(_REPLY, "reply-complex", "答复复杂件", days(15), (_COMPLEX, "R2"), urgency=Urgency.COMPLEX,
         extension=_once(days(15), "分管领导")),
    _row(_REPLY, "reply-urgent", "答复紧急件", hours(24), (_BEIJING, "R2"), urgency=Urgency.URGENT),
    _row(_REPLY, "reply-notice", "办理转来信件", days(7), (_NOTICES, "R2"), procedure=_NOTICE,
         extension=BY_ISSUER),
    _row(_REPLY, "reply-petition", "办结信访事项", natural(60), (_LETTERS_34, "R1"), procedure=_PETITION,
         start_event=StartEvent.ACCEPTED, extension=_once(natural(30))),
    _row(_REPLY, "reply-disclosure", "答复公开申请", days(20), (_DISCLOSURE_33, "R1"), procedure=_DISCLOSURE,
         extension=_once(days(20), "政府信息公开工作机构负责人")),
    _row(_REPLY, "reply-hotline", "办理 12345 工单", days(5), (_HOTLINE, "R1"), procedure=_HOTLINES,
         extension=_once(days(5))),
    _row(ClockStage.DRAFT, "draft", "单位提交答复稿", days(2), (_OWN, "I"), back_from=_REPLY),
    _row(ClockStage.REPORT_BACK, "report-back", "反馈来文单位", days(7), (_NOTICES, "R2"),
         extension=BY_ISSUER),
)
_WITH_SUPERIORS = "配合上级发布会"
_PHONE, _REPORT, _VERIFY, _PUBLISH, _RESPONSE = (
    ClockStage.RISK_PHONE, ClockStage.RISK_REPORT, ClockStage.RISK_VERIFY, ClockStage.RISK_PUBLISH,
    ClockStage.RISK_RESPONSE,
)
_GRAVE = tuple(
    row
    for level in (RiskLevel.I, RiskLevel.II)
    for row in (
        _row(_PHONE, f"risk-phone-{level}", "电话报告上级", minutes(30), (_INTERNAL, "K"), risk_level=level),
        _row(_REPORT, f"risk-report-{level}", "书面报告上级", hours(1), (_INTERNAL, "K"), risk_level=level,
             meeting_act="report_upward"),
        _row(_PUBLISH, f"risk-publish-{level}", "发布权威信息", hours(5), (_NO_80, "R2"), risk_level=level),
        _row(_RESPONSE, f"risk-response-{level}", _WITH_SUPERIORS, hours(24), (f"{_NO_61}；{_NO_80}", "R2"),
             risk_level=level, guidance=_WITH_SUPERIORS),
    )
)
_LARGER, _GENERAL = RiskLevel.III, RiskLevel.IV
_LESSER = (
    _row(_REPORT, "risk-report-III", "报告领导", hours(2), (_WANBU, "R2"), risk_level=_LARGER),
    _row(_PUBLISH, "risk-publish-III", "发布权威信息", hours(24), (_NO_61, "R2"), risk_level=_LARGER),
    _row(_RESPONSE, "risk-response-III", "回应舆情", hours(48), (_NO_61, "R2"), risk_level=_LARGER),
    _row(_VERIFY, "risk-verify-III", "提交核实报告", days(2), (_WANBU, "R2"), risk_level=_LARGER),
    _row(_REPORT, "risk-report-IV", "报告领导", hours(2), (_WANBU, "R2"), risk_level=_GENERAL),
    _row(_RESPONSE, "risk-response-IV", "回应舆情", hours(48), (_NO_61, "R2"), risk_level=_GENERAL),
    _row(_VERIFY, "risk-verify-IV", "提交核实报告", days(2), (_WANBU, "R2"), risk_level=_GENERAL),
    _row(_VERIFY, "risk-verify-IV-historic", "提交核实报告（历史遗留）", days(5), (_WANBU, "R2"), risk_level=_GENERAL,
         historic=True),
)
# fmt: on

DEFAULT_RULES: tuple[DeadlineRule, ...] = (*_FIRST_STEPS, *_REPLIES, *_GRAVE, *_LESSER)
