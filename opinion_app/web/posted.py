"""What was sent with a form, or what it is opened with."""

from __future__ import annotations

from typing import Any

from flask import request

from opinion_app.forms import OfficeForm


def posted(form: type[OfficeForm], **initial: Any) -> Any:
    """The form with what was sent, or with `initial` when it is opened."""
    return form(request.form if request.method == "POST" else None, data=initial)
