"""The edge where a request commits, and the one-time keys that make a repeated form harmless (hardening R12)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

from flask import Flask, Response, g, redirect, request
from flask_login import current_user
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.sql.dml import ReturningInsert

from opinion_app import clock
from opinion_app.files.store import StorageFailedError
from opinion_app.records.base import db
from opinion_app.records.engine import begin_reading, begin_writing
from opinion_app.records.office import FormKey
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import Conflict, Refused
from opinion_app.web.access import Access, access_of

KEY_FIELD = "_key"
NOT_PAYLOAD = frozenset({KEY_FIELD, "csrf_token"})


@contextmanager
def own_transaction() -> Iterator[Session]:
    """One short writing transaction of a view that is its own edge; what the view read before is let go of first."""
    db.session.remove()
    begin_writing()
    try:
        with transaction() as session:
            yield session
    finally:
        begin_reading()


def form_key() -> str:
    """A fresh one-time key for a form."""
    return secrets.token_urlsafe(24)


class OfficeFlask(Flask):
    """Flask whose writing requests are one transaction each: committed when the view answers well, rolled back otherwise."""

    def dispatch_request(self) -> Response:
        if request.method in ("GET", "HEAD", "OPTIONS") or request.endpoint is None:
            return self.make_response(super().dispatch_request())
        access = access_of(self, request.endpoint) or Access()
        return self._read(access) if access.outside_transaction else self._write()

    def _read(self, _access: Access) -> Response:
        return self.make_response(super().dispatch_request())

    def _write(self) -> Response:
        try:
            repeated = _claim()
            if repeated is not None:
                return repeated
            response = self.make_response(super().dispatch_request())
            if response.status_code >= 400:
                _undo()
            else:
                _remember(response)
                db.session.commit()
        except StaleDataError as error:
            _undo()
            raise Conflict("这件刚刚被别人修改过。请打开最新内容核对后再保存。") from error
        except BaseException:
            _undo()
            raise
        return response


def _undo() -> None:
    db.session.rollback()
    for stored in g.pop("opinion_received", []):
        with suppress(StorageFailedError):  # a file that cannot be removed now is swept at the next start
            stored.discard()


def _claim() -> Response | None:
    """Take this form's key; the answer to the first sending, when it was already carried out."""
    key = request.form.get(KEY_FIELD, "")[:64]
    g.opinion_form_key = key
    if not key:
        return None
    payload = _payload_hash()
    if db.session.execute(_insert_once(key, payload)).first() is not None:
        return None
    row = db.session.scalar(select(FormKey).where(FormKey.key == key))
    location = row.location if row is not None else ""
    same = row is not None and row.payload_hash == payload
    db.session.rollback()
    if not same or not location:
        raise Refused("这份表单已经提交过，这次的内容与上次不同。请返回重新打开表单后再填。")
    return _lead_to(location)


def _insert_once(key: str, payload: str) -> ReturningInsert[tuple[str]]:
    make: Any = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    person = current_user.actor.id if current_user.is_authenticated else None
    values = {"key": key, "person_id": person, "payload_hash": payload, "location": "", "created_at": clock.now()}
    once = make(FormKey).values(**values).on_conflict_do_nothing().returning(FormKey.key)
    return cast(ReturningInsert[tuple[str]], once)


def _payload_hash() -> str:
    parts = sorted((name, value) for name, value in request.form.items(multi=True) if name not in NOT_PAYLOAD)
    files = sorted((name, file.filename or "") for name, file in request.files.items(multi=True))
    return hashlib.sha256(repr((request.path, parts, files)).encode(errors="surrogatepass")).hexdigest()


def _remember(response: Response) -> None:
    location = response.headers.get("X-Opinion-Location") or response.headers.get("Location", "")
    if g.opinion_form_key and location:
        db.session.execute(update(FormKey).where(FormKey.key == g.opinion_form_key).values(location=location[:500]))


def _lead_to(location: str) -> Response:
    if request.headers.get("HX-Request") == "true":
        return Response("", 200, {"HX-Redirect": location})
    return cast(Response, redirect(location, 303))
