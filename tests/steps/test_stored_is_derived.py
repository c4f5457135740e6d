"""Whatever is done to cases, in whatever order: what is stored is what the facts and the calendar give again (D19)."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from opinion_app.flow import clock_changes, clocks
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.recompute import preview, recompute_open
from opinion_app.records.case import Case
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Extension
from opinion_app.rules.errors import OfficeError
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import Kind, Procedure, Urgency
from opinion_app.steps.handling import suspending
from opinion_app.steps.triage import assigning, merging, operations
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import Office, handling_case, make_office
from tests.builders.office import NOW, make_case

Act = Callable[[Office, Case, datetime, random.Random], object]


def _suspend(office: Office, case: Case, now: datetime, chance: random.Random) -> object:
    return suspending.suspend(office.session, case, office.clerk, now, SuspensionGround.HEARING, now, "听证")


def _resume(office: Office, case: Case, now: datetime, chance: random.Random) -> object:
    at = now - timedelta(hours=chance.randrange(30))
    return suspending.resume(office.session, case, office.clerk, now, at, "结束", know_late=True)


def _extend(office: Office, case: Case, now: datetime, chance: random.Random) -> object:
    clock = clock_changes.running_reply(office.session, case)
    until = (now + timedelta(days=chance.randrange(1, 40))).date()
    clock_changes.extend(office.session, case, clock, Extension(now, until=until, reason="采购"))
    return None


def _classify(office: Office, case: Case, now: datetime, chance: random.Random) -> object:
    procedure = chance.choice([Procedure.ORDINARY, Procedure.PETITION, Procedure.HOTLINE, Procedure.DISCLOSURE])
    new = Classification(chance.choice([Kind.HELP, Kind.INQUIRY]), "城建", chance.choice(list(Urgency)), procedure)
    return operations.classify(office.session, case, office.clerk, now, new)


def _reassign(office: Office, case: Case, now: datetime, chance: random.Random) -> object:
    unit = chance.choice([office.finance, office.roads])
    return assigning.reassign(office.session, case, office.clerk, now, unit.id, "职责调整")


def _merge(office: Office, case: Case, now: datetime, chance: random.Random) -> object:
    other = make_case(office.session, office.clerk, now=now - timedelta(days=chance.randrange(9)))
    return merging.merge(office.session, other, office.clerk, now, case.number, "同一件事")


ACTS: tuple[Act, ...] = (_suspend, _resume, _extend, _classify, _reassign, _merge)


@pytest.mark.parametrize("seed", range(6))
def test_d19_recomputing_after_any_acts_changes_nothing(core: Flask, seed: int) -> None:
    chance, done = random.Random(seed), 0
    with transaction() as session:
        office = make_office(session)
        case, now = handling_case(office), NOW
        for _ in range(14):
            now += timedelta(hours=chance.randrange(1, 40))
            try:
                with session.begin_nested():
                    chance.choice(ACTS)(office, case, now, chance)
                done += 1
            except OfficeError:
                continue
            assert preview(session, now, work_calendar(session)) == []
            assert recompute_open(session, now) == []
            reply = clocks.reply_clock(session, case.id)
            assert reply is not None
            inner = [clock for clock in clocks.open_clocks(session, case.id) if clock.stage == "draft"]
            assert all(clock.due_at is None or reply.due_at is None or clock.due_at <= reply.due_at for clock in inner)
        assert done >= 4
