"""Clean copies of attachments: pages drawn, each decided by a person, then one finished file that may be published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from opinion_app.files.store import StoredFile
from opinion_app.flow.move import admit, move
from opinion_app.records.attachment import Attachment
from opinion_app.records.case import Case
from opinion_app.records.public_copy import PublicCopy
from opinion_app.rules.errors import Conflict, Invalid, NotFound, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.page_boxes import Box
from opinion_app.rules.public_files import CopyState, refusal
from opinion_app.steps.publish import copy_queries

ACT = "public_files"


@dataclass(frozen=True)
class PageChoice:
    """What a person decided on one page; `shown` is None while nothing is decided."""

    shown: bool | None
    boxes: tuple[Box, ...] = ()


def attachment_of(session: Session, case: Case, attachment_id: int) -> Attachment:
    """A file of the case that can be made public. Raises NotFound, or Refused with the reason and what to do instead."""
    row = session.scalar(select(Attachment).where(Attachment.id == attachment_id, Attachment.case_id == case.id))
    if row is None:
        raise NotFound("没有这份附件。")
    _check_outward(case, row)
    reason = refusal(row.media_type)
    if reason:
        raise Refused(f"“{row.name}”不能公开：{reason}")
    return row


def _check_outward(case: Case, file: Attachment) -> None:
    """Whatever address is asked for: what stays inside is neither drawn nor decided on nor finished."""
    reason = copy_queries.why_inside(case, file)
    if reason:
        raise Refused(f"“{file.name}”不能公开：{reason}")


def copy_of(session: Session, case: Case, copy_id: int) -> PublicCopy:
    """A clean copy of the case. Raises NotFound, or Refused where its file stays inside."""
    query = select(PublicCopy).where(PublicCopy.id == copy_id, PublicCopy.case_id == case.id)
    loaded = (joinedload(PublicCopy.pages), joinedload(PublicCopy.attachment).lazyload("*"))
    row = session.scalars(query.options(*loaded)).unique().one_or_none()
    if row is None:
        raise NotFound("没有这份公开副本，可能已被重新制作。")
    _check_outward(case, row.attachment)
    return row


def drop(session: Session, row: PublicCopy | None) -> None:
    """Forget a clean copy; what is published already stays."""
    if row is not None:
        session.delete(row)
        session.flush()


def choose(session: Session, case: Case, actor: Actor, row: PublicCopy, choices: Mapping[int, PageChoice], seen: int) -> None:
    """Keep what was decided on the pages; a finished file made of other decisions is void."""
    admit(session, case, ACT, actor)
    if row.state is not CopyState.DRAWN:
        raise Refused("这份附件还没有转成图片，请等转完再逐页决定。")
    if seen != row.version:
        raise Conflict("这份副本刚刚被别人改过。请重新打开，看过最新情况后再定。")
    for page in row.pages:
        choice = choices[page.page_no]
        page.shown, page.boxes = choice.shown, [list(box) for box in choice.boxes]
    row.stored_name = row.sha256 = row.media_type = ""
    row.size, row.confirmed_at, row.confirmed_by_id = 0, None, None
    session.flush()


def sheets_of(choices: Mapping[int, PageChoice]) -> list[int]:
    """The pages that go out. Raises Invalid while one is undecided, or when none is left."""
    waiting = [number for number, choice in choices.items() if choice.shown is None]
    if waiting:
        raise Invalid(f"还有 {len(waiting)} 页没有决定公开还是不公开：第 {'、'.join(map(str, waiting))} 页。")
    shown = [number for number, choice in choices.items() if choice.shown]
    if not shown:
        raise Invalid("没有一页公开，就不必制作公开副本。")
    return shown


def finish(session: Session, case: Case, actor: Actor, now: datetime, row: PublicCopy, made: StoredFile) -> None:
    """The finished file, confirmed by the person who went through its pages."""
    row.stored_name, row.size, row.sha256, row.media_type = made.stored_name, made.size, made.sha256, made.media_type
    row.confirmed_by_id, row.confirmed_at = actor.id, now
    shown = sum(1 for page in row.pages if page.shown)
    blacked = sum(len(page.boxes) for page in row.pages if page.shown)
    name = row.attachment.name
    detail = {"name": name, "pages": shown, "of": len(row.pages), "blacked": blacked}
    move(session, case, ACT, actor, now, detail=detail, values={"公开附件": (None, name), "副本": (None, made.sha256)})
