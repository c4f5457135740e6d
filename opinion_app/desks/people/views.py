"""The administrator's pages about people."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.people import operations, queries
from opinion_app.desks.people.forms import NewPersonForm, PersonForm
from opinion_app.desks.people.operations import PersonValues
from opinion_app.desks.people.queries import Wanted
from opinion_app.flow import accounts
from opinion_app.flow.accounts import NewPerson
from opinion_app.forms import row_id
from opinion_app.records.base import db
from opinion_app.records.current import settings_of
from opinion_app.records.person import Person
from opinion_app.rules.errors import Invalid, Refused
from opinion_app.rules.lock_out import locked_until
from opinion_app.rules.mailbox import same_mailbox
from opinion_app.rules.passwords import hash_password, one_time_password
from opinion_app.rules.words import Role
from opinion_app.web.access import requires
from opinion_app.web.answers import done, form_page, page
from opinion_app.web.identity import actor, idle_since
from opinion_app.web.nav import Place, add_place
from opinion_app.web.paging import PER_PAGE, cut, wanted_page
from opinion_app.web.posted import posted
from opinion_app.web.transaction import own_transaction

bp = Blueprint("people", __name__, url_prefix="/office/people")
add_place(Place("设置", "人员", "/office/people", "accounts"))


@bp.get("")
@requires("accounts")
def people() -> ResponseReturnValue:
    """Everybody, with what the office lacks."""
    session, wanted, number = db.session(), _wanted(), wanted_page()
    rows = queries.people(session, wanted, PER_PAGE + 1, (number - 1) * PER_PAGE)
    found = cut(rows, number, PER_PAGE, queries.count_people(session, wanted))
    units = queries.all_units(session)
    return page(
        "desks/people/people.html",
        list=found,
        wanted=wanted,
        roles=list(Role),
        units=units,
        missing=queries.what_is_missing(session),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires("accounts", own_edge=True)
def new() -> ResponseReturnValue:
    """Add a person; the password is hashed before the transaction and shown once."""
    form = _choosing(posted(NewPersonForm, roles=[]))
    if request.method == "POST" and form.validate():
        password = one_time_password()
        stored = hash_password(password)
        try:
            with own_transaction() as session:
                person = accounts.add_person(session, _new(form), stored, actor(), clock.now())
                operations.edit(session, person, _values(form), actor(), clock.now(), None)
                person_id, login, name = person.id, person.login, person.name
        except Invalid as refusal:
            form = _choosing(form)
            form.take(refusal)
        else:
            return page("desks/people/one_time.html", password=password, person_id=person_id, login=login, name=name, added=True)
    return form_page("desks/people/new.html", form=form)


@bp.route("/<int:person_id>", methods=["GET", "POST"])
@requires("accounts")
def person(person_id: int) -> ResponseReturnValue:
    """One person: what is known, and what can be done."""
    session = db.session()
    held = operations.find(session, person_id)
    form = _choosing(posted(PersonForm, **_as_form(held)), held)
    if request.method == "POST" and form.validate():
        try:
            operations.edit(session, held, _values(form), actor(), clock.now(), form.seen_version)
        except (Invalid, Refused) as refusal:
            session.refresh(held)
            form.take(refusal if isinstance(refusal, Invalid) else Invalid(refusal.message))
        else:
            return _saved(person_id, f"{form.name.data}的资料已保存。")
    return form_page("desks/people/person.html", form=form, person=held, **_around(held))


@bp.post("/<int:person_id>/disable")
@requires("accounts")
def disable(person_id: int) -> ResponseReturnValue:
    """Take away the way in."""
    held = operations.find(db.session(), person_id)
    operations.disable(db.session(), held, actor(), clock.now())
    return _saved(person_id, f"{held.name}已停用，其登录已全部退出。")


@bp.post("/<int:person_id>/enable")
@requires("accounts")
def enable(person_id: int) -> ResponseReturnValue:
    """Let somebody in again."""
    held = operations.find(db.session(), person_id)
    operations.enable(db.session(), held, actor(), clock.now())
    return done(_page_of(person_id), f"{held.name}已启用。")


@bp.post("/<int:person_id>/reset-password")
@requires("accounts", own_edge=True)
def reset_password(person_id: int) -> ResponseReturnValue:
    """Give a one-time password and show it once."""
    password = one_time_password()
    stored = hash_password(password)
    with own_transaction() as session:
        held = operations.find(session, person_id)
        operations.reset_password(session, held, stored, actor(), clock.now())
        login, name = held.login, held.name
    return page("desks/people/one_time.html", password=password, person_id=person_id, login=login, name=name, added=False)


@bp.post("/<int:person_id>/unlock")
@requires("accounts")
def unlock(person_id: int) -> ResponseReturnValue:
    """Lift the lock after wrong passwords."""
    held = operations.find(db.session(), person_id)
    accounts.unlock(db.session(), held, actor(), clock.now())
    return done(_page_of(person_id), f"{held.name}的锁定已解除。")


@bp.post("/<int:person_id>/end-sessions")
@requires("accounts")
def end_sessions(person_id: int) -> ResponseReturnValue:
    """Sign somebody out everywhere."""
    held = operations.find(db.session(), person_id)
    ended = operations.end_sessions(db.session(), held, actor(), clock.now())
    return done(_page_of(person_id), f"{held.name}在 {ended} 处的登录已退出。")


def _saved(person_id: int, words: str) -> ResponseReturnValue:
    """What was changed, and for whom that person cannot stand in any more."""
    for lost in queries.whose_deputy_no_more(db.session(), person_id):
        flash(lost, "warning")
    return done(_page_of(person_id), words)


def _wanted() -> Wanted:
    role = request.args.get("role", "")
    state = request.args.get("state", "")
    return Wanted(
        request.args.get("q", "").strip()[:60],
        Role.of(role) if role in set(Role) else None,
        row_id(request.args.get("unit")),
        {"active": True, "disabled": False}.get(state),
    )


def _choosing(form: Any, held: Person | None = None) -> Any:
    """The form with the units and people there are to choose from."""
    session = db.session()
    form.units = [unit for unit in queries.all_units(session) if unit.active or (held and unit.id == held.unit_id)]
    form.deputies = [one for one in queries.active_people(session) if held is None or one.id != held.id]
    form.unit_id.choices = []
    form.deputy_id.choices = []
    return form


def _as_form(held: Person) -> dict[str, Any]:
    return {field: getattr(held, field) for field in (*operations.LABELS, "version")} | {
        "roles": [role.value for role in held.roles]
    }


def _roles(form: Any) -> frozenset[Role]:
    try:
        return frozenset(map(Role.of, form.roles.data))
    except ValueError as error:
        raise Invalid("没有这个角色。", {"roles": "没有这个角色，请从列出的角色中选择。"}) from error


def _values(form: Any) -> PersonValues:
    return PersonValues(
        form.name.data,
        _roles(form),
        form.unit_id.data,
        form.title.data,
        form.email.data,
        form.phone.data,
        form.handles_accusations.data,
        form.deputy_id.data,
        form.leave_from.data,
        form.leave_until.data,
        form.robot_url.data,
        _knows_shared(form),
    )


def _knows_shared(form: Any) -> bool:
    """Whether the tick about a mailbox that others share is about the one typed now; else it is taken off and asked for anew."""
    form.know_shared.data = form.know_shared.data and same_mailbox(form.known_mail.data or "") == same_mailbox(form.email.data)
    return bool(form.know_shared.data)


def _new(form: Any) -> NewPerson:
    return NewPerson(form.login.data, form.name.data, _roles(form), form.unit_id.data)


def _around(held: Person) -> dict[str, Any]:
    """What stands beside the form: sessions, lock, and whether this is oneself."""
    session, now, settings = db.session(), clock.now(), settings_of()
    until = locked_until(
        accounts.failures_of(session, held.login, now, settings.lock_after), settings.lock_after, settings.lock_minutes
    )
    return {
        "sessions": queries.open_sessions(session, held.id, idle_since(now)),
        "locked_until": until if until is not None and until > now else None,
        "oneself": held.id == actor().id,
    }


def _page_of(person_id: int) -> str:
    return url_for("people.person", person_id=person_id)
