"""What is overdue is found, counted and put in order in the index of what is due alone, however many cases there are."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Select, create_engine, func, select, text
from sqlalchemy.dialects import sqlite

from opinion_app import clock
from opinion_app.desks.worklist.filters import Filters
from opinion_app.desks.worklist.queries import Wanted, query_of
from opinion_app.desks.worklist.tabs import Moment
from opinion_app.records.case import Case
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import Role

CLERK = Actor(1, "王受理", frozenset({Role.CLERK}), 1, frozenset({1}))
NOW = clock.now()
OVERDUE = query_of(CLERK, Wanted(None, Filters(due="overdue"), "-received"), Moment(NOW, NOW))


@pytest.mark.parametrize(
    "query",
    [OVERDUE.with_only_columns(Case.id).limit(51), select(func.count()).select_from(OVERDUE.order_by(None).subquery())],
    ids=["newest first", "counted"],
)
def test_the_overdue_list_opens_no_case_but_those_it_shows(query: Select[Any], sqlite_url: str) -> None:
    said = str(query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    said = said.replace("FROM cases", "FROM cases INDEXED BY ix_cases_due")  # an empty database would be asked another way
    engine = create_engine(sqlite_url)
    with engine.connect() as connection:
        plan = " ".join(str(row) for row in connection.execute(text(f"EXPLAIN QUERY PLAN {said}")))
    engine.dispose()
    assert "SEARCH cases USING COVERING INDEX ix_cases_due (next_due_at<?)" in plan, plan
