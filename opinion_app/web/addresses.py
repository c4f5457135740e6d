"""Addresses as strangers write them: what no link of this service holds is refused before anything is looked up."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from werkzeug.exceptions import BadRequest
from werkzeug.routing import IntegerConverter, Map

from opinion_app.records.current import settings_of

LARGEST = 2**31 - 1  # of a row's number, on either database
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class RowNumber(IntegerConverter):
    """A number in a path that no column could hold leads nowhere, instead of failing in the database."""

    def __init__(self, map: Map, *args: Any, **options: Any) -> None:  # noqa: A002
        super().__init__(map, *args, **({"max": LARGEST} | options))


class ForeignOrigin(BadRequest):
    """A form was sent from a page of another site."""


def check() -> None:
    """Refuse bytes that no address holds, and forms sent by the pages of another site (ASVS 3.5.1; hardening E31, E33)."""
    if "\0" in request.path or any("\0" in name + value for name, value in request.args.items(multi=True)):
        raise BadRequest
    if request.method not in SAFE and _is_foreign():
        raise ForeignOrigin


def _is_foreign() -> bool:
    """Whether the browser says that another site sent this; a program that says nothing still needs the token."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return True
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    own = {request.host, urlsplit(settings_of(current_app).base_url).netloc}
    return origin.partition("://")[2].rstrip("/") not in own


def init_app(app: Flask) -> None:
    """Attach the check before any other, and let `<int:…>` mean a row's number."""
    app.url_map.converters["int"] = RowNumber
    app.before_request(check)
