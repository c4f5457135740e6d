"""Builders for tests: cases with a signed reply, closed, and published."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from opinion_app.flow import index
from opinion_app.records.case import Case
from opinion_app.records.publication import Publication
from opinion_app.records.reply import Reply, ReplyCheck
from opinion_app.records.unit import Unit
from opinion_app.rules.facts import TO_GO_OUT, Actor
from opinion_app.rules.text import text_key
from opinion_app.rules.words import Disclosure, Gate, Kind, PublicationState, ReplyState, Stage
from opinion_app.rules.zone import local_date
from opinion_app.search.index import publication_index
from tests.builders.office import NOW, make_case

ANSWER = "您好！路灯已于昨日修好，线路老化的灯杆全部更换。如再有问题，请拨打建设办电话 0875-7120001。"


def make_signed(
    session: Session,
    clerk: Actor,
    unit: Unit | None = None,
    *,
    answer: str = ANSWER,
    stage: Stage = Stage.ANSWERED,
    reviewed: bool = True,
    **values: Any,
) -> Case:
    """A case whose reply is signed and that stands in `stage`; not `reviewed`, it is approved as an import has it, by nobody."""
    case = make_case(session, clerk, **values)
    case.stage, case.accepted_at, case.answered_at = stage, NOW, NOW
    case.lead_unit_id = unit.id if unit else None
    reply = Reply(case_id=case.id, version_no=1, text=answer, text_hash=text_key(answer), drafted_at=NOW, signed_at=NOW)
    reply.state = ReplyState.APPROVED
    reply.checks = [_passed(gate, reply, clerk) for gate in (TO_GO_OUT if reviewed else ())]
    session.add(reply)
    session.flush()
    return case


def _passed(gate: Gate, reply: Reply, by: Actor) -> ReplyCheck:
    return ReplyCheck(gate=gate, passed=True, text_hash=reply.text_hash, checked_by_id=by.id, checked_at=NOW)


def make_closed(session: Session, clerk: Actor, unit: Unit | None = None, **values: Any) -> Case:
    """A closed case that was decided to be public."""
    case = make_signed(session, clerk, unit, **({"stage": Stage.CLOSED} | values))
    case.disclosure, case.disclosure_grounds, case.closed_at = Disclosure.PUBLIC, "对其他群众有参考价值", NOW
    session.flush()
    return case


def make_publication(session: Session, case: Case, now: datetime = NOW, **values: Any) -> Publication:
    """A publication of a case, written straight into its table and index."""
    texts: dict[str, Any] = {
        "title": "村口路灯不亮",
        "question": "村口的路灯坏了半个月，晚上出门不方便。",
        "answer": "您好！路灯已经修好。",
        "kind": Kind.HELP,
        "area": "城建",
        "unit_name": "村镇建设办",
        "index_number": f"-/2026-{case.id:07d}",
    }
    row = Publication(
        case_id=case.id,
        number=case.number,
        asked_on=local_date(now),
        answered_on=local_date(now),
        published_at=now,
        state=PublicationState.PUBLISHED,
        snapshot_hash="",
        updated_at=now,
        **(texts | values),
    )
    session.add(row)
    index.put_publication(session, row)
    return row


def make_many(session: Session, count: int, first_case: Case) -> None:
    """That many publications at once, each over a case of its own copied from `first_case`."""
    columns = [column.name for column in Case.__table__.columns if column.name != "id"]
    like = {name: getattr(first_case, name) for name in columns}
    numbers = [f"LY2025-{serial:06d}" for serial in range(1, count + 1)]
    session.execute(insert(Case), [like | {"number": number, "identity_key": None} for number in numbers])
    ids = {number: held for held, number in session.execute(select(Case.id, Case.number).where(Case.number.in_(numbers)))}
    rows = [
        {
            "case_id": ids[number],
            "number": number,
            "index_number": f"-/{number}",
            "title": f"第 {serial} 盏路灯不亮",
            "question": "路灯坏了。",
            "answer": "已经修好。",
            "kind": Kind.HELP,
            "area": "城建",
            "unit_name": f"第 {serial % 7} 办",
            "writer": "网友",
            "asked_on": local_date(NOW),
            "answered_on": local_date(NOW),
            "published_at": NOW + timedelta(minutes=serial),
            "state": PublicationState.PUBLISHED,
            "snapshot_hash": "",
            "note": "",
            "updated_at": NOW,
            "version": 1,
        }
        for serial, number in enumerate(numbers, 1)
    ]
    session.execute(insert(Publication), rows)
    made = session.scalars(select(Publication).where(Publication.number.in_(numbers)))
    publication_index.put_many(session.connection(), [(row.id, [row.title, row.question]) for row in made])
