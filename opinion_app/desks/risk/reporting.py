"""What a risk level asks for: reports upward and to the leader, verification, statement and response, each meeting its clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.flow import risk_clocks
from opinion_app.flow.move import admit, move
from opinion_app.records.case import Case
from opinion_app.records.finding import Finding
from opinion_app.records.move import Move
from opinion_app.rules.errors import Invalid
from opinion_app.rules.facts import Actor
from opinion_app.rules.registration import check_not_secret
from opinion_app.rules.words import FindingKind
from opinion_app.rules.zone import local, local_date

REPORTS: tuple[tuple[str, str], ...] = (
    ("phone_upward", "电话报告上级"),
    ("report_to_leader", "报告领导"),
    ("report_upward", "书面报告上级"),
    ("submit_verification", "提交核实报告"),
    ("publish_statement", "发布权威信息"),
    ("record_response", "正式回应（发布会、答复公众等）"),
)
# A full response says all that a first statement would have said.
_ALSO_MEETS = {"record_response": ("record_response", "publish_statement")}


@dataclass(frozen=True)
class Report:
    """What was done, when, to or before whom."""

    act: str
    receiver: str
    text: str
    link: str = ""
    happened_at: datetime | None = None


def report(session: Session, case: Case, actor: Actor, now: datetime, said: Report, seen: int | None = None) -> Move:
    """Write down one report or response; its clock is met at the moment it was really done, the trail keeps when it was entered.

    Raises Invalid for an unknown act or a moment in the future."""
    if said.act not in dict(REPORTS):
        raise Invalid("请选择办了什么。", {"act": "请选择办了什么。"})
    admit(session, case, said.act, actor, seen)
    check_not_secret(said.text, said.link)
    at = said.happened_at or now
    if at > now:
        raise Invalid("时间不对。", {"happened_at": "办理时间不能晚于现在。"})
    if local_date(at) < local_date(case.received_at):
        raise Invalid("时间不对。", {"happened_at": "办理时间不能早于收到本件的日期。"})
    risk_clocks.meet(session, case, _ALSO_MEETS.get(said.act, (said.act,)), at)
    if said.act == "submit_verification":
        session.add(_verification(case, actor, now, at, said))
    detail = {"at": local(at).isoformat(timespec="minutes"), "receiver": said.receiver, "link": said.link}
    values = {"时间": (None, at), "对象": (None, said.receiver)}
    return move(session, case, said.act, actor, now, note=said.text, detail=detail, values=values)


def _verification(case: Case, actor: Actor, now: datetime, at: datetime, said: Report) -> Finding:
    return Finding(
        case_id=case.id,
        kind=FindingKind.VERIFICATION,
        text=said.text,
        unit_id=actor.unit_id,
        author_id=actor.id,
        written_at=now,
        happened_at=at,
    )
