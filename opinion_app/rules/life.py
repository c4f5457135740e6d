"""The life of a case as data: every act, the stages it is open in, where it leads and what may stand against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from opinion_app.rules import obstacles
from opinion_app.rules.errors import Forbidden, Refused
from opinion_app.rules.facts import Actor, CaseFacts, Holder
from opinion_app.rules.permissions import BARRED_BY_RECUSAL, may
from opinion_app.rules.reply import review_step
from opinion_app.rules.suspension import clock_held, clock_runs, correction_waits
from opinion_app.rules.words import (
    OPEN_STAGES,
    ReviewStep,
    Stage,
)

S = Stage
WORKING = frozenset({S.ASSIGNED, S.HANDLING})
ALIVE = frozenset(OPEN_STAGES)
# A supporting unit may still sign and report while the lead's reply is under review, or while another lead is looked for.
BEFORE_ANSWER = TO_SUPPORT = ALIVE - {S.ANSWERED}
Condition = Callable[[CaseFacts], str | None]


@dataclass(frozen=True)
class Act:
    """One thing that can be done to a case.

    `to` is the stages it may lead to; empty means it leaves the stage as it is.
    `primary` is the stages in which it is what comes next, as long as `due` says that it is still to be done.
    `fits` says whether a button makes sense for this person's own part; the operation says why not."""

    name: str
    label: str
    stages: frozenset[Stage]
    permission: str
    to: frozenset[Stage] = frozenset()
    condition: Condition = obstacles.always
    primary: frozenset[Stage] = frozenset()
    due: Callable[[CaseFacts], bool] = obstacles.as_ever
    danger: bool = False
    button: bool = True
    fits: Callable[[Actor, CaseFacts], bool] = obstacles.anybody


def _f(*stages: Stage) -> frozenset[Stage]:
    return frozenset(stages)


def _risk_act(name: str, label: str) -> Act:
    """The acts behind the one button 舆情报告与回应; each meets its own clock (decisions 2, 5)."""
    return Act(name, label, ALIVE | _f(S.CLOSED), "case.risk_act", condition=obstacles.risk_found, button=False)


