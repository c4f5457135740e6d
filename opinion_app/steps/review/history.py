"""历史答复补审: an imported reply passes the three gates and is signed before it may be public (decisions 13, 45)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.flow import outbox
from opinion_app.flow.move import admit, move
from opinion_app.records.case import Case
from opinion_app.records.reply import Reply
from opinion_app.rules.errors import Invalid, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import OFFICE_GATES, Gate, ReplyState, Role
from opinion_app.steps.review.operations import need_opinion, record_check, reply_read

REFUSED = "历史答复补审未通过，请改为不公开，或者重办"
OTHER_SIGNER = "三关是您审的，请由另一位领导签发。"


def _imported(session: Session, case: Case, read: str | None) -> Reply:
    return reply_read(session, case, read, ReplyState.APPROVED, "这件没有可以补审的答复。")


def check_history(
    session: Session,
    case: Case,
    actor: Actor,
    now: datetime,
    verdicts: dict[Gate, bool],
    opinion: str = "",
    read: str | None = None,
) -> None:
    """政治关、政策关、文字关 on the wording as it was imported; the case stays closed, whatever the verdict."""
    admit(session, case, "check_history", actor)
    reply = _imported(session, case, read)
    if set(verdicts) != set(OFFICE_GATES):
        raise Invalid("请给出三关的审核意见。")
    refused = [gate for gate in OFFICE_GATES if not verdicts[gate]]
    if refused:
        need_opinion(opinion)
    for gate in OFFICE_GATES:
        record_check(session, reply, gate, actor, now, passed=verdicts[gate], opinion=opinion)
    detail = {"passed": not refused, "gates": [gate.label for gate in refused or OFFICE_GATES]}
    done = move(session, case, "check_history", actor, now, note=opinion, detail=detail)
    if refused:
        _tell_clerks(session, case, REFUSED, f"check_history:{done.id}", now)
        return
    leaders = [leader for leader in outbox.leader_in_charge(session, case.lead_unit_id) if leader.id != actor.id]
    told = leaders or [leader for leader in outbox.holders_of(session, Role.LEADER) if leader.id != actor.id]
    outbox.tell(session, case, told, "历史答复已补审，请签发", f"check_history:{done.id}", now, mail=False)


def sign_history(
    session: Session, case: Case, actor: Actor, now: datetime, *, passed: bool, opinion: str = "", read: str | None = None
) -> None:
    """签发 of the wording as it was imported, by a leader other than who passed its gates: nobody here wrote it."""
    admit(session, case, "sign_history", actor)
    reply = _imported(session, case, read)
    if any(check.checked_by_id == actor.id for check in reply.checks if check.gate in OFFICE_GATES):
        raise Refused(OTHER_SIGNER)
    if not passed:
        need_opinion(opinion)
    record_check(session, reply, Gate.SIGN_OFF, actor, now, passed=passed, opinion=opinion)
    done = move(session, case, "sign_history", actor, now, note=opinion, detail={"passed": passed})
    _tell_clerks(session, case, "历史答复已签发，可以公开" if passed else REFUSED, f"sign_history:{done.id}", now)


def _tell_clerks(session: Session, case: Case, what: str, key: str, now: datetime) -> None:
    outbox.tell(session, case, outbox.holders_of(session, Role.CLERK), what, key, now, mail=False)
