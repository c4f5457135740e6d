"""How a view answers: a page or the fragment htmx asked for, a step done, a form to be mended."""

from __future__ import annotations

from typing import Any

from flask import flash, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from opinion_app.web.context import BARE


def wants_fragment() -> bool:
    """Whether htmx asked for a part of a page, not for a page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def page(template: str, status: int = 200, **context: Any) -> ResponseReturnValue:
    """Render a whole page; a template that serves both looks at `fragment`."""
    response = make_response(render_template(template, fragment=wants_fragment(), **context), status)
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


def paper(template: str, **context: Any) -> ResponseReturnValue:
    """Render a paper: a page of `layouts/print.html`, which has no frame and so asks for none of its figures."""
    setattr(g, BARE, True)
    return page(template, **context)


def form_page(template: str, **context: Any) -> ResponseReturnValue:
    """Show a form; after a POST it comes back with what was typed and with status 422."""
    return page(template, 422 if request.method == "POST" else 200, **context)


def done(location: str, message: str = "") -> ResponseReturnValue:
    """The act is done: go on to `location`, with a sentence that says what happened."""
    if message:
        flash(message, "success")
    if wants_fragment():
        response = make_response("", 200)
        response.headers["HX-Redirect"] = location
        response.headers["X-Opinion-Location"] = location
        return response
    return redirect(location, 303)


def private_page(template: str, status: int = 200, **context: Any) -> ResponseReturnValue:
    """A page about one person's own things: kept in no cache."""
    response = make_response(render_template(template, **context), status)
    response.headers["Cache-Control"] = "no-store"
    return response
