"""A deadline rule as data, and the choice of the one that governs a clock (decisions 1, 2)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.words import Kind, Procedure, RiskLevel, Urgency, Word


class ClockStage(Word):
    """What a clock waits for."""

    ACCEPT = "accept", "受理分办"
    SIGN_FOR = "sign_for", "签收"
    CONTACT = "contact", "首次联系"
    DRAFT = "draft", "提交答复稿"
    REPLY = "reply", "答复"
    OBJECTION = "objection", "提出异议"
    REPORT_BACK = "report_back", "反馈来文单位"
    CORRECTION = "correction", "告知补正"
    FEEDBACK = "feedback", "督办反馈"
    RISK_PHONE = "risk_phone", "电话报告上级"
    RISK_REPORT = "risk_report", "报告舆情"
    RISK_VERIFY = "risk_verify", "核实报告"
    RISK_PUBLISH = "risk_publish", "发布权威信息"
    RISK_RESPONSE = "risk_response", "舆情回应"


class StartEvent(Word):
    """The event a clock starts with (decisions 3)."""

    RECEIVED = "received", "收到之日"
    ACCEPTED = "accepted", "受理之日"
    ASSIGNED = "assigned", "交办之时"
    ASSESSED = "assessed", "定级之时"
    REPLY_DUE = "reply_due", "答复到期日"


class OwedBy(Word):
    """Who has to act: whoever holds the case, the office itself, or the lead unit."""

    HOLDER = "holder", "现承办环节"
    OFFICE = "office", "党政办"
    LEAD = "lead", "主办单位"


ISSUER = "来文单位"


@dataclass(frozen=True, slots=True)
class Allowance:
    """How often, by how much at most (None: whatever the approver says) and by whom a clock may be extended."""

    times: int
    at_most: Span | None
    approver: str

    @property
    def by_issuer(self) -> bool:
        """Whether only whoever sent the letter may extend, so that the office needs its paper (信访工作条例 22)."""
        return self.approver == ISSUER


BY_ISSUER = Allowance(3, None, ISSUER)  # of a date whoever sent the letter has set


@dataclass(frozen=True, slots=True)
class Ahead:
    """When a warning comes: so many working days before the due day, or at that share of the hours left."""

    working_days: int = 1
    percent_left: int = 25


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """One row of the table of rules; `mark` says how sure the source is (R1 read in full … I proposal).

    A field of the match that is None fits every case. `lapses`: a right that runs out, nothing anybody owes.
    `back_from`: the span is counted back from the due date of that stage. `guidance` is shown beside the clock.
    `retired`: from `in_force_from` on the row governs nothing any more; what started under it runs on.
    """

    code: str
    name: str
    stage: ClockStage
    start_event: StartEvent
    meeting_act: str
    owed_by: OwedBy
    span: Span
    source: str
    mark: str
    in_force_from: date
    procedure: Procedure | None = None
    urgency: Urgency | None = None
    kind: Kind | None = None
    risk_level: RiskLevel | None = None
    historic: bool | None = None
    extension: Allowance | None = None
    return_window: Span | None = None
    warning: Ahead = Ahead()
    lapses: bool = False
    back_from: ClockStage | None = None
    guidance: str = ""
    retired: bool = False

    @property
    def asks(self) -> tuple[str, OwedBy]:
        """What has to be done under the row, and by whom."""
        return self.meeting_act, self.owed_by


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What the choice of a rule depends on; `notice_date` is the return date on the notice, `historic` 历史遗留."""

    procedure: Procedure = Procedure.ORDINARY
    urgency: Urgency = Urgency.NORMAL
    kind: Kind | None = None
    risk_level: RiskLevel | None = None
    notice_date: date | None = None
    historic: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """The rule that governs, why, the date that beats its span, and what a person should know about it.

    `fixed_why`: who settled that date, where it is not the notice itself."""

    rule: DeadlineRule
    why: str
    fixed_date: date | None = None
    warning: str = ""
    fixed_why: str = ""


DATED_BY_NOTICE = frozenset({ClockStage.REPLY, ClockStage.REPORT_BACK})
LAST_RESORT = DeadlineRule(
    code="reply-last-resort",
    name="答复",
    stage=ClockStage.REPLY,
    start_event=StartEvent.RECEIVED,
    meeting_act="answer",
    owed_by=OwedBy.HOLDER,
    span=Span(7, Unit.WORKING_DAYS),
    source="本系统默认值",
    mark="I",
    in_force_from=date.min,
)


def choose(
    rules: Iterable[DeadlineRule], facts: RuleFacts, stage: ClockStage, on: date, applied: Collection[DeadlineRule] = ()
) -> Choice | None:
    """The rule for one stage on that day: the notice's own date > procedure > urgency > kind > default (decisions 1).

    Of each rule the newest version in force counts; those `applied` to the case since count as in force. None when the stage
    has no rule for such a case; a reply always has one, if need be seven working days with a visible warning.
    """
    fitting = [rule for rule in newest_in_force(rules, on, applied) if rule.stage is stage and _fits(rule, facts)]
    rule = max(fitting, key=closeness, default=LAST_RESORT if stage is ClockStage.REPLY else None)
    if rule is None:
        return None
    if facts.notice_date is not None and stage in DATED_BY_NOTICE:
        return Choice(rule, "来文要求的日期", facts.notice_date)
    if stage is ClockStage.REPLY and not any(_matched(rule)):
        warning = f"没有与本件对应的时限规则，暂按默认 {rule.span}计算，请核对办理类别和诉求类型。"
        return Choice(rule, "默认规则", warning=warning)
    return Choice(rule, _why(rule))


def newest_in_force(rules: Iterable[DeadlineRule], on: date, applied: Collection[DeadlineRule] = ()) -> list[DeadlineRule]:
    """For each code the version in force last on that day, unless it retires the row; of two with one date the later row.

    The versions in `applied` count as in force, whatever their date: the office has put the cases in hand under them (D15).
    A letter from before the table begins comes under the rules the table begins with."""
    newest: dict[str, DeadlineRule] = {}
    table = list(rules)
    day = max(on, min((rule.in_force_from for rule in table), default=on))
    for rule in table:
        held = newest.get(rule.code)
        if (rule.in_force_from <= day or rule in applied) and (held is None or held.in_force_from <= rule.in_force_from):
            newest[rule.code] = rule
    return [rule for rule in newest.values() if not rule.retired]


def _fits(rule: DeadlineRule, facts: RuleFacts) -> bool:
    return (
        rule.procedure in (None, facts.procedure)
        and rule.urgency in (None, facts.urgency)
        and rule.kind in (None, facts.kind)
        and rule.risk_level in (None, facts.risk_level)
        and rule.historic in (None, facts.historic)
    )


def _matched(rule: DeadlineRule) -> tuple[bool, ...]:
    """Which fields the rule names, the weightiest first."""
    return tuple(field is not None for field in (rule.procedure, rule.urgency, rule.kind, rule.risk_level, rule.historic))


def closeness(rule: DeadlineRule) -> tuple[tuple[bool, ...], date, str]:
    """How closely a rule fits the cases it fits; the greatest governs."""
    return _matched(rule), rule.in_force_from, rule.code


def _why(rule: DeadlineRule) -> str:
    words = [field.label for field in (rule.procedure, rule.urgency, rule.kind, rule.risk_level) if field is not None]
    return "、".join(words) or "通用规则"
