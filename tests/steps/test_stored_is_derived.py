"""Whatever is done to cases, in whatever order: what is stored is what the facts and the calendar give again (D19)."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

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


def _accept(office: Office, case: Case, now: datetime, chance: random.Random) -> object:
    new = Classification(Kind.HELP, "城建", Urgency.NORMAL, chance.choice(list(Procedure)))
    operations.accept(office.session, case, office.clerk, now, new)
    return None


def _complete(office: Office, case: Case, now: datetime, chance: random.Random) -> object:
    if not case.suspended_for:
        suspending.suspend(office.session, case, office.clerk, now, SuspensionGround.CORRECTION, now, "缺内容描述", "请补充")
    return suspending.restart(office.session, case, office.clerk, now, now, "已补正", know_late=True)


def _reassign(office: Office, case: Case, now: datetime, chance: random.Random) -> object:
    unit = chance.choice([office.finance, office.roads])
    return assigning.reassign(office.session, case, office.clerk, now, unit.id, "职责调整")


def _merge(office: Office, case: Case, now: datetime, chance: random.Random) -> object:
    begun = now - timedelta(days=chance.randrange(9))
    other = make_case(office.session, office.clerk, now=begun)
    if chance.random() < 0.3:
        suspending.suspend(office.session, other, office.clerk, begun, SuspensionGround.HEARING, begun, "听证")
    return merging.merge(office.session, other, office.clerk, now, case.number, "同一件事", know_late=True)


def _unmerge(office: Office, case: Case, now: datetime, chance: random.Random) -> object:
    first = office.session.scalar(select(Case).where(Case.merged_into_id == case.id).limit(1))
    if first is not None:
        merging.unmerge(office.session, first, office.clerk, now, "不是一件事", know_late=True)
    return None


ACTS: tuple[Act, ...] = (_accept, _suspend, _resume, _complete, _extend, _classify, _classify, _reassign, _merge, _unmerge)


@pytest.mark.parametrize("seed", range(8))
def test_d19_recomputing_after_any_acts_changes_nothing(core: Flask, seed: int) -> None:
    chance, done = random.Random(seed), 0
    with transaction() as session:
        office = make_office(session)
        case, now = (handling_case(office) if seed % 2 else make_case(office.session, office.clerk)), NOW
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
            assert reply.state in clocks.OPEN or (case.procedure is Procedure.PETITION and case.accepted_at is None)
            inner = [clock for clock in clocks.open_clocks(session, case.id) if clock.stage == "draft"]
            assert all(clock.due_at is None or reply.due_at is None or clock.due_at <= reply.due_at for clock in inner)
        assert done >= 4
