"""The life of a case as data: every act, the stages it is open in, where it leads and what may stand against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from opinion_app.rules.errors import Forbidden, Refused
from opinion_app.rules.facts import Actor, CaseFacts, Holder
from opinion_app.rules.permissions import may, never_public
from opinion_app.rules.reply import review_step
from opinion_app.rules.words import (
    OPEN_STAGES,
    AssignmentState,
    Disclosure,
    Gate,
    ReplyState,
    ReviewStep,
    RiskLevel,
    Source,
    Stage,
    UnitRole,
)

S = Stage
WORKING = frozenset({S.ASSIGNED, S.HANDLING})
ALIVE = frozenset(OPEN_STAGES)
Condition = Callable[[CaseFacts], str | None]


def _always(case: CaseFacts) -> str | None:
    return None


@dataclass(frozen=True)
class Act:
    """One thing that can be done to a case.

    `to` is the stages it may lead to; empty means it leaves the stage as it is. `hint` is what the button's page says first."""

    name: str
    label: str
    stages: frozenset[Stage]
    permission: str
    to: frozenset[Stage] = frozenset()
    condition: Condition = _always
    primary: frozenset[Stage] = frozenset()
    danger: bool = False
    button: bool = True


def _not_before_leader(case: CaseFacts) -> str | None:
    return "这件正在呈批，请等领导批示后再办。" if case.needs_leader else None


def _assignable(case: CaseFacts) -> str | None:
    return _not_before_leader(case)


def _not_accepted(case: CaseFacts) -> str | None:
    return "这件已经受理。" if case.accepted else None


def _returnable(case: CaseFacts) -> str | None:
    return None if case.active else "这件还没有交办。"


def _return_waits(case: CaseFacts) -> str | None:
    waits = any(a.state is AssignmentState.RETURN_ASKED for a in case.assignments)
    return None if waits else "没有等待审核的退回申请。"


def _support_open(case: CaseFacts) -> str | None:
    waits = any(a.role is UnitRole.SUPPORT and a.state is AssignmentState.SIGNED for a in case.active)
    return None if waits else "没有等待报结果的协办单位。"


def _draft_there(case: CaseFacts) -> str | None:
    return None if case.reply_state is ReplyState.DRAFT else "还没有可以送审的答复稿，请先拟稿并保存。"


def _head_first(case: CaseFacts) -> str | None:
    return None if Gate.UNIT_HEAD in case.gates_passed else "请先由主办单位负责人审核。"


def _head_waits(case: CaseFacts) -> str | None:
    return "单位负责人已经审核通过。" if Gate.UNIT_HEAD in case.gates_passed else None


def _gates_wait(case: CaseFacts) -> str | None:
    return _head_first(case) or ("三关已经全部通过。" if case.office_gates_passed else None)


def _gates_first(case: CaseFacts) -> str | None:
    if _head_first(case):
        return _head_first(case)
    return None if case.office_gates_passed else "请先通过政治关、政策关、文字关。"


def _closable(case: CaseFacts) -> str | None:
    if case.report_owed:
        return "来文单位要求反馈，请先登记反馈报告再办结。"
    if case.disclosure is None:
        return "请先作出公开决定（公开、部分公开或不公开）再办结。"
    return None


def _publishable(case: CaseFacts) -> str | None:
    if never_public(case):
        return "举报件一律不公开。"
    if case.disclosure not in (Disclosure.PUBLIC, Disclosure.PARTIAL):
        return "公开决定是“不公开”，不能公开。"
    return None


def _published(case: CaseFacts) -> str | None:
    return None if case.published else "这件没有公开的内容。"


def _planned(case: CaseFacts) -> str | None:
    return None if case.planned else "这件没有定时公开。"


def _from_elsewhere(case: CaseFacts) -> str | None:
    return None if case.source is Source.FORWARDED_LETTER else "只有转来信件才需要反馈来文单位。"


def _extension_free(case: CaseFacts) -> str | None:
    return "已有一份延期申请在等待审批。" if case.extension_waits else None


def _extension_waits(case: CaseFacts) -> str | None:
    return None if case.extension_waits else "没有等待审批的延期申请。"


def _assessment_waits(case: CaseFacts) -> str | None:
    return None if case.assessment_waits else "没有等待审定的研判。"


def _risk_found(case: CaseFacts) -> str | None:
    return None if case.risk_level not in (None, RiskLevel.NONE) else "这件没有定级为舆情。"


def _restricted(case: CaseFacts) -> str | None:
    return None if case.restricted else "只有受限的举报件才需要指定知情人。"


def _has_children(case: CaseFacts) -> str | None:
    return "这件下面还有并入的件，请先拆分。" if case.merged_children else None


