"""Access: every view says who may open it; a view that says nothing stays shut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast, overload

from flask import Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from opinion_app.records.base import db
from opinion_app.records.current import settings_of
from opinion_app.records.engine import begin_reading, begin_writing
from opinion_app.rules import links
from opinion_app.rules.errors import Forbidden, NotFound
from opinion_app.rules.file_kinds import CITIZEN_LIMITS, MEGABYTE
from opinion_app.rules.permissions import OFFICE_PERMISSIONS, may
from opinion_app.web.identity import SignedIn

View = TypeVar("View", bound=Callable[..., Any])
ATTRIBUTE = "opinion_access"
PUBLIC_FILES = CITIZEN_LIMITS.files  # nobody unknown sends more than a message may carry


@dataclass(frozen=True)
class Access:
    """Who may open a view: everybody, or people holding `permission`; `anyway` also before the first password change.

    A POST of a `read_only` view changes nothing; one of an `own_edge` view opens its transactions itself."""

    public: bool = False
    permission: str = ""
    anyway: bool = False
    read_only: bool = False
    own_edge: bool = False

    @property
    def outside_transaction(self) -> bool:
        """Whether a POST is not wrapped into one transaction from its beginning to its end."""
        return self.read_only or self.own_edge


@overload
def public_page(view: View) -> View: ...


@overload
def public_page(view: None = None, *, own_edge: bool = False) -> Callable[[View], View]: ...


def public_page(view: View | None = None, *, own_edge: bool = False) -> View | Callable[[View], View]:
    """Mark a view as open to everybody; `own_edge` as for `requires`."""

    def mark(marked: View) -> View:
        setattr(marked, ATTRIBUTE, Access(public=True, own_edge=own_edge))
        return marked

    return mark if view is None else mark(view)


def requires(permission: str, *, anyway: bool = False, read_only: bool = False, own_edge: bool = False) -> Callable[[View], View]:
    """Mark a view as open to signed-in people who hold `permission`, an entry of OFFICE_PERMISSIONS.

    What may be done to one case is asked of the door in `flow`; this only opens the corridor. `read_only` marks a POST that
    changes nothing itself (a preview), `own_edge` one that computes for long before it writes (`web.transaction`)."""
    if permission not in OFFICE_PERMISSIONS:
        raise KeyError(permission)

    def mark(view: View) -> View:
        setattr(view, ATTRIBUTE, Access(False, permission, anyway, read_only, own_edge))
        return view

    return mark


def access_of(app: Flask, endpoint: str) -> Access | None:
    """What the view behind `endpoint` declares; static files are public."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return Access(public=True)
    return cast(Access | None, getattr(app.view_functions[endpoint], ATTRIBUTE, None))


def guard() -> ResponseReturnValue | None:
    """Before every request: let in, send to the sign-in page, or refuse."""
    begin_reading()
    if request.endpoint is None:
        return None  # no such page: the 404 page answers
    access = access_of(current_app, request.endpoint)
    if access is None:
        raise NotFound("没有这个页面。")
    if access.public:
        request.max_content_length = (settings_of().public_file_mb * PUBLIC_FILES + 2) * MEGABYTE
    answer = None if access.public else _guard_office(access)
    if request.method not in ("GET", "HEAD", "OPTIONS") and not access.outside_transaction:
        db.session.remove()  # who is asking is known; the act itself begins with a fresh, writing transaction
        begin_writing()
    return answer


def _guard_office(access: Access) -> ResponseReturnValue | None:
    if not current_user.is_authenticated:
        return _to_sign_in()
    person = cast(SignedIn, current_user)
    if person.must_change_password and not access.anyway:
        return redirect(url_for("accounts.change_password"), 303)
    if not may(person.actor, access.permission):
        raise Forbidden("您没有打开这个页面的权限。如确有需要，请联系管理员。")
    return None


def _to_sign_in() -> ResponseReturnValue:
    target = request.full_path.rstrip("?") if request.method == "GET" else links.WORKLIST
    location = url_for("accounts.sign_in", next=target)
    if request.headers.get("HX-Request"):
        return "", 401, {"HX-Redirect": location}
    return redirect(location, 303)


def safe_next(target: str) -> str | None:
    """`target` if it is a path of this service, else None; browsers read `/\\\\x` and `//x` as another host (hardening B16)."""
    plain = target.strip()
    if (
        not plain.startswith("/")
        or plain[1:2] in ("/", "\\")
        or any(c in plain for c in "\\\t\r\n\0")
        or ":" in plain.split("?")[0]
    ):
        return None
    return plain
