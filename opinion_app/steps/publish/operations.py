"""The acts of publication: the decision on it, publishing a masked snapshot, taking it down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from opinion_app.flow import outbox
from opinion_app.flow.move import admit, move
from opinion_app.flow.publications import publication_of, take_down
from opinion_app.records.case import Case
from opinion_app.records.publication import MaskingDecision, Publication
from opinion_app.rules.errors import Conflict, Invalid, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.kept import kept_words
from opinion_app.rules.masking import Decision
from opinion_app.rules.permissions import never_public
from opinion_app.rules.publication import PARTS, Snapshot, check_disclosure, check_kept, check_left_out, make, may_stay
from opinion_app.rules.spoken import moment_words
from opinion_app.rules.two_people import check_reviewer
from opinion_app.rules.words import ConsentBasis, Disclosure, ReviewStep, Role
from opinion_app.steps.publish.bench import stored
from opinion_app.steps.publish.chosen import Chosen, Review
from opinion_app.steps.publish.queries import Material, basis_of_publication, kept_reasons, masker_of, material, strict, writers
from opinion_app.steps.publish.release import put

PLAN_HELD = "原来的定时公开已搁置，请按这次的决定重新遮盖、审查后公开，或者取消。"

HISTORY = "这是导入的历史答复，没有经过审核签发，已通知审核人补审；三关通过并签发后才能公开。"


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
) -> str:
    """公开决定; answers what becomes of what is out, empty where nothing is.

    Deciding against publication takes it down, and so does a basis on which it could not have gone out: the writer took the
    separate consent back. Whatever else was decided, it must be reviewed and published anew."""
    facts = admit(session, case, "decide_disclosure", actor, seen)
    check_disclosure(disclosure, basis, never_public=never_public(facts), wish_public=case.wish_public, grounds=grounds)
    followed = _what_is_out(session, case, actor, now, disclosure, basis, grounds) if facts.published else ""
    if facts.planned:
        followed += "定时公开已取消。" if disclosure is Disclosure.WITHHELD else PLAN_HELD
    before = case.disclosure
    case.disclosure, case.disclosure_grounds = disclosure, grounds
    told = basis if disclosure is not Disclosure.WITHHELD else None
    done = move(
        session,
        case,
        "decide_disclosure",
        actor,
        now,
        note=grounds,
        detail={"disclosure": disclosure.label, "basis": told.value if told else "", "basis_words": told.label if told else ""},
        values={"公开决定": (before, disclosure), "理由": (None, grounds)},
    )
    if case.review_step is ReviewStep.HISTORY:
        reviewers = outbox.holders_of(session, Role.REVIEWER)
        outbox.tell(session, case, reviewers, "历史答复请补审（三关）", f"decide_disclosure:{done.id}", now, mail=False)
        followed += HISTORY
    return followed


def _what_is_out(
    session: Session, case: Case, actor: Actor, now: datetime, disclosure: Disclosure, basis: ConsentBasis | None, grounds: str
) -> str:
    if disclosure is Disclosure.WITHHELD:
        withdraw(session, case, actor, now, reason=f"公开决定改为不公开：{grounds}")
        return "已公开的内容已同时撤回。"
    if basis is not None and not may_stay(kept_reasons(session, case), basis, basis_of_publication(session, case)):
        withdraw(session, case, actor, now, reason=f"公开的依据改为“{basis.label}”，已公开的内容里留有个人信息：{grounds}")
        return "已公开的内容里留有个人信息，已同时撤回，请重新遮盖、审查后公开。"
    return "这件已经公开，请按这次的决定重新审查、公开，替换现在的内容。"


def publish(
    session: Session,
    case: Case,
    actor: Actor,
    now: datetime,
    chosen: Chosen,
    review: Review,
    seen: int | None = None,
) -> Publication:
    """公开: the masked snapshot goes out, bound to what the reviewer read; a publication of the same case is replaced.

    Raises Invalid while a find is undecided or an opinion is missing, Conflict when the texts are no longer those reviewed."""
    admit(session, case, "publish", actor, seen)
    held, snapshot = checked(session, case, actor, now, chosen, review)
    publication = put(session, case, held, snapshot, now)
    masker = masker_of(session, case, snapshot.hash)
    detail = {
        "index_number": publication.index_number,
        "masked": _count(chosen.decisions),
        "replaces": held.publication is not None,
    }
    detail |= {"masked_by": masker.name} if masker and masker.id != actor.id else {}
    values = {"公开": (None, publication.index_number), "快照": (None, snapshot.hash)}
    detail |= told_of(review, chosen.decisions, actor, now)
    move(session, case, "publish", actor, now, detail=detail, values=values | reviewed_values(review, chosen.decisions))
    return publication


def told_of(review: Review, decisions: Mapping[str, tuple[Decision, ...]], actor: Actor, now: datetime) -> dict[str, Any]:
    """What the timeline tells of a review: both opinions, whose and when, and what stayed readable, without its value."""
    return {
        "secrecy": review.secrecy,
        "disclosure": review.disclosure,
        "reviewer": actor.name,
        "reviewed": moment_words(now),
        "kept": kept_words(PARTS, decisions),
    }


def reviewed_values(review: Review, decisions: Mapping[str, tuple[Decision, ...]]) -> dict[str, tuple[None, str]]:
    """The same for the trail."""
    values = {"保密审查": (None, review.secrecy), "公开审查": (None, review.disclosure)}
    kept = kept_words(PARTS, decisions)
    return values | ({"保留可读": (None, kept)} if kept else {})


def checked(
    session: Session, case: Case, actor: Actor, now: datetime, chosen: Chosen, review: Review
) -> tuple[Material, Snapshot]:
    """The snapshot that may go out, with the reviews recorded on its hash. Raises Invalid or Conflict."""
    held, snapshot = _made(session, case, chosen)
    _check_review(review)
    if snapshot.hash != chosen.reviewed_hash:
        raise Conflict("来信、答复、单位、领域、日期或遮盖结果在审查之后有变动，审查意见已失效。请重新预览、审查后再公开。")
    masker = masker_of(session, case, snapshot.hash)
    check_reviewer(masker.id if masker else None, actor.id, strict=strict(session))
    row = _masking(case, chosen.decisions, review, snapshot, actor, now)
    row.masked_by_id = masker.id if masker else actor.id
    session.add(row)
    return held, snapshot


def _made(session: Session, case: Case, chosen: Chosen) -> tuple[Material, Snapshot]:
    held = material(session, case, chosen.copies, chosen.correction, chosen.left_out)
    check_left_out(case.disclosure, held.original.left_out)
    check_kept(chosen.decisions, held.basis, held.own)
    return held, make(held.original, held.finds, chosen.decisions, _writer(case, chosen.writer))


def ask_review(session: Session, case: Case, actor: Actor, now: datetime, chosen: Chosen, seen: int | None = None) -> int:
    """提请保密审查: lay the masked snapshot down for another clerk, who finds it as it is; answers how many were told.

    Raises Conflict when the texts are no longer those of the preview."""
    admit(session, case, "ask_review", actor, seen)
    held, snapshot = _made(session, case, chosen)
    if snapshot.hash != chosen.reviewed_hash:
        raise Conflict("来信、答复、单位、领域、日期或遮盖结果有变动，请重新预览后再提请审查。")
    row = _masking(case, chosen.decisions, Review("", ""), snapshot, actor, now)
    row.masked_by_id = actor.id
    row.said = {
        "writer": chosen.writer,
        "correction": held.original.note,
        "left_out": held.original.left_out or chosen.left_out,
        "copies": [copy.id for copy in held.copies],
    }
    session.add(row)
    done = move(session, case, "ask_review", actor, now, values={"快照": (None, snapshot.hash)})
    others = [clerk for clerk in outbox.holders_of(session, Role.CLERK) if clerk.id != actor.id]
    asked = "已遮盖，请作保密审查和公开审查"
    return len(outbox.tell(session, case, others, asked, f"ask_review:{done.id}", now, mail=False))


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


def _count(decisions: Mapping[str, tuple[Decision, ...]]) -> int:
    return sum(1 for held in decisions.values() for decision in held if decision.action.value == "mask")
