"""A rating goes on the trail of its case, opens it again once, and counts once for each case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from opinion_app.flow import figures, inbox, ratings
from opinion_app.flow.figures import count_figures
from opinion_app.flow.move import move
from opinion_app.flow.progress import open_progress
from opinion_app.flow.settings import put_setting
from opinion_app.records.case import Case
from opinion_app.records.move import Move
from opinion_app.records.notice import Notice
from opinion_app.records.publication import PublicFigure
from opinion_app.records.rating import Rating, RatingFigure
from opinion_app.records.submission import Progress
from opinion_app.records.trail import TrailEntry
from opinion_app.records.transaction import transaction
from opinion_app.rules import rating
from opinion_app.rules.errors import Refused, Unfinished
from opinion_app.rules.query_code import code_hash
from opinion_app.rules.rating import Aspect, Verdict
from opinion_app.rules.words import AnswerMethod, Stage
from opinion_app.steps.closing import operations as closing
from tests.builders.life import Office, approved, make_office
from tests.builders.office import NOW

SECRET, CODE = "k" * 40, "ABCDEFGHJKMN"
GOOD = rating.Rating(dict.fromkeys(rating.ASKED, Verdict.CONTENT), True)
BAD = rating.Rating({**GOOD.verdicts, Aspect.RESOLVED: Verdict.DISCONTENT}, False, "只修了一盏", reopen=True)
LATER = NOW + timedelta(days=3)


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    with transaction() as session:
        yield make_office(session)


def answered(office: Office) -> Case:
    """A case its writer follows, answered."""
    case = approved(office)
    open_progress(office.session, case, code_hash(SECRET, case.number, CODE), NOW)
    answer(office, case)
    return case


def answer(office: Office, case: Case) -> None:
    closing.answer(office.session, case, office.clerk, NOW, AnswerMethod.ONLINE)


def told(session: Session, case: Case) -> inbox.Told:
    found = inbox.progress_of(session, SECRET, case.number, CODE)
    assert found is not None
    return found


def rate(session: Session, case: Case, given: rating.Rating, now: object = LATER) -> Rating:
    shown = told(session, case)
    row = ratings.leave(session, shown, given, LATER, shown.round)
    ratings.take_in(session, row, LATER)
    return row


def test_an_answer_may_be_rated_for_as_long_as_the_office_says(office: Office) -> None:
    put_setting(office.session, "rating_days", 5)
    case = answered(office)
    shown = told(office.session, case)
    assert (shown.rate_until, shown.may_reopen) == (date(2026, 11, 30), True)
    assert ratings.may_rate(office.session, shown, NOW)
    assert not ratings.may_rate(office.session, shown, NOW + timedelta(days=8))
    with pytest.raises(Refused, match="评价期限已过"):
        ratings.leave(office.session, shown, GOOD, NOW + timedelta(days=8), 0)


def test_a_good_rating_goes_on_the_trail_and_changes_nothing_else(office: Office) -> None:
    case = answered(office)
    row = rate(office.session, case, GOOD)
    assert (case.stage, row.case_id, row.taken_at, row.reopened) == (Stage.ANSWERED, case.id, LATER, False)
    move = office.session.scalars(select(Move).order_by(Move.id.desc())).first()
    assert move is not None
    assert (move.act, move.actor_name, move.detail["said"]["解决程度"]) == ("rate", "留言人", "满意")
    office.session.commit()
    entry = office.session.scalars(select(TrailEntry).order_by(TrailEntry.seq.desc())).first()
    assert entry is not None
    assert (entry.act, entry.actor) == ("case.rate", "留言人")


def test_each_answer_is_rated_once(office: Office) -> None:
    case = answered(office)
    rate(office.session, case, GOOD)
    with pytest.raises(Refused, match="已经评价过"):
        ratings.leave(office.session, told(office.session, case), BAD, LATER, 0)


@pytest.mark.parametrize("shown_round", [0, None, 2])
def test_an_opinion_on_one_answer_is_none_on_another(office: Office, shown_round: int | None) -> None:
    case = answered(office)
    rate(office.session, case, BAD)
    with pytest.raises(Refused, match="正在重新办理"):
        ratings.leave(office.session, told(office.session, case), GOOD, LATER, shown_round)
    case.stage = Stage.APPROVED
    answer(office, case)
    with pytest.raises(Refused, match="又有了新的答复"):
        ratings.leave(office.session, told(office.session, case), GOOD, LATER, shown_round)
    assert office.session.scalars(select(Rating.round)).all() == [0]


def test_the_writer_opens_the_case_once(office: Office) -> None:
    case = answered(office)
    row = rate(office.session, case, BAD)
    assert row.reopened
    assert (case.stage, case.reply_round) == (Stage.HANDLING, 1)
    shown = told(office.session, case)
    assert (shown.step, shown.rate_until, shown.may_reopen) == ("重新办理", None, False)
    assert shown.promised is not None
    assert shown.promised.at > LATER
    assert case.next_due_at is not None
    texts = office.session.scalars(select(Notice.subject)).all()
    assert any("重办" in text for text in texts)
    case.stage = Stage.APPROVED
    answer(office, case)
    again = told(office.session, case)
    assert (again.step, again.round, again.may_reopen) == ("已答复", 1, False)
    with pytest.raises(Refused, match="不能再次申请重办"):
        ratings.leave(office.session, again, BAD, LATER, 1)
    forced = Rating(
        number=case.number,
        round=1,
        useful=False,
        reopen=True,
        submitted_at=LATER,
        comment="还是没有",
        **dict.fromkeys(("resolved", "time", "attitude"), Verdict.DISCONTENT),
    )
    office.session.add(forced)
    ratings.take_in(office.session, forced, LATER)
    assert (case.stage, forced.reopened) == (Stage.ANSWERED, False)


def test_discontent_without_a_wish_is_told_to_the_clerks(office: Office) -> None:
    case = answered(office)
    rate(office.session, case, rating.Rating(BAD.verdicts, False, "慢"))
    assert case.stage is Stage.ANSWERED
    said = "留言人评价不满意"
    assert office.session.scalar(select(func.count(Notice.id)).where(Notice.subject == f"{case.number} {said}")) == 1


def test_a_rating_that_comes_too_late_for_its_answer_is_noted_alone(office: Office) -> None:
    case = answered(office)
    row = ratings.leave(office.session, told(office.session, case), BAD, LATER, 0)
    closing.reopen(office.session, case, office.clerk, LATER, "来电反映问题复发")
    case_id, rating_id = case.id, row.id
    office.session.commit()
    assert ratings.take_in_waiting(LATER) == 1
    assert ratings.take_in_waiting(LATER) == 0
    with transaction() as session:
        assert session.get_one(Case, case_id).reply_round == 1
        assert session.get_one(Rating, rating_id).reopened is False
        entry = session.scalars(select(TrailEntry).order_by(TrailEntry.seq.desc())).first()
        assert entry is not None
        assert (entry.act, entry.succeeded) == ("case.rate", False)


def test_a_rating_that_fails_holds_up_no_other(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first fails after it wrote half of what it writes: nothing of it stays, the other counts, the job says which."""
    broken, fine = answered(office), answered(office)
    rows = [ratings.leave(office.session, told(office.session, case), GOOD, LATER, 0).id for case in (broken, fine)]
    broken_id, number = broken.id, broken.number
    office.session.commit()
    go_on = move

    def failing(session: Session, case: Case, *rest: Any, **more: Any) -> Move:
        done = go_on(session, case, *rest, **more)
        if case.id == broken_id:
            raise OperationalError("COMMIT", {}, Exception("disk I/O error"))
        return done

    with monkeypatch.context() as patch:
        patch.setattr(ratings, "move", failing)
        with pytest.raises(Unfinished, match=f"评价收取 1 份，另有 1 份没有收取（{number}）"):
            ratings.take_in_waiting(LATER)
    with transaction() as session:
        assert [session.get_one(Rating, row).taken_at for row in rows] == [None, LATER]
        rated = session.scalars(select(TrailEntry.subject).where(TrailEntry.act == "case.rate"))
        assert number not in set(rated)
    assert ratings.take_in_waiting(LATER) == 1


