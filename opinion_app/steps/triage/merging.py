"""并案: one case goes on inside another, and can be taken out again (decisions 11)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.flow import merged_dates, progress, writer_mail
from opinion_app.flow.cases import latest_reply, open_case
from opinion_app.flow.clocks import MERGED
from opinion_app.flow.move import admit, move
from opinion_app.records.case import Case
from opinion_app.rules.errors import Invalid, NotFound
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import OPEN_STAGES, Kind, Stage


def merge(session: Session, case: Case, actor: Actor, now: datetime, into: str, reason: str, seen: int | None = None) -> Case:
    """Let `case` go on inside the case numbered `into`, which answers for both by the earlier date (D13)."""
    admit(session, case, "merge", actor, seen)
    target = _target(session, case, actor, into)
    case.merged_into_id, case.stage_before_merge = target.id, case.stage.value
    merged_dates.adopt_earlier(session, target, case, now)
    progress.promise(session, target)
    move(
        session,
        case,
        "merge",
        actor,
        now,
        to=Stage.MERGED,
        note=reason,
        detail={"into": target.number},
        values={"并入": (None, target.number)},
    )
    reply = latest_reply(session, target.id) if target.stage is Stage.ANSWERED else None
    if reply is not None:
        progress.tell_merged(session, target, reply.text, now)
        writer_mail.tell_one_answered(session, case, target, now)
    return target


def _target(session: Session, case: Case, actor: Actor, into: str) -> Case:
    try:
        target, _facts = open_case(session, into, actor)
    except NotFound as error:
        raise Invalid(error.message, {"into": "没有这个编号的件，请核对。"}) from error
    if target.id == case.id:
        raise Invalid("不能并入自己。", {"into": "请填写另一件的编号。"})
    if target.merged_into_id is not None:
        raise Invalid("对方已并入别的件。", {"into": f"{target.number}已并入别的件，请填写最终办理的那一件。"})
    if target.stage not in OPEN_STAGES:
        raise Invalid("对方已经办完。", {"into": f"{target.number}现在是“{target.stage.label}”，不能再并入。"})
    if target.restricted != case.restricted:
        raise Invalid("受限件与一般件不能并案。", {"into": "受限的举报件只能与受限的举报件并案。"})
    if (target.kind is Kind.ACCUSATION) is not (case.kind is Kind.ACCUSATION):  # its answer is for its own writer alone
        raise Invalid("举报件与其他件不能并案。", {"into": "举报件只能与举报件并案，答复会告知并案各方。"})
    return target


def unmerge(session: Session, case: Case, actor: Actor, now: datetime, reason: str, seen: int | None = None) -> None:
    """拆分: the case goes back to where it stood, and its clocks run on as if it had never been away.

    The other case gets its own date back."""
    admit(session, case, "unmerge", actor, seen)
    back = Stage.of(case.stage_before_merge)
    survivor, old = case.merged_into, case.merged_into.number if case.merged_into else None
    case.merged_into_id, case.stage_before_merge = None, ""
    move(session, case, "unmerge", actor, now, to=back, note=reason, detail={"from": old}, values={"并入": (old, None)})
    progress.tell(session, case, answer="")  # what the other case answered was not about this one
    merged_dates.revive(session, case, MERGED, now)
    if survivor is not None:
        merged_dates.release(session, survivor, case.number, now)
        progress.promise(session, survivor)
