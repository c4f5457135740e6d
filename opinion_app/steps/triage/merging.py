"""并案: one case goes on inside another, and can be taken out again (decisions 11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow import merged_dates, outbox, progress, writer_mail
from opinion_app.flow.cases import latest_reply, open_case
from opinion_app.flow.extension_requests import void_stale
from opinion_app.flow.handover import hand_to_holder
from opinion_app.flow.left_open import leave_nothing_open
from opinion_app.flow.move import admit, move, raise_version
from opinion_app.flow.moved_dates import DateMoved, check_late, held_dates, moved_sentence, moved_since
from opinion_app.flow.reclassifying import taken_apart
from opinion_app.records.case import Case
from opinion_app.rules.errors import Invalid, NotFound
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import OPEN_STAGES, Kind, Stage, UnitRole


def merge(
    session: Session,
    case: Case,
    actor: Actor,
    now: datetime,
    into: str,
    reason: str,
    seen: int | None = None,
    *,
    know_late: bool = False,
) -> tuple[Case, list[DateMoved]]:
    """Let `case` go on inside the case numbered `into`, which answers for both by the earlier date (D13).

    Answers the other case and which of its dates moved, those of its units included.
    Raises Invalid where one would be late at once and nobody said they know (D12), and Refused while it would leave duties of a
    risk level or an answer to a 督办 undone for good: they do not go over to the other case."""
    facts = admit(session, case, "merge", actor, seen, _numbered(session, into))
    leave_nothing_open(session, case, facts, "merge")
    target = _target(session, case, actor, into)
    case.merged_into_id, case.stage_before_merge = target.id, case.stage.value
    held = held_dates(session, target)
    merged_dates.adopt_earlier(session, target, case, now)
    moved = moved_since(session, target, held)
    check_late(moved, now, know_late=know_late, how=f"并入后，{target.number} 按较早的时限一并答复")
    progress.promise(session, target)
    raise_version(target)  # whoever looked at it alone has to look again: it answers for two now
    said = moved_sentence(moved, now, target.number) + merged_dates.rests_with(session, target, case)
    done = move(
        session,
        case,
        "merge",
        actor,
        now,
        to=Stage.MERGED,
        note="\n".join(filter(None, [reason, said])),
        detail={"into": target.number},
        values={"并入": (None, target.number)},
    )
    outbox.tell_units(session, case, facts.assignments, "已并入另一件，您单位不用再单独办理", f"merge:{done.id}", now)
    reply = latest_reply(session, target.id) if target.stage is Stage.ANSWERED else None
    if reply is not None:
        progress.tell_merged(session, target, reply.text, now)
        writer_mail.tell_one_answered(session, case, target, now)
    return target, moved


def _numbered(session: Session, number: str) -> Sequence[Case]:
    """The case with that number, whether or not it may be merged into; none where there is none."""
    tidy = number.strip().upper()
    return session.scalars(select(Case).where(Case.number == tidy)).all() if tidy.isprintable() else ()


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


def unmerge(
    session: Session,
    case: Case,
    actor: Actor,
    now: datetime,
    reason: str,
    seen: int | None = None,
    *,
    know_late: bool = False,
) -> str:
    """拆分: the case goes back to where it stood, and its clocks run on as if it had never been away.

    The other case gets its own date back. Answers the words about the dates of both; what rested had none until now.
    Raises Invalid where one is late at once and nobody said they know (D12)."""
    facts = admit(session, case, "unmerge", actor, seen, [case.merged_into] if case.merged_into is not None else ())
    back = Stage.of(case.stage_before_merge)
    survivor, old = case.merged_into, case.merged_into.number if case.merged_into else None
    held = held_dates(session, survivor) if survivor is not None else []
    case.merged_into_id, case.stage_before_merge = None, ""
    moved = taken_apart(session, case, now)
    said = moved_sentence(moved, now)
    if survivor is not None:
        merged_dates.release(session, survivor, case.number, now)
        void_stale(session, survivor, now)
        raise_version(survivor)
        others = moved_since(session, survivor, held)
        moved, said = [*moved, *others], said + moved_sentence(others, now, survivor.number)
    check_late(moved, now, know_late=know_late, how="拆分后")
    note = "\n".join(filter(None, [reason, said]))
    done = move(session, case, "unmerge", actor, now, to=back, note=note, detail={"from": old}, values={"并入": (old, None)})
    progress.tell(session, case, answer="")  # what the other case answered was not about this one
    if survivor is not None:
        progress.promise(session, survivor)
    again = "已拆分，请接着办理"
    hand_to_holder(session, case, again, f"unmerge:{done.id}", now)
    supports = (part for part in facts.assignments if part.role is UnitRole.SUPPORT)
    outbox.tell_units(session, case, supports, again, f"unmerge:{done.id}:support", now)
    return said
