"""The edge where a request commits, and the one-time keys that make a repeated form harmless (hardening R12)."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

from flask import Flask, Response, abort, g, redirect, request
from flask import session as cookie
from flask_login import current_user
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.sql.dml import ReturningInsert
from werkzeug.datastructures import FileStorage

from opinion_app import clock
from opinion_app.files.received import Received
from opinion_app.files.store import StorageFailedError
from opinion_app.records.base import db
from opinion_app.records.engine import begin_reading, begin_writing, is_duplicate
from opinion_app.records.office import FormKey
from opinion_app.records.once import insert_once
from opinion_app.records.transaction import transaction
from opinion_app.records.vouched import FORM_KEY, vouch
from opinion_app.rules.errors import Conflict, Refused
from opinion_app.web.access import Access, access_of

KEY_FIELD = "_key"
NOT_PAYLOAD = frozenset({KEY_FIELD, "csrf_token"})
ATTEMPTS = 3
OVERTAKEN = "这件刚刚被别人修改过。请打开最新内容核对后再保存。"
_KEY = re.compile(r"[\w-]{0,64}", re.ASCII)


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
            response = self._attempt(ATTEMPTS)
        except BaseException:
            _undo()
            raise
        finally:
            request.close()  # large files lie in temporary ones; not sooner, for another attempt reads them again
        if response.status_code >= 400:
            _undo()
        return response

    def _attempt(self, left: int) -> Response:
        """Carry the act out; overtaken by another act, look anew: then the rules say what to tell the person."""
        flashes = cookie.get("_flashes")
        try:
            return self._carry_out()
        except (StaleDataError, IntegrityError) as error:
            if isinstance(error, IntegrityError) and not is_duplicate(error):
                raise
            if left <= 1:
                raise Conflict(OVERTAKEN) from error
        _rewind(flashes)
        return self._attempt(left - 1)

    def _carry_out(self) -> Response:
        repeated = _claim()
        if repeated is not None:
            return repeated
        response = self.make_response(super().dispatch_request())
        if response.status_code < 400:
            _remember(response)
            db.session.flush()
            _commit()
        return response


def _commit() -> None:
    """Commit what is flushed. When that fails, nobody can say whether it was done: received files stay, the sweep decides."""
    named = {file.stored.stored_name for file in g.pop("opinion_received", [])}
    earlier = g.pop("opinion_earlier", [])
    db.session.commit()
    _discard(file for file in earlier if file.stored.stored_name not in named)


def _undo() -> None:
    db.session.rollback()
    _discard(g.pop("opinion_received", []) + g.pop("opinion_earlier", []))


def _discard(files: Iterable[Received]) -> None:
    for file in files:
        with suppress(StorageFailedError):  # a file that cannot be removed now is swept later
            file.discard()


def _rewind(flashes: Any) -> None:
    """Bring the request back to where it began: fresh rows, files from their first byte, no message of the try that failed."""
    db.session.remove()
    cookie.pop("_flashes", None)
    if flashes is not None:
        cookie["_flashes"] = flashes
    g.opinion_earlier = g.pop("opinion_received", []) + g.pop("opinion_earlier", [])
    for name in request.files:
        for file in request.files.getlist(name):
            file.stream.seek(0)


def _claim() -> Response | None:
    """Take this form's key; the answer to the first sending, when it was already carried out."""
    key = request.form.get(KEY_FIELD, "")
    if not _KEY.fullmatch(key):
        abort(400)
    g.opinion_form_key = key
    if not key:
        return None
    payload = _payload_hash()
    vouch(db.session(), FORM_KEY, key)
    if db.session.execute(_insert_once(key, payload)).first() is not None:
        return None
    row = db.session.scalar(select(FormKey).where(FormKey.key == key))
    location = row.location if row is not None else ""
    same = row is not None and row.payload_hash == payload
    db.session.rollback()
    if not same:
        raise Refused("这份表单已经提交过，这次的内容与上次不同，没有保存。请重新打开表单后再填。")
    if not location:
        raise Refused("这份表单已经提交过，不必再次提交。")
    return _lead_to(location)


def first_time(session: Session, form: str, part: str) -> bool:
    """Whether this part of a form is carried out for the first time; for a view that is its own edge and works part by part."""
    key = hashlib.sha256(f"{form}:{part}".encode(errors="surrogatepass")).hexdigest()
    return not form or session.execute(_insert_once(key, "")).first() is not None


def _insert_once(key: str, payload: str) -> ReturningInsert[tuple[str]]:
    person = current_user.actor.id if current_user.is_authenticated else None
    values = {"key": key, "person_id": person, "payload_hash": payload, "location": "", "created_at": clock.now()}
    once = insert_once(db.session(), FormKey).values(**values).returning(FormKey.key)
    return cast(ReturningInsert[tuple[str]], once)


def _payload_hash() -> str:
    parts = sorted((name, value) for name, value in request.form.items(multi=True) if name not in NOT_PAYLOAD)
    files = sorted((name, file.filename or "", _size(file)) for name, file in request.files.items(multi=True))
    return hashlib.sha256(repr((request.path, parts, files)).encode(errors="surrogatepass")).hexdigest()


def _size(file: FileStorage) -> int:
    size = file.stream.seek(0, os.SEEK_END)
    file.stream.seek(0)
    return size


def _remember(response: Response) -> None:
    location = response.headers.get("X-Opinion-Location") or response.headers.get("Location", "")
    if g.opinion_form_key and location:
        db.session.execute(update(FormKey).where(FormKey.key == g.opinion_form_key).values(location=location[:500]))


def _lead_to(location: str) -> Response:
    if request.headers.get("HX-Request") == "true":
        return Response("", 200, {"HX-Redirect": location})
    return cast(Response, redirect(location, 303))
