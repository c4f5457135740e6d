"""A year's notice comes into force while a case is being registered: no date of the old calendar stays behind (hardening R13)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.calendar.operations import load_notice
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import facts_of
from opinion_app.flow.recompute import preview
from opinion_app.records.base import db
from opinion_app.records.clock import Clock
from opinion_app.records.transaction import transaction
from opinion_app.rules.calendar_file import parse_notice
from opinion_app.rules.deadline import derive
from opinion_app.rules.words import Kind
from tests.builders.office import NOW, make_case
from tests.faults.together import together

IN_DECEMBER = NOW + timedelta(days=33)
NOTICE = "2027-01-01 至 2027-01-03,休,元旦\n2027-01-04 至 2027-01-08,休,春节\n2027-02-05 至 2027-02-12,休,国庆节\n".encode()
WAIT = 20


@pytest.mark.parametrize("first", ["case", "calendar"])
def test_d15_a_case_registered_while_a_year_is_loaded_has_the_dates_of_that_year(core: Flask, first: str) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite one transaction writes at a time: the other cannot begin")
    registering, loaded = threading.Event(), threading.Event()

    def register() -> None:
        with core.app_context(), transaction() as session:
            work_calendar(session)  # as every page reads it, before anything is written
            if first == "calendar":
                registering.set()
                assert loaded.wait(WAIT)
            make_case(session, None, now=IN_DECEMBER, kind=Kind.COMPLAINT)
            if first == "case":
                registering.set()
                assert not loaded.wait(1), "the calendar changed under a case that is not committed yet"

    def load() -> None:
        assert registering.wait(WAIT)
        with core.app_context(), transaction() as session:
            load_notice(session, parse_notice(NOTICE), "国办发明电〔2026〕9号", None, IN_DECEMBER)
        loaded.set()

    together([register, load])
    with transaction() as session:
        calendar = work_calendar(session)
        clocks = session.scalars(select(Clock)).all()
        assert clocks
        for clock in clocks:
            derived = derive(facts_of(clock), calendar)
            assert (clock.due_at, clock.provisional) == (derived.due_at, derived.provisional)
        assert preview(session, IN_DECEMBER, calendar) == []
