"""The last look at what was set for later: at its moment texts, finds, basis and case must be as they were reviewed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.cases import facts_of
from opinion_app.flow.publications import RECUSED, reviewers_of
from opinion_app.flow.reply_help import check_words
from opinion_app.records.case import Case
from opinion_app.records.publication import MaskingDecision, PublicationPlan
from opinion_app.rules import life
from opinion_app.rules.errors import Refused
from opinion_app.rules.masking import Action, Decision
from opinion_app.rules.publication import Snapshot, check_all_decided, check_basis, check_kept, check_left_out, may_stay
from opinion_app.steps.publish.queries import Material, material

WRITTEN = "left_out_as_written"  # of the note on a 部分公开, before it was masked
CHANGED = "来信、答复、附件、单位、类型、领域、日期或公开决定在审查之后有变动"
EARLIER = "审查时还没有包括单位、类型、领域和日期，请重新审查"
NOT_FOUND = "找不到审查时的遮盖记录"
KEPT = "保留的内容在现在的公开依据下不能公开"


def snapshot_of(row: PublicationPlan) -> Snapshot:
    """The masked texts that were reviewed."""
    return Snapshot.from_json({name: value for name, value in row.texts.items() if name not in ("copies", WRITTEN)})


def as_reviewed(session: Session, case: Case, row: PublicationPlan) -> Material:
    """What the plan was made of, as it stands now. Raises OfficeError with the reason where it may not go out.

    The finder looks anew: a name, a telephone or a list known only since the review shows what nobody saw then."""
    facts = facts_of(session, case)
    refused = life.refusal(facts, "publish")
    if refused:
        raise Refused(refused)
    if facts.recused & reviewers_of(session, row):
        raise Refused(RECUSED)
    held = material(session, case, row.texts["copies"], row.correction, row.texts.get(WRITTEN, ""))
    check_left_out(case.disclosure, held.original.left_out)
    if not any(snapshot_of(row).beside):
        raise Refused(EARLIER)
    if held.original.hash != row.source_hash:
        raise Refused(CHANGED)
    _check_masking(session, row, held)
    check_basis(held.basis, wish_public=case.wish_public)
    check_words(session, held.original.answer)
    return held


def _check_masking(session: Session, row: PublicationPlan, held: Material) -> None:
    bound = MaskingDecision.case_id == row.case_id, MaskingDecision.snapshot_hash == row.snapshot_hash
    decided = session.scalars(select(MaskingDecision).where(*bound).order_by(MaskingDecision.id.desc()).limit(1)).first()
    if decided is None:
        raise Refused(NOT_FOUND)
    check_all_decided(held.finds, decided.decisions)
    if not may_stay([str(entry["reason"]) for entry in decided.decisions if entry["action"] == "keep"], held.basis):
        raise Refused(KEPT)
    kept = {
        (str(entry["part"]), str(entry["identity"])): str(entry["reason"])
        for entry in decided.decisions
        if entry["action"] == "keep"
    }
    again = {
        part: tuple(Decision(find, Action.KEEP, kept[part, find.identity]) for find in finds if (part, find.identity) in kept)
        for part, finds in held.finds.items()
    }
    check_kept(again, held.basis, held.own)  # what the writer registered since then is the writer's
