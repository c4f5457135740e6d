"""Long answers that are the same for everybody: written to disk a part at a time and handed out whole or not at all."""

from __future__ import annotations

import gzip
import hashlib
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from typing import IO, cast

from flask import Response, request
from werkzeug.wsgi import wrap_file

from opinion_app.web.cached import ALWAYS_ASK
from opinion_app.web.compressed import LEVEL


def cached_parts(parts: Iterable[bytes], mimetype: str, *, name: str) -> Response:
    """A download of `parts` with an ETag over all of them, as `web.cached` makes short ones; compressed for who takes it.

    What fails on the way fails before the first byte is sent: nobody keeps half a file for the whole."""
    packed = request.accept_encodings.quality("gzip") > 0
    file = cast(IO[bytes], tempfile.TemporaryFile())  # noqa: SIM115 - handed to the response, which closes it
    try:
        etag = _write(parts, file, packed=packed)
    except BaseException:
        file.close()
        raise
    size = file.tell()
    file.seek(0)
    response = Response(wrap_file(request.environ, file), content_type=f"{mimetype}; charset=utf-8")
    response.call_on_close(file.close)
    response.content_length = size
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = ALWAYS_ASK
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.vary.add("Accept-Encoding")
    response.set_etag(etag, weak=True)  # the same rows, whatever the encoding
    response.make_conditional(request)
    if request.method == "HEAD" or response.status_code == 304:
        file.close()  # no server asks for the bytes of such an answer, nor closes them
        response.response = []
    return response


def _write(parts: Iterable[bytes], file: IO[bytes], *, packed: bool) -> str:
    told = hashlib.sha256()
    with ExitStack() as closing:
        out = closing.enter_context(gzip.GzipFile(fileobj=file, mode="wb", compresslevel=LEVEL, mtime=0)) if packed else file
        for part in parts:
            told.update(part)
            out.write(part)
    return told.hexdigest()
