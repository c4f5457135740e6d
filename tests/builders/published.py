"""Builders for tests: cases with a signed reply, closed, and published."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from opinion_app.flow import index
from opinion_app.records.case import Case
from opinion_app.records.publication import Publication
from opinion_app.records.reply import Reply
from opinion_app.records.unit import Unit
from opinion_app.rules.facts import Actor
from opinion_app.rules.text import text_key
from opinion_app.rules.words import Disclosure, Kind, PublicationState, ReplyState, Stage
from opinion_app.rules.zone import local_date
from tests.builders.office import NOW, make_case

ANSWER = "您好！路灯已于昨日修好，线路老化的灯杆全部更换。如再有问题，请拨打建设办电话 0875-7120001。"


def make_signed(
    session: Session,
    clerk: Actor,
    unit: Unit | None = None,
    *,
    answer: str = ANSWER,
    stage: Stage = Stage.ANSWERED,
    **values: Any,
) -> Case:
    """A case whose reply is signed and that stands in `stage`."""
    case = make_case(session, clerk, **values)
    case.stage, case.accepted_at, case.answered_at = stage, NOW, NOW
    case.lead_unit_id = unit.id if unit else None
    reply = Reply(case_id=case.id, version_no=1, text=answer, text_hash=text_key(answer), drafted_at=NOW, signed_at=NOW)
    reply.state = ReplyState.APPROVED
    session.add(reply)
    session.flush()
    return case


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
