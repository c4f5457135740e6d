"""The pages of the deadline rules: the table with its sources, one rule with its versions, its change and what that would do."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.rules import operations, queries
from opinion_app.desks.rules.forms import RuleForm
from opinion_app.flow.due import stage_words
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


@bp.get("/office/rules")
@requires("rules")
def home() -> ResponseReturnValue:
    """The table of rules in force."""
    return page("desks/rules/home.html", groups=queries.table(db.session(), local_date(clock.now())))


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
            new, moved = operations.save(
                session, code, form.changes(), form.note.data or "", actor(), clock.now(), apply_to_open=form.apply_to_open.data
            )
        except Invalid as refusal:
            form.take(refusal)
        else:
            said = f"“{new.name}”已改为 {new.span}，自 {new.in_force_from} 起执行；{len(moved)} 项在办时限随之变动。"
            return done(url_for("rules.home"), said)
    return _rule_page(form, rule, rows)


@bp.post("/office/rules/<code>/preview")
@requires("rules", read_only=True)
def preview(code: str) -> ResponseReturnValue:
    """What the typed change would do to open cases; nothing is saved."""
    session = db.session()
    rows = queries.versions(session, code)
    rule, form = from_data(rows[0].data), posted(RuleForm)
    moved = None
    if form.validate():
        try:
            moved = queries.what_if(session, operations.changed(rule, form.changes()), clock.now())
        except Invalid as refusal:
            form.take(refusal)
    if moved is None:
        return _rule_page(form, rule, rows)
    return page("desks/rules/edit.html", **_context(form, rule, rows), moved=moved)


def _rule_page(form: RuleForm, rule: DeadlineRule, rows: list[DeadlineRuleRow]) -> ResponseReturnValue:
    return form_page("desks/rules/edit.html", **_context(form, rule, rows), moved=None)


def _context(form: RuleForm, rule: DeadlineRule, rows: list[DeadlineRuleRow]) -> dict[str, Any]:
    return {
        "form": form,
        "rule": rule,
        "returnable": rule.stage is ClockStage.SIGN_FOR,
        "applies_to": queries.applies_to(rule),
        "allows": queries.allows,
        "versions": [(row, from_data(row.data)) for row in rows],
        "stage_words": stage_words,
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
