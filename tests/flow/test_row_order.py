"""What an act keeps before it writes: on PostgreSQL a case that somebody changed since it was read has the act asked anew."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlalchemy.orm.exc import StaleDataError

from opinion_app.flow.row_order import hold_cases
from opinion_app.records.case import Case
from opinion_app.records.transaction import transaction
from tests.builders.life import make_office
from tests.builders.office import make_case


@pytest.mark.usefixtures("core")
def test_a_case_changed_since_it_was_read_stops_the_act_where_others_write_beside() -> None:
    with transaction() as session:
        office = make_office(session)
        case, other = make_case(session, office.clerk), make_case(session, office.clerk)
        hold_cases(session, case, other)
        behind = update(Case).where(Case.id == case.id).values(version=Case.version + 1)
        session.execute(behind.execution_options(synchronize_session=False))
        if session.get_bind().dialect.name == "postgresql":
            with pytest.raises(StaleDataError, match=case.number):
                hold_cases(session, case, other)
        else:
            hold_cases(session, case, other)  # nobody writes beside
        session.rollback()
