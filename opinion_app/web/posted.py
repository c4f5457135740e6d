"""What was sent with a form, or what it is opened with."""

from __future__ import annotations

from typing import Any

from flask import current_app, request

from opinion_app.forms import OfficeForm


def posted(form: type[OfficeForm], **initial: Any) -> Any:
    """The form with what was sent, or with `initial` when it is opened."""
    return form(request.form if request.method == "POST" else None, data=initial)


def came_with_cookie() -> bool:
    """Whether the browser sent back the cookie this site gives out; without it no form can be told from a stranger's."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies


def came_with_files() -> bool:
    """Whether files were chosen; a page that comes back cannot keep them."""
    return any(file.filename for file in request.files.values())
