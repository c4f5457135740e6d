"""Style sheets, scripts and drawings under an address that changes with them, so that a browser asks for each only once.

The mark stands before the path (`/static/v-…/js/public.js`), so that what a file imports beside itself has it too."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app

from opinion_app import locate

FOR_A_YEAR = "public, max-age=31536000, immutable"
_MARKED = re.compile(r"(v-[0-9a-f]{12})/(.+)")


@lru_cache(maxsize=4)
def mark_of(folder: Path) -> str:
    """What stands for the names and bytes of everything in `folder`, as it was when this process first asked."""
    told = hashlib.sha256()
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        content = path.read_bytes()
        told.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode() + content)
    return f"v-{told.hexdigest()[:12]}"


def serve(filename: str) -> Response:
    """A file for good under the present mark; under none, or under one of another version, it is asked for again each time."""
    marked = _MARKED.fullmatch(filename)
    response = current_app.send_static_file(marked[2] if marked else filename)
    if marked and marked[1] == mark_of(locate.static()):
        response.headers["Cache-Control"] = FOR_A_YEAR
    return response


def init_app(app: Flask) -> None:
    """Serve the files, and let templates name them: `asset('css/public.css')`."""
    mark = mark_of(locate.static())
    app.view_functions["static"] = serve
    app.jinja_env.globals["asset"] = lambda name: f"{app.static_url_path}/{mark}/{name}"  # a page names twenty of them
