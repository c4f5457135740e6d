"""The gates of a reply (decisions 13, 14): a check counts only for the wording it was made on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.flow import outbox
from opinion_app.flow.cases import latest_reply
from opinion_app.flow.handover import hand_to, hand_to_unit
from opinion_app.flow.move import admit, move
from opinion_app.records.case import Case
from opinion_app.records.reply import Reply, ReplyCheck
from opinion_app.rules.errors import Conflict, Invalid, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import OFFICE_GATES, Gate, ReplyState, Role, Stage


def reply_read(session: Session, case: Case, read: str | None, state: ReplyState, absent: str) -> Reply:
    """The reply of a case in that state, the very one whoever checks it has read (`read`: its hash).

    Raises Refused with `absent` where there is none, Conflict where another was read."""
    reply = latest_reply(session, case.id)
    if reply is None or reply.state is not state:
        raise Refused(absent)
    if read is not None and read != reply.text_hash:
        raise Conflict("您看的不是现在的答复。请重新打开，看过现在的这一稿再审。")
    return reply


def _submitted(session: Session, case: Case, read: str | None) -> Reply:
    return reply_read(session, case, read, ReplyState.SUBMITTED, "没有等待审核的答复稿。")


def record_check(
    session: Session,
    reply: Reply,
    gate: Gate,
    actor: Actor,
    now: datetime,
    *,
    passed: bool,
    opinion: str,
) -> None:
    """Record one gate on the wording as it stands."""
    session.add(
        ReplyCheck(
            reply=reply,
            gate=gate,
            passed=passed,
            opinion=opinion,
            text_hash=reply.text_hash,
            checked_by_id=actor.id,
            checked_at=now,
        )
    )


def need_opinion(opinion: str) -> None:
    """Raise Invalid where a refusal does not say what is to be done."""
    if not opinion:
        raise Invalid("退回修改须写明意见。", {"opinion": "请写明要改什么。"})


def _send_back(session: Session, case: Case, reply: Reply, act: str, actor: Actor, now: datetime, opinion: str) -> None:
    """退回修改: the case goes back to the lead unit; the next wording is a new version and passes every gate again."""
    reply.state = ReplyState.SENT_BACK
    detail = {"passed": False, "version": reply.version_no}
    done = move(session, case, act, actor, now, to=Stage.HANDLING, note=opinion, detail=detail)
    if case.lead_unit_id is not None:
        hand_to_unit(session, case, case.lead_unit_id, "答复稿退回修改", f"{act}:{done.id}", now)


def check_unit_head(
    session: Session, case: Case, actor: Actor, now: datetime, *, passed: bool, opinion: str = "", read: str | None = None
) -> None:
    """单位负责人审核: the first gate."""
    admit(session, case, "check_unit_head", actor)
    reply = _submitted(session, case, read)
    if not passed:
        need_opinion(opinion)
    record_check(session, reply, Gate.UNIT_HEAD, actor, now, passed=passed, opinion=opinion)
    if not passed:
        _send_back(session, case, reply, "check_unit_head", actor, now, opinion)
        return
    detail = {"passed": True, "version": reply.version_no}
    done = move(session, case, "check_unit_head", actor, now, note=opinion, detail=detail)
    reviewers = [person for person in outbox.holders_of(session, Role.REVIEWER) if person.id not in reply.author_ids]
    hand_to(session, case, reviewers, "答复稿请审核（三关）", f"check_unit_head:{done.id}", now)


def check_gates(
    session: Session,
    case: Case,
    actor: Actor,
    now: datetime,
    verdicts: dict[Gate, bool],
    opinion: str = "",
    read: str | None = None,
) -> None:
    """政治关、政策关、文字关: three recorded checks by a reviewer who wrote none of it; one refusal sends the reply back."""
    admit(session, case, "check_gates", actor)
    reply = _submitted(session, case, read)
    if not set(verdicts) <= set(OFFICE_GATES) or not verdicts:
        raise Invalid("请给出三关的审核意见。")
    refused = [gate for gate in OFFICE_GATES if verdicts.get(gate) is False]
    if refused:
        need_opinion(opinion)
    for gate, passed in verdicts.items():
        record_check(session, reply, gate, actor, now, passed=passed, opinion=opinion)
    if refused:
        names = "、".join(gate.label for gate in refused)
        _send_back(session, case, reply, "check_gates", actor, now, f"{names}未通过：{opinion}")
        return
    detail = {"passed": True, "gates": [gate.label for gate in verdicts], "version": reply.version_no}
    done = move(session, case, "check_gates", actor, now, note=opinion, detail=detail)
    leaders = [p for p in outbox.leader_in_charge(session, case.lead_unit_id) if p.id not in reply.author_ids]
    hand_to(session, case, leaders, "答复稿请签发", f"check_gates:{done.id}", now)


def sign_off(
    session: Session, case: Case, actor: Actor, now: datetime, *, passed: bool, opinion: str = "", read: str | None = None
) -> None:
    """签发: by a leader who wrote none of it; without it nothing leaves the office (武汉: 无签字退回重办)."""
    admit(session, case, "sign_off", actor)
    reply = _submitted(session, case, read)
    if not passed:
        need_opinion(opinion)
    record_check(session, reply, Gate.SIGN_OFF, actor, now, passed=passed, opinion=opinion)
    if not passed:
        _send_back(session, case, reply, "sign_off", actor, now, opinion)
        return
    reply.state, reply.signed_at = ReplyState.APPROVED, now
    detail = {"passed": True, "version": reply.version_no}
    done = move(session, case, "sign_off", actor, now, to=Stage.APPROVED, note=opinion, detail=detail)
    clerks = outbox.holders_of(session, Role.CLERK)
    hand_to(session, case, clerks, "答复已签发，请答复留言人", f"sign_off:{done.id}", now)
