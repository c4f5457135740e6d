"""Handing out a stored file: always as a download, never run in the browser."""

from __future__ import annotations

from typing import cast

from flask import Response, request, send_file
from flask.typing import ResponseReturnValue

from opinion_app.files.store import StoredFileMissingError
from opinion_app.rules.errors import NotFound
from opinion_app.rules.file_names import content_disposition
from opinion_app.web.cached import ALWAYS_ASK
from opinion_app.web.uploads import store

PREVIEWED = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})


def hand_out(stored_name: str, name: str, media_type: str, *, preview: bool = False) -> ResponseReturnValue:
    """The bytes of a stored file under the name a person gave it; the caller asked whether this person may have it.

    `preview` shows plain pictures within a page; every other kind is a download. Raises NotFound."""
    try:
        stream = store().open(stored_name)
    except StoredFileMissingError as error:
        raise NotFound(str(error)) from error
    shown = preview and media_type in PREVIEWED
    response: Response = send_file(stream, mimetype=media_type if shown else "application/octet-stream")
    response.headers["Content-Disposition"] = "inline" if shown else content_disposition(name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def hand_out_public(stored_name: str, name: str, media_type: str, sha256: str) -> ResponseReturnValue:
    """A file anybody may read: shown in place where it is a picture, and asked for again each time (`web.cached`)."""
    response: Response = cast(Response, hand_out(stored_name, name, media_type, preview=True))
    response.headers["Cache-Control"] = ALWAYS_ASK
    response.set_etag(sha256)
    response.make_conditional(request)
    return response
