"""The acts of publication: the decision on it, publishing a masked snapshot, taking it down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from opinion_app.flow import index
from opinion_app.flow.move import admit, move
from opinion_app.flow.numbers import next_serial
from opinion_app.flow.publications import publication_of, take_down
from opinion_app.flow.settings import office, setting
from opinion_app.records.case import Case
from opinion_app.records.publication import MaskingDecision, Publication
from opinion_app.records.unit import Unit
from opinion_app.rules.errors import Conflict, Invalid, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.masking import Decision
from opinion_app.rules.numbering import DEFAULT_INDEX_PATTERN, index_number
from opinion_app.rules.permissions import never_public
from opinion_app.rules.publication import Snapshot, check_disclosure, check_kept, make
from opinion_app.rules.words import ConsentBasis, Disclosure, PublicationState
from opinion_app.rules.zone import local_date
from opinion_app.steps.publish.bench import stored
from opinion_app.steps.publish.queries import Material, material, signed_reply, writers


@dataclass(frozen=True)
class Review:
    """The two opinions without which nothing goes out (保密法 35; 信息公开条例 17)."""

    secrecy: str
    disclosure: str


def decide_disclosure(
    session: Session,
    case: Case,
    actor: Actor,
    now: datetime,
    *,
    disclosure: Disclosure,
    grounds: str,
    basis: ConsentBasis | None = None,
    seen: int | None = None,
) -> None:
    """公开决定; deciding against publication takes down what is out."""
    facts = admit(session, case, "decide_disclosure", actor, seen)
    check_disclosure(disclosure, basis, never_public=never_public(facts), wish_public=case.wish_public, grounds=grounds)
    if facts.published and disclosure is Disclosure.WITHHELD:
        withdraw(session, case, actor, now, reason=f"公开决定改为不公开：{grounds}")
    before = case.disclosure
    case.disclosure, case.disclosure_grounds = disclosure, grounds
    told = basis if disclosure is not Disclosure.WITHHELD else None
    move(
        session,
        case,
        "decide_disclosure",
        actor,
        now,
        note=grounds,
        detail={"disclosure": disclosure.label, "basis": told.value if told else "", "basis_words": told.label if told else ""},
        values={"公开决定": (before, disclosure), "理由": (None, grounds)},
    )


def publish(
    session: Session,
    case: Case,
    actor: Actor,
    now: datetime,
    *,
    decisions: Mapping[str, tuple[Decision, ...]],
    review: Review,
    reviewed_hash: str,
    writer: str,
    seen: int | None = None,
) -> Publication:
    """公开: the masked snapshot goes out, bound to what the reviewer read; a publication of the same case is replaced.

    Raises Invalid while a find is undecided or an opinion is missing, Conflict when the texts are no longer those reviewed."""
    admit(session, case, "publish", actor, seen)
    held = material(session, case)
    check_kept(decisions, held.basis)
    snapshot = make(held.original, held.finds, decisions, _writer(case, writer))
    _check_review(review)
    if snapshot.hash != reviewed_hash:
        raise Conflict("来信、答复或遮盖结果在审查之后有变动，审查意见已失效。请重新预览、审查后再公开。")
    session.add(_masking(case, decisions, review, snapshot, actor, now))
    publication = _put(session, case, held, snapshot, now)
    index.put_publication(session, publication)
    detail = {"index_number": publication.index_number, "masked": _count(decisions), "replaces": held.publication is not None}
    values = {"公开": (None, publication.index_number), "快照": (None, snapshot.hash), "保密审查": (None, review.secrecy)}
    move(session, case, "publish", actor, now, detail=detail, values=values | {"公开审查": (None, review.disclosure)})
    return publication


def withdraw(session: Session, case: Case, actor: Actor, now: datetime, *, reason: str, seen: int | None = None) -> None:
    """撤回: gone from every page, list, search and feed with the commit."""
    admit(session, case, "withdraw", actor, seen)
    publication = publication_of(session, case)
    if publication is None:
        raise Refused("这件没有公开的内容。")
    take_down(session, publication, now)
    move(session, case, "withdraw", actor, now, note=reason, values={"公开": (publication.index_number, "已撤回")})


def _writer(case: Case, wanted: str) -> str:
    names = [name for name, _words in writers(case)]
    if wanted not in names:
        raise Invalid("请选择留言人的称呼。", {"writer": "请选择公开时怎样称呼留言人。"})
    return wanted


def _check_review(review: Review) -> None:
    problems = {}
    if not review.secrecy:
        problems["secrecy_opinion"] = "请填写保密审查意见，如：经审查，不涉及国家秘密和工作秘密。"
    if not review.disclosure:
        problems["disclosure_opinion"] = "请填写公开审查意见，如：可以公开，个人信息已遮盖。"
    if problems:
        raise Invalid("保密审查和公开审查都要有意见。", problems)


def _masking(
    case: Case, decisions: Mapping[str, tuple[Decision, ...]], review: Review, snapshot: Snapshot, actor: Actor, now: datetime
) -> MaskingDecision:
    return MaskingDecision(
        case_id=case.id,
        snapshot_hash=snapshot.hash,
        decisions=stored(decisions),
        secrecy_opinion=review.secrecy,
        disclosure_opinion=review.disclosure,
        decided_by_id=actor.id,
        decided_at=now,
    )


def _put(session: Session, case: Case, held: Material, snapshot: Snapshot, now: datetime) -> Publication:
    said = _said(session, case, snapshot, now)
    row = held.publication
    if row is None:
        number = _index_number(session, now)
        row = Publication(case_id=case.id, number=case.number, index_number=number, published_at=now, note="", **said)
        session.add(row)
        return row
    if row.state is not PublicationState.PUBLISHED:
        row.published_at, row.note = now, ""
    else:
        row.note = _replaced_words(now) if row.snapshot_hash != snapshot.hash else ""
    for name, value in said.items():
        setattr(row, name, value)
    return row


def _said(session: Session, case: Case, snapshot: Snapshot, now: datetime) -> dict[str, Any]:
    """What the public is told, as the columns of a publication."""
    reply = signed_reply(session, case)
    answered = case.answered_at or (reply.signed_at if reply else None) or case.closed_at or now
    unit = session.get(Unit, case.lead_unit_id) if case.lead_unit_id is not None else None
    return {
        "title": snapshot.title,
        "question": snapshot.question,
        "answer": snapshot.answer,
        "writer": snapshot.writer,
        "kind": case.kind,
        "area": case.area,
        "unit_name": unit.name if unit else office(session)["name"],
        "asked_on": local_date(case.received_at),
        "answered_on": local_date(answered),
        "state": PublicationState.PUBLISHED,
        "snapshot_hash": snapshot.hash,
        "updated_at": now,
    }


def _replaced_words(now: datetime) -> str:
    day = local_date(now)
    return f"本件经重新办理或更正，内容已于{day.year}年{day.month}月{day.day}日更新。"


def _index_number(session: Session, now: datetime) -> str:
    """The 索引号: the serial counts the publications of one day (domain §5.3)."""
    day = local_date(now)
    serial = next_serial(session, f"index:{day:%m%d}", day.year)
    pattern = setting(session, "index_pattern", DEFAULT_INDEX_PATTERN)
    return index_number(pattern, office(session)["credit_code"], day, serial)


def _count(decisions: Mapping[str, tuple[Decision, ...]]) -> int:
    return sum(1 for held in decisions.values() for decision in held if decision.action.value == "mask")
