"""What was sent about a case keeps the name its letter bore, whatever the office calls that rung since."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask

from opinion_app.desks.casefile.reminding import sent
from opinion_app.flow.ladder import LADDER, ladder
from opinion_app.records.office import put_setting
from opinion_app.rules.ladder_data import to_data
from opinion_app.rules.zone import parse_moment
from tests.desks.outbox.posted import LATE, mailing, morning
from tests.desks.reminders.laddered import Office
from tests.desks.reminders.moving import move_date


def names(office: Office) -> set[tuple[str, str]]:
    """By what name each rung stands on the case, and what became of it."""
    return {(one.what, one.result.partition("·")[0]) for one in sent(office.session, office.case.id) if "催" in one.what}


def test_a_rung_is_named_as_its_letter_named_it(core: Flask) -> None:
    for office in mailing(core):
        morning(office, LATE)
        held = ladder(office.session)
        renamed = tuple(replace(rung, label="催办函") if rung.code == "urge" else rung for rung in held.days)
        put_setting(office.session, LADDER, to_data(replace(held, days=renamed)))
        assert {what for what, _result in names(office)} == {"催办通知：答复"}
        move_date(office.clock, f"{LATE}T10:00", parse_moment("2026-11-10T23:59:59"))
        office.run(f"{LATE}T10:01")
        assert ("催办函：答复", "已随原时限提醒，不重复") in names(office), "that it is carried on is said in today's words"
