"""Others are merged into a case by chance and taken out again: it ends as its twin, to which the same was done alone (D13)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

import pytest
from flask import Flask

from opinion_app.flow import clocks
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.recompute import preview
from opinion_app.records.case import Case
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import OfficeError
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import Kind, Procedure, Stage, Urgency
from opinion_app.steps.handling import suspending
from opinion_app.steps.triage import merging, operations
from tests.builders.life import HELP, Office, make_office
from tests.builders.office import NOW, make_case
from tests.support.databases import alternately

HOUR = timedelta(hours=1)
PETITION, INQUIRY = replace(HELP, procedure=Procedure.PETITION), replace(HELP, kind=Kind.INQUIRY)
KINDS = (PETITION, PETITION, HELP, INQUIRY, *(replace(HELP, urgency=each) for each in (Urgency.COMPLEX, Urgency.URGENT)))
WHAT = ("classify", "classify", "suspend", "suspend", "resume", "merge", "merge", "unmerge")


@dataclass
class Twins:
    """Two cases, and those that go into the first alone."""

    office: Office
    cases: tuple[Case, Case]
    others: list[Case]
    chance: Random

    def both(self, act: Callable[[Case], object]) -> None:
        """Do something to both; to neither where it is refused of one."""
        tried = self.office.session.begin_nested()
        try:
            for case in self.cases:
                act(case)
            tried.commit()
        except OfficeError:
            tried.rollback()
            self.office.session.expire_all()

    def step(self, now: datetime) -> None:
        """One act by chance; a suspension may begin or end some time before it is noted."""
        session, clerk, at = self.office.session, self.office.clerk, now - self.chance.choice([0, 0, 5, 25]) * HOUR
        what, kind, other = self.chance.choice(WHAT), self.chance.choice(KINDS), self.chance.choice(self.others)
        if what == "classify":
            self.both(lambda case: operations.classify(session, case, clerk, now, kind, know_late=True))
        elif what == "suspend":
            self.both(lambda case: suspending.suspend(session, case, clerk, now, SuspensionGround.HEARING, at, "听证"))
        elif what == "resume":
            self.both(lambda case: suspending.resume(session, case, clerk, now, at, "听证结束", know_late=True))
        elif what == "unmerge" and other.stage is Stage.MERGED:
            merging.unmerge(session, other, clerk, now, "不是一件事", know_late=True)
        elif what == "merge":
            with suppress(OfficeError), session.begin_nested():
                merging.merge(session, other, clerk, now, self.cases[0].number, "同一件事", know_late=True)

    def replies(self) -> list[list[object]]:
        """What each of the two owes its writer, and what it waited for: one reply at most, and that is what every act finds."""
        session, found = self.office.session, list[list[object]]()
        for case in self.cases:
            own = [clock for clock in clocks.open_clocks(session, case.id) if clock.stage == "reply"]
            assert own in ([], [clocks.reply_clock(session, case.id)]), case.number
            found.append([(one.due_at, one.state, one.pauses, one.extensions) for one in own])
        return found


@pytest.mark.parametrize(("database_url", "seed"), alternately(range(6)), indirect=["database_url"])
def test_d13_whatever_was_merged_into_a_case_and_left_it_leaves_nothing_behind(core: Flask, seed: int) -> None:
    with transaction() as session:
        office, chance, now = make_office(session), Random(seed), NOW + HOUR
        first, second = (make_case(session, office.clerk) for _ in range(2))
        came = [
            (NOW + chance.choice([-72, -24, 0, 1]) * HOUR, chance.choice([Urgency.COMPLEX, Urgency.URGENT])) for _ in range(2)
        ]
        others = [make_case(session, office.clerk, now=at, urgency=urgency) for at, urgency in came]
        twins = Twins(office, (first, second), others, chance)
        for _ in range(14):
            now += chance.choice([0, 1, 5, 20, 30]) * HOUR
            twins.step(now)
            twins.replies()
            assert preview(session, now, work_calendar(session)) == []
        for other in others:
            if other.stage is Stage.MERGED:
                merging.unmerge(session, other, office.clerk, now, "不是一件事", know_late=True)
        twins.both(lambda case: operations.classify(session, case, office.clerk, now, INQUIRY, know_late=True))
        with_them, alone = twins.replies()
        assert with_them == alone
