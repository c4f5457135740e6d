"""Signing in and out, and changing one's password; hashing happens between these steps, never inside a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from opinion_app.flow import trail
from opinion_app.flow.accounts import end_sessions, failures_of, leave_problems, place_of, subject_of
from opinion_app.flow.stand_ins import look_at_pressing_again
from opinion_app.records.actors import actor_of
from opinion_app.records.person import Person, SignInAttempt, SignInSession
from opinion_app.rules.errors import MARKED, Invalid
from opinion_app.rules.facts import Actor
from opinion_app.rules.lock_out import locked_until
from opinion_app.rules.passwords import login_key
from opinion_app.rules.settings import Settings

UNKNOWN = ""  # what was typed as a login and is none may be a password: it is counted, not kept


@dataclass(frozen=True)
class Try:
    """A try to sign in that has been counted: whose it is and which hash to compare with (none: nobody's)."""

    login: str
    person_id: int | None
    stored: str
    attempt_id: int | None

    @property
    def locked(self) -> bool:
        """Whether the account is locked, so that even the right password is refused."""
        return self.attempt_id is None


@dataclass(frozen=True)
class Asked:
    """Where a try comes from."""

    address: str
    agent: str


def begin_try(session: Session, typed: str, asked: Asked, now: datetime, settings: Settings) -> Try:
    """Count a try as failed before its password is looked at, so that tries made at the same moment cannot outrun the count.

    The person's row is locked until the commit; on SQLite the write lock does it."""
    query = select(Person.id, Person.login, Person.password_hash, Person.active).where(Person.login == login_key(typed))
    row = session.execute(query.with_for_update()).one_or_none()
    login = row.login if row else UNKNOWN
    until = locked_until(failures_of(session, login, now, settings.lock_after), settings.lock_after, settings.lock_minutes)
    stored = row.password_hash if row and row.active else ""
    if until is not None and now < until:
        return Try(login, row.id if row else None, "", None)
    attempt = SignInAttempt(login_key=login, address=asked.address, at=now)
    session.add(attempt)
    session.flush()
    return Try(login, row.id if row else None, stored, attempt.id)


def fail(session: Session, tried: Try, asked: Asked, now: datetime, settings: Settings) -> None:
    """Put a wrong password on the trail, and the lock where this was the failure that brought it about."""
    subject = f"person:{tried.login or '?'}"
    trail.record(session, "sign_in", subject, None, now, succeeded=False, address=asked.address, actor_name="未登录")
    failures = failures_of(session, tried.login, now, settings.lock_after)
    if tried.login and locked_until(failures, settings.lock_after, settings.lock_minutes) is not None:
        trail.record(session, "sign_in.locked", subject, None, now, address=asked.address)


def succeed(
    session: Session, tried: Try, token_hash: str, asked: Asked, now: datetime, stronger: str = ""
) -> SignInSession | None:
    """Begin a session for whoever gave the right password; None when the person was disabled or changed meanwhile.

    `stronger` is the hash to keep from now on, where the stored one was made with weaker parameters than today's."""
    person = session.get(Person, tried.person_id) if tried.person_id is not None else None
    if person is None or not person.active or person.password_hash != tried.stored:
        return None
    count_as_success(session, tried)
    person.password_hash = stronger or person.password_hash
    row = SignInSession(
        token_hash=token_hash, person_id=person.id, started_at=now, seen_at=now, address=asked.address, agent=asked.agent[:200]
    )
    session.add(row)
    session.flush()
    trail.record(session, "sign_in", subject_of(person), actor_of(session, person), now, address=asked.address)
    return row


def login_of(session: Session, actor: Actor) -> str:
    """The login of the person who is signed in."""
    return session.get_one(Person, actor.id).login


def count_as_success(session: Session, tried: Try) -> None:
    """The counted try was a success after all; failures before it no longer count."""
    session.execute(update(SignInAttempt).where(SignInAttempt.id == tried.attempt_id).values(succeeded=True))


def sign_out(session: Session, session_id: int, actor: Actor, now: datetime) -> None:
    """End one session on the server, so that its cookie is worth nothing any more."""
    end_sessions(session, actor.id, now, "signed_out", only=session_id)
    person = session.get(Person, actor.id)
    if person is not None:
        trail.record(session, "sign_out", subject_of(person), actor, now)


def change_password(session: Session, actor: Actor, stored_before: str, new_hash: str, session_id: int, now: datetime) -> int:
    """Put a new password in force and end the person's other sessions (ASVS 7.4.3); answers how many ended.

    Raises Invalid when the password was changed elsewhere in the meantime."""
    person = session.get_one(Person, actor.id)
    if person.password_hash != stored_before:
        raise Invalid("密码刚刚已在别处修改，请重新登录。")
    person.password_hash, person.password_set_at, person.must_change_password = new_hash, now, False
    trail.record(session, "password.change", subject_of(person), actor, now)
    return end_sessions(session, person.id, now, "password_changed", keep=session_id)


def set_leave(
    session: Session, actor: Actor, deputy_id: int | None, leave_from: date | None, leave_until: date | None, now: datetime
) -> None:
    """Say who stands in and when; a person does this for themselves. Raises Invalid naming the field."""
    person = session.get_one(Person, actor.id)
    problems = leave_problems(session, person, place_of(person), deputy_id, leave_from, leave_until)
    if problems:
        raise Invalid(MARKED, problems)
    deputy = session.get(Person, deputy_id) if deputy_id is not None else None
    before = session.get(Person, person.deputy_id) if person.deputy_id is not None else None
    values: dict[str, tuple[object, object]] = {
        "代理人": (before.name if before else None, deputy.name if deputy else None),
        "请假开始": (person.leave_from, leave_from),
        "请假结束": (person.leave_until, leave_until),
    }
    person.deputy_id, person.leave_from, person.leave_until = deputy_id, leave_from, leave_until
    changed = {label: pair for label, pair in values.items() if pair[0] != pair[1]}
    if changed:
        trail.record(session, "person.leave", subject_of(person), actor, now, changed)
        look_at_pressing_again(session, now)


def end_other_sessions(session: Session, actor: Actor, session_id: int, now: datetime) -> int:
    """Sign oneself out everywhere else; answers from how many places."""
    ended = end_sessions(session, actor.id, now, "signed_out_elsewhere", keep=session_id)
    person = session.get_one(Person, actor.id)
    trail.record(session, "person.end_sessions", subject_of(person), actor, now, {"次数": (None, ended)})
    return ended
