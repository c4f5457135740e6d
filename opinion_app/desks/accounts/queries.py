"""What is asked about a person's sign-ins."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opinion_app.records.person import SignInAttempt

AHEAD = timedelta(minutes=1)


def failures_of(session: Session, login: str, now: datetime, most: int) -> list[datetime]:
    """The moments of the latest failures since the last success, newest first, at most `most`.

    A minute ahead of `now` still counts, because tries at the same moment are written in any order; what lies further ahead was
    written before the wall clock was set back and must lock nobody out."""
    succeeded = select(func.max(SignInAttempt.at)).where(SignInAttempt.login_key == login, SignInAttempt.succeeded)
    since = session.scalar(succeeded)
    query = select(SignInAttempt.at).where(
        SignInAttempt.login_key == login, SignInAttempt.succeeded.is_(False), SignInAttempt.at <= now + AHEAD
    )
    if since is not None:
        query = query.where(SignInAttempt.at > since)
    return list(session.scalars(query.order_by(SignInAttempt.at.desc()).limit(max(most, 1))))
