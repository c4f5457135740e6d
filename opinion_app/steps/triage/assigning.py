"""交办: which units take a case - assigned, reassigned, added, and taken back when a unit's reasons hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow import clocks, outbox
from opinion_app.flow.handover import hand_to, hand_to_holder, hand_to_unit
from opinion_app.flow.move import admit, move
from opinion_app.flow.moved_dates import DateMoved, check_late, held_dates, late_of, moved_sentence, moved_since, moved_words
from opinion_app.flow.reclassifying import on_acceptance
from opinion_app.flow.units import unit_for
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case
from opinion_app.records.unit import Unit
from opinion_app.rules.errors import Invalid
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import AssignmentState, Role, Stage, UnitRole, Urgency
from opinion_app.steps.triage.operations import Classification, chooses_rules, classify_case

ACTIVE = (AssignmentState.PENDING, AssignmentState.SIGNED, AssignmentState.RETURN_ASKED, AssignmentState.REPORTED)


@dataclass(frozen=True)
class Allotment:
    """Who takes a case, and what the office says to them."""

    lead_id: int | None
    support_ids: list[int] = field(default_factory=list)
    note: str = ""


def assign(
    session: Session,
    case: Case,
    actor: Actor,
    now: datetime,
    new: Classification,
    allotment: Allotment,
    seen: int | None = None,
    *,
    know_late: bool = False,
) -> tuple[Unit, list[DateMoved]]:
    """交办: accepts as well where that was not done, names lead and supporting units and starts their clocks (decisions 3).

    Answers the lead unit and the dates that moved with the classification. Raises Invalid where one of them, or what a unit is
    given to do, would be late at once and nobody said they know (D12)."""
    admit(session, case, "assign", actor, seen)
    lead = unit_for(session, allotment.lead_id, case, "lead")
    supports = _supports(session, case, allotment, lead)
    for part in _parts_of(session, case, lead):  # a unit that supported while the case was back at the office
        _take_back(session, case, part, AssignmentState.WITHDRAWN, "改为主办", now, stays=True)
    changed, accepting = classify_case(session, case, new), case.accepted_at is None
    if accepting:
        case.accepted_at = now
    moved = on_acceptance(session, case, now, ruled=chooses_rules(changed))
    check_late(moved, now, know_late=know_late)
    dates = moved_words(moved, now)
    if accepting:
        move(session, case, "accept", actor, now, note=dates, values=changed)
        changed, dates = {}, ""
    case.lead_unit_id, held = lead.id, held_dates(session, case)
    first = _give(session, case, lead, UnitRole.LEAD, actor, now, allotment.note)
    rows = [first, *(_give(session, case, unit, UnitRole.SUPPORT, actor, now, allotment.note) for unit in supports)]
    handed = late_of(moved_since(session, case, held), now)
    check_late(handed, now, know_late=know_late, how="交办后")
    names = {**changed, "主办": (None, lead.name), "协办": (None, "、".join(unit.name for unit in supports) or None)}
    row = move(
        session,
        case,
        "assign",
        actor,
        now,
        to=Stage.ASSIGNED,
        note="\n".join(filter(None, [allotment.note, dates, moved_words(handed, now)])),
        detail={"lead": lead.name, "supports": [unit.name for unit in supports]},
        values=names,
    )
    _tell(session, case, rows, f"assign:{row.id}", now)
    return lead, moved


def _supports(session: Session, case: Case, allotment: Allotment, lead: Unit) -> list[Unit]:
    units = [unit_for(session, unit_id, case, "supports") for unit_id in dict.fromkeys(allotment.support_ids)]
    if lead in units:
        raise Invalid("同一单位不能既主办又协办。", {"supports": f"{lead.name}已是主办单位，请从协办中去掉。"})
    return [unit for unit in units if not _parts_of(session, case, unit)]  # who supports already goes on as it is


def _give(
    session: Session, case: Case, unit: Unit, role: UnitRole, actor: Actor, now: datetime, note: str, *, final: bool = False
) -> Assignment:
    row = Assignment(
        case_id=case.id,
        unit_id=unit.id,
        role=role,
        state=AssignmentState.PENDING,
        note=note,
        assigned_at=now,
        assigned_by_id=actor.id,
        final=final or _asked_before(session, case, unit),
    )
    session.add(row)
    session.flush()
    clocks.open_assignment(session, case, row, now)
    return row


def _asked_before(session: Session, case: Case, unit: Unit) -> bool:
    """Whether the office has decided on a return by this unit already: it cannot ask twice about one case (潍坊条例 22)."""
    decided = select(Assignment.id).where(
        Assignment.case_id == case.id, Assignment.unit_id == unit.id, Assignment.return_decided_at.is_not(None)
    )
    return session.scalar(decided.limit(1)) is not None


def _tell(session: Session, case: Case, rows: list[Assignment], key: str, now: datetime) -> None:
    for row in rows:
        what = "交办给您单位" + ("主办" if row.role is UnitRole.LEAD else "协办") + "，请签收"
        mail = case.urgency is Urgency.URGENT
        hand_to_unit(session, case, row.unit_id, what, f"{key}:{row.unit_id}", now, mail=mail)


def _take_back(
    session: Session, case: Case, row: Assignment, state: AssignmentState, reason: str, now: datetime, *, stays: bool = False
) -> None:
    row.state, row.ended_at, row.end_reason = state, now, reason
    clocks.stop_assignment(session, case, row.id, reason, now, stays=stays)


def reassign(
    session: Session,
    case: Case,
    actor: Actor,
    now: datetime,
    lead_id: int | None,
    reason: str,
    *,
    final: bool = False,
    know_late: bool = False,
    seen: int | None = None,
) -> tuple[Unit, list[DateMoved]]:
    """改派: another unit leads; the reply's own clock goes on, the new unit's clocks begin (D12).

    Answers the unit and which dates moved. Raises Invalid where the unit would begin late and nobody said they know (D12)."""
    admit(session, case, "reassign", actor, seen)
    lead, dates = unit_for(session, lead_id, case, "lead"), held_dates(session, case)
    held = clocks.lead_part(session, case)
    if held is not None and held.unit_id == lead.id:
        raise Invalid("主办单位没有变化。", {"lead": f"{lead.name}现在就是主办单位。"})
    before = outbox.unit_people(session, case, held.unit_id) if held is not None else []
    if held is not None:
        _take_back(session, case, held, AssignmentState.WITHDRAWN, f"改派：{reason}", now)
    for row in _parts_of(session, case, lead):
        _take_back(session, case, row, AssignmentState.WITHDRAWN, "改为主办", now, stays=True)
    old = held.unit.name if held is not None else None
    case.lead_unit_id, case.handler_id = lead.id, None
    fresh = _give(session, case, lead, UnitRole.LEAD, actor, now, reason, final=final)
    moved = moved_since(session, case, dates)
    check_late(moved, now, know_late=know_late, how="改派后")
    done = move(
        session,
        case,
        "reassign",
        actor,
        now,
        to=Stage.ASSIGNED,
        note="\n".join(filter(None, [reason, moved_sentence(moved, now)])),
        detail={"from": old, "to": lead.name},
        values={"主办": (old, lead.name)},
    )
    _tell(session, case, [fresh], f"reassign:{done.id}", now)
    gone, key = "已改派，您单位不用再办理", f"reassign:{done.id}:from"
    outbox.tell(session, case, before, gone, key, now, mail=False, taken=True)
    return lead, moved


def _parts_of(session: Session, case: Case, unit: Unit) -> list[Assignment]:
    query = select(Assignment).where(Assignment.case_id == case.id, Assignment.unit_id == unit.id, Assignment.state.in_(ACTIVE))
    return list(session.scalars(query))


def add_unit(
    session: Session,
    case: Case,
    actor: Actor,
    now: datetime,
    unit_id: int | None,
    note: str,
    seen: int | None = None,
    *,
    know_late: bool = False,
) -> Unit:
    """增派: one more unit supports the lead, within its own inner deadline.

    Raises Invalid where the unit would begin late and nobody said they know (D12)."""
    admit(session, case, "add_unit", actor, seen)
    unit, held = unit_for(session, unit_id, case, "unit"), held_dates(session, case)
    if _parts_of(session, case, unit):
        raise Invalid("这个单位已经在办。", {"unit": f"{unit.name}已经参与本件。"})
    fresh = _give(session, case, unit, UnitRole.SUPPORT, actor, now, note)
    handed = late_of(moved_since(session, case, held), now)
    check_late(handed, now, know_late=know_late, how="增派后")
    said = "\n".join(filter(None, [note, moved_words(handed, now)]))
    row = move(session, case, "add_unit", actor, now, note=said, detail={"unit": unit.name}, values={"协办": (None, unit.name)})
    _tell(session, case, [fresh], f"add_unit:{row.id}", now)
    return unit


def decide_return(
    session: Session, case: Case, actor: Actor, now: datetime, *, agree: bool, opinion: str, seen: int | None = None
) -> tuple[Assignment, list[DateMoved]]:
    """审核退回: agreed, the case comes back to the office; refused, the unit keeps it and cannot ask again (潍坊条例 22).

    Answers the unit's part and which dates moved. None can be late by it: the unit's duties end, the office's begins now, and the
    reply's date stands (D12)."""
    admit(session, case, "decide_return", actor, seen)
    held = held_dates(session, case)
    asked = select(Assignment).where(Assignment.case_id == case.id, Assignment.state == AssignmentState.RETURN_ASKED)
    row = session.scalars(asked.order_by(Assignment.return_asked_at)).first()
    if row is None:
        raise Invalid("没有等待审核的退回申请。")
    row.return_decided_at = now
    is_lead = row.role is UnitRole.LEAD
    detail = {"unit": row.unit.name, "agree": agree}
    if agree:
        _take_back(session, case, row, AssignmentState.RETURNED, f"退回：{row.return_reason}", now)
        if is_lead:
            case.lead_unit_id, case.handler_id = None, None
        to = Stage.RECEIVED if is_lead else None
        done = move(session, case, "decide_return", actor, now, to=to, note=opinion, detail=detail)
        done.note = "\n".join(filter(None, [opinion, moved_sentence(moved_since(session, case, held), now)]))
    else:
        row.state = AssignmentState.SIGNED if row.signed_at else AssignmentState.PENDING
        row.final, row.return_refused = True, True
        done = move(session, case, "decide_return", actor, now, note=opinion, detail=detail)
    people, key = outbox.members_of(session, row.unit_id, Role.UNIT_HEAD, Role.HANDLER), f"decide_return:{done.id}"
    if agree:
        outbox.tell(session, case, people, "退回申请已同意", key, now, mail=False, taken=True)
        if is_lead:
            hand_to_holder(session, case, f"{row.unit.name}已退回，请办理", f"{key}:back", now)
    else:
        hand_to(session, case, people, "退回申请未获同意，请继续办理", key, now, unit_id=row.unit_id)
    return row, moved_since(session, case, held)
