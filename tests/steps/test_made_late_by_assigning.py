"""批量交办 names beforehand every case of which the act makes a date late and no other, and of each what is overdue (D12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from opinion_app.desks.rules import operations as rule_desk
from opinion_app.flow import clock_changes
from opinion_app.flow.moved_dates import KNOW_LATE
from opinion_app.records.case import Case
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Extension, Span, Unit
from opinion_app.rules.errors import Invalid
from opinion_app.rules.registration import LetterFacts
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import Kind, Procedure, Role, Source, Urgency
from opinion_app.rules.zone import local_date
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.handling import suspending
from opinion_app.steps.triage import many, merging, operations
from opinion_app.steps.triage.assigning import Allotment
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import Office, make_office
from tests.builders.office import NOW, make_actor, make_case
from tests.support.queries import MOST_QUERIES, counting

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OLD = NOW - 30 * DAY
PETITION = Classification(Kind.HELP, "城建", Urgency.NORMAL, Procedure.PETITION)
Made = Callable[[Office], Case]


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def made(office: Office, **values: Any) -> Case:
    return make_case(office.session, office.clerk, **values)


def petition(office: Office) -> Case:
    return made(office, now=OLD, procedure=Procedure.PETITION)


def merged_into(office: Office, case: Case, **values: Any) -> Case:
    merging.merge(office.session, made(office, **values), office.clerk, NOW, case.number, "同一件事", know_late=True)
    return case


def suspended(office: Office) -> Case:
    case = made(office, now=NOW - 3 * DAY)
    suspending.suspend(office.session, case, office.clerk, NOW, SuspensionGround.HEARING, NOW, "听证")
    return case


def letter_of_a_petition(office: Office, return_on: date) -> Case:
    letter = LetterFacts("县信访局", "信转〔2026〕1号", date(2026, 10, 20), date(2026, 10, 22), return_on, report_owed=False)
    return made(office, now=OLD, source=Source.FORWARDED_LETTER, letter=letter, procedure=Procedure.PETITION)


def given_days(office: Office) -> Case:
    """A petition that was a message first and had days granted that reach beyond today."""
    case = made(office, now=OLD)
    reply = clock_changes.running_reply(office.session, case)
    clock_changes.extend(office.session, case, reply, Extension(OLD, Span(30, Unit.WORKING_DAYS), reason="采购"))
    operations.classify(office.session, case, office.clerk, OLD + HOUR, PETITION)
    return case


def accepted(office: Office) -> Case:
    case = petition(office)
    operations.accept(office.session, case, office.clerk, OLD + HOUR, PETITION)
    return case


def taken_up_again(office: Office) -> Case:
    """Declined long ago and taken up yesterday: it counts from then."""
    case = petition(office)
    operations.decline(office.session, case, office.clerk, OLD + DAY, "不属本机关", "不属", "县局", None)
    closing.reopen(office.session, case, office.clerk, NOW - DAY, "留言人不服")
    return case


CASES: tuple[tuple[str, Made], ...] = (
    ("in time", made),
    ("late", lambda office: made(office, now=OLD)),
    ("late by the hour", lambda office: made(office, now=NOW - 2 * DAY, urgency=Urgency.URGENT)),
    ("due within the hour", lambda office: made(office, now=NOW - 23 * HOUR, urgency=Urgency.URGENT)),
    ("due today", lambda office: made(office, now=NOW - 3 * DAY, kind=Kind.INQUIRY)),
    ("stands still", suspended),
    ("waits", petition),
    ("waits, new", lambda office: made(office, procedure=Procedure.PETITION)),
    ("waits, with days", given_days),
    ("accepted", accepted),
    ("again", taken_up_again),
    ("waits, a late message in it", lambda office: merged_into(office, petition(office), now=OLD)),
    ("waits, a message in time in it", lambda office: merged_into(office, petition(office))),
    ("letter whose day is gone", lambda office: letter_of_a_petition(office, date(2026, 11, 10))),
    ("letter whose day is to come", lambda office: letter_of_a_petition(office, date(2026, 12, 10))),
)


def makes_late(office: Office, case: Case) -> bool:
    """Whether giving the case to a unit asks first; nothing of it stays."""
    tried, to = office.session.begin_nested(), Allotment(office.finance.id, [office.roads.id], "")
    asked = frozenset[str]()
    try:
        many.assign_one(office.session, case.number, office.clerk, NOW, to, None)
    except Invalid as refusal:
        asked = frozenset(refusal.fields)
    tried.rollback()
    office.session.expire_all()
    assert asked <= {KNOW_LATE}
    return bool(asked)


@pytest.mark.parametrize("retired", [False, True])
def test_d12_the_page_names_what_the_act_makes_late_and_nothing_else(office: Office, retired: bool) -> None:
    held = {name: make(office).number for name, make in CASES}
    if retired:
        admin = make_actor(office.session, "admin", Role.ADMINISTRATOR)
        saving = rule_desk.Saving(admin, NOW)
        rule_desk.retire(office.session, "reply-petition", local_date(NOW), "本单位规定", saving, None)
    rows = {row.case.number: row for row in many.chosen(office.session, office.clerk, list(held.values()), NOW)}
    assert {row.trouble for row in rows.values()} == {""}
    named = {name for name, number in held.items() if rows[number].passed}
    cases = {row.case.number: row.case for row in rows.values()}
    assert named == {name for name, number in held.items() if makes_late(office, cases[number])}
    assert ("waits" in named) is retired
    if retired:
        assert rows[held["waits"]].passed.startswith("交办即受理，本件的答复时限随之起算，已于 2026年11月3日")


def test_every_deadline_that_has_passed_is_said_beside_its_case(office: Office) -> None:
    late, waits, new = made(office, now=OLD), petition(office), made(office)
    rows = {
        row.case.number: row.overdue
        for row in many.chosen(office.session, office.clerk, [each.number for each in (late, waits, new)], NOW)
    }
    assert rows[late.number] == "受理分办（2026-10-26）、答复（2026-11-03）"
    assert rows[waits.number] == "受理分办（2026-10-26）、首次联系（2026-11-09）"
    assert rows[new.number] == ""


def test_it_asks_no_more_for_more_cases_that_wait(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        admin = make_actor(session, "admin", Role.ADMINISTRATOR)
        numbers = [given_days(office).number if each % 2 else petition(office).number for each in range(20)]
        rule_desk.retire(session, "reply-petition", local_date(NOW), "本单位规定", rule_desk.Saving(admin, NOW), None)
        clerk = office.clerk
    asked = []
    for amount in (2, 20):
        with transaction() as session, counting(core) as statements:
            many.chosen(session, clerk, numbers[:amount], NOW)
        asked.append(len(statements))
    assert asked[1] <= asked[0] <= MOST_QUERIES  # whoever asks first reads the table of rules as well
