"""Ratings (评价): left by the writer with the query code, taken in by the office, where one may open the case once more."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow import outbox, trail
from opinion_app.flow.cases import facts_of
from opinion_app.flow.inbox import Told
from opinion_app.flow.move import move
from opinion_app.flow.reopening import open_again
from opinion_app.records.case import Case
from opinion_app.records.engine import reading_only
from opinion_app.records.rating import Rating
from opinion_app.records.transaction import transaction
from opinion_app.rules import life, rating
from opinion_app.rules.errors import Refused, Unfinished
from opinion_app.rules.rating import Aspect
from opinion_app.rules.words import Role
from opinion_app.rules.zone import local_date

log = logging.getLogger(__name__)
WRITER = "留言人"
NAMED = 5  # of the ratings that could not be taken in, by the number of their case


def rated_at(session: Session, told: Told) -> datetime | None:
    """When the present answer was rated, if it was; reads nothing of what was said."""
    return session.scalar(select(Rating.submitted_at).where(Rating.number == told.number, Rating.round == told.round))


def may_rate(session: Session, told: Told, now: datetime) -> bool:
    """Whether the form is offered: the answer is out, the days are not over, nothing was said yet."""
    return rating.is_open(told.rate_until, local_date(now), rated=rated_at(session, told) is not None)


def check_open(session: Session, told: Told, shown_round: int | None, now: datetime) -> None:
    """Raises Refused, saying why, when the answer the form was opened under (`shown_round`) may not be rated (any more)."""
    rated = rated_at(session, told) is not None
    why = rating.refusal(told.rate_until, local_date(now), rated=rated, shown=shown_round == told.round)
    if why:
        raise Refused(why)


def leave(session: Session, told: Told, given: rating.Rating, now: datetime, shown_round: int | None) -> Rating:
    """Put a rating of the answer `shown_round` down for the office to take in. Raises Refused when that may not be rated."""
    check_open(session, told, shown_round, now)
    if given.reopen and not told.may_reopen:
        raise Refused("这件已经按您的要求重新办理过一次，不能再次申请重办。仍有问题的，请另写一封留言。")
    row = Rating(
        number=told.number,
        round=told.round,
        useful=given.useful,
        comment=given.comment,
        reopen=given.reopen,
        submitted_at=now,
        **{aspect.value: verdict for aspect, verdict in given.verdicts.items()},
    )
    session.add(row)
    session.flush()
    return row


def take_in(session: Session, row: Rating, now: datetime) -> None:
    """Put what the writer said on the trail of the case; it opens the case again where the writer asked and life lets it."""
    row.taken_at = now
    case = session.scalar(select(Case).where(Case.number == row.number))
    if case is None:
        return
    row.case_id = case.id
    said = {aspect.label: getattr(row, aspect.value).label for aspect in rating.ASKED} | {
        Aspect.USEFUL.label: "是" if row.useful else "否"
    }
    facts = facts_of(session, case)
    if case.reply_round != row.round or life.refusal(facts, "rate") is not None:
        trail.record(session, "case.rate", case.number, None, now, _values(said), succeeded=False, actor_name=WRITER)
        return
    move(session, case, "rate", None, now, note=row.comment, detail={"said": said}, values=_values(said), by=WRITER)
    if row.reopen and _first_time(session, row) and life.refusal(facts, "reopen") is None:
        row.reopened = True
        session.flush()
        open_again(session, case, facts, None, now, f"留言人评价不满意，要求重新办理：{row.comment}", by=WRITER)
    elif not _as_rule(row).is_content:
        outbox.tell(session, case, outbox.holders_of(session, Role.CLERK), "留言人评价不满意", f"rated:{row.id}", now, mail=False)


def _values(said: dict[str, str]) -> trail.Values:
    return {name: (None, word) for name, word in said.items()}


def _first_time(session: Session, row: Rating) -> bool:
    return session.scalar(select(Rating.id).where(Rating.case_id == row.case_id, Rating.reopened).limit(1)) is None


def _as_rule(row: Rating) -> rating.Rating:
    return rating.Rating({aspect: getattr(row, aspect.value) for aspect in rating.ASKED}, row.useful, row.comment, row.reopen)


def take_in_waiting(now: datetime) -> int:
    """Take in what a public wing of its own has left, each in a transaction of its own; answers how many.

    One that cannot be taken in holds up no other and is tried again with the next run. Raises Unfinished that names it."""
    with reading_only(), transaction() as session:
        waiting = session.execute(select(Rating.id, Rating.number).where(Rating.taken_at.is_(None)).order_by(Rating.id)).all()
    taken, failed = 0, []
    for rating_id, number in waiting:
        try:
            with transaction() as session:
                taken += _take_one(session, rating_id, now)
        except Exception:  # whatever it is: it stands in the ledger of jobs, and the others are taken in
            log.exception("the rating of %s could not be taken in", number)
            failed.append(number)
    if failed:
        named = "、".join(failed[:NAMED]) + (" 等" if len(failed) > NAMED else "")
        raise Unfinished(f"评价收取 {taken} 份，另有 {len(failed)} 份没有收取（{named}），下一轮再试")
    return taken


def _take_one(session: Session, rating_id: int, now: datetime) -> int:
    """Take in one rating, unless another node has it by now; answers how many that were."""
    free = select(Rating).where(Rating.id == rating_id, Rating.taken_at.is_(None))
    row = session.scalar(free.with_for_update(skip_locked=True))
    if row is None:
        return 0
    take_in(session, row, now)
    return 1
