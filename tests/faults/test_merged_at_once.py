"""One case is merged into another while that one leaves the life itself: one of the two is told, and no date is lost (D13)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from opinion_app.cli.doctor import BAD, CHECKS, GOOD
from opinion_app.flow import assess as acts
from opinion_app.flow.clocks import open_clocks
from opinion_app.flow.supervise import Asked, issue
from opinion_app.records.actors import actor_of
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.records.unit import Unit
from opinion_app.rules.assessment import Ground, Sheet
from opinion_app.rules.errors import Conflict, Refused
from opinion_app.rules.facts import Actor
from opinion_app.rules.reminder_words import SupervisionKind
from opinion_app.rules.words import RiskFactor, RiskLevel, Stage
from opinion_app.rules.zone import local_date
from opinion_app.steps.triage import merging, operations
from tests.builders.life import assigned, make_office
from tests.builders.office import NOW, make_case
from tests.faults.together import pausing, together

WAIT, LATER = 20, NOW + timedelta(hours=1)
Act = Callable[[Session], object]


def clerk(session: Session) -> Actor:
    return actor_of(session, session.scalars(select(Person).where(Person.login == "clerk")).one())


def three(session: Session) -> list[Case]:
    """Read as a page reads them, before any is kept."""
    return list(session.scalars(select(Case).order_by(Case.id)))


def merge_first_into_second(session: Session) -> None:
    first, second, _third = three(session)
    merging.merge(session, first, clerk(session), LATER, second.number, "同一件事", know_late=True)


def merge_second_into_third(session: Session, seen: int | None = None) -> None:
    _first, second, third = three(session)
    merging.merge(session, second, clerk(session), LATER, third.number, "同一件事", seen, know_late=True)


def merge_second_into_first(session: Session) -> None:
    first, second, _third = three(session)
    merging.merge(session, second, clerk(session), LATER, first.number, "同一件事", know_late=True)


def decline_second(session: Session) -> None:
    operations.decline(session, three(session)[1], clerk(session), LATER, "不属本机关", "不属本机关职权", "县局", None)


def replies_said(session: Session) -> tuple[str, str]:
    found = dict(CHECKS)["答复时限"](session, LATER)
    return found.state, found.words


@pytest.mark.parametrize("second_first", [False, True])
@pytest.mark.parametrize("act", [merge_second_into_third, merge_second_into_first, decline_second])
def test_d13_a_case_that_is_merged_into_does_not_leave_in_the_same_moment(core: Flask, act: Act, *, second_first: bool) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite one transaction writes at a time: the other cannot begin")
    with transaction() as session:
        make_office(session)
        for _ in range(3):
            make_case(session, None)
    written = threading.Event()
    acts = (act, merge_first_into_second) if second_first else (merge_first_into_second, act)

    def one() -> None:
        with core.app_context(), pausing(written, "UPDATE cases"), transaction() as session:
            acts[0](session)

    def other() -> None:
        assert written.wait(WAIT)
        with core.app_context(), pytest.raises(StaleDataError), transaction() as session:
            acts[1](session)

    together([one, other])
    with transaction() as session:
        cases = three(session)
        for case in cases:
            lies_in = case.merged_into
            assert lies_in is None or lies_in.stage is Stage.RECEIVED
            counted = [clock.stage for clock in open_clocks(session, (lies_in or case).id)]
            assert "reply" in counted or case.stage is Stage.DECLINED
        assert replies_said(session)[0] == GOOD


def graded(session: Session) -> None:
    case = three(session)[0]
    acts.assess(
        session, case, clerk(session), LATER, Sheet({one: Ground(1, "截图") for one in RiskFactor}, RiskLevel.I, "综合", "有")
    )


def supervised(session: Session) -> None:
    """As the ladder issues a sheet: without asking for the case first."""
    unit = session.scalars(select(Unit).where(Unit.name == "财政所")).one()
    asked = Asked(SupervisionKind.SUPERVISE, "请办", unit.id, local_date(LATER))
    issue(session, three(session)[0], asked, None, LATER)


@pytest.mark.parametrize("merge_first", [False, True])
@pytest.mark.parametrize("begins", [graded, supervised])
def test_no_duty_begins_on_a_case_in_the_moment_it_is_merged(core: Flask, begins: Act, *, merge_first: bool) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite one transaction writes at a time: the other cannot begin")
    with transaction() as session:
        office = make_office(session)
        assigned(office)
        for _ in range(2):
            make_case(session, None)
    written = threading.Event()
    both = (merge_first_into_second, begins) if merge_first else (begins, merge_first_into_second)

    def one() -> None:
        with core.app_context(), pausing(written, "UPDATE cases"), transaction() as session:
            both[0](session)

    def other() -> None:
        assert written.wait(WAIT)
        with core.app_context(), pytest.raises(StaleDataError), transaction() as session:
            both[1](session)

    together([one, other])
    with transaction() as session:
        case = three(session)[0]
        begun = {clock.stage for clock in open_clocks(session, case.id)} & {"feedback", "risk_phone"}
        assert (case.stage is Stage.MERGED, bool(begun)) == (merge_first, not merge_first)
        if not merge_first:
            with pytest.raises(Refused, match="还没有"):
                merge_first_into_second(session)


def test_d13_who_looked_at_a_case_before_another_was_merged_into_it_is_told(core: Flask) -> None:
    with transaction() as session:
        make_office(session)
        for _ in range(3):
            make_case(session, None)
        looked_at = three(session)[1].version
        merge_first_into_second(session)
    with pytest.raises(Conflict), transaction() as session:
        merge_second_into_third(session, looked_at)
    with transaction() as session:
        first, second, _third = three(session)
        held = second.version
        merging.unmerge(session, first, clerk(session), LATER, "不是一件事", know_late=True)
        assert second.version > held, "and once it was taken out again"


def test_d13_the_doctor_finds_a_case_that_lies_in_one_that_lies_in_another(core: Flask) -> None:
    """As it could come about once, with two acts at once."""
    with transaction() as session:
        make_office(session)
        for _ in range(3):
            make_case(session, None)
        merge_second_into_third(session)
        first, second, third = three(session)
        merging.merge(session, first, clerk(session), LATER, third.number, "同一件事", know_late=True)
        first.merged_into_id = second.id
        session.flush()
        state, words = replies_said(session)
        assert state == BAD
        assert f"1 件并入的件已不予受理、转出或又并入别的件（{first.number}）" in words
        session.expire_all()
        merging.unmerge(session, first, clerk(session), LATER, "单独办理", know_late=True)
        assert replies_said(session)[0] == GOOD
        assert "reply" in [clock.stage for clock in open_clocks(session, first.id)]
