"""The views of the worklist as data: what each shows, to whom, in which words, and the act that is usually next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_

from opinion_app.flow import waiting
from opinion_app.records.case import Case, is_open, may_owe
from opinion_app.rules.facts import Actor
from opinion_app.rules.life import ACTS
from opinion_app.rules.permissions import OFFICE_ROLES, UNIT_ROLES
from opinion_app.rules.words import Role, Stage


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, and the last moment that still counts as 临期."""

    now: datetime
    soon_until: datetime


Condition = Callable[[Actor, Moment], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Tab:
    """One view: of open cases by its condition, or, marked by `over`, of closed ones. `act` is the act its rows wait for.

    `few`: the condition itself leads, by an index, to the few cases that wait for one unit or person."""

    key: str
    label: str
    roles: frozenset[Role]
    condition: Condition
    empty: str
    act: str = ""
    alert: bool = False
    over: bool = False
    few: bool = False

    @property
    def act_words(self) -> str:
        """What the button at the end of a row says."""
        return ACTS[self.act].label if self.act else ""


def _stage(stage: Stage) -> Condition:
    return lambda _actor, _moment: Case.stage == stage


def _of_unit(condition: Callable[[int], ColumnElement[bool]]) -> Condition:
    """A condition on the person's own unit; nobody without a unit has anything in such a view."""
    return lambda actor, _moment: condition(actor.unit_id) if actor.unit_id is not None else false()


def _lead(stage: Stage) -> Condition:
    return _of_unit(lambda unit: and_(Case.stage == stage, Case.lead_unit_id == unit))


def _plain(condition: Callable[[], ColumnElement[bool]]) -> Condition:
    return lambda _actor, _moment: condition()


def _open_of_unit(condition: Callable[[int], ColumnElement[bool]]) -> Condition:
    return _of_unit(lambda unit: and_(is_open(), condition(unit)))


def _open(condition: Callable[[], ColumnElement[bool]]) -> Condition:
    return lambda _actor, _moment: and_(is_open(), condition())


def _received(_actor: Actor, _moment: Moment) -> ColumnElement[bool]:
    return and_(Case.stage == Stage.RECEIVED, Case.needs_leader.is_(False))


def _needs_leader(_actor: Actor, _moment: Moment) -> ColumnElement[bool]:
    return and_(is_open(), Case.needs_leader.is_(True))


def _extension(_actor: Actor, _moment: Moment) -> ColumnElement[bool]:
    return and_(Case.stage.in_(ACTS["decide_extension"].stages), waiting.extension_waits())


def _mine(actor: Actor, _moment: Moment) -> ColumnElement[bool]:
    return and_(is_open(), Case.handler_id == actor.id)


def _owing(actor: Actor) -> ColumnElement[bool]:
    """What may have a date. The report of a merged letter is the office's to make: its units owe nothing on it (D13)."""
    closed = and_(Case.stage == Stage.CLOSED, Case.next_due_at.is_not(None))
    return may_owe() if actor.has(*OFFICE_ROLES) else or_(is_open(), closed)


def _all(actor: Actor, _moment: Moment) -> ColumnElement[bool]:
    return _owing(actor)


def _soon(actor: Actor, moment: Moment) -> ColumnElement[bool]:
    """临期 as the badge says it: the warning has come, or two working days are left; late cases are in their own view."""
    warned = (Case.next_warn_at <= moment.now) | (Case.next_due_at <= moment.soon_until)
    return and_(_owing(actor), Case.next_due_at >= moment.now, warned)


def _overdue(actor: Actor, moment: Moment) -> ColumnElement[bool]:
    return and_(_owing(actor), Case.next_due_at < moment.now)


CLERK, LEADER, REVIEWER = frozenset({Role.CLERK}), frozenset({Role.LEADER}), frozenset({Role.REVIEWER})
UNIT, HEAD, HANDLER = frozenset(UNIT_ROLES), frozenset({Role.UNIT_HEAD}), frozenset({Role.HANDLER})
EVERYBODY = frozenset(OFFICE_ROLES) | UNIT

TABS: tuple[Tab, ...] = (
    Tab("received", "待分办", CLERK, _received, "没有待分办的件。", "assign"),
    Tab("returns", "待审核退回", CLERK, _open(waiting.return_asked), "没有单位申请退回。", "decide_return"),
    Tab("proposed", "呈批中", CLERK, _needs_leader, "没有正在呈批的件。"),
    Tab("instruct", "待批示", LEADER, _needs_leader, "没有等您批示的件。", "instruct"),
    Tab("to_sign", "待签收", UNIT, _open_of_unit(waiting.to_sign_for), "没有待签收的件。", "sign_for", few=True),
    Tab("mine", "我承办", HANDLER, _mine, "没有指定由您承办的件。", few=True),
    Tab("handling", "办理中", UNIT, _lead(Stage.HANDLING), "本单位没有正在办理的件。", "draft", few=True),
    Tab(
        "supporting",
        "协办",
        UNIT,
        _open_of_unit(waiting.supported_by),
        "本单位没有待报结果的协办件。",
        "report_support",
        few=True,
    ),
    Tab(
        "head_check",
        "待本单位审核",
        HEAD,
        _of_unit(lambda unit: and_(Case.lead_unit_id == unit, waiting.head_check())),
        "没有待本单位审核的答复稿。",
        "check_unit_head",
        few=True,
    ),
    Tab("gates", "待三关审核", REVIEWER, _plain(waiting.office_gates), "没有待三关审核的答复稿。", "check_gates"),
    Tab("sign_off", "待签发", LEADER, _plain(waiting.sign_off), "没有等您签发的答复稿。", "sign_off"),
    Tab("history", "历史答复补审", REVIEWER, _plain(waiting.history_check), "没有待补审的历史答复。", "check_history", over=True),
    Tab(
        "sign_history", "历史答复签发", LEADER, _plain(waiting.history_sign), "没有待签发的历史答复。", "sign_history", over=True
    ),
    Tab("assessments", "待审定研判", LEADER, _plain(waiting.assessment_waits), "没有待审定的研判。", "approve_assessment", True),
    Tab("extensions", "待审批延期", LEADER, _extension, "没有待审批的延期申请。", "decide_extension"),
    Tab("to_answer", "待答复", CLERK, _stage(Stage.APPROVED), "没有已签发待答复的件。", "answer"),
    Tab("unit_to_answer", "待答复", UNIT - CLERK, _lead(Stage.APPROVED), "本单位没有已签发待答复的件。", "answer", few=True),
    Tab("to_close", "待办结", CLERK, _stage(Stage.ANSWERED), "没有待办结的件。", "close"),
    Tab("to_publish", "待公开", CLERK, lambda _a, _m: Case.to_publish.is_(True), "没有待公开的件。", "publish", over=True),
    Tab("plan_held", "定时公开搁置", CLERK, _plain(waiting.plan_held), "没有搁置的定时公开。", alert=True, over=True),
    Tab("open", "全部在办", EVERYBODY, _all, "现在没有在办的件。"),
    Tab("soon", "临期", EVERYBODY, _soon, "没有临期的件。"),
    Tab("overdue", "逾期", EVERYBODY, _overdue, "没有逾期的件。", alert=True),
)


def tabs_of(actor: Actor) -> list[Tab]:
    """The views a person has, in the order of the life."""
    return [tab for tab in TABS if actor.has(*tab.roles) and not (tab.key == "unit_to_answer" and actor.has(Role.CLERK))]
