"""Registering (登记): how a message or letter becomes a case, the same for staff, citizens, imports and the API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from opinion_app.flow import clocks, index, trail
from opinion_app.flow.contacts import phone_key, store_writer
from opinion_app.flow.numbers import next_number
from opinion_app.flow.visible import visible
from opinion_app.records.case import Case, CaseGrant, Correspondent, Letter
from opinion_app.records.move import Move
from opinion_app.rules.facts import Actor
from opinion_app.rules.registration import LetterFacts, NewCase, check, check_not_secret, tidy
from opinion_app.rules.text import text_key
from opinion_app.rules.words import Stage


def register(
    session: Session,
    new: NewCase,
    actor: Actor | None,
    now: datetime,
    secret: str,
    *,
    number: str | None = None,
    imported: bool = False,
    identity_key: str | None = None,
) -> Case:
    """Make a case of `new`: number, row, writer, letter, first move, trail, search index and - unless imported - clocks.

    `secret` keys the look-up of contact data. Raises Invalid with every field that is wrong; then nothing was written."""
    new = tidy(new)
    check_not_secret(new.title, new.body, new.letter.classification if new.letter else "")
    check(new, now)
    case = row_of(new, actor, now)
    case.number = number or next_number(session, new.source.value, now)
    case.imported, case.identity_key = imported, identity_key
    letter = _letter(new.letter) if new.letter is not None else None
    started = [] if imported else clocks.received_clocks(session, case, letter)
    session.add(case)
    session.flush()  # gives the id; everything else goes out together
    store_writer(session, case.id, new.writer, secret)
    for row in (letter, *started):
        if row is not None:
            row.case_id = case.id
            session.add(row)
    if new.restricted and actor is not None:
        session.add(CaseGrant(case_id=case.id, person_id=actor.id, granted_by_id=actor.id, granted_at=now))
    _first_move(session, case, actor, now)
    session.flush()
    index.put_new(session, case, letter)
    return case


def row_of(new: NewCase, actor: Actor | None, now: datetime) -> Case:
    """The row of a tidied and checked message, still without its number."""
    return Case(
        source=new.source,
        channel=new.channel,
        original_number=new.original_number,
        original_link=new.original_link,
        text_key=text_key(new.body),
        nickname=new.nickname,
        title=new.title,
        body=new.body,
        place=new.place,
        kind=new.kind,
        procedure=new.procedure,
        urgency=new.urgency,
        area=new.area or "其他",
        wish_public=new.wish_public,
        anonymous=new.anonymous,
        accused=new.accused,
        accused_unit_id=new.accused_unit_id,
        concerns_official=new.concerns_official,
        restricted=new.restricted,
        received_at=new.received_at,
        registered_at=now,
        registered_by_id=actor.id if actor else None,
        stage=Stage.RECEIVED,
    )


def _letter(facts: LetterFacts) -> Letter:
    return Letter(
        issuer=facts.issuer,
        document_number=facts.document_number,
        notice_date=facts.notice_date,
        received_on=facts.received_on,
        return_on=facts.return_on,
        issuer_urgency=facts.issuer_urgency,
        report_owed=facts.report_owed,
    )


def _first_move(session: Session, case: Case, actor: Actor | None, now: datetime) -> None:
    session.add(
        Move(
            case_id=case.id,
            act="register",
            from_stage=None,
            to_stage=case.stage,
            actor_id=actor.id if actor else None,
            actor_name=actor.name if actor else "系统",
            at=now,
            detail={"channel": case.channel.label, "imported": case.imported},
        )
    )
    trail.record(session, "case.register", case.number, actor, now, {"来源": (None, case.source), "标题": (None, case.title)})


@dataclass(frozen=True)
class Hint:
    """A case that may be the same matter, with the reason for thinking so."""

    number: str
    title: str
    stage: Stage
    reason: str


def similar(session: Session, new: NewCase, actor: Actor, secret: str, limit: int = 5) -> list[Hint]:
    """Cases `actor` may see with the same number, link, text or telephone number, newest first (decisions 11)."""
    alike = _alike(tidy(new), secret)
    if not alike:
        return []
    # Each likeness is asked again for the few rows found, so that the person is told why.
    columns = [condition.label(f"alike_{place}") for place, (_words, condition) in enumerate(alike)]
    query = select(Case, *columns).where(or_(*(condition for _words, condition in alike)), visible(actor))
    rows = session.execute(query.order_by(Case.id.desc()).limit(limit))
    return [_hint(row[0], [words for (words, _condition), true in zip(alike, row[1:], strict=True) if true]) for row in rows]


def _hint(case: Case, reasons: list[str]) -> Hint:
    return Hint(case.number, case.title, case.stage, "、".join(reasons))


def _alike(new: NewCase, secret: str) -> list[tuple[str, ColumnElement[bool]]]:
    alike: list[tuple[str, ColumnElement[bool]]] = []
    if new.original_number:
        alike.append(("原编号相同", Case.original_number == new.original_number))
    if new.original_link:
        alike.append(("链接相同", Case.original_link == new.original_link))
    if new.body:
        alike.append(("内容相同", Case.text_key == text_key(new.body)))
    key = phone_key(secret, new.writer.phone)
    if key:
        alike.append(("联系电话相同", Case.id.in_(select(Correspondent.case_id).where(Correspondent.phone_key == key))))
    if new.letter is not None and new.letter.document_number:
        same = (Letter.document_number == new.letter.document_number, Letter.issuer == new.letter.issuer)
        alike.append(("来文文号相同", Case.id.in_(select(Letter.case_id).where(*same))))
    return alike
