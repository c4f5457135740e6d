"""What the outbox page reads: letters with who, when and with what result; the words about a case only for who may see it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from opinion_app.flow import outbox
from opinion_app.flow.visible import visible
from opinion_app.flow.writer_mail import SUBJECTS
from opinion_app.records.case import Case
from opinion_app.records.notice import Notice
from opinion_app.rules.attempt_words import why_and_own_words
from opinion_app.rules.errors import NotFound
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import NoticeChannel, NoticeState, Role

CATEGORIES = outbox.CATEGORIES | SUBJECTS
LEAVING = (NoticeChannel.MAIL, NoticeChannel.ROBOT)
TONES = {
    NoticeState.SENT: "green",
    NoticeState.FILED: "green",
    NoticeState.FAILED: "red",
    NoticeState.UNKNOWN: "orange",
    NoticeState.PENDING: "blue",
    NoticeState.CLAIMED: "blue",
}
VIEWS = {
    "waiting": ("待发送", (NoticeState.PENDING, NoticeState.CLAIMED)),
    "trouble": ("失败或不明", (NoticeState.FAILED, NoticeState.UNKNOWN)),
    "done": ("已发送", (NoticeState.SENT, NoticeState.FILED)),
    "cancelled": ("已取消", (NoticeState.CANCELLED,)),
}


@dataclass(frozen=True, slots=True)
class Letter:
    """One line of the outbox page."""

    notice: Notice
    category: str
    subject: str
    tone: str
    readable: bool

    @property
    def receiver(self) -> str:
        """A person by name; a writer by the masked address, for who may see the case."""
        if self.notice.person is not None:
            return self.notice.receiver
        return f"{self.notice.receiver} {self.notice.address}" if self.readable else self.notice.receiver

    @property
    def went_to(self) -> str:
        """The address somebody has to look at: of a letter to one of the office that did not arrive; a writer's is masked."""
        missed = self.notice.channel is NoticeChannel.MAIL and self.notice.state in (NoticeState.FAILED, NoticeState.UNKNOWN)
        return self.notice.address if missed and self.notice.person is not None else ""

    @property
    def why(self) -> str:
        """What is said of its last attempt, without the server's own words."""
        return self._said()[0]

    @property
    def own_words(self) -> str:
        """What the server or the machine said itself, mostly in English."""
        return self._said()[1]

    def _said(self) -> tuple[str, str]:
        return why_and_own_words(self.notice.last_error, by_robot=self.notice.channel is NoticeChannel.ROBOT)

    @property
    def next_attempt(self) -> datetime | None:
        """When it is tried again, once it was tried and has not left."""
        waits = self.notice.attempts and not self.notice.finished_at
        return self.notice.next_attempt_at if waits else None

    @property
    def may_retry(self) -> bool:
        """Whether sending it again makes sense."""
        gone = self.notice.finished_at is not None
        return self.notice.state is NoticeState.FAILED or (self.notice.state is NoticeState.UNKNOWN and gone)


def letters(session: Session, actor: Actor, view: str, start: int, limit: int) -> list[Letter]:
    """A stretch of the letters, newest first."""
    query = select(Notice).options(joinedload(Notice.person)).where(Notice.channel.in_(LEAVING))
    if view in VIEWS:
        query = query.where(Notice.state.in_(VIEWS[view][1]))
    rows = session.scalars(query.order_by(Notice.id.desc()).offset(start).limit(limit)).unique().all()
    seen = _seen(session, actor, rows)
    return [_letter(row, _readable(row, actor, seen)) for row in rows]


def _letter(row: Notice, readable: bool) -> Letter:  # noqa: FBT001
    subject = row.subject if readable else ""
    return Letter(row, CATEGORIES.get(row.category, "通知"), subject, TONES.get(row.state, ""), readable)


def cases_in(rows: Iterable[Notice]) -> set[int]:
    """The cases some notices speak of."""
    found = {int(line["case"]) for row in rows for line in row.lines if line.get("case")}
    return found | {row.case_id for row in rows if row.case_id is not None}


def _seen(session: Session, actor: Actor, rows: Sequence[Notice]) -> set[int]:
    """Those of the cases spoken of that the person may see; one query for the page."""
    ids = cases_in(rows)
    return set(session.scalars(select(Case.id).where(Case.id.in_(ids), visible(actor)))) if ids else set()


def _readable(row: Notice, actor: Actor, seen: set[int]) -> bool:
    """Whether the words of a letter may be shown: to its addressee, and to clerks and auditors who may see every case in it."""
    own = row.person_id == actor.id
    return own or (actor.has(Role.CLERK, Role.AUDITOR) and cases_in([row]) <= seen)


def counts(session: Session) -> dict[str, int]:
    """How many letters each view holds."""
    query = select(Notice.state, func.count(Notice.id)).where(Notice.channel.in_(LEAVING)).group_by(Notice.state)
    by_state = {row[0]: int(row[1]) for row in session.execute(query)}
    return {name: sum(by_state.get(state, 0) for state in states) for name, (_, states) in VIEWS.items()}


def letter_file(session: Session, notice_id: int, actor: Actor) -> Notice:
    """A letter whose bytes the person may read. Raises NotFound for every other."""
    row = session.get(Notice, notice_id)
    if row is None or not row.body or not _readable(row, actor, _seen(session, actor, [row])):
        raise NotFound("没有这封邮件，或者您无权查看。")
    return row
