"""Drawing the pages of a file (逐页转成图片) by a process of its own: page by page, and on from there when it was cut short."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from opinion_app.files.pages import PageFile, discard, draw_pages
from opinion_app.files.store import AttachmentStore
from opinion_app.flow.child import start_apart
from opinion_app.flow.move import admit
from opinion_app.records.case import Case
from opinion_app.records.public_copy import PublicCopy, PublicCopyPage
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import OfficeError, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.public_files import CopyState
from opinion_app.rules.settings import Settings
from opinion_app.steps.publish import copies

STILL_AFTER = timedelta(minutes=3)  # a page takes two minutes of waiting at the most; a process silent for so long is gone
TAKEN = "这份文件已在处理，或已处理完。"
BROKEN = "处理时出错，没有做成。请稍后重新制作；仍不行的，请告诉系统管理员。"
Tick = Callable[[], datetime]


def begin(session: Session, case: Case, actor: Actor, now: datetime, attachment_id: int) -> tuple[PublicCopy, bool]:
    """Begin a clean copy, of which nothing is drawn yet, in the place of an earlier one of the same file.

    Answers whether a process is to be started: not where one is at work on it."""
    admit(session, case, copies.ACT, actor)
    file = copies.attachment_of(session, case, attachment_id)
    held = session.scalar(select(PublicCopy).where(PublicCopy.attachment_id == file.id))
    if held is not None and held.state is CopyState.DRAWING and not is_quiet(held, now):
        return held, False
    copies.drop(session, held)
    row = PublicCopy(case_id=case.id, attachment_id=file.id, made_by_id=actor.id, made_at=now, state=CopyState.DRAWING)
    session.add(row)
    session.flush()
    return row, True


def is_quiet(row: PublicCopy, now: datetime) -> bool:
    """Whether the process at work has not been heard of for so long that it must be gone."""
    return row.state is CopyState.DRAWING and now - (row.beaten_at or row.made_at) > STILL_AFTER


def start(copy_id: int, settings: Settings) -> None:
    """Start `opinion draw-pages`; the page shows how far it is."""
    start_apart(["draw-pages", str(copy_id)], settings, settings.data_dir / "drawing" / "drawing.log")


def carry_out(copy_id: int, tick: Tick, store: AttachmentStore) -> str:
    """Draw what is not drawn yet, each page kept by itself; answers what is said of it, empty where all went well.

    Raises Refused where another process is at work on it or has taken it over, or where there is nothing to draw."""
    order = _claim(copy_id, tick())
    try:
        with closing(draw_pages(store, order.stored_name, order.media_type, order.done)) as pages:
            for page in pages:
                _keep(store, copy_id, page, tick())
    except Refused:
        raise
    except OfficeError as error:
        return _end(copy_id, CopyState.FAILED, error.message)
    except Exception:
        _end(copy_id, CopyState.FAILED, BROKEN)
        raise
    return _end(copy_id, CopyState.DRAWN, "")


@dataclass(frozen=True)
class _Order:
    stored_name: str
    media_type: str
    done: int


def _claim(copy_id: int, now: datetime) -> _Order:
    free = or_(PublicCopy.beaten_at.is_(None), PublicCopy.beaten_at < now - STILL_AFTER)
    mine = update(PublicCopy).where(PublicCopy.id == copy_id, PublicCopy.state == CopyState.DRAWING, free)
    with transaction() as session:
        if _rows(session, mine.values(beaten_at=now)) != 1:
            raise Refused(TAKEN)
        row = session.get_one(PublicCopy, copy_id)
        done = session.scalar(select(func.count(PublicCopyPage.id)).where(PublicCopyPage.copy_id == copy_id))
        return _Order(row.attachment.stored_name, row.attachment.media_type, int(done or 0))


def _keep(store: AttachmentStore, copy_id: int, page: PageFile, now: datetime) -> None:
    """One page, with a sign of life. Raises Refused, with nothing kept, where the copy is no longer this process's to draw."""
    drawing = update(PublicCopy).where(PublicCopy.id == copy_id, PublicCopy.state == CopyState.DRAWING)
    try:
        with transaction() as session:
            done = select(func.count(PublicCopyPage.id)).where(PublicCopyPage.copy_id == copy_id)
            if _rows(session, drawing.values(beaten_at=now, total=page.total)) != 1 or session.scalar(done) != page.number - 1:
                raise Refused(TAKEN)
            place = {"copy_id": copy_id, "page_no": page.number, "stored_name": page.stored.stored_name}
            session.add(PublicCopyPage(**place, width=page.width, height=page.height))
    except BaseException:
        discard(store, [page.stored.stored_name])
        raise


def _end(copy_id: int, state: CopyState, message: str) -> str:
    drawing = update(PublicCopy).where(PublicCopy.id == copy_id, PublicCopy.state == CopyState.DRAWING)
    with transaction() as session:
        session.execute(drawing.values(state=state, message=message), execution_options={"synchronize_session": False})
    return message


def _rows(session: Session, statement: Any) -> int:
    return int(session.connection().execute(statement).rowcount)
