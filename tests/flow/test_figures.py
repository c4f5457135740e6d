"""The public figures: each share over the denominator it names."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.clocks import reply_clock
from opinion_app.flow.figures import _months, count_figures
from opinion_app.records.case import Case
from opinion_app.records.publication import PublicFigure
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import AnswerMethod, ClockState, Kind, Source, Stage
from opinion_app.steps.closing import operations as closing
from tests.builders.life import approved, make_office
from tests.builders.office import NOW, make_case


def answered(session: Session, late: bool = False) -> Case:
    case = make_case(session)
    clock = reply_clock(session, case.id)
    assert clock is not None
    assert clock.due_at is not None
    clock.state, clock.ended_at = ClockState.MET, clock.due_at + timedelta(days=1 if late else -1)
    case.stage, case.answered_at = Stage.CLOSED, clock.ended_at
    return case


def test_shares_are_of_what_counts(core: Flask) -> None:
    with transaction() as session:
        answered(session)
        answered(session, late=True)
        make_case(session)
        make_case(session).stage = Stage.DECLINED
        make_case(session, source=Source.SENTIMENT_ITEM)
        make_case(session, kind=Kind.INQUIRY, received_at=NOW - timedelta(days=60))
        make_case(session, received_at=NOW - timedelta(days=800))
        assert count_figures(session, NOW) == 2
        assert count_figures(session, NOW) == 2
        rows = {row.month: row for row in session.scalars(select(PublicFigure))}
        now = rows["2026-11"]
        assert (now.received, now.valid, now.answered, now.timed, now.in_time) == (4, 3, 2, 2, 1)
        assert rows["2026-09"].kind is Kind.INQUIRY


@pytest.mark.parametrize(
    ("answers", "now", "answered", "timed", "in_time"),
    [
        (((0, 1),), 2, 1, 1, 1),
        (((0, 1), (2, 40)), 41, 1, 1, 0),  # the second answer came late
        (((0, 40), (41, 42)), 43, 1, 1, 0),  # a quick second answer mends no late first
        (((0, 1), (2, 3)), 4, 1, 1, 1),
        (((0, 1), (2, None)), 3, 0, 0, 0),  # handled anew: not answered, nothing missed yet
        (((0, 1), (2, None)), 41, 0, 1, 0),  # handled anew and overdue
        (((0, 40), (41, None)), 42, 0, 1, 0),
        (((0, None),), 41, 0, 1, 0),  # overdue and unanswered
        (((0, None),), 1, 0, 0, 0),
    ],
)
def test_each_answer_has_to_be_in_time(
    core: Flask, answers: tuple[tuple[int, int | None], ...], now: int, answered: int, timed: int, in_time: int
) -> None:
    """Days after registration: when each round began and when it was answered, through the acts themselves."""
    day = timedelta(days=1)
    with transaction() as session:
        office = make_office(session)
        case = approved(office)
        for serial, (begun, given) in enumerate(answers):
            if serial:
                closing.reopen(session, case, office.clerk, NOW + begun * day, "来电反映问题没有解决")
                case.stage = Stage.APPROVED
            if given is not None:
                closing.answer(session, case, office.clerk, NOW + given * day, AnswerMethod.ONLINE)
        count_figures(session, NOW + now * day)
        row = session.scalars(select(PublicFigure)).one()
        assert (row.received, row.valid) == (1, 1)
        assert (row.answered, row.timed, row.in_time) == (answered, timed, in_time)


def test_letters_that_lie_overdue_lower_the_share_at_once(core: Flask) -> None:
    """One answered in time and three that lie overdue: a quarter, not all."""
    with transaction() as session:
        office = make_office(session)
        closing.answer(session, approved(office), office.clerk, NOW, AnswerMethod.ONLINE)
        for _letter in range(3):
            make_case(session)
        count_figures(session, NOW + timedelta(days=41))
        rows = session.scalars(select(PublicFigure)).all()
        assert (sum(row.timed for row in rows), sum(row.in_time for row in rows)) == (4, 1)


def test_an_accusation_is_told_of_as_one_of_the_others(core: Flask) -> None:
    with transaction() as session:
        for kind in (Kind.ACCUSATION, Kind.OTHER, Kind.HELP):
            make_case(session, kind=kind, accused="某单位" if kind is Kind.ACCUSATION else "")
        count_figures(session, NOW)
        rows = {row.kind: row.received for row in session.scalars(select(PublicFigure))}
        assert rows == {Kind.OTHER: 2, Kind.HELP: 1}


def test_twelve_months_end_with_this_one() -> None:
    months = _months(date(2026, 2, 28))
    assert (months[0], months[-1], len(months)) == (date(2025, 3, 1), date(2026, 2, 1), 12)
