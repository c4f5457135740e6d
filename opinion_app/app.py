"""The whole service: `create_app` puts core, pages and edge together."""

from __future__ import annotations

import importlib
import logging
import pkgutil
from functools import cache
from typing import cast

from flask import Flask, Response
from flask_wtf import CSRFProtect
from sqlalchemy.exc import DBAPIError
from werkzeug.middleware.proxy_fix import ProxyFix

from opinion_app import clock, locate
from opinion_app.core import create_core
from opinion_app.desks.worklist.queries import nav_counts
from opinion_app.flow import trail
from opinion_app.flow.settings import OFFICE_DEFAULTS
from opinion_app.records.base import db
from opinion_app.records.engine import begin_writing
from opinion_app.records.rights import takes_messages
from opinion_app.records.transaction import transaction
from opinion_app.rules.settings import Settings
from opinion_app.web import access, addresses, assets, compressed, context, errors, filters, headers, identity, kept_parts
from opinion_app.web.transaction import OfficeFlask

ROOMS = ("steps", "desks", "public", "api")
PUBLIC_ALONE = ("public",)
MESSAGES = "opinion_app.public.messages."
csrf = CSRFProtect()
log = logging.getLogger(__name__)


def create_app(settings: Settings | None = None, *, database_url: str | None = None, rooms: tuple[str, ...] = ROOMS) -> Flask:
    """The whole service with its pages; `rooms` limits it to some of them (the public wing runs `("public",)`).

    A public wing whose role may only read serves reading only: the pages of messages are not there (decisions 28).
    Raises SettingMissing or SettingWrong when the environment cannot be used."""
    alone = rooms == PUBLIC_ALONE
    known = settings or cast(Settings, locate.config().load_settings())
    app = create_core(known, database_url=database_url or _public_url(known, alone=alone), flask=OfficeFlask)
    app.config["OPINION_INBOX_ONLY"] = alone and bool(known.public_database_url)
    app.config["OPINION_READING_ONLY"] = alone and not _takes_messages(app)
    app.config["MAX_CONTENT_LENGTH"] = (known.staff_file_mb + 8) * 1024 * 1024
    app.config["MAX_FORM_MEMORY_SIZE"] = 4 * 1024 * 1024
    app.config["WTF_CSRF_TIME_LIMIT"] = known.session_max_hours * 3600
    if known.trusted_proxies:
        hops = known.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    addresses.init_app(app)
    identity.init_app(app)
    if alone:
        app.config["SESSION_COOKIE_NAME"] += "-public"  # a clerk's cookie is none of this wing's business
    app.before_request(access.guard)
    csrf.init_app(app)
    compressed.init_app(app)
    headers.init_app(app)
    filters.init_app(app)
    assets.init_app(app)
    kept_parts.init_app(app)
    errors.init_app(app)
    context.init_app(app, OFFICE_DEFAULTS, lambda actor: nav_counts(db.session(), actor, clock.now()))
    for room in rooms:
        _open_room(app, room)
    app.after_request(_after)
    return app


def _public_url(settings: Settings, *, alone: bool) -> str | None:
    """The public wing by itself uses its own role in the database, where the office has given it one (decisions 28)."""
    return (settings.public_database_url or None) if alone else None


def _takes_messages(app: Flask) -> bool:
    with app.app_context():
        return takes_messages(db.engine)


def _open_room(app: Flask, room: str) -> None:
    """Register the blueprint of every `views` module in a room: a new step or desk needs no line here."""
    for name in _views_of(room):
        shut = app.config["OPINION_READING_ONLY"] and name.startswith(MESSAGES)
        if not shut:
            app.register_blueprint(importlib.import_module(name).bp)


@cache
def _views_of(room: str) -> tuple[str, ...]:
    try:
        package = importlib.import_module(f"opinion_app.{room}")
    except ModuleNotFoundError:
        return ()
    modules = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    return tuple(module.name for module in modules if module.name.rsplit(".", 1)[-1].endswith("views"))


def _after(response: Response) -> Response:
    """After the answer is made: note that the session is in use, and put refused acts on the trail.

    Public pages are left alone: to look at the session would make their answers differ by cookie and spoil every cache."""
    person = identity.known() if identity.in_office() else None
    if person is None or response.status_code >= 500:
        return response
    if response.status_code == 403:
        try:
            _note_refusal(person)
        except DBAPIError as error:  # the act stays refused; that it could not be written down is worth an alarm
            log.exception("a refused act could not be put on the trail", exc_info=error)
    identity.touch(person)
    return response


def _note_refusal(person: identity.SignedIn) -> None:
    """A refused act is an event worth a line (GB/T 22239 8.1.4.3, ASVS 16.3.2)."""
    from_request = identity.requested()
    begin_writing()
    db.session.rollback()
    with transaction() as session:
        trail.record(
            session,
            "refused",
            from_request.path,
            person.actor,
            clock.now(),
            succeeded=False,
            address=from_request.address,
        )
