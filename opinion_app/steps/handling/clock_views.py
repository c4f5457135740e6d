"""The pages on which the clock of an answer is stopped, let run on, or begun anew."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.flow import clock_changes
from opinion_app.flow.cases import open_case
from opinion_app.flow.clocks import open_clocks
from opinion_app.flow.moved_dates import moved_sentence
from opinion_app.records.base import db
from opinion_app.rules import links
from opinion_app.rules.errors import Invalid
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.zone import SHANGHAI
from opinion_app.steps.handling import forms, suspending
from opinion_app.web.access import requires
from opinion_app.web.act_page import act_page
from opinion_app.web.answers import done
from opinion_app.web.identity import actor
from opinion_app.web.posted import posted

bp = Blueprint("clocks", __name__, url_prefix="/office/cases/<number>")


def _moment(field: Any, now: datetime) -> datetime:
    """The moment typed in Shanghai time; nothing typed is now."""
    typed: datetime | None = field.data
    return typed.replace(tzinfo=SHANGHAI) if typed is not None else now


@bp.route("/suspend", methods=["GET", "POST"])
@requires("worklist")
def suspend(number: str) -> ResponseReturnValue:
    """中止计时."""
    session, now = db.session(), clock.now()
    case, _facts = open_case(session, number, actor(), "suspend")
    form = posted(forms.SuspendForm, version=case.version)
    running = clock_changes.running_reply(session, case)
    if request.method == "POST" and form.validate():
        ground = SuspensionGround.of(form.ground.data)
        try:
            suspending.suspend(
                session, case, actor(), now, ground, _moment(form.since, now), form.reason.data, form.told.data, form.seen_version
            )
            rests = clock_changes.what_rests(open_clocks(session, case.id))
            return done(links.case(case.number), f"{case.number} 已中止计时（{ground.label}）。{rests}")
        except Invalid as refusal:
            form.take(refusal)
    against = suspending.refused_now(session, case, now)
    return act_page(
        case, "suspend", form, template="steps/handling/suspend.html", running=running, against=against, refused_as="不能"
    )


@bp.route("/resume", methods=["GET", "POST"])
@requires("worklist")
def resume(number: str) -> ResponseReturnValue:
    """恢复计时."""
    return _run_again(number, "resume")


@bp.route("/restart", methods=["GET", "POST"])
@requires("worklist")
def restart(number: str) -> ResponseReturnValue:
    """收到补正，重新起算."""
    return _run_again(number, "restart")


def _run_again(number: str, act: str) -> ResponseReturnValue:
    session, now = db.session(), clock.now()
    case, _facts = open_case(session, number, actor(), act)
    form = posted(forms.ResumeForm, version=case.version)
    running = clock_changes.running_reply(session, case)
    carry_out = suspending.resume if act == "resume" else suspending.restart
    if request.method == "POST" and form.validate():
        try:
            with session.begin_nested():
                moved = carry_out(
                    session,
                    case,
                    actor(),
                    now,
                    _moment(form.at, now),
                    form.reason.data,
                    know_late=form.know_late.data,
                    seen=form.seen_version,
                )
            return done(links.case(case.number), f"{case.number} 已恢复计时。{moved_sentence(moved, now)}")
        except Invalid as refusal:
            form.take(refusal)
    pause = running.pauses[-1]
    since = datetime.fromisoformat(pause["since"])
    due = suspending.due_after(session, case, now) if act == "resume" else None
    return act_page(case, act, form, template="steps/handling/resume.html", pause=pause, since=since, due_if_now=due)
