"""Error pages: every refusal becomes a page that says what to do, and nothing of the machine is ever shown."""

from __future__ import annotations

import logging

from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException

from opinion_app.records.base import db
from opinion_app.rules.errors import Conflict, Forbidden, Invalid, NotFound, OfficeError, Refused
from opinion_app.web.answers import wants_fragment
from opinion_app.web.context import PLAIN
from opinion_app.web.uploads import StorageTrouble

log = logging.getLogger(__name__)
STATUS = {Invalid: 422, Refused: 409, Forbidden: 403, NotFound: 404, Conflict: 409, StorageTrouble: 503}
PAGES = frozenset({400, 403, 404, 409, 413, 422, 429, 500, 503})


def _page(status: int, message: str = "", name: str = "", **context: object) -> ResponseReturnValue:
    if status >= 500:
        setattr(g, PLAIN, True)  # the page must not ask a database that may be away
    name = name or str(status if status in PAGES else (400 if status < 500 else 500))
    office_side = request.path.startswith("/office")
    text = render_template(
        f"errors/{name}.html",
        message=message,
        reason=message,
        back_href=_home(office_side),
        fragment=wants_fragment(),
        office_side=office_side,
        **context,
    )
    return text, status, {"Vary": "HX-Request, Cookie"}


def _home(office_side: bool) -> str:  # noqa: FBT001
    return "/office/" if office_side else "/"


def _status_of(error: OfficeError) -> int:
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)


def _office_error(error: OfficeError) -> ResponseReturnValue:
    status = _status_of(error)
    if isinstance(error, Conflict):
        rows = [(row.label, row.mine, row.theirs) for row in error.differences]
        return _page(status, error.message, rows=rows, retry_href=request.path)
    return _page(status, error.message, name="refused" if isinstance(error, Refused) else "")


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()  # a redirect raised by routing
    return _page(error.code)


def _csrf_error(error: CSRFError) -> ResponseReturnValue:
    log.info("form without a valid token at %s: %s", request.path, error.description)
    return _page(400, "页面停留太久或表单已失效。请刷新页面后重新提交；您填写的内容仍保留在页面上。")


def _database_away(error: DBAPIError) -> ResponseReturnValue:
    db.session.rollback()
    if isinstance(error, OperationalError) or error.connection_invalidated:
        log.error("the database did not answer: %s", error.orig)
        return _page(503)
    log.exception("the database refused a statement", exc_info=error)
    return _page(500)


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.exception("unexpected error at %s", request.path, exc_info=error)
    db.session.rollback()
    return _page(500)


def init_app(app: Flask) -> None:
    """Attach the handlers."""
    app.register_error_handler(OfficeError, _office_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, _database_away)
    app.register_error_handler(Exception, _unexpected)
