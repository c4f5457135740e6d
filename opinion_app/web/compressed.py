"""Text goes out compressed where the reader takes it: style sheets, scripts and what anybody may read (decisions 32).

Pages that hold a form's secret or answer one person are left as they are: their length must not tell what is in them."""

from __future__ import annotations

import gzip
from collections import OrderedDict

from flask import Flask, Response, request

WORTH = 1_000  # bytes; below that the frame costs more than it saves
LEVEL = 6
KEPT = 200
TEXTS = ("text/", "application/json", "application/javascript", "application/atom+xml", "application/xml", "image/svg+xml")

_made: OrderedDict[tuple[str, str], bytes] = OrderedDict()  # by address and ETag: the same bytes are compressed once


def compress(response: Response) -> Response:
    """Compress an answer that is the same for everybody; its ETag becomes a weak one, for its bytes differ by encoding."""
    if not _is_public_text(response):
        return response
    response.vary.add("Accept-Encoding")
    etag, _weak = response.get_etag()
    if etag is not None:
        response.set_etag(etag, weak=True)
    if response.status_code != 200 or request.accept_encodings.quality("gzip") <= 0:
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) >= WORTH:
        response.set_data(_compressed(request.full_path, etag or "", body))
        response.headers["Content-Encoding"] = "gzip"
        response.headers.pop("Accept-Ranges", None)
    return response


def _is_public_text(response: Response) -> bool:
    static = request.endpoint == "static"
    public = static or "public" in response.headers.get("Cache-Control", "")
    return public and "Content-Encoding" not in response.headers and str(response.mimetype).startswith(TEXTS)


def _compressed(address: str, etag: str, body: bytes) -> bytes:
    key = (address, etag)
    held = _made.get(key) if etag else None
    if held is None:
        held = gzip.compress(body, LEVEL, mtime=0)
        if etag and request.endpoint == "static":
            _made[key] = held
            while len(_made) > KEPT:
                _made.popitem(last=False)
    return held


def init_app(app: Flask) -> None:
    """Compress after everything else was said about an answer."""
    app.after_request(compress)
