"""Headers on every answer: a strict content policy, no sniffing, no framing, no caching of office pages."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
# In the head of each page of the static copy: on a disk not every browser counts the files beside a page as its own.
COPY_POLICY = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file:; img-src 'self' file: data:; "
    "form-action 'self' file:; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}


def secure(response: Response) -> Response:
    """Add what is missing; a view that set a header itself keeps it."""
    for name, value in (HEADERS | HTTPS_ONLY if current_app.config.get("SESSION_COOKIE_SECURE") else HEADERS).items():
        response.headers.setdefault(name, value)
    if request.path.startswith("/office"):
        response.headers["Cache-Control"] = "no-store"
    return response


def init_app(app: Flask) -> None:
    """Send the headers with every answer, error pages included; over https also HSTS."""
    app.after_request(secure)
    app.jinja_env.globals["copy_policy"] = COPY_POLICY