CLOSED_ONES = _f(S.CLOSED, S.ARCHIVED)
DONE = _f(S.ANSWERED, S.CLOSED)
ACTS: dict[str, Act] = {
    act.name: act
    for act in (
        Act("assign", "交办", _f(S.RECEIVED), "case.triage", _f(S.ASSIGNED), obstacles.not_before_leader, _f(S.RECEIVED)),
        Act("accept", "受理", _f(S.RECEIVED), "case.accept", condition=obstacles.not_accepted, primary=_f(S.RECEIVED)),
        Act("classify", "修改分类", _f(S.RECEIVED, S.ASSIGNED, S.HANDLING), "case.triage"),
        Act("propose", "呈批", _f(S.RECEIVED, S.ASSIGNED, S.HANDLING), "case.propose", condition=obstacles.not_before_leader),
        Act("instruct", "批示", ALIVE, "case.instruct"),
        # Not over the heads of the writers whose messages lie in it: they wait for this one's answer.
        Act("decline", "不予受理", _f(S.RECEIVED), "case.triage", _f(S.DECLINED), obstacles.has_children, danger=True),
        Act("refer", "转出", _f(S.RECEIVED, S.ASSIGNED), "case.triage", _f(S.REFERRED), obstacles.has_children, danger=True),
        Act(
            "merge",
            "并案",
            _f(S.RECEIVED, S.ASSIGNED, S.HANDLING),
            "case.merge",
            _f(S.MERGED),
            obstacles.has_children,
            danger=True,
        ),
        Act("unmerge", "拆分", _f(S.MERGED), "case.merge", _f(S.RECEIVED, S.ASSIGNED, S.HANDLING), primary=_f(S.MERGED)),
        Act("sign_for", "签收", TO_SUPPORT, "case.sign_for", _f(S.HANDLING), primary=TO_SUPPORT),
        Act(
            "ask_return",
            "申请退回",
            WORKING,
            "case.ask_return",
            condition=obstacles.returnable,
            fits=obstacles.own_part_returnable,
        ),
        Act(
            "decide_return",
            "审核退回",
            WORKING,
            "case.triage",
            _f(S.RECEIVED),
            obstacles.return_waits,
            WORKING,
        ),
        Act("reassign", "改派", _f(S.ASSIGNED, S.HANDLING, S.UNDER_REVIEW), "case.triage", _f(S.ASSIGNED)),
        Act("add_unit", "增派协办", WORKING, "case.triage"),
        Act("name_handler", "指定承办人", _f(S.HANDLING), "case.name_handler"),
        Act("note", "办理记录", ALIVE, "case.note"),
        Act("attach", "上传附件", ALIVE | DONE, "case.attach"),
        Act(
            "report_support",
            "报协办结果",
            TO_SUPPORT,
            "case.report_support",
            condition=obstacles.support_open,
            primary=TO_SUPPORT,
            fits=obstacles.own_part_signed,
        ),
        Act("ask_extension", "申请延期", _f(S.HANDLING, S.ANSWERED), "case.ask_extension", condition=obstacles.extension_free),
        Act(
            "decide_extension",
            "审批延期",
            _f(S.HANDLING, S.UNDER_REVIEW, S.APPROVED, S.ANSWERED),
            "case.decide_extension",
            condition=obstacles.extension_waits,
            primary=_f(S.HANDLING, S.UNDER_REVIEW, S.APPROVED, S.ANSWERED),
        ),
        Act(
            "withdraw_extension",
            "撤回延期申请",
            _f(S.HANDLING, S.UNDER_REVIEW, S.APPROVED, S.ANSWERED),
            "case.ask_extension",
            condition=obstacles.extension_waits,
        ),
        Act("suspend", "中止计时", BEFORE_ANSWER, "case.suspend", condition=clock_runs),
        Act("resume", "恢复计时", BEFORE_ANSWER, "case.suspend", condition=clock_held, primary=BEFORE_ANSWER),
        Act("restart", "收到补正，重新起算", BEFORE_ANSWER, "case.suspend", condition=correction_waits, primary=BEFORE_ANSWER),
        Act("draft", "拟写答复", _f(S.HANDLING), "case.draft", primary=_f(S.HANDLING)),
        Act(
            "submit_reply",
            "送审",
            _f(S.HANDLING),
            "case.draft",
            _f(S.UNDER_REVIEW),
            obstacles.draft_there,
            _f(S.HANDLING),
        ),
        Act(
            "check_unit_head",
            "单位负责人审核",
            _f(S.UNDER_REVIEW),
            "case.check_unit_head",
            _f(S.HANDLING),
            obstacles.head_waits,
            _f(S.UNDER_REVIEW),
        ),
        Act(
            "check_gates",
            "三关审核",
            _f(S.UNDER_REVIEW),
            "case.check_gates",
            _f(S.HANDLING),
            obstacles.gates_wait,
            _f(S.UNDER_REVIEW),
        ),
        Act(
            "sign_off",
            "签发",
            _f(S.UNDER_REVIEW),
            "case.sign_off",
            _f(S.APPROVED, S.HANDLING),
            obstacles.gates_first,
            _f(S.UNDER_REVIEW),
        ),
        Act("answer", "登记答复", _f(S.APPROVED), "case.answer", _f(S.ANSWERED), primary=_f(S.APPROVED)),
        Act("object", "向来文单位提出异议", WORKING | _f(S.RECEIVED), "case.report_back", condition=obstacles.from_elsewhere),
        Act(
            "report_back",
            "反馈来文单位",
            DONE | _f(S.MERGED),
            "case.report_back",
            condition=obstacles.from_elsewhere,
            primary=_f(S.ANSWERED, S.MERGED),
            due=obstacles.report_due,
        ),
        Act("decide_disclosure", "公开决定", DONE, "case.publish", primary=_f(S.ANSWERED), due=obstacles.decision_due),
        Act("close", "办结", _f(S.ANSWERED), "case.close", _f(S.CLOSED), obstacles.closable, _f(S.ANSWERED)),
        # A reply that came with an import passed no gate: it is reviewed before it goes out, and the case stays where it is.
        Act(
            "check_history",
            "历史答复补审",
            CLOSED_ONES,
            "case.check_gates",
            condition=obstacles.history_waits,
            primary=CLOSED_ONES,
        ),
        Act(
            "sign_history",
            "历史答复签发",
            CLOSED_ONES,
            "case.sign_off",
            condition=obstacles.history_unsigned,
            primary=CLOSED_ONES,
        ),
        Act(
            "publish",
            "公开答复",
            CLOSED_ONES,
            "case.publish",
            condition=obstacles.ready_to_publish,
            primary=CLOSED_ONES,
            due=obstacles.publication_due,
        ),
        Act("public_files", "公开附件", DONE | CLOSED_ONES, "case.publish", condition=obstacles.publishable),
        Act("ask_review", "提请保密审查", CLOSED_ONES, "case.publish", condition=obstacles.ready_to_publish, button=False),
        Act("plan_publication", "定时公开", CLOSED_ONES, "case.publish", condition=obstacles.ready_to_publish, button=False),
        Act("hold_plan", "定时公开搁置", frozenset(Stage), "case.publish", condition=obstacles.planned, button=False),
        # Whatever has become of the case: what was held is to be settled by somebody.
        Act("cancel_plan", "取消定时公开", frozenset(Stage), "case.publish", condition=obstacles.planned, danger=True),
        # Whatever has become of the case: what is out can always be taken back.
        Act("withdraw", "撤回公开", frozenset(Stage), "case.publish", condition=obstacles.published, danger=True),
        Act(
            "archive",
            "归档",
            _f(S.CLOSED, S.DECLINED, S.REFERRED),
            "case.archive",
            _f(S.ARCHIVED),
            primary=_f(S.CLOSED, S.DECLINED, S.REFERRED),
        ),
        Act(
            "reopen",
            "重办",
            _f(S.ANSWERED, S.CLOSED, S.ARCHIVED, S.DECLINED, S.REFERRED),
            "case.reopen",
            _f(S.HANDLING, S.RECEIVED),
        ),
        Act("rate", "留言人评价", DONE | _f(S.ARCHIVED), "case.rate", button=False),
        Act("assess", "风险研判", ALIVE | _f(S.CLOSED), "case.assess"),
        Act(
            "approve_assessment",
            "审定研判",
            ALIVE | _f(S.CLOSED),
            "case.approve_assessment",
            condition=obstacles.assessment_waits,
            primary=ALIVE | _f(S.CLOSED),
        ),
        Act("report_risk", "舆情报告与回应", ALIVE | _f(S.CLOSED), "case.risk_act", condition=obstacles.risk_found),
        _risk_act("phone_upward", "电话报告上级"),
        _risk_act("report_to_leader", "报告领导"),
        _risk_act("report_upward", "书面报告上级"),
        _risk_act("submit_verification", "提交核实报告"),
        _risk_act("publish_statement", "发布权威信息"),
        _risk_act("record_response", "登记发布回应"),
        Act("urge", "催办", ALIVE, "case.supervise"),
        Act("supervise", "督办", ALIVE, "case.supervise", condition=obstacles.has_unit),
        Act(
            "supervise_feedback",
            "反馈督办",
            ALIVE | DONE,
            "case.supervise_feedback",
            condition=obstacles.sheet_waits,
            primary=_f(S.CLOSED),
            fits=obstacles.own_sheet_waits,
        ),
        Act(
            "withdraw_sheet",
            "撤销督办",
            ALIVE | DONE,
            "case.supervise",
            condition=obstacles.sheet_waits,
            danger=True,
            fits=obstacles.own_sheet_to_withdraw,
        ),
        Act("record_contact", "记录联系诉求人", ALIVE, "case.note", button=False),
        Act("grant", "指定知情人", frozenset(Stage), "case.grant", condition=obstacles.restricted),
        Act("query_code", "查询码与回执", frozenset(Stage), "case.triage"),
        Act("recuse", "登记回避", ALIVE | DONE | CLOSED_ONES, "case.recuse"),
        Act("lift_recusal", "取消回避", ALIVE | DONE | CLOSED_ONES, "case.recuse", button=False),
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
    return [act for act in ACTS.values() if act.button and _offered(act, actor, case)]


def is_next(act: Act, case: CaseFacts) -> bool:
    """Whether `act` is what comes next on `case`: a step of its stage that is still to be done."""
    return case.stage in act.primary and act.due(case)


def _offered(act: Act, actor: Actor, case: CaseFacts) -> bool:
    return may(actor, act.permission, case) and act.fits(actor, case) and refusal(case, act.name) is None


def check(actor: Actor, case: CaseFacts, act: str) -> Act:
    """The act, if `actor` may do it on `case` now.

    Raises Forbidden when the person may not, Refused when the case is not where the act is open."""
    entry = ACTS[act]
    if actor.id in case.recused and entry.permission in BARRED_BY_RECUSAL:
        raise Forbidden(f"您在这件里已登记回避，不能“{entry.label}”。")
    if not may(actor, entry.permission, case):
        raise Forbidden(_why_not(actor, case, entry))
    reason = refusal(case, act)
    if reason is not None:
        raise Refused(reason)
    return entry


def _why_not(actor: Actor, case: CaseFacts, entry: Act) -> str:
    """Authors who could review or sign any other reply are told what bars them from this one (decisions 13)."""
    if actor.id in case.authors and may(actor, entry.permission, replace(case, authors=frozenset())):
        return f"您写过这份答复稿（或它的前几稿），不能“{entry.label}”，请由没有参与起草的人办理。"
    return f"您没有“{entry.label}”的权限。"


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
