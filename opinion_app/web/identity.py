"""Who is signed in: the session row behind the cookie, turned into the Actor that rules decide on (decisions 40)."""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from typing import cast as typed

from flask import Flask, Response, g, request, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy import Row, ScalarSelect, String, bindparam, cast, func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import InstrumentedAttribute

from opinion_app import clock
from opinion_app.records import trail_mark
from opinion_app.records.base import db
from opinion_app.records.current import settings_of
from opinion_app.records.engine import writing_briefly
from opinion_app.records.job import Lease
from opinion_app.records.notice import Notice
from opinion_app.records.person import LeaderInCharge, Person, PersonRole, SignInSession
from opinion_app.records.unit_list import MARK, KnownUnits, units_of
from opinion_app.rules.facts import Actor
from opinion_app.rules.settings import Settings
from opinion_app.rules.words import NoticeChannel, Role

log = logging.getLogger(__name__)
login_manager = LoginManager()
TOUCH_EVERY = timedelta(minutes=1)


@dataclass
class SignedIn(UserMixin):
    """The signed-in person as Flask-Login wants it; `token` is the cookie's secret, never stored in the clear.

    `beaten_at`: when the clock last gave a sign of life; every page says where it stands still and asks with the person."""

    token: str
    session_id: int
    actor: Actor
    must_change_password: bool
    seen_at: datetime
    unread: int = 0
    units: KnownUnits = field(default_factory=KnownUnits)
    beaten_at: datetime | None = None

    def get_id(self) -> str:
        return self.token


def hash_token(token: str) -> str:
    """What of a token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


@login_manager.user_loader
def load_signed_in(token: str) -> SignedIn | None:
    """The person behind a cookie, or None when the session ended, idled out, grew too old or its person was disabled."""
    now, session = clock.now(), db.session()
    row: Row[Any] | None = session.execute(_SIGNED_IN, {"token": hash_token(token)}).one_or_none()
    if row is None or row.ended_at is not None or not row.active or _expired(row, now, settings_of()):
        return None
    trail_mark.note(session, row.trail_mark)
    units = units_of(session, row.units_mark)
    must_change = row.must_change_password or password_expired(row, now, settings_of())
    return SignedIn(token, row.session_id, _actor(row, units), must_change, row.seen_at, row.unread, units, row.beaten_at)


def _joined(column: InstrumentedAttribute[Any], owner: InstrumentedAttribute[int]) -> ScalarSelect[str]:
    """Every value of a column that belongs to the person, in one text."""
    return select(func.aggregate_strings(cast(column, String), ",")).where(owner == Person.id).correlate(Person).scalar_subquery()


# Everything about the person in one query of plain columns: it is asked before every page. The unread notices come along, the
# clock's sign of life, and the marks that tell what is kept of earlier pages whether it still holds.
_UNREAD = (
    select(func.count(Notice.id))
    .where(Notice.person_id == Person.id, Notice.channel == NoticeChannel.IN_APP, Notice.read_at.is_(None))
    .correlate(Person)
    .scalar_subquery()
)
_ASKED: tuple[Any, ...] = (
    SignInSession.id.label("session_id"),
    SignInSession.started_at,
    SignInSession.seen_at,
    SignInSession.ended_at,
    Person.id,
    Person.name,
    Person.unit_id,
    Person.active,
    Person.handles_accusations,
    Person.must_change_password,
    Person.password_set_at,
    _joined(PersonRole.role, PersonRole.person_id).label("roles"),
    _joined(LeaderInCharge.unit_id, LeaderInCharge.person_id).label("led"),
    _UNREAD.label("unread"),
    select(func.max(Lease.beaten_at)).scalar_subquery().label("beaten_at"),
    MARK,
    trail_mark.MARK,
)
_SIGNED_IN = (
    select(*_ASKED).join(Person, Person.id == SignInSession.person_id).where(SignInSession.token_hash == bindparam("token"))
)


def _actor(row: Row[Any], units: KnownUnits) -> Actor:
    """The facts of the person, as `records.actors.actor_of` gives them."""
    roles = frozenset(Role.of(role) for role in (row.roles or "").split(",") if role)
    led = frozenset(int(unit) for unit in (row.led or "").split(",") if unit) if Role.LEADER in roles else frozenset()
    return Actor(
        row.id,
        row.name,
        roles,
        row.unit_id,
        units.line(row.unit_id),
        led,
        row.handles_accusations,
        units.name(row.unit_id),
    )


def _expired(row: Row[Any], now: datetime, settings: Settings) -> bool:
    idle = now - row.seen_at > timedelta(minutes=settings.session_idle_minutes)
    return idle or now - row.started_at > timedelta(hours=settings.session_max_hours)


def idle_since(now: datetime) -> datetime:
    """A session not seen since then has run out."""
    return now - timedelta(minutes=settings_of().session_idle_minutes)


def password_expired(person: Person | Row[Any], now: datetime, settings: Settings) -> bool:
    """Whether the password is older than the office allows (GB/T 22239 8.1.4.1.a); 0 days means never."""
    if not settings.password_days or person.password_set_at is None:
        return False
    return now - person.password_set_at > timedelta(days=settings.password_days)


def known() -> SignedIn | None:
    """Who is signed in, if this request has asked for that at all; asks no database itself."""
    person = g.get("_login_user")  # where Flask-Login keeps whom it has loaded
    return person if isinstance(person, SignedIn) else None


def actor() -> Actor:
    """The signed-in person's facts; the page must demand sign-in."""
    return typed(SignedIn, current_user).actor


def units() -> KnownUnits:
    """Every unit, as the signed-in person's page names them."""
    return typed(SignedIn, current_user).units


def start(token: str, signed_in: SignedIn) -> None:
    """Bind this browser to a fresh session; whatever the cookie held before is dropped (session fixation)."""
    session.clear()
    login_user(signed_in)
    g.opinion_token = token


def end() -> None:
    """Forget the person in this browser; the session row is ended by the caller."""
    logout_user()
    session.clear()


def touch(signed_in: SignedIn) -> None:
    """Note that the session is in use, at most once a minute, in a short transaction of its own.

    Where the database is busy the note waits for the next request: nobody's page hangs on it."""
    now = clock.now()
    if now - signed_in.seen_at < TOUCH_EVERY:
        return
    noted = update(SignInSession).where(SignInSession.id == signed_in.session_id).values(seen_at=now)
    try:
        with writing_briefly(db.engine) as connection:
            connection.execute(noted)
    except OperationalError as error:
        log.warning("the use of a session could not be noted: %s", error.orig)


class Sessions(SecureCookieSessionInterface):
    """Cookies only where meant: an answer anybody may keep (Cache-Control: public) neither sets one nor varies by one."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not response.cache_control.public:
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Attach Flask-Login; cookies are bound to https where the service is reached by it."""
    login_manager.session_protection = None
    login_manager.init_app(app, add_context_processor=False)  # no page asks who is signed in unless it shows it
    app.session_interface = Sessions()
    https = settings_of(app).is_https
    app.config.update(
        SESSION_COOKIE_NAME="__Host-opinion" if https else "opinion",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
    )


def in_office() -> bool:
    """Whether the present request is for the office, not for the public."""
    return request.path.startswith(("/office", "/api"))


@dataclass(frozen=True)
class Requested:
    """What was asked for and from where, for the trail."""

    path: str
    address: str


def requested() -> Requested:
    """The present request's path and the address it came from."""
    return Requested(f"{request.method} {request.path}"[:80], (request.remote_addr or "")[:64])
