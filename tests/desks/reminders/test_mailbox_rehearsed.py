"""What a rehearsal says of the mailbox of a unit is what the run does (N14)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from opinion_app.desks.outbox.operations import claim, confirm
from opinion_app.desks.reminders.operations import queue_digests
from opinion_app.desks.reminders.rehearsal import rehearse
from opinion_app.flow.recheck import REPLACED
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.rules.delivery import Attempt, Outcome
from opinion_app.rules.words import NoticeState
from tests.builders.life import Office
from tests.desks.reminders.test_unit_mailbox import BOX, MORNING, SENDER, case, left, mails, office, settings, text_of

__all__ = ["case", "office", "settings"]


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize("tried", [False, True])
def test_n09_who_has_an_address_by_now_is_written_to_there(office: Office, tried: bool) -> None:
    queue_digests(office.session, MORNING)
    now = MORNING + timedelta(minutes=5)
    handler = office.session.get_one(Person, office.finance_handler.id)
    if tried:
        while taken := claim(office.session, "r1", SENDER, MORNING):
            confirm(office.session, taken, "r1", Attempt(Outcome.UNREACHABLE, "x"), MORNING)
    handler.email = "own@town.test"
    office.session.flush()
    foretold = {draft.name for draft in rehearse(office.session, now).drafts if draft.waiting}
    letters = left(office, now)
    [letter] = [one for one in letters if one.recipient == handler.email]
    kept = office.session.get_one(Notice, letter.notice_id)
    assert (kept.person_id, kept.receiver) == (handler.id, handler.name)
    assert f"{handler.name}，您好" in text_of(letter)
    assert {one.recipient for one in letters} >= {BOX}, "the head's still goes to the unit's"
    assert foretold == {office.session.get_one(Notice, one.notice_id).receiver for one in letters}
    confirm(office.session, letter, f"r{letters.index(letter)}", Attempt(Outcome.SENT), now)
    assert kept.receiver == handler.name


@pytest.mark.usefixtures("case")
def test_n09_what_went_to_the_mailbox_says_so_whatever_address_comes_later(office: Office) -> None:
    queue_digests(office.session, MORNING)
    letters = left(office)
    for number, letter in enumerate(letters):
        confirm(office.session, letter, f"r{number}", Attempt(Outcome.SENT), MORNING)
    for person in office.session.scalars(select(Person)):
        person.email = person.email or f"{person.login}@town.test"
    office.session.flush()
    names = {office.session.get_one(Notice, one.notice_id).receiver for one in letters if one.recipient == BOX}
    assert names
    assert all(name.endswith("（单位邮箱）") for name in names)


@pytest.mark.usefixtures("case")
def test_n14_yesterdays_digest_to_the_mailbox_gives_way_to_todays_in_a_rehearsal_too(office: Office) -> None:
    queue_digests(office.session, MORNING)
    late = MORNING + timedelta(days=1)
    found = rehearse(office.session, late)
    foretold = sorted(
        draft.subject for draft in found.drafts if "邮箱" in f"{draft.name}{draft.ways}" and draft.category == "digest"
    )
    dropped = sorted((draft.name, draft.why_not) for draft in found.cancelled)
    queue_digests(office.session, late)
    while claim(office.session, "r1", SENDER, late):
        pass
    rows = [row for row in mails(office) if row.address == BOX]
    assert dropped == sorted((row.receiver, row.last_error) for row in rows if row.state is NoticeState.CANCELLED)
    assert {why for _name, why in dropped} == {REPLACED}
    assert foretold == sorted(row.subject for row in rows if row.state is NoticeState.CLAIMED)
