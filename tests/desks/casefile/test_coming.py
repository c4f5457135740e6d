"""What will be told next about a case names whom the roster of that day has at work (N09)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from opinion_app.desks.casefile.reminding import coming, sent
from opinion_app.desks.reminders.operations import queue_digests, queue_rungs
from opinion_app.flow.cases import facts_of
from opinion_app.flow.ladder import ladder
from opinion_app.flow.reminding import open_of
from opinion_app.records.case import Case
from opinion_app.records.notice import Notice, Reminder
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.ladder import Way
from opinion_app.rules.words import Kind, Procedure, Urgency
from opinion_app.rules.zone import parse_moment
from opinion_app.steps.handling.operations import sign_for
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import Office, assigned, handling_case, make_office
from tests.builders.office import NOW
from tests.support.queries import counting


def test_who_is_known_to_be_on_leave_on_the_day_is_not_named_but_the_deputy(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        case = handling_case(office)
        facts = facts_of(session, case)
        handler = session.get_one(Person, office.finance_handler.id)
        named = {one.whom for one in coming(session, open_of(session, case.id), facts, NOW)}
        assert any("方承办" in whom for whom in named)
        handler.leave_from, handler.leave_until, handler.deputy_id = date(2026, 11, 24), None, office.finance_head.id
        session.flush()
        with counting(core) as asked:
            found = coming(session, open_of(session, case.id), facts, NOW)
        assert found
        assert not any("方承办" in one.whom for one in found)
        assert any("范所长" in one.whom for one in found)
        assert sum("FROM people" in one for one in asked) == 1, "however many days are looked at"
        handler.leave_from = handler.leave_until = date(2027, 11, 24)
        session.flush()
        assert {one.whom for one in coming(session, open_of(session, case.id), facts, NOW)} == named


KINDS = (Kind.INQUIRY, Kind.HELP, Kind.COMPLAINT)


def foretold(office: Office, cases: list[Case], now: datetime) -> set[tuple[int, str]]:
    """What the pages of some cases say, a minute before, will be told by itself at a moment."""
    found = set()
    for case in cases:
        held = open_of(office.session, case.id)
        ahead = coming(office.session, held, facts_of(office.session, case), now - timedelta(minutes=1))
        found |= {(case.id, one.what) for one in ahead if one.at == now and one.way in (Way.LETTER.label, Way.INSIDE.label)}
    return found


def told_by_itself(office: Office, cases: list[Case], now: datetime) -> set[tuple[int, str]]:
    """What the pages of some cases say was told at a moment, but for what the morning's digest said."""
    query = select(Reminder.case_id, Reminder.rung).join(Notice, Notice.id == Reminder.notice_id)
    own, held = query.where(Reminder.created_at == now, Notice.category == "rung"), ladder(office.session)
    labels = {(case_id, rung.label) for case_id, code in office.session.execute(own) if (rung := held.named(code)) is not None}
    pages = ((case.id, one.what) for case in cases for one in sent(office.session, case.id) if one.at == now)
    return {(case_id, what) for case_id, what in pages if (case_id, what.partition("：")[0]) in labels}


def test_n10_what_the_page_foretells_is_what_is_told_of_a_supporting_unit_too(core: Flask) -> None:
    """From the day the cases come until two weeks later, each morning: no half-way word that a higher one is said with."""
    with transaction() as session:
        office, came = make_office(session), parse_moment("2026-11-23T10:00")
        wanted = [Classification(kind, "城建", Urgency.NORMAL, Procedure.ORDINARY) for kind in KINDS]
        cases = [assigned(office, came, one, kind=one.kind) for one in wanted]
        for case in cases[1:]:
            sign_for(session, case, office.finance_head, came, office.finance_handler.id)
        seen: set[str] = set()
        for ahead in range(1, 15):
            now = parse_moment("2026-11-23T08:30") + timedelta(days=ahead)
            will_be = foretold(office, cases, now)
            queue_digests(session, now)
            queue_rungs(session, now)
            assert told_by_itself(office, cases, now) == will_be, now
            seen |= {what for _case, what in will_be}
    assert "催办通知：报协办结果" in seen
    assert "时限过半提示：答复" in seen
    assert len(seen) > 5
