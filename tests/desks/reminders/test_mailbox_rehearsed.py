"""What a rehearsal says of the mailbox of a unit is what the run does (N14)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opinion_app.desks.outbox.operations import claim
from opinion_app.desks.reminders.operations import queue_digests
from opinion_app.desks.reminders.rehearsal import rehearse
from opinion_app.flow.recheck import REPLACED
from opinion_app.rules.words import NoticeState
from tests.builders.life import Office
from tests.desks.reminders.test_unit_mailbox import BOX, MORNING, SENDER, case, mails, office, settings

__all__ = ["case", "office", "settings"]


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
