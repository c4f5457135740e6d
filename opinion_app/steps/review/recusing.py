"""回避: somebody whom a case concerns keeps out of it; whoever records it for others says why, and it can be lifted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow import publications
from opinion_app.flow.move import admit, move
from opinion_app.flow.stand_ins import look_at_pressing_again
from opinion_app.records.case import Case
from opinion_app.records.person import Person
from opinion_app.records.recusal import Recusal
from opinion_app.rules.errors import Forbidden, Invalid, NotFound
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import Role

FOR_OTHERS = (Role.CLERK, Role.LEADER)


def recuse(
    session: Session, case: Case, actor: Actor, now: datetime, person_id: int, reason: str, seen: int | None = None
) -> None:
    """登记回避: from now on the person looks and no more. One's own is anybody's to record, another's the clerk's or leader's.

    What the person set to be public later, masked or reviewed does not go out by itself any more, and whoever has the case
    instead is told of what is due before the next digest."""
    facts = admit(session, case, "recuse", actor, seen)
    person = session.get(Person, person_id)
    if person is None or not person.active:
        raise Invalid("请选择回避的人。", {"person": "请选择在岗的人员。"})
    if person.id != actor.id and not actor.has(*FOR_OTHERS):
        raise Forbidden("只能登记本人回避；他人回避由受理员或领导登记。")
    if person.id in facts.recused:
        raise Invalid("已经登记过。", {"person": f"{person.name}已登记回避。"})
    session.add(Recusal(case_id=case.id, person_id=person.id, reason=reason, recorded_by_id=actor.id, recorded_at=now))
    move(session, case, "recuse", actor, now, note=f"{person.name}：{reason}", values={"回避": (None, person.name)})
    if reason_held := publications.recused(session, case, person.id, now):
        move(session, case, "hold_plan", None, now, note=reason_held)
    look_at_pressing_again(session, now)


def lift(session: Session, case: Case, actor: Actor, now: datetime, recusal_id: int) -> None:
    """取消回避, by the clerk or a leader, and not by the person it concerns."""
    admit(session, case, "lift_recusal", actor)
    row = session.get(Recusal, recusal_id)
    if row is None or row.case_id != case.id or row.lifted_at is not None:
        raise NotFound("没有这条回避记录。")
    if not actor.has(*FOR_OTHERS) or row.person_id == actor.id:
        raise Forbidden("回避由受理员或领导取消，本人不能取消。")
    row.lifted_at = now
    move(session, case, "lift_recusal", actor, now, note=row.person.name, values={"回避": (row.person.name, None)})
    look_at_pressing_again(session, now)


def in_force(session: Session, case_id: int) -> Sequence[Recusal]:
    """The recusals of a case."""
    query = select(Recusal).where(Recusal.case_id == case_id, Recusal.lifted_at.is_(None))
    return session.scalars(query.order_by(Recusal.id)).all()


def people(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """Whom the person may name: everybody who works here for the clerk and the leaders, else oneself."""
    query = select(Person.id, Person.name).where(Person.active)
    if not actor.has(*FOR_OTHERS):
        query = query.where(Person.id == actor.id)
    return [(row.id, row.name) for row in session.execute(query.order_by(Person.name, Person.id))]
