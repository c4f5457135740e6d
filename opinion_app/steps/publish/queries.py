"""What the publication page reads: the texts as they stand, the names and numbers masking must know, what was decided before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Label, String, cast, func, select
from sqlalchemy.orm import Session, aliased

from opinion_app.flow.settings import office, setting
from opinion_app.records.case import Case, Correspondent
from opinion_app.records.move import Move
from opinion_app.records.person import Person
from opinion_app.records.public_copy import PublicCopy
from opinion_app.records.publication import MaskingDecision, Publication, PublicationPlan
from opinion_app.records.reply import Reply, ReplyCheck
from opinion_app.records.unit import Unit
from opinion_app.rules.errors import Invalid
from opinion_app.rules.facts import gates_missing
from opinion_app.rules.masking import Action, Contacts, mask_name
from opinion_app.rules.obstacles import unreviewed
from opinion_app.rules.public_files import public_name
from opinion_app.rules.publication import ANYBODY, LEFT_OUT, Snapshot, propose
from opinion_app.rules.two_people import SETTING
from opinion_app.rules.words import ConsentBasis, Disclosure, Gate, PlanState, ReplyState
from opinion_app.rules.zone import local_date
from opinion_app.steps.publish import copy_queries

_BOUND = aliased(MaskingDecision, name="Bound")
NO_REPLY = "这件没有经过签发的答复，不能公开。"


@dataclass(frozen=True)
class Reviewed:
    """The opinions on which what is out went out, and what stayed readable."""

    name: str
    at: datetime
    secrecy: str
    disclosure: str
    decisions: list[dict[str, Any]]


@dataclass(frozen=True)
class Material:
    """Everything a publication is made of."""

    original: Snapshot
    finds: dict[str, Any]
    writers: list[tuple[str, str]]
    basis: ConsentBasis
    publication: Publication | None
    plan: PublicationPlan | None
    earlier: list[dict[str, Any]]
    copies: list[PublicCopy]
    ready: Sequence[PublicCopy]
    said: dict[str, Any]
    own: tuple[str, ...]
    reviewed: Reviewed | None


def material(
    session: Session, case: Case, wanted: Iterable[int] | None = (), note: str = "", left_out: str = LEFT_OUT
) -> Material:
    """What is to be published of `case`, with the finds in it; `wanted` names the clean copies to go along, None means all.

    `note` is the 更正说明; where nothing was published before there is nothing to correct, and it is left out. `left_out` is the
    部分公开说明, for a case that was decided to be so.

    Raises Invalid where no reply was signed off, or the one that would go out came with an import and was not reviewed here."""
    held = _held(session, case)
    if held.Reply is None:
        raise Invalid(NO_REPLY)
    if missing := gates_missing(frozenset(map(Gate.of, filter(None, (held.gates or "").split(","))))):
        raise Invalid(unreviewed(missing))
    ready = copy_queries.ready(session, case)
    copies = copy_queries.chosen(ready, wanted)
    names = "\n".join(public_name(copy.attachment.name, copy.media_type) for copy in copies)
    digests = tuple(copy.sha256 for copy in copies)
    told = {
        "note": note if held.Publication is not None else "",
        "left_out": left_out if case.disclosure is Disclosure.PARTIAL else "",
    }
    original = Snapshot(
        case.title, case.body, held.Reply.text, files=names, digests=digests, **told, **_beside(session, case, held)
    )
    people = [*_merged(session, case), (held.Correspondent, case.nickname)]
    return Material(
        original,
        propose(original, _names(people), kept_numbers(session), _contacts(people)),
        writers(case),
        _basis(held.detail),
        held.Publication,
        held.PublicationPlan,
        held.decisions or [],
        copies,
        ready,
        held.said or {},
        tuple(_own(people)),
        _reviewed(held),
    )


def _beside(session: Session, case: Case, held: Any) -> dict[str, str]:
    """What the public reads beside the texts, as it stands now: it is reviewed with them."""
    answered = case.answered_at or held.Reply.signed_at or case.closed_at or case.received_at
    return {
        "unit": held.unit or office(session)["name"],
        "kind": case.kind.value,
        "area": case.area,
        "asked_on": local_date(case.received_at).isoformat(),
        "answered_on": local_date(answered).isoformat(),
    }


def _held(session: Session, case: Case) -> Any:
    """What there is once for a case, by one query: signed reply, writer, publication, plan, the last decisions on both."""
    reply = select(Reply.id).where(Reply.case_id == case.id, Reply.state == ReplyState.APPROVED)
    newest = reply.order_by(Reply.version_no.desc()).limit(1).scalar_subquery()
    masked = select(func.max(MaskingDecision.id)).where(MaskingDecision.case_id == case.id).scalar_subquery()
    decided = select(func.max(Move.id)).where(Move.case_id == case.id, Move.act == "decide_disclosure").scalar_subquery()
    waits = select(func.max(PublicationPlan.id)).where(
        PublicationPlan.case_id == case.id, PublicationPlan.state.in_((PlanState.WAITING, PlanState.HELD))
    )
    reviews = select(func.max(MaskingDecision.id)).where(
        MaskingDecision.case_id == case.id,
        MaskingDecision.snapshot_hash == Publication.snapshot_hash,
        MaskingDecision.secrecy_opinion != "",
    )
    bound = reviews.correlate(Publication).scalar_subquery()
    query = (
        select(
            Reply,
            _gates_passed(),
            Correspondent,
            Publication,
            PublicationPlan,
            MaskingDecision.decisions,
            MaskingDecision.said,
            Move.detail,
            _BOUND,
            Person.name.label("by"),
            Unit.name.label("unit"),
        )
        .select_from(Case)
        .outerjoin(Reply, Reply.id == newest)
        .outerjoin(Correspondent, Correspondent.case_id == Case.id)
        .outerjoin(Publication, Publication.case_id == Case.id)
        .outerjoin(PublicationPlan, PublicationPlan.id == waits.scalar_subquery())
        .outerjoin(MaskingDecision, MaskingDecision.id == masked)
        .outerjoin(Move, Move.id == decided)
        .outerjoin(_BOUND, _BOUND.id == bound)
        .outerjoin(Person, Person.id == _BOUND.decided_by_id)
        .outerjoin(Unit, Unit.id == Case.lead_unit_id)
        .where(Case.id == case.id)
    )
    return session.execute(query).one()


def _gates_passed() -> Label[str | None]:
    """The gates that the signed wording passed when it was looked at last, by their words with commas between."""
    bound = ReplyCheck.reply_id == Reply.id, ReplyCheck.text_hash == Reply.text_hash
    last = select(func.max(ReplyCheck.id)).where(*bound).group_by(ReplyCheck.gate).correlate(Reply)
    passed = select(func.aggregate_strings(cast(ReplyCheck.gate, String), ",")).where(ReplyCheck.id.in_(last), ReplyCheck.passed)
    return passed.correlate(Reply).scalar_subquery().label("gates")


@dataclass(frozen=True)
class Masker:
    """Who masked a snapshot that waits for review, and when."""

    id: int
    name: str
    at: datetime


def masker_of(session: Session, case: Case, snapshot_hash: str) -> Masker | None:
    """Who laid this very snapshot down for another's review, or had masked it before; None where nobody did."""
    masked_by = func.coalesce(MaskingDecision.masked_by_id, MaskingDecision.decided_by_id)
    query = select(Person.id, Person.name, MaskingDecision.decided_at).join(MaskingDecision, masked_by == Person.id)
    query = query.where(MaskingDecision.case_id == case.id, MaskingDecision.snapshot_hash == snapshot_hash)
    row = session.execute(query.order_by(MaskingDecision.id).limit(1)).first()
    return Masker(*row) if row is not None else None


