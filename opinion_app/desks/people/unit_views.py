"""The administrator's pages about units."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.people import queries, unit_operations
from opinion_app.desks.people.forms import CATEGORIES, UnitForm
from opinion_app.desks.people.unit_operations import UnitValues
from opinion_app.forms import choices
from opinion_app.records.base import db
from opinion_app.records.unit import Unit
from opinion_app.rules.errors import Invalid
from opinion_app.rules.words import Role
from opinion_app.web.access import requires
from opinion_app.web.answers import done, form_page, page
from opinion_app.web.identity import actor
from opinion_app.web.nav import Place, add_place
from opinion_app.web.posted import posted

bp = Blueprint("units", __name__, url_prefix="/office/units")
add_place(Place("设置", "单位", "/office/units", "units"))


@bp.get("")
@requires("units")
def units() -> ResponseReturnValue:
    """Every unit with its people and its leader."""
    session = db.session()
    return page(
        "desks/people/units.html",
        units=queries.all_units(session),
        leaders=queries.leaders_in_charge(session),
        people=queries.people_per_unit(session),
        missing=queries.what_is_missing(session),
    )


@bp.route("/new", methods=["GET", "POST"])
@requires("units")
def new() -> ResponseReturnValue:
    """Add a unit."""
    form = _choosing(posted(UnitForm, sort_order=100, category="科室"))
    if request.method == "POST" and form.validate():
        try:
            unit = unit_operations.add(db.session(), _values(form), actor(), clock.now())
        except Invalid as refusal:
            form.take(refusal)
        else:
            return done(url_for("units.units"), f"已新增{unit.name}。")
    return form_page("desks/people/unit.html", form=form, unit=None, held=0)


@bp.route("/<int:unit_id>", methods=["GET", "POST"])
@requires("units")
def unit(unit_id: int) -> ResponseReturnValue:
    """One unit."""
    session = db.session()
    held = unit_operations.find(session, unit_id)
    leader = queries.leaders_in_charge(session).get(unit_id)
    form = _choosing(posted(UnitForm, **_as_form(held), leader_id=leader.id if leader else None), held)
    if request.method == "POST" and form.validate():
        try:
            unit_operations.edit(session, held, _values(form), actor(), clock.now(), form.seen_version)
        except Invalid as refusal:
            form.take(refusal)
        else:
            return done(url_for("units.units"), f"{held.name}的资料已保存。")
    counts = {"held": queries.open_cases_of(session, unit_id), "answers": queries.answers_owed_by(session, unit_id)}
    return form_page("desks/people/unit.html", form=form, unit=held, **counts)


@bp.post("/<int:unit_id>/close")
@requires("units")
def close(unit_id: int) -> ResponseReturnValue:
    """Take no new cases any more."""
    held = unit_operations.find(db.session(), unit_id)
    unit_operations.close(db.session(), held, actor(), clock.now())
    return done(url_for("units.units"), f"{held.name}已停用，历史记录保留。")


@bp.post("/<int:unit_id>/reopen")
@requires("units")
def reopen(unit_id: int) -> ResponseReturnValue:
    """Take cases again."""
    held = unit_operations.find(db.session(), unit_id)
    unit_operations.reopen(db.session(), held, actor(), clock.now())
    return done(url_for("units.units"), f"{held.name}已重新启用。")


def _choosing(form: Any, held: Unit | None = None) -> Any:
    session = db.session()
    form.parents = [one for one in queries.all_units(session) if one.active and (held is None or one.id != held.id)]
    form.leaders = [one for one in queries.active_people(session) if Role.LEADER in one.roles]
    form.parent_id.choices = []
    form.leader_id.choices = []
    if held is not None and held.category not in CATEGORIES:
        form.category.choices = choices((name, name) for name in (held.category, *CATEGORIES))
    return form


def _as_form(held: Unit) -> dict[str, Any]:
    return {field: getattr(held, field) for field in (*unit_operations.LABELS, "version")}


def _values(form: Any) -> UnitValues:
    return UnitValues(
        form.name.data,
        form.short_name.data,
        form.category.data,
        form.parent_id.data,
        form.is_office.data,
        form.email.data,
        form.phone.data,
        form.robot_url.data,
        form.sort_order.data,
        form.leader_id.data,
    )
