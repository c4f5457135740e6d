"""Handling acts of the units: sign for, return, name the handler, note, report to the lead, ask for contact data."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow import outbox
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.handover import ask_for_decision, hand_to
from opinion_app.flow.move import admit, move
from opinion_app.flow.which_rule import rule_of
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case, Correspondent
from opinion_app.records.clock import Clock
from opinion_app.records.finding import Finding
from opinion_app.records.move import Move
from opinion_app.records.person import Person
from opinion_app.rules.clock_facts import ClockFacts
from opinion_app.rules.deadline import derive, is_late
from opinion_app.rules.due_date import DueDate, due_of
from opinion_app.rules.errors import Invalid, Refused
from opinion_app.rules.facts import Actor, CaseFacts
from opinion_app.rules.waiting_step import waits_for_return
from opinion_app.rules.words import AssignmentState, FindingKind, Role, Stage, UnitRole


def own_part(session: Session, facts: CaseFacts, actor: Actor) -> Assignment:
    """The actor's unit's part in the case; raises Refused when the unit has none."""
    part = facts.of_unit(actor.unit_id)
    row = session.get(Assignment, part.id) if part else None
    if row is None:
        raise Refused("您单位没有参与本件。")
    return row


def _member(session: Session, person_id: int, unit_id: int | None, field: str) -> Person:
    person = session.get(Person, person_id)
    if person is None or not person.active or person.unit_id != unit_id:
        raise Invalid("承办人不对。", {field: "请选择本单位在岗的人员。"})
    if person.roles.isdisjoint({Role.HANDLER, Role.UNIT_HEAD}):
        raise Invalid("承办人不对。", {field: f"{person.name}没有承办人或单位负责人角色。"})
    return person


def sign_for(session: Session, case: Case, actor: Actor, now: datetime, handler_id: int, seen: int | None = None) -> Assignment:
    """签收: the unit has the case and says who handles it; the stage follows the lead unit (decisions 8)."""
    facts = admit(session, case, "sign_for", actor, seen)
    row = own_part(session, facts, actor)
    handler = _member(session, handler_id, actor.unit_id, "handler")
    row.state, row.signed_at, row.signed_by_id, row.handler_id = AssignmentState.SIGNED, now, actor.id, handler.id
    lead = row.role is UnitRole.LEAD
    if lead:
        case.handler_id = handler.id
    done = move(
        session,
        case,
        "sign_for",
        actor,
        now,
        to=Stage.HANDLING if lead else None,
        detail={"unit": row.unit.name, "handler": handler.name},
        values={"承办人": (None, handler.name)},
        unit_id=row.unit_id,
    )
    if handler.id != actor.id:
        hand_to(session, case, [handler], "由您承办", f"sign_for:{done.id}", now, unit_id=row.unit_id)
    return row


def name_handler(session: Session, case: Case, actor: Actor, now: datetime, handler_id: int, seen: int | None = None) -> Person:
    """指定承办人: the unit head gives the case to somebody else of the unit. Raises Invalid for who has it already."""
    facts = admit(session, case, "name_handler", actor, seen)
    row = own_part(session, facts, actor)
    handler = _member(session, handler_id, actor.unit_id, "handler")
    if row.handler_id == handler.id:
        raise Invalid("承办人没有变化。", {"handler": f"这件已由{handler.name}承办，请选择其他人员。"})
    old = row.handler.name if row.handler else None
    row.handler_id = case.handler_id = handler.id
    done = move(
        session, case, "name_handler", actor, now, detail={"handler": handler.name}, values={"承办人": (old, handler.name)}
    )
    hand_to(session, case, [handler], "由您承办", f"name_handler:{done.id}", now, unit_id=row.unit_id)
    return handler


def return_until(session: Session, row: Assignment) -> DueDate | None:
    """Until when the unit may ask to give the case back; None where the rule sets no window."""
    clock = session.scalar(
        select(Clock).where(Clock.assignment_id == row.id, Clock.stage == "sign_for").order_by(Clock.id.desc()).limit(1)
    )
    rule = rule_of(session, clock) if clock is not None else None
    if rule is None or rule.return_window is None:
        return None
    return due_of(derive(ClockFacts(row.assigned_at, rule.return_window), work_calendar(session)))


def ask_return(session: Session, case: Case, actor: Actor, now: datetime, reason: str, seen: int | None = None) -> Assignment:
    """申请退回: within the window, once; after the office has decided, the unit keeps the case (潍坊条例 22, 信访条例 23)."""
    facts = admit(session, case, "ask_return", actor, seen)
    row = own_part(session, facts, actor)
    if row.final:
        raise Refused("办公室已指定您单位承办，不能再退回。如有困难请联系办公室。")
    if row.state is AssignmentState.RETURN_ASKED:
        raise Refused("退回申请已经提交，请等办公室审核。")
    if row.state is AssignmentState.REPORTED:
        raise Refused("协办情况已经报出，不能再退回。")
    until = return_until(session, row)
    if until is not None and is_late(until.at, now):
        raise Refused(f"退回须在 {until.moment()} 前提出，现在已过期限。如确不属职责，请联系办公室改派。")
    row.state, row.return_asked_at, row.return_reason = AssignmentState.RETURN_ASKED, now, reason
    done = move(session, case, "ask_return", actor, now, note=reason, detail={"unit": row.unit.name})
    waits = waits_for_return(facts.of_unit(row.unit_id))
    ask_for_decision(session, case, f"{row.unit.name}申请退回，请审核", f"ask_return:{done.id}", now, waits)
    return row


def note(
    session: Session,
    case: Case,
    actor: Actor,
    now: datetime,
    kind: FindingKind,
    text: str,
    happened_at: datetime | None = None,
    seen: int | None = None,
) -> Finding:
    """办理记录: internal; a note of a contact with the writer meets the clock of the first contact."""
    act = "record_contact" if kind is FindingKind.CONTACT else "note"
    admit(session, case, act, actor, seen)
    if happened_at is not None and happened_at > now:
        raise Invalid("时间不对。", {"happened_at": "发生时间不能晚于现在。"})
    finding = Finding(
        case_id=case.id,
        kind=kind,
        text=text,
        unit_id=actor.unit_id,
        author_id=actor.id,
        written_at=now,
        happened_at=happened_at or now,
    )
    session.add(finding)
    move(session, case, act, actor, now, detail={"kind": kind.label, "unit": actor.unit_name}, note=text[:200])
    return finding


def report_support(session: Session, case: Case, actor: Actor, now: datetime, text: str, seen: int | None = None) -> Finding:
    """协办单位报结果: to the lead unit, within the inner deadline (北京条例 14)."""
    facts = admit(session, case, "report_support", actor, seen)
    row = own_part(session, facts, actor)
    if row.state is not AssignmentState.SIGNED:
        raise Refused("请先签收，再报协办情况。" if row.state is AssignmentState.PENDING else "协办情况已经报过。")
    row.state, row.reported_at, row.report = AssignmentState.REPORTED, now, text
    finding = Finding(
        case_id=case.id,
        kind=FindingKind.SUPPORT_REPORT,
        text=text,
        unit_id=actor.unit_id,
        author_id=actor.id,
        written_at=now,
        happened_at=now,
    )
    session.add(finding)
    done = move(session, case, "report_support", actor, now, detail={"unit": row.unit.name}, unit_id=row.unit_id)
    if case.lead_unit_id is not None:
        what = f"{row.unit.name}已报协办情况"
        outbox.tell_unit(session, case, case.lead_unit_id, what, f"report_support:{done.id}", now, mail=False)
    return finding


def reveal(session: Session, case: Case, actor: Actor, now: datetime, reason: str) -> None:
    """查看联系方式: allowed to those who work on the case; who looked, when and why is on the trail."""
    admit(session, case, "reveal_contact", actor)
    move(session, case, "reveal_contact", actor, now, note=reason, values={"用途": (None, reason)})


def revealed(session: Session, case: Case, actor: Actor, since: datetime) -> Correspondent | None:
    """The contact data, if `actor` asked for it after `since`."""
    asked = select(Move.id).where(
        Move.case_id == case.id, Move.act == "reveal_contact", Move.actor_id == actor.id, Move.at >= since
    )
    if session.scalar(asked.limit(1)) is None:
        return None
    return session.scalar(select(Correspondent).where(Correspondent.case_id == case.id))
