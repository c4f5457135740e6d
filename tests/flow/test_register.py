"""Registering a case starts its clocks, its trail and its place in the index."""

from __future__ import annotations

from datetime import date

from flask import Flask
from sqlalchemy import select

from opinion_app.flow.clocks import open_clocks
from opinion_app.flow.trail import verify_trail
from opinion_app.records.case import Case
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Role, Stage
from opinion_app.rules.zone import local_date
from opinion_app.search.bigrams import parse_query
from opinion_app.search.index import case_index
from tests.builders.office import make_actor, make_case


def test_a_message_becomes_a_case_with_clocks_trail_and_index(core: Flask) -> None:
    with transaction() as session:
        clerk = make_actor(session, "clerk", Role.CLERK)
        case = make_case(session, clerk)
        assert case.number == "LY2026-000001"
        assert case.stage is Stage.RECEIVED
        assert {clock.stage for clock in open_clocks(session, case.id)} == {"accept", "reply"}
        assert case.next_due_at is not None
        assert local_date(case.next_due_at) == date(2026, 11, 24)
    with transaction() as session:
        assert verify_trail(session) == (1, None)
        found = case_index.newest(session.connection(), parse_query("路灯"), 10)
        assert found == [session.scalar(select(Case.id))]
