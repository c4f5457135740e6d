"""The pages of the deadline rules: the table with its sources, a row added, changed or retired, and what that would do."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.rules import operations, queries
from opinion_app.desks.rules.forms import ApplyForm, NewRuleForm, RetireForm, RuleForm
from opinion_app.flow.moves import Moves, NotLooked, marks
from opinion_app.forms import OfficeForm
from opinion_app.records.base import db
from opinion_app.records.clock import DeadlineRuleRow
from opinion_app.rules.deadline_rules import ClockStage, DeadlineRule
from opinion_app.rules.errors import Invalid
from opinion_app.rules.rule_data import from_data
from opinion_app.rules.zone import local_date
from opinion_app.web.access import requires
from opinion_app.web.answers import done, form_page, page
from opinion_app.web.identity import actor
from opinion_app.web.nav import Place, add_place
from opinion_app.web.posted import posted

bp = Blueprint("rules", __name__)
add_place(Place("设置", "时限规则", "/office/rules", "rules"))
SHOWN: dict[str, Any] = {"marks": marks}  # what every list of moved clocks is drawn with
NEW = {"unit": "working_days", "return_unit": "working_days", "extension_times": 0, "warning_days": 1, "warning_percent": 25}


@bp.get("/office/rules")
@requires("rules")
def home() -> ResponseReturnValue:
    """The table of rules in force, and those that are retired."""
    session, today = db.session(), local_date(clock.now())
    retired = [(rule, queries.applies_to(rule)) for rule in queries.out_of_use(session, today)]
    return page("desks/rules/home.html", groups=queries.table(session, today), retired=retired)


@bp.route("/office/rules/new", methods=["GET", "POST"])
@requires("rules")
def add() -> ResponseReturnValue:
    """A new row of the table."""
    form = posted(NewRuleForm, **NEW, in_force_from=local_date(clock.now()))
    if request.method == "POST" and form.validate():
        try:
            rule, moved = operations.add(db.session(), form.match(), form.changes(), _saving(form))
        except NotLooked as refusal:
            return _unlooked("desks/rules/new.html", form, refusal, SHOWN)
        except Invalid as refusal:
            form.take(refusal)
        else:
            followed = f"{len(moved)} 项在办时限随之变动{moved.reminded}{moved.stayed}"
            said = f"已增加“{rule.name}”，自 {rule.in_force_from} 起执行；{followed}。"
            return done(url_for("rules.home"), said)
    return form_page("desks/rules/new.html", form=form, moved=None, **SHOWN)


@bp.post("/office/rules/new/preview")
@requires("rules", read_only=True)
def preview_new() -> ResponseReturnValue:
    """What a new row would do to open cases; nothing is saved."""
    session, form, moved = db.session(), posted(NewRuleForm), None
    if form.validate():
        try:
            moved = queries.what_if(session, operations.added(session, form.match(), form.changes()), clock.now())
        except Invalid as refusal:
            form.take(refusal)
    return _looked("desks/rules/new.html", form, moved, SHOWN)


@bp.route("/office/rules/<code>", methods=["GET", "POST"])
@requires("rules")
def edit(code: str) -> ResponseReturnValue:
    """One rule: its versions, and the form for a new one."""
    session = db.session()
    rows = queries.versions(session, code)
    rule = from_data(rows[0].data)
    form = posted(RuleForm, **_opened(rule))
    if request.method == "POST" and form.validate():
        try:
            new, moved = operations.save(session, code, form.changes(), _saving(form), form.seen_version)
        except NotLooked as refusal:
            return _unlooked("desks/rules/edit.html", form, refusal, _context(form, rule, rows))
        except Invalid as refusal:
            form.take(refusal)
        else:
            said = f"“{new.name}”已改为 {new.span}，自 {new.in_force_from} 起执行"
            return done(url_for("rules.home"), f"{said}；{len(moved)} 项在办时限随之变动{moved.reminded}{moved.stayed}。")
    return form_page("desks/rules/edit.html", **_context(form, rule, rows), moved=None)


@bp.post("/office/rules/<code>/preview")
@requires("rules", read_only=True)
def preview(code: str) -> ResponseReturnValue:
    """What the typed change would do to open cases; nothing is saved."""
    session = db.session()
    rows = queries.versions(session, code)
    rule, form, moved = from_data(rows[0].data), posted(RuleForm), None
    if form.validate():
        try:
            moved = queries.what_if(session, operations.changed(rule, form.changes()), clock.now())
        except Invalid as refusal:
            form.take(refusal)
    return _looked("desks/rules/edit.html", form, moved, _context(form, rule, rows))


@bp.route("/office/rules/<code>/apply", methods=["GET", "POST"])
@requires("rules")
def apply(code: str) -> ResponseReturnValue:
    """The version in force for open cases too, after a look at what that moves."""
    session, now = db.session(), clock.now()
    rows = queries.versions(session, code)
    form, shown = posted(ApplyForm), queries.shown([from_data(row.data) for row in rows], local_date(now))
    if request.method == "POST":
        saving = operations.Saving(actor(), now, looked=form.looked.data or "")
        try:
            rule, moved = operations.apply_now(session, code, saving, form.seen_version)
            now_by = f"“{rule.name}”已停用，在办的件已改按接替的规则" if rule.retired else f"在办的件已改用“{rule.name}”"
            said = f"{now_by}，{len(moved)} 项时限随之变动{moved.reminded}{moved.stayed}。"
            return done(url_for("rules.edit", code=code), said)
        except NotLooked as refusal:
            return _unlooked("desks/rules/apply.html", form, refusal, SHOWN | {"rule": shown, "version": rows[0].version_no})
    moved = queries.applied(session, shown, now)
    return page("desks/rules/apply.html", form=form, rule=shown, version=rows[0].version_no, moved=moved, **SHOWN)


@bp.route("/office/rules/<code>/withdraw", methods=["GET", "POST"])
@requires("rules")
def withdraw(code: str) -> ResponseReturnValue:
    """Take a version back that is not in force yet."""
    session, form = db.session(), posted(ApplyForm)
    rows = queries.versions(session, code)
    if request.method == "GET":
        return page("desks/rules/withdraw.html", form=form, rule=from_data(rows[0].data), version=rows[0].version_no)
    rule = operations.withdraw(session, code, operations.Saving(actor(), clock.now()), form.seen_version)
    said = f"已撤回“{rule.name}”自 {rule.in_force_from} 起的一版。"
    return done(url_for("rules.edit", code=code) if len(rows) > 1 else url_for("rules.home"), said)


@bp.route("/office/rules/<code>/retire", methods=["GET", "POST"])
@requires("rules")
def retire(code: str) -> ResponseReturnValue:
    """Take a row out of the table from a day on."""
    session = db.session()
    rows = queries.versions(session, code)
    form = posted(RetireForm, in_force_from=max(local_date(clock.now()), rows[0].in_force_from))
    if request.method == "POST" and form.validate():
        try:
            day, source = form.in_force_from.data, form.source.data
            out, moved = operations.retire(session, code, day, source, _saving(form), form.seen_version)
        except NotLooked as refusal:
            return _unlooked("desks/rules/retire.html", form, refusal, _retiring(form, rows) | {"heirs": None})
        except Invalid as refusal:
            form.take(refusal)
        else:
            said = f"“{out.name}”自 {out.in_force_from} 起停用；{len(moved)} 项在办时限随之变动{moved.reminded}{moved.stayed}。"
            return done(url_for("rules.home"), said)
    return form_page("desks/rules/retire.html", **_retiring(form, rows), moved=None, heirs=None)


@bp.post("/office/rules/<code>/retire/preview")
@requires("rules", read_only=True)
def preview_retirement(code: str) -> ResponseReturnValue:
    """What takes over from a row, and what that would do to open cases; nothing is saved."""
    session, moved, heirs = db.session(), None, None
    rows, form = queries.versions(session, code), posted(RetireForm)
    if form.validate():
        try:
            out = operations.taken_out(session, code, form.in_force_from.data, form.source.data)
            moved, heirs = queries.what_if(session, out, clock.now()), queries.taking_over(session, out)
        except Invalid as refusal:
            form.take(refusal)
    return _looked("desks/rules/retire.html", form, moved, _retiring(form, rows) | {"heirs": heirs})


def _looked(template: str, form: OfficeForm, moved: Moves | None, context: dict[str, Any]) -> ResponseReturnValue:
    """The form again with what would move, or with what is wrong with it."""
    shown = context | {"form": form, "moved": moved}
    return form_page(template, **shown) if moved is None else page(template, **shown)


def _unlooked(template: str, form: OfficeForm, refusal: NotLooked, context: dict[str, Any]) -> ResponseReturnValue:
    """The form again, not saved, with what it would move."""
    flash(refusal.message, "warning")
    return form_page(template, **(context | {"form": form, "moved": refusal.moved}))


def _saving(form: RuleForm | RetireForm) -> operations.Saving:
    note, looked = form.note.data or "", form.looked.data or ""
    return operations.Saving(actor(), clock.now(), note, bool(form.apply_to_open.data), looked)


def _retiring(form: RetireForm, rows: list[DeadlineRuleRow]) -> dict[str, Any]:
    rule = from_data(rows[0].data)
    return {
        "form": form,
        "rule": rule,
        "applies_to": queries.applies_to(rule),
        "version": rows[0].version_no,
        **SHOWN,
    }


def _context(form: RuleForm, rule: DeadlineRule, rows: list[DeadlineRuleRow]) -> dict[str, Any]:
    today = local_date(clock.now())
    return {
        "form": form,
        "rule": rule,
        "held": queries.shown([from_data(row.data) for row in rows], today),
        "coming": rule.in_force_from > today,
        "returnable": rule.stage is ClockStage.SIGN_FOR,
        "applies_to": queries.applies_to(rule),
        "allows": queries.allows,
        "versions": queries.history(db.session(), rows),
        **SHOWN,
    }


def _opened(rule: DeadlineRule) -> dict[str, Any]:
    extension = rule.extension
    return {
        "name": rule.name,
        "amount": rule.span.amount,
        "unit": rule.span.unit.value,
        "return_amount": rule.return_window.amount if rule.return_window else None,
        "return_unit": (rule.return_window.unit if rule.return_window else rule.span.unit).value,
        "extension_times": extension.times if extension else 0,
        "extension_amount": extension.at_most.amount if extension and extension.at_most else None,
        "approver": extension.approver if extension else "",
        "warning_days": rule.warning.working_days,
        "warning_percent": rule.warning.percent_left,
        "source": rule.source,
        "in_force_from": local_date(clock.now()),
    }
