"""What the publication page reads: the texts as they stand, the names and numbers masking must know, what was decided before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.publications import publication_of
from opinion_app.flow.settings import office, setting
from opinion_app.records.case import Case, Correspondent
from opinion_app.records.move import Move
from opinion_app.records.public_copy import PublicCopy
from opinion_app.records.publication import MaskingDecision, Publication
from opinion_app.records.reply import Reply
from opinion_app.records.unit import Unit
from opinion_app.rules.errors import Invalid
from opinion_app.rules.masking import mask_name
from opinion_app.rules.public_files import public_name
from opinion_app.rules.publication import ANYBODY, Snapshot, propose
from opinion_app.rules.words import ConsentBasis, ReplyState
from opinion_app.steps.publish.copy_queries import chosen

NO_REPLY = "这件没有经过签发的答复，不能公开。"


@dataclass(frozen=True)
class Material:
    """Everything a publication is made of."""

    original: Snapshot
    finds: dict[str, Any]
    writers: list[tuple[str, str]]
    basis: ConsentBasis
    publication: Publication | None
    earlier: list[dict[str, Any]]
    copies: list[PublicCopy]


def material(session: Session, case: Case, wanted: Iterable[int] | None = ()) -> Material:
    """What is to be published of `case`, with the finds in it; `wanted` names the clean copies to go along, None means all.

    Raises Invalid where no reply was signed off."""
    reply = signed_reply(session, case)
    if reply is None:
        raise Invalid(NO_REPLY)
    copies = chosen(session, case.id, wanted)
    names = "\n".join(public_name(copy.attachment.name, copy.media_type) for copy in copies)
    original = Snapshot(case.title, case.body, reply.text, files=names, digests=tuple(copy.sha256 for copy in copies))
    return Material(
        original,
        propose(original, _names(session, case), kept_numbers(session)),
        writers(case),
        basis_of(session, case),
        publication_of(session, case),
        _earlier(session, case),
        copies,
    )


def signed_reply(session: Session, case: Case) -> Reply | None:
    """The newest signed version of the reply."""
    query = select(Reply).where(Reply.case_id == case.id, Reply.state == ReplyState.APPROVED)
    return session.scalar(query.order_by(Reply.version_no.desc()).limit(1))


def _names(session: Session, case: Case) -> list[str]:
    """The writer's name and nickname; the name never leaves this call."""
    name = session.scalar(select(Correspondent.name).where(Correspondent.case_id == case.id)) or ""
    return [known for known in (name, case.nickname) if known]


def kept_numbers(session: Session) -> list[str]:
    """The telephone numbers the office itself made public: its own, its units' and those on its list."""
    said = office(session)
    units = session.scalars(select(Unit.phone).where(Unit.phone != "")).all()
    none: list[str] = []
    listed = [str(number) for number in setting(session, "kept_numbers", none)]
    return [number for number in (said["phone"], said["leader_phone"], *units, *listed) if number]


def writers(case: Case) -> list[tuple[str, str]]:
    """How the writer may be named in public."""
    masked = "" if case.anonymous else mask_name(case.nickname)
    return [(name, name) for name in dict.fromkeys((ANYBODY, masked)) if name]


def basis_of(session: Session, case: Case) -> ConsentBasis:
    """On what basis publication was decided; without a decision, the strictest."""
    query = select(Move.detail).where(Move.case_id == case.id, Move.act == "decide_disclosure").order_by(Move.id.desc()).limit(1)
    said = str((session.scalar(query) or {}).get("basis") or "")
    return ConsentBasis.of(said) if said else ConsentBasis.MASKED


def _earlier(session: Session, case: Case) -> list[dict[str, Any]]:
    """What was decided for the last publication of this case, to begin with when it is published again."""
    query = select(MaskingDecision.decisions).where(MaskingDecision.case_id == case.id)
    return session.scalar(query.order_by(MaskingDecision.id.desc()).limit(1)) or []
