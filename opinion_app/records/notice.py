"""Notices (通知): one message to one receiver on one channel, its own ledger entry and its Message-ID (decisions 21-24, 31)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from opinion_app.records.base import Base, Vocabulary
from opinion_app.records.case import Correspondent
from opinion_app.records.person import Person
from opinion_app.records.unit import Unit
from opinion_app.rules.reminder_words import ReminderState
from opinion_app.rules.words import NoticeChannel, NoticeState

WRITER = "来信人"


class Notice(Base):
    """A notice; `key` is unique, so that the same thing is never told twice to the same receiver.

    The receiver is a person of the office or the writer of one case, never both and never nobody. A writer hears of two things
    by mail and of nothing else (decisions 31). Of such a letter neither address nor bytes are kept: it is written anew at each
    attempt, the same each time; `code_key` is what the query code it carries is made of, until it has left. With `unit_id` it is
    for the group robot of that unit, and the person is named only because every notice names a receiver; a mail with it goes
    to the mailbox of that unit, addressed to the person.

    `next_attempt_at` of a cancelled notice is until when it may go after all (flow/coming_back)."""

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_queue", "state", "next_attempt_at"),
        Index("ix_notices_person", "person_id", "channel", "read_at", "id"),
        Index("ix_notices_case", "case_id", "id"),
        Index("ix_notices_writer_id", "writer_id"),
        CheckConstraint("(person_id IS NULL) <> (writer_id IS NULL)", name="one_receiver"),
        CheckConstraint("writer_id IS NULL OR (channel = 'mail' AND category IN ('receipt', 'answered'))", name="to_writer"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    writer_id: Mapped[int | None] = mapped_column(ForeignKey("correspondents.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    channel: Mapped[NoticeChannel] = mapped_column(Vocabulary(NoticeChannel))
    category: Mapped[str] = mapped_column(String(40))
    local_date: Mapped[date | None]
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    address: Mapped[str] = mapped_column(String(500), default="")
    subject: Mapped[str] = mapped_column(String(200), default="")
    lines: Mapped[list[Any]] = mapped_column(default=list)
    body: Mapped[str] = mapped_column(default="")
    code_key: Mapped[str] = mapped_column(String(40), default="")
    link: Mapped[str] = mapped_column(String(300), default="")
    message_id: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[NoticeState] = mapped_column(Vocabulary(NoticeState), default=NoticeState.PENDING)
    created_at: Mapped[datetime]
    claimed_by: Mapped[str] = mapped_column(String(80), default="")
    claimed_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    unknown_outcomes: Mapped[int] = mapped_column(default=0)
    claims_ran_out: Mapped[int] = mapped_column(default=0, server_default="0")  # of those the ones whose process was killed
    next_attempt_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(String(500), default="")
    read_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship(lazy="select")
    writer: Mapped[Correspondent | None] = relationship(lazy="select")
    unit: Mapped[Unit | None] = relationship(lazy="select")

    @property
    def receiver(self) -> str:
        """Whom the ledger names: a person by name, a writer never (decisions 25)."""
        if self.person is None:
            return WRITER
        return f"{self.person.name}（单位邮箱）" if self.by_mailbox else self.person.name

    @property
    def for_group(self) -> bool:
        """Whether it is for the group of a unit."""
        return self.unit_id is not None and self.channel is NoticeChannel.ROBOT

    @property
    def by_mailbox(self) -> bool:
        """Whether it goes, or went, to the mailbox a unit shares, for a person without an address.

        Who has one by the time it leaves is written to there; its claim takes the unit off (desks/outbox)."""
        if self.unit_id is None or self.channel is not NoticeChannel.MAIL:
            return False
        return self.state in (NoticeState.SENT, NoticeState.FILED) or self.person is None or not self.person.email


class Reminder(Base):
    """One rung told to one person for one version of a deadline; unique, so that no rung repeats (decisions 21)."""

    __tablename__ = "reminders"
    __table_args__ = (Index("uq_reminders_rung", "clock_id", "person_id", "rung", "deadline_version", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("clocks.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    rung: Mapped[str] = mapped_column(String(40))
    deadline_version: Mapped[int]
    state: Mapped[ReminderState] = mapped_column(Vocabulary(ReminderState), default=ReminderState.TOLD)
    reason: Mapped[str] = mapped_column(String(200), default="")
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship(lazy="select")
    notice: Mapped[Notice | None] = relationship(lazy="select")


class UnitReminder(Base):
    """One rung told to one unit's group robot for one version of a deadline; unique, so that no rung repeats (decisions 21)."""

    __tablename__ = "unit_reminders"
    __table_args__ = (Index("uq_unit_reminders_rung", "clock_id", "unit_id", "rung", "deadline_version", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("clocks.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    rung: Mapped[str] = mapped_column(String(40))
    deadline_version: Mapped[int]
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))
    created_at: Mapped[datetime]


class DigestEntry(Base):
    """One date that one digest names: by it the case tells of the digests, of which a person has one a morning (decisions 21).

    Of the notices of a digest those by mail and robot have entries, that inside the service where it is the only one.
    `due_group`: how pressing the digest says the date is (rules/digest.GROUPS), by the notice's own line."""

    __tablename__ = "digest_entries"
    __table_args__ = (Index("ix_digest_entries_notice_id", "notice_id"),)

    clock_id: Mapped[int] = mapped_column(ForeignKey("clocks.id"), primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), primary_key=True)
    due_group: Mapped[str] = mapped_column(String(20), default="")
