"""The pages of 批量交办: what was ticked in the worklist, one form for all of it, and what became of each case."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from opinion_app import clock
from opinion_app.flow.units import active_units
from opinion_app.records.base import db
from opinion_app.rules.errors import OfficeError
from opinion_app.rules.facts import Actor
from opinion_app.steps.triage import many
from opinion_app.steps.triage.assigning import Allotment
from opinion_app.steps.triage.forms import AssignManyForm
from opinion_app.web.access import requires
from opinion_app.web.answers import page
from opinion_app.web.identity import actor
from opinion_app.web.transaction import KEY_FIELD, OVERTAKEN, first_time, own_transaction

bp = Blueprint("assign_many", __name__, url_prefix="/office/assign")


@dataclass
class Outcome:
    """What became of the cases of one form: assigned to whom, and why not."""

    lead: str = ""
    done: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


@bp.post("/chosen")
@requires("assign", read_only=True)
def chosen() -> ResponseReturnValue:
    """One form for everything that was ticked."""
    return _form_page(AssignManyForm(), 200)


@bp.post("")
@requires("assign", own_edge=True)
def assign() -> ResponseReturnValue:
    """交办 case by case: what is refused is named and holds nothing else up."""
    form = AssignManyForm(request.form)
    numbers = _numbers()
    if not numbers or not form.validate():
        return _form_page(form, 422)
    allotment = Allotment(form.lead.data, [unit for unit in form.supports.data or [] if unit], form.note.data or "")
    known = _named_late() if form.know_late.data else set[str]()
    outcome, who, now = Outcome(), actor(), clock.now()
    for number in numbers:
        _assign_one(outcome, number, who, now, allotment, know_late=number in known)
    return page("steps/triage/many_done.html", 200 if outcome.done else 422, outcome=outcome)


def _assign_one(outcome: Outcome, number: str, who: Actor, now: datetime, allotment: Allotment, *, know_late: bool) -> None:
    try:
        with own_transaction() as session:
            if first_time(session, request.form.get(KEY_FIELD, "")[:64], number):
                outcome.lead = many.assign_one(session, number, who, now, allotment, _seen(number), know_late=know_late)
        outcome.done.append(number)
    except OfficeError as error:
        outcome.failed.append((number, many.reason(error)))
    except (StaleDataError, IntegrityError):
        outcome.failed.append((number, OVERTAKEN))


def _numbers() -> list[str]:
    return list(dict.fromkeys(number[:40] for number in request.form.getlist("case")[: many.MOST]))


def _named_late() -> set[str]:
    """The cases the page named as late beside the tick: it speaks for them and for no other (D12)."""
    return {number[:40] for number in request.form.getlist("late")[: many.MOST]}


def _seen(number: str) -> int | None:
    said = request.form.get(f"seen-{number}", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def _form_page(form: AssignManyForm, status: int) -> ResponseReturnValue:
    session = db.session()
    rows = many.chosen(session, actor(), _numbers(), clock.now())
    open_now = [row for row in rows if not row.trouble]
    shut = [row for row in rows if row.trouble]
    if not {row.case.number for row in open_now if row.passed} <= _named_late():
        form.know_late.data = False  # ticked before the page named one of these
    return page("steps/triage/many.html", status, form=form, rows=open_now, shut=shut, units=active_units(session))
