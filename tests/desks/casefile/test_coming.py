"""What will be told next about a case names whom the roster of that day has at work (N09)."""

from __future__ import annotations

from datetime import date

from flask import Flask

from opinion_app.desks.casefile.reminding import coming
from opinion_app.flow.cases import facts_of
from opinion_app.flow.reminding import open_of
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from tests.builders.life import handling_case, make_office
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
