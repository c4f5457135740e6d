"""Drafting and submitting the reply; a submitted wording is never edited, a change is a new version."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.flow import index, outbox, reply_help
from opinion_app.flow.cases import latest_reply
from opinion_app.flow.handover import hand_to
from opinion_app.flow.move import admit, move
from opinion_app.records.case import Case
from opinion_app.records.reply import Reply
from opinion_app.rules.errors import Conflict, Difference, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.reply import check_draft, check_submission, text_hash
from opinion_app.rules.words import ReplyState, Role, Stage


def save_draft(
    session: Session, case: Case, actor: Actor, now: datetime, text: str, note: str = "", read: str | None = None
) -> Reply:
    """Keep the draft. `read` is the hash of the wording the writer began from (empty for none); raises Conflict with both
    texts when somebody else saved meanwhile (hardening R13). Saving what stands there already changes nothing, and whoever wrote
    a version or one it grew from stays its author: none of them may pass or sign it (decisions 13)."""
    admit(session, case, "draft", actor)
    check_draft(text)
    held = latest_reply(session, case.id)
    draft = held if held is not None and held.state is ReplyState.DRAFT else None
    _check_unseen(held, text, read)
    if draft is None:
        draft = _new_version(session, case, held)
    elif draft.text == text:
        if note:
            move(session, case, "draft", actor, now, note=note, detail={"version": draft.version_no})
        return draft
    old = draft.text or None
    draft.text, draft.text_hash = text, text_hash(text)
    draft.drafter_id, draft.drafted_at = actor.id, now
    draft.author_ids = sorted({*draft.author_ids, actor.id})
    session.add(draft)
    session.flush()
    detail = {"version": draft.version_no}
    move(session, case, "draft", actor, now, note=note, detail=detail, values={"答复稿": (old, text)})
    index.put_case(session, case)
    return draft


def _check_unseen(held: Reply | None, text: str, read: str | None) -> None:
    if read is None:
        return
    present = held.text_hash if held is not None else ""
    if read != present:
        theirs = held.text if held is not None else ""
        raise Conflict(
            "别人刚刚保存了新的答复稿。请对照两份文字，在最新稿上补入您的修改后再保存。", [Difference("答复内容", text, theirs)]
        )


def _new_version(session: Session, case: Case, held: Reply | None) -> Reply:
    number = held.version_no + 1 if held is not None else 1
    if held is not None and held.state is not ReplyState.APPROVED:
        held.state = ReplyState.SUPERSEDED
    authors = held.author_ids if held is not None else []
    return Reply(case_id=case.id, version_no=number, state=ReplyState.DRAFT, text="", text_hash="", author_ids=authors)


def submit(session: Session, case: Case, actor: Actor, now: datetime, note: str = "", seen: int | None = None) -> Reply:
    """送审: the draft goes to the head of the unit; the unit's inner deadline is met."""
    admit(session, case, "submit_reply", actor, seen)
    reply = latest_reply(session, case.id)
    if reply is None or reply.state is not ReplyState.DRAFT:
        raise Refused("还没有可以送审的答复稿。")
    check_submission(reply.text)
    reply_help.check_binding(session, case, reply.text, now)
    reply.state, reply.submitted_at = ReplyState.SUBMITTED, now
    done = move(session, case, "submit_reply", actor, now, to=Stage.UNDER_REVIEW, note=note, detail={"version": reply.version_no})
    heads = outbox.members_of(session, case.lead_unit_id, Role.UNIT_HEAD) if case.lead_unit_id else []
    hand_to(session, case, heads, "答复稿送审，请审核", f"submit_reply:{done.id}", now)
    return reply
