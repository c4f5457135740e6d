"""Pages for signing in and out and for changing one's password."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from opinion_app import clock
from opinion_app.desks.accounts import operations
from opinion_app.desks.accounts.forms import PasswordForm, SignInForm
from opinion_app.desks.accounts.operations import Asked, Try
from opinion_app.records.actors import actor_of
from opinion_app.records.base import db
from opinion_app.records.current import settings_of
from opinion_app.rules import links
from opinion_app.rules.errors import Invalid
from opinion_app.rules.facts import Actor
from opinion_app.rules.passwords import check_password, hash_password, needs_rehash, verify_password
from opinion_app.rules.permissions import may
from opinion_app.web import identity
from opinion_app.web.access import public_page, requires, safe_next
from opinion_app.web.answers import done, form_page
from opinion_app.web.identity import SignedIn
from opinion_app.web.posted import posted
from opinion_app.web.transaction import own_transaction

bp = Blueprint("accounts", __name__)
# One sentence for an unknown login, a wrong password, a locked and a disabled account (hardening B11).
REFUSED = "登录名或密码不正确，或账号暂时不能登录。连续输错 {after} 次将锁定 {minutes} 分钟；如忘记密码，请联系管理员。"


@bp.route("/office/sign-in", methods=["GET", "POST"])
@public_page(own_edge=True)
def sign_in() -> ResponseReturnValue:
    """The sign-in page; hashing lies between two short transactions."""
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(_landing(identity.actor()), 303)
    form = posted(SignInForm, next=request.args.get("next", ""))
    if request.method == "POST" and form.validate():
        signed_in = _sign_in(form.login.data, form.password.data)
        if signed_in is not None:
            return redirect(safe_next(form.next.data or "") or _landing(signed_in.actor), 303)
        form.take(_refusal())
    return form_page("desks/accounts/sign_in.html", form=form, unprotected=_unprotected())


@bp.route("/office/sign-out", methods=["POST"])
@requires("own", anyway=True)
def sign_out() -> ResponseReturnValue:
    """End this browser's session on the server."""
    operations.sign_out(db.session(), _session_id(), identity.actor(), clock.now())
    identity.end()
    return done(links.SIGN_IN, "您已安全退出。")


@bp.route("/office/password", methods=["GET", "POST"])
@requires("own", anyway=True, own_edge=True)
def change_password() -> ResponseReturnValue:
    """Change one's own password, at the first sign-in, when it has expired or at will."""
    signed_in = cast(SignedIn, current_user)
    form = posted(PasswordForm)
    if request.method == "POST" and form.validate():
        try:
            ended = _change_password(form, signed_in)
        except Invalid as refusal:
            form.take(refusal)
        else:
            return done(_landing(signed_in.actor), "密码已修改。" + (f"您在其他 {ended} 处的登录已退出。" if ended else ""))
    return form_page(
        "desks/accounts/password.html", form=form, must=signed_in.must_change_password, days=settings_of().password_days
    )


def _sign_in(login: str, password: str) -> SignedIn | None:
    asked, settings = _asked(), settings_of()
    tried = _try(login)
    right = verify_password(tried.stored, password) and not tried.locked
    stronger = hash_password(password) if right and needs_rehash(tried.stored) else ""
    token = identity.new_token()
    with own_transaction() as session:
        now = clock.now()
        row = operations.succeed(session, tried, identity.hash_token(token), asked, now, stronger) if right else None
        if row is None:
            if not tried.locked:
                operations.fail(session, tried, asked, now, settings)
            return None
        must = row.person.must_change_password or identity.password_expired(row.person, now, settings)
        signed_in = SignedIn(token, row.id, actor_of(session, row.person), must, now)
    identity.start(token, signed_in)
    return signed_in


def _change_password(form: PasswordForm, signed_in: SignedIn) -> int:
    current, new = str(form.current.data), str(form.new.data)
    with own_transaction() as session:
        login = operations.login_of(session, signed_in.actor)
    tried = _try(login)
    if not verify_password(tried.stored, current) or tried.locked:
        raise Invalid("当前密码不正确。", {"current": "当前密码不正确，或因多次输错被暂时锁定。"})
    with own_transaction() as session:
        operations.count_as_success(session, tried)
    _check_new(current, new, str(form.again.data), login)
    new_hash = hash_password(new)
    with own_transaction() as session:
        return operations.change_password(session, signed_in.actor, tried.stored, new_hash, signed_in.session_id, clock.now())


def _check_new(current: str, new: str, again: str, login: str) -> None:
    if new != again:
        raise Invalid("两次输入的新密码不一致。", {"again": "两次输入的新密码不一致。"})
    if new == current:
        raise Invalid("新密码不能与当前密码相同。", {"new": "新密码不能与当前密码相同。"})
    check_password(new, login)


def _try(login: str) -> Try:
    with own_transaction() as session:
        return operations.begin_try(session, login, _asked(), clock.now(), settings_of())


def _unprotected() -> bool:
    """Whether the password crosses a network in the clear (decisions 40)."""
    return not request.is_secure and urlsplit(request.host_url).hostname not in ("127.0.0.1", "localhost", "::1")


def _asked() -> Asked:
    return Asked(identity.requested().address, request.headers.get("User-Agent", "")[:200])


def _refusal() -> Invalid:
    settings = settings_of()
    return Invalid(REFUSED.format(after=settings.lock_after, minutes=settings.lock_minutes))


def _session_id() -> int:
    return cast(SignedIn, current_user).session_id


def _landing(actor: Actor) -> str:
    """Where a person's work lies: the administrator has no cases to work on."""
    return links.WORKLIST if may(actor, "worklist") else links.PEOPLE