def test_a_rating_another_node_took_in_is_left_alone(office: Office) -> None:
    case = answered(office)
    row = rate(office.session, case, GOOD)
    assert ratings._take_one(office.session, row.id, LATER) == 0


def test_a_rating_of_no_case_is_laid_aside(office: Office) -> None:
    row = Rating(
        number="LY2026-999999",
        round=0,
        useful=True,
        submitted_at=NOW,
        **dict.fromkeys(("resolved", "time", "attitude"), Verdict.CONTENT),
    )
    office.session.add(row)
    ratings.take_in(office.session, row, NOW)
    assert (row.taken_at, row.case_id) == (NOW, None)


def test_who_says_nothing_counts_apart(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "LEAST_SAID", 2)
    content, silent, bad = answered(office), answered(office), answered(office)
    rate(office.session, content, GOOD)
    rate(office.session, bad, rating.Rating(BAD.verdicts, False))
    unasked = approved(office)
    answer(office, unasked)
    assert office.session.get(Progress, silent.number) is not None
    count_figures(office.session, NOW)
    figure = office.session.scalars(select(PublicFigure)).one()
    assert (figure.answered, figure.asked, figure.rated, figure.content) == (4, 3, 2, 1)
    said = {row.aspect: (row.content, row.fairly, row.discontent) for row in office.session.scalars(select(RatingFigure))}
    assert said == {
        Aspect.RESOLVED: (1, 0, 1),
        Aspect.TIME: (2, 0, 0),
        Aspect.ATTITUDE: (2, 0, 0),
        Aspect.USEFUL: (1, 0, 1),
    }


@pytest.mark.parametrize("enough", [False, True])
def test_no_row_tells_what_few_writers_of_a_month_said(office: Office, monkeypatch: pytest.MonkeyPatch, *, enough: bool) -> None:
    """The role of the public wing reads the tables, not only the pages."""
    monkeypatch.setattr(figures, "LEAST_SAID", 2 if enough else 3)
    for days in (0, 40):
        case = answered(office)
        case.received_at -= timedelta(days=days)
        rate(office.session, case, GOOD)
    count_figures(office.session, NOW)
    rows = office.session.scalars(select(PublicFigure).order_by(PublicFigure.month)).all()
    assert [(row.received, row.asked, row.rated, row.content) for row in rows] == [(1, 0, 0, 0), (1, 2, 2, 2 if enough else 0)]
    said = office.session.execute(select(RatingFigure.month, RatingFigure.content)).all()
    assert set(said) == ({("2026-11", 2)} if enough else set())