def _f(*stages: Stage) -> frozenset[Stage]:
    return frozenset(stages)


def _risk_act(name: str, label: str) -> Act:
    """The acts behind the one button 舆情报告与回应; each meets its own clock (decisions 2, 5)."""
    return Act(name, label, ALIVE | _f(S.CLOSED), "case.risk_act", condition=_risk_found, button=False)


CLOSED_ONES = _f(S.CLOSED, S.ARCHIVED)
DONE = _f(S.ANSWERED, S.CLOSED)
ACTS: dict[str, Act] = {
    act.name: act
    for act in (
        Act("assign", "交办", _f(S.RECEIVED), "case.triage", _f(S.ASSIGNED), _assignable, _f(S.RECEIVED)),
        Act("accept", "受理", _f(S.RECEIVED), "case.accept", condition=_not_accepted, primary=_f(S.RECEIVED)),
        Act("classify", "修改分类", _f(S.RECEIVED, S.ASSIGNED, S.HANDLING), "case.triage"),
        Act("propose", "呈批", _f(S.RECEIVED, S.ASSIGNED, S.HANDLING), "case.propose", condition=_not_before_leader),
        Act("instruct", "批示", ALIVE, "case.instruct"),
        Act("decline", "不予受理", _f(S.RECEIVED), "case.triage", _f(S.DECLINED), danger=True),
        Act("refer", "转出", _f(S.RECEIVED, S.ASSIGNED), "case.triage", _f(S.REFERRED), danger=True),
        Act(
            "merge",
            "并案",
            _f(S.RECEIVED, S.ASSIGNED, S.HANDLING),
            "case.merge",
            _f(S.MERGED),
            _has_children,
            danger=True,
        ),
        Act("unmerge", "拆分", _f(S.MERGED), "case.merge", _f(S.RECEIVED, S.ASSIGNED, S.HANDLING), primary=_f(S.MERGED)),
        Act("sign_for", "签收", _f(S.ASSIGNED, S.HANDLING), "case.sign_for", _f(S.HANDLING), primary=_f(S.ASSIGNED)),
        Act("ask_return", "申请退回", WORKING, "case.ask_return", condition=_returnable),
        Act(
            "decide_return",
            "审核退回",
            WORKING,
            "case.triage",
            _f(S.RECEIVED),
            _return_waits,
            WORKING,
        ),
        Act("reassign", "改派", _f(S.ASSIGNED, S.HANDLING, S.UNDER_REVIEW), "case.triage", _f(S.ASSIGNED)),
        Act("add_unit", "增派协办", WORKING, "case.triage"),
        Act("name_handler", "指定承办人", _f(S.HANDLING), "case.name_handler"),
        Act("note", "办理记录", ALIVE, "case.note"),
        Act("attach", "上传附件", ALIVE | DONE, "case.attach"),
        Act("report_support", "报协办结果", _f(S.ASSIGNED, S.HANDLING), "case.report_support", condition=_support_open),
        Act("ask_extension", "申请延期", _f(S.HANDLING), "case.ask_extension", condition=_extension_free),
        Act(
            "decide_extension",
            "审批延期",
            _f(S.HANDLING, S.UNDER_REVIEW, S.APPROVED),
            "case.decide_extension",
            condition=_extension_waits,
            primary=_f(S.HANDLING, S.UNDER_REVIEW, S.APPROVED),
        ),
        Act("draft", "拟写答复", _f(S.HANDLING), "case.draft", primary=_f(S.HANDLING)),
        Act(
            "submit_reply",
            "送审",
            _f(S.HANDLING),
            "case.draft",
            _f(S.UNDER_REVIEW),
            _draft_there,
            _f(S.HANDLING),
        ),
        Act(
            "check_unit_head",
            "单位负责人审核",
            _f(S.UNDER_REVIEW),
            "case.check_unit_head",
            _f(S.HANDLING),
            _head_waits,
            _f(S.UNDER_REVIEW),
        ),
        Act(
            "check_gates",
            "三关审核",
            _f(S.UNDER_REVIEW),
            "case.check_gates",
            _f(S.HANDLING),
            _gates_wait,
            _f(S.UNDER_REVIEW),
        ),
        Act(
            "sign_off",
            "签发",
            _f(S.UNDER_REVIEW),
            "case.sign_off",
            _f(S.APPROVED, S.HANDLING),
            _gates_first,
            _f(S.UNDER_REVIEW),
        ),
        Act("answer", "登记答复", _f(S.APPROVED), "case.answer", _f(S.ANSWERED), primary=_f(S.APPROVED)),
        Act("object", "向来文单位提出异议", WORKING | _f(S.RECEIVED), "case.report_back", condition=_from_elsewhere),
        Act("report_back", "反馈来文单位", DONE, "case.report_back", condition=_from_elsewhere, primary=_f(S.ANSWERED)),
        Act("decide_disclosure", "公开决定", DONE, "case.publish", primary=_f(S.ANSWERED)),
        Act("close", "办结", _f(S.ANSWERED), "case.close", _f(S.CLOSED), _closable, _f(S.ANSWERED)),
        Act("publish", "公开答复", CLOSED_ONES, "case.publish", condition=_publishable, primary=_f(S.CLOSED)),
        Act("public_files", "公开附件", DONE | CLOSED_ONES, "case.publish", condition=_publishable),
        Act("plan_publication", "定时公开", CLOSED_ONES, "case.publish", condition=_publishable, button=False),
        Act("cancel_plan", "取消定时公开", CLOSED_ONES, "case.publish", condition=_planned, danger=True),
        Act("withdraw", "撤回公开", DONE | CLOSED_ONES | ALIVE, "case.publish", condition=_published, danger=True),
        Act("archive", "归档", _f(S.CLOSED, S.DECLINED, S.REFERRED), "case.archive", _f(S.ARCHIVED)),
        Act(
            "reopen",
            "重办",
            _f(S.ANSWERED, S.CLOSED, S.ARCHIVED, S.DECLINED, S.REFERRED),
            "case.reopen",
            _f(S.HANDLING, S.RECEIVED),
        ),
        Act("assess", "风险研判", ALIVE | _f(S.CLOSED), "case.assess"),
        Act(
            "approve_assessment",
            "审定研判",
            ALIVE | _f(S.CLOSED),
            "case.approve_assessment",
            condition=_assessment_waits,
            primary=ALIVE | _f(S.CLOSED),
        ),
        Act("report_risk", "舆情报告与回应", ALIVE | _f(S.CLOSED), "case.risk_act", condition=_risk_found),
        _risk_act("phone_upward", "电话报告上级"),
        _risk_act("report_to_leader", "报告领导"),
        _risk_act("report_upward", "书面报告上级"),
        _risk_act("submit_verification", "提交核实报告"),
        _risk_act("publish_statement", "发布权威信息"),
        _risk_act("record_response", "登记发布回应"),
        Act("record_contact", "记录联系诉求人", ALIVE, "case.note", button=False),
        Act("grant", "指定知情人", frozenset(Stage), "case.grant", condition=_restricted),
        Act("query_code", "查询码与回执", frozenset(Stage), "case.triage"),
        Act("reveal_contact", "查看联系方式", frozenset(Stage), "case.reveal_contact", button=False),
    )
}


