"""Letters that wait, are cancelled and come back: an office with a mail server, and runs of its clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from flask import Flask
from sqlalchemy import select

from opinion_app.desks.accounts.operations import set_leave
from opinion_app.desks.outbox.operations import Sender, claim, confirm
from opinion_app.desks.reminders.operations import queue_digests
from opinion_app.desks.reminders.rehearsal import rehearse
from opinion_app.flow.coming_back import bring_back
from opinion_app.flow.outbox import BY_MAILBOX
from opinion_app.records.actors import actor_of
from opinion_app.records.current import settings_of
from opinion_app.records.job import JobRun
from opinion_app.records.notice import Notice
from opinion_app.rules.delivery import Attempt, Outcome
from opinion_app.rules.words import NoticeChannel, Role
from opinion_app.rules.zone import parse_moment
from tests.builders.office import make_person
from tests.desks.reminders.laddered import Office, laddered

SENDER = Sender("opinion@office.test", "http://office.test")
DUE, LATE = "2026-11-11", "2026-11-12"  # the reply is due on the 11th; on the 12th comes 催办通知
MAIL = NoticeChannel.MAIL


def mailing(core: Flask) -> Iterator[Office]:
    """An office with a mail server and somebody who may stand in."""
    object.__setattr__(settings_of(core), "smtp_url", "smtp://mail.office.test")
    for made in laddered():
        unit = made.people["head"].unit
        made.people["deputy"] = make_person(made.session, "deputy", Role.HANDLER, unit=unit, email="deputy@office.test")
        made.run("2026-11-10T08:31")
        yield made


def morning(office: Office, day: str) -> None:
    """The digests of a day, noted as made like the clock's run does, and its rungs."""
    slot = parse_moment(f"{day}T08:30")
    queue_digests(office.session, slot)
    office.session.add(JobRun(job="digest", slot=slot, started_at=slot, finished_at=slot, succeeded=True, runner="r1", report=""))
    office.run(f"{day}T08:31")


def post(office: Office, moment: str, outcome: Outcome = Outcome.SENT, channel: NoticeChannel = MAIL) -> list[str]:
    """One run of the outbox: what it hands in, by receiver."""
    now, done = parse_moment(moment), []
    bring_back(office.session, channel, now, "")
    while (claimed := claim(office.session, "r1", SENDER, now, channel)) is not None:
        confirm(office.session, claimed, "r1", Attempt(outcome, "x"), now)
        done.append(f"{claimed.recipient.partition('@')[0]} {claimed.subject}")
    return sorted(done)


def round_(office: Office, moment: str) -> list[str]:
    """One run of rungs and outbox, which a rehearsal of the same moment foretells."""
    drafts = rehearse(office.session, parse_moment(moment)).drafts
    of_dates = [draft for draft in drafts if draft.category in BY_MAILBOX and "邮件" in draft.ways]
    foretold = sorted(f"{draft.name} {draft.subject}" for draft in of_dates)
    office.run(moment)
    sent = post(office, moment)
    assert foretold == sent, (foretold, sent)
    return sent


def leave(office: Office, login: str, moment: str, until: date | None = date(2026, 12, 20)) -> None:
    """On leave from that day, somebody of the unit with the deputy who may stand in; `until` none: back."""
    now, of_the_unit = parse_moment(moment), office.people[login].unit_id is not None
    deputy, begins = office.people["deputy"].id if until and of_the_unit else None, now.date() if until else None
    set_leave(office.session, actor_of(office.session, office.people[login]), deputy, begins, until, now)


def kept(office: Office, login: str) -> Notice:
    query = select(Notice).where(Notice.channel == MAIL, Notice.person_id == office.people[login].id)
    return office.session.scalars(query.order_by(Notice.id.desc()).limit(1)).one()


def letters_to(office: Office, login: str) -> list[Notice]:
    """All mails to somebody, as the database has them."""
    query = select(Notice).where(Notice.channel == MAIL, Notice.person_id == office.people[login].id).order_by(Notice.id)
    return list(office.session.scalars(query.execution_options(populate_existing=True)))
