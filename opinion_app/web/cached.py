"""Answers that may be kept by whoever fetched them, but are asked for again each time: cheap, and a withdrawal acts at once."""

from __future__ import annotations

from flask import Response, request

# Kept and always revalidated: what was withdrawn must not come out of any cache for another minute.
ALWAYS_ASK = "public, no-cache"


def cached(body: str | bytes, mimetype: str = "text/html", *, name: str = "") -> Response:
    """The body with an ETag; 304 without it where the reader has it already. `name` makes it a download."""
    response = Response(body, content_type=f"{mimetype}; charset=utf-8")
    response.headers["Cache-Control"] = ALWAYS_ASK
    if name:
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.add_etag()
    response.make_conditional(request)
    return response