def refusal(case: CaseFacts, act: str) -> str | None:
    """Why `act` is not open on `case` now, as a sentence; None when it is open."""
    entry = ACTS[act]
    if case.stage not in entry.stages:
        return f"这件现在是“{case.stage.label}”，不能{entry.label}。"
    return entry.condition(case)


def permitted(actor: Actor, case: CaseFacts) -> list[Act]:
    """The acts `actor` may do on `case` now, in the order of the life; buttons are drawn from this and nothing else."""
    return [act for act in ACTS.values() if act.button and may(actor, act.permission, case) and refusal(case, act.name) is None]


def check(actor: Actor, case: CaseFacts, act: str) -> Act:
    """The act, if `actor` may do it on `case` now.

    Raises Forbidden when the person may not, Refused when the case is not where the act is open."""
    entry = ACTS[act]
    if not may(actor, entry.permission, case):
        raise Forbidden(f"您没有“{entry.label}”的权限。")
    reason = refusal(case, act)
    if reason is not None:
        raise Refused(reason)
    return entry


def holder(case: CaseFacts) -> Holder | None:
    """Who owes the next step; None when the case rests (decisions 4)."""
    if not case.stage.is_open:
        return None
    unit = case.lead.unit_id if case.lead else None
    if case.stage is S.RECEIVED:
        return Holder("leader", label="领导") if case.needs_leader else Holder("clerk", label="受理员")
    if case.stage in WORKING:
        return Holder("unit", unit, "主办单位")
    if case.stage is S.UNDER_REVIEW:
        return _reviewing_holder(case, unit)
    if case.stage is S.APPROVED:
        return Holder("clerk", label="受理员")
    return Holder("clerk", label="受理员")


def _reviewing_holder(case: CaseFacts, unit: int | None) -> Holder:
    step = review_step(case.gates_passed)
    if step is ReviewStep.UNIT_HEAD:
        return Holder("unit_head", unit, "单位负责人")
    if step is ReviewStep.GATES:
        return Holder("reviewer", label="审核人")
    return Holder("leader", label="领导")
