"""The register of policy documents: list, one document, register, change, release, files."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.policies import operations, queries
from opinion_app.desks.policies.forms import PolicyForm, ReleaseForm
from opinion_app.desks.policies.queries import PER_PAGE, Wanted
from opinion_app.flow.assess import versions
from opinion_app.flow.attach import attach_to_policy
from opinion_app.flow.policies import open_policy
from opinion_app.flow.units import active_units
from opinion_app.forms import choices
from opinion_app.records.base import db
from opinion_app.records.unit import Unit
from opinion_app.rules import links
from opinion_app.rules.errors import Invalid, Refused
from opinion_app.rules.file_kinds import STAFF_LIMITS
from opinion_app.rules.permissions import may, may_policy
from opinion_app.rules.policies import PolicyStep, PolicyText, release_refusal, step_of
from opinion_app.rules.words import Role
from opinion_app.rules.zone import local_date
from opinion_app.web.access import requires
from opinion_app.web.answers import done, form_page, page
from opinion_app.web.downloads import hand_out
from opinion_app.web.identity import actor
from opinion_app.web.nav import Place, add_place
from opinion_app.web.paging import cut, wanted_page
from opinion_app.web.posted import posted
from opinion_app.web.uploads import receive_with_form

bp = Blueprint("policies", __name__, url_prefix="/office/policies")
add_place(Place("专席", "政策文件", "/office/policies", "policies"))


@bp.get("")
@requires("policies")
def register() -> ResponseReturnValue:
    """The documents this person may see."""
    session, who = db.session(), actor()
    wanted = _wanted()
    rows = queries.page_of(session, who, wanted)
    figures = queries.counts(session, who, wanted)
    total = sum(figures.values()) if wanted.step is None else figures[wanted.step]
    return page(
        "desks/policies/list.html",
        rows=rows[:PER_PAGE],
        list=cut(rows, wanted.page, PER_PAGE, total),
        tabs=_tabs(wanted, figures),
        wanted=wanted,
        units=active_units(session) if who.has(Role.CLERK, Role.REVIEWER, Role.LEADER, Role.AUDITOR) else [],
        may_add=may(who, "policies.edit"),
    )


def _wanted() -> Wanted:
    step, unit = request.args.get("step", ""), request.args.get("unit", "")
    return Wanted(
        PolicyStep.of(step) if step in {word.value for word in PolicyStep} else None,
        int(unit) if unit.isascii() and unit.isdigit() and len(unit) < 10 else None,
        request.args.get("q", "")[:100],
        wanted_page(),
    )


def _tabs(wanted: Wanted, figures: dict[PolicyStep, int]) -> list[dict[str, Any]]:
    """All documents, then each step on the way to release."""
    kept: dict[str, Any] = {"unit": wanted.unit_id, "q": wanted.words or None}
    entries = [(None, "全部", sum(figures.values()))] + [(step, step.label, count) for step, count in figures.items()]
    return [
        {
            "words": words,
            "href": url_for("policies.register", step=step, **kept),
            "count": count,
            "current": step is wanted.step,
            "alert": step in (PolicyStep.WAITS, PolicyStep.SENT_BACK),
        }
        for step, words, count in entries
    ]


@bp.route("/new", methods=["GET", "POST"])
@requires("policies.edit")
def new() -> ResponseReturnValue:
    """Register a document before its release."""
    files, wrong = receive_with_form("files", STAFF_LIMITS)
    session, now = db.session(), clock.now()
    form = posted(PolicyForm, unit=actor().unit_id)
    units = _units(form)
    if request.method == "POST" and form.accepts(wrong):
        try:
            policy = operations.register(session, actor(), now, _said(form))
            attach_to_policy(session, policy.id, policy.number, files, actor(), now)
            return done(links.policy(policy.number), f"已登记，编号 {policy.number}。下一步请做风险研判。")
        except Invalid as refusal:
            form.take(refusal)
    return form_page("desks/policies/edit.html", form=form, units=units, policy=None, href="/office/policies")


def _units(form: PolicyForm) -> list[Unit]:
    """The units to choose from: all for a clerk, the own one for the head of a unit."""
    who = actor()
    units = [unit for unit in active_units(db.session()) if who.has(Role.CLERK) or unit.id == who.unit_id]
    form.unit.choices = choices((unit.id, unit.name) for unit in units)
    return units


def _said(form: PolicyForm) -> PolicyText:
    return PolicyText(
        form.title.data or "", form.unit.data or 0, form.document_number.data or "", form.summary.data or "", form.planned_on.data
    )


@bp.get("/<number>")
@requires("policies")
def show(number: str) -> ResponseReturnValue:
    """One document, its assessments and what may be done next."""
    session, who = db.session(), actor()
    policy, facts = open_policy(session, number, who)
    open_to = {name for name in ("edit", "assess", "approve", "release") if may_policy(who, f"policy.{name}", facts)}
    return page(
        "desks/policies/show.html",
        policy=policy,
        step=step_of(facts),
        why_not=release_refusal(facts),
        open_to=open_to,
        versions=versions(session, policy),
        files=queries.files_of(session, policy),
        href=links.policy(policy.number),
    )


@bp.route("/<number>/edit", methods=["GET", "POST"])
@requires("policies.edit")
def edit(number: str) -> ResponseReturnValue:
    """Change what is registered."""
    files, wrong = receive_with_form("files", STAFF_LIMITS)
    session, now = db.session(), clock.now()
    policy, _facts = open_policy(session, number, actor(), "policy.edit")
    form = posted(PolicyForm, unit=policy.unit_id, **_held(policy))
    units = _units(form)
    if request.method == "POST" and form.accepts(wrong):
        try:
            void = operations.edit(session, policy, actor(), now, _said(form), form.seen_version, files=bool(files))
            attach_to_policy(session, policy.id, policy.number, files, actor(), now)
            return done(links.policy(policy.number), "已保存。内容有改动，须重新研判、审定后才能发布。" if void else "已保存。")
        except Invalid as refusal:
            form.take(refusal)
    return form_page("desks/policies/edit.html", form=form, units=units, policy=policy, href=links.policy(policy.number))


def _held(policy: Any) -> dict[str, Any]:
    return {name: getattr(policy, name) for name in ("title", "document_number", "planned_on", "summary", "version")}


@bp.route("/<number>/release", methods=["GET", "POST"])
@requires("policies.edit")
def release(number: str) -> ResponseReturnValue:
    """Mark the document as released; refused while it is not assessed and approved."""
    session, now = db.session(), clock.now()
    policy, facts = open_policy(session, number, actor(), "policy.release")
    reason = release_refusal(facts)
    if reason is not None:
        raise Refused(reason)
    today = local_date(now)
    form = posted(ReleaseForm, released_on=today, document_number=policy.document_number, version=policy.version)
    if request.method == "POST" and form.validate():
        try:
            operations.release(
                session, policy, actor(), now, form.released_on.data, form.document_number.data or "", form.seen_version
            )
            return done(links.policy(policy.number), "已登记发布。")
        except Invalid as refusal:
            form.take(refusal)
    return form_page("desks/policies/release.html", form=form, policy=policy, href=links.policy(policy.number))


@bp.get("/<number>/files/<int(max=2147483647):attachment_id>")
@requires("policies")
def download(number: str, attachment_id: int) -> ResponseReturnValue:
    """A file of a document, for those who may see the document."""
    session = db.session()
    policy, _facts = open_policy(session, number, actor())
    held = queries.file_of(session, policy, attachment_id)
    return hand_out(held.stored_name, held.name, held.media_type)