def strict(session: Session) -> bool:
    """Whether the office wants the 保密审查 by another person than the one who masked."""
    return setting(session, SETTING, False)


def signed_reply(session: Session, case: Case) -> Reply | None:
    """The newest signed version of the reply."""
    query = select(Reply).where(Reply.case_id == case.id, Reply.state == ReplyState.APPROVED)
    return session.scalar(query.order_by(Reply.version_no.desc()).limit(1))


def _merged(session: Session, case: Case) -> list[tuple[Correspondent | None, str]]:
    """The writers of the cases merged into this one: what names or reaches them may stand in the answer too, and never leaves
    this call."""
    query = select(Correspondent, Case.nickname).join(Case, Case.id == Correspondent.case_id)
    return [(person, nickname) for person, nickname in session.execute(query.where(Case.merged_into_id == case.id))]


def _names(people: Iterable[tuple[Correspondent | None, str]]) -> list[str]:
    """What the writers are called."""
    said = [name for person, nickname in people for name in (person.name if person else "", nickname)]
    return [name for name in said if name]


def _contacts(people: Iterable[tuple[Correspondent | None, str]]) -> list[Contacts]:
    """How the writers are reached and where they live."""
    return [Contacts(one.phone, one.email, one.address, one.identity_number) for one, _nickname in people if one]


def _own(people: Iterable[tuple[Correspondent | None, str]]) -> Iterable[str]:
    """What the writers left with the office: names, how they are reached and where they live."""
    held = list(people)
    yield from _names(held)
    for each in _contacts(held):
        yield from each


def _reviewed(held: Any) -> Reviewed | None:
    bound = held.Bound
    if held.Publication is None or bound is None:
        return None
    return Reviewed(held.by, bound.decided_at, bound.secrecy_opinion, bound.disclosure_opinion, bound.decisions)


def kept_numbers(session: Session) -> list[str]:
    """The telephone numbers the office itself made public: its own, its units' and those on its list; never the leaders' line."""
    said = office(session)
    units = session.scalars(select(Unit.phone).where(Unit.phone != "")).all()
    none: list[str] = []
    listed = [str(number) for number in setting(session, "kept_numbers", none)]
    return [number for number in (said["phone"], *units, *listed) if number]


def writers(case: Case) -> list[tuple[str, str]]:
    """How the writer may be named in public."""
    masked = "" if case.anonymous else mask_name(case.nickname)
    return [(name, name) for name in dict.fromkeys((ANYBODY, masked)) if name]


def kept_reasons(session: Session, case: Case) -> list[str]:
    """Why each thing that looks like personal data stays readable in what is out of this case."""
    bound = MaskingDecision.snapshot_hash == Publication.snapshot_hash
    query = select(MaskingDecision.decisions).join(Publication, (Publication.case_id == MaskingDecision.case_id) & bound)
    held = session.scalars(query.where(Publication.case_id == case.id).order_by(MaskingDecision.id.desc())).first()
    return [str(entry["reason"]) for entry in held or [] if entry["action"] == Action.KEEP]


def basis_of_publication(session: Session, case: Case) -> ConsentBasis:
    """On what basis that went out of this case which is out now."""
    out = select(Publication.updated_at).where(Publication.case_id == case.id).scalar_subquery()
    query = select(Move.detail).where(Move.case_id == case.id, Move.act == "decide_disclosure", Move.at <= out)
    return _basis(session.scalar(query.order_by(Move.id.desc()).limit(1)))


def _basis(detail: dict[str, Any] | None) -> ConsentBasis:
    """On what basis publication was decided; without a decision, the strictest."""
    said = str((detail or {}).get("basis") or "")
    return ConsentBasis.of(said) if said else ConsentBasis.MASKED
