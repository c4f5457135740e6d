"""Error pages: every refusal becomes a page that says what to do, and nothing of the machine is ever shown."""

from __future__ import annotations

import logging
from typing import cast

from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import BadHost, HTTPException

from opinion_app.records.base import db
from opinion_app.rules import links
from opinion_app.rules.errors import Conflict, Forbidden, Invalid, NotFound, OfficeError, Refused
from opinion_app.web.addresses import ForeignOrigin
from opinion_app.web.answers import wants_fragment
from opinion_app.web.context import PLAIN
from opinion_app.web.transaction import KEY_FIELD, OVERTAKEN
from opinion_app.web.uploads import StorageTrouble

log = logging.getLogger(__name__)
FOREIGN = "这份表单是从别的网站发来的，没有处理。如果您就在本系统里操作，请管理员核对 OPINION_BASE_URL 与浏览器地址栏是否一致。"
STATUS = {Invalid: 422, Refused: 409, Forbidden: 403, NotFound: 404, Conflict: 409, StorageTrouble: 503}
NOT_TYPED = frozenset({"csrf_token", KEY_FIELD, "version", "read", "next"})
PAGES = frozenset({400, 403, 404, 405, 409, 413, 422, 429, 500, 503})


def _page(status: int, message: str = "", name: str = "", **context: object) -> ResponseReturnValue:
    if status >= 500:
        setattr(g, PLAIN, True)  # the page must not ask a database that may be away
    name = name or str(status if status in PAGES else (400 if status < 500 else 500))
    office_side = request.path.startswith("/office")
    text = render_template(
        f"errors/{name}.html",
        typed=_typed() if 400 < status < 500 else [],
        message=message,
        reason=message,
        back_href=_home(office_side),
        fragment=wants_fragment(),
        office_side=office_side,
        **context,
    )
    headers = {"Vary": "HX-Request, Cookie"} | ({"Retry-After": "30"} if status == 503 else {})
    return text, status, headers


def _typed() -> list[str]:
    """The longer texts of a form on a case that could not be carried out, so that nobody types them twice."""
    if request.method != "POST" or not request.path.startswith("/office/cases/"):
        return []
    return [
        value for name, value in request.form.items(multi=True) if name not in NOT_TYPED and (len(value) > 10 or "\n" in value)
    ]


def _home(office_side: bool) -> str:  # noqa: FBT001
    return "/office/" if office_side else "/"


def _status_of(error: OfficeError) -> int:
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)


def _office_error(error: OfficeError) -> ResponseReturnValue:
    status = _status_of(error)
    if isinstance(error, Conflict):
        rows = [(row.label, row.mine, row.theirs) for row in error.differences]
        return _page(status, error.message, rows=rows, retry_href=request.path)
    if isinstance(error, Refused):
        return _page(status, error.message, name="refused", case_href=_case_of_page())
    return _page(status, error.message)


def _case_of_page() -> str:
    """Where the case is whose act was refused: what is missing is told, and can be done, there."""
    number = (request.view_args or {}).get("number", "")
    return links.case(number) if number and request.path.startswith("/office/cases/") else ""


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()  # a redirect raised by routing
    original = getattr(error, "original_exception", None)
    if isinstance(original, DBAPIError):
        return _database_away(original)  # raised where no handler stands, such as within another error page
    if isinstance(error, ForeignOrigin):
        log.warning("a form at %s came from another site: %s", request.path, request.headers.get("Origin", "")[:100])
        return _page(400, FOREIGN)
    answer = cast(tuple[str, int, dict[str, str]], _page(error.code))
    allowed = dict(error.get_headers()).get("Allow")
    return answer if allowed is None else (answer[0], answer[1], answer[2] | {"Allow": allowed})


def _no_host(_error: BadHost) -> ResponseReturnValue:
    return (
        "请求的网址有误，请核对后重试。",
        400,
        {"Content-Type": "text/plain; charset=utf-8"},
    )  # no page can be built without a host


def _csrf_error(error: CSRFError) -> ResponseReturnValue:
    log.info("form without a valid token at %s: %s", request.path, error.description)
    return _page(400, "页面停留太久或表单已失效。请刷新页面后重新提交；您填写的内容仍保留在页面上。")


def _database_away(error: DBAPIError) -> ResponseReturnValue:
    db.session.rollback()
    if isinstance(error, DataError):
        log.warning("the database could not hold a value sent to %s: %s", request.path, error.orig)
        return _page(422, "有一项内容无法保存：数字太大、文字太长，或含有不能识别的字符。")
    if isinstance(error, OperationalError) or error.connection_invalidated:
        log.error("the database did not answer: %s", error.orig)
        return _page(503)
    log.exception("the database refused a statement", exc_info=error)
    return _page(500)


def _overtaken(error: StaleDataError) -> ResponseReturnValue:
    db.session.rollback()
    log.info("overtaken at %s: %s", request.path, error)
    return _office_error(Conflict(OVERTAKEN))


def _pool_exhausted(error: PoolTimeout) -> ResponseReturnValue:
    log.error("no connection to the database was free: %s", error)
    return _page(503)


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.exception("unexpected error at %s", request.path, exc_info=error)
    db.session.rollback()
    return _page(500)


def init_app(app: Flask) -> None:
    """Attach the handlers."""
    app.register_error_handler(OfficeError, _office_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(BadHost, _no_host)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, _database_away)
    app.register_error_handler(StaleDataError, _overtaken)
    app.register_error_handler(PoolTimeout, _pool_exhausted)
    app.register_error_handler(Exception, _unexpected)
