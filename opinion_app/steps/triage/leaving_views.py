"""The pages of the acts by which a case leaves the life in triage, and of the way back from a merge."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.flow.cases import open_case
from opinion_app.flow.left_open import left_open
from opinion_app.flow.merged_dates import rests_with
from opinion_app.flow.moved_dates import moved_sentence
from opinion_app.forms import OfficeForm
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.rules import links
from opinion_app.rules.errors import Invalid
from opinion_app.rules.facts import CaseFacts
from opinion_app.steps.triage import forms, merging, operations
from opinion_app.web.access import requires
from opinion_app.web.act_page import act_page, leaving_page
from opinion_app.web.answers import done
from opinion_app.web.identity import actor
from opinion_app.web.posted import posted

bp = Blueprint("leaving", __name__, url_prefix="/office/cases/<number>")


def _page(case: Case, facts: CaseFacts, act: str, form: OfficeForm, said: str) -> ResponseReturnValue:
    return leaving_page(case, facts, act, form, left_open(db.session(), case, facts), said=said)


@bp.route("/decline", methods=["GET", "POST"])
@requires("worklist")
def decline(number: str) -> ResponseReturnValue:
    """不予受理."""
    case, facts = open_case(db.session(), number, actor(), "decline")
    form = posted(forms.DeclineForm, version=case.version)
    if request.method == "POST" and form.validate():
        operations.decline(
            db.session(),
            case,
            actor(),
            clock.now(),
            form.ground.data,
            form.reason.data,
            form.channel.data,
            form.seen_version,
        )
        return done(links.case(case.number), f"{case.number} 已记为不予受理。如有误，可以“重办”。")
    return _page(case, facts, "decline", form, "原因和办理渠道会告诉留言人；本件停止计时。")


@bp.route("/refer", methods=["GET", "POST"])
@requires("worklist")
def refer(number: str) -> ResponseReturnValue:
    """转出."""
    case, facts = open_case(db.session(), number, actor(), "refer")
    form = posted(forms.ReferForm, version=case.version)
    if request.method == "POST" and form.validate():
        operations.refer(db.session(), case, actor(), clock.now(), form.referred_to.data, form.reason.data, form.seen_version)
        return done(links.case(case.number), f"{case.number} 已转出。")
    return _page(case, facts, "refer", form, "本件停止计时，留言人会看到转往哪里。")


def _merge(case: Case, form: forms.MergeForm, now: datetime) -> ResponseReturnValue:
    into, reason, know_late = form.into.data or "", form.reason.data or "", form.know_late.data
    with db.session().begin_nested():
        target, moved = merging.merge(db.session(), case, actor(), now, into, reason, form.seen_version, know_late=know_late)
    said = moved_sentence(moved, now) + rests_with(db.session(), target, case)
    return done(links.case(target.number), f"{case.number} 已并入本件。{said}")


@bp.route("/merge", methods=["GET", "POST"])
@requires("worklist")
def merge(number: str) -> ResponseReturnValue:
    """并案."""
    case, facts = open_case(db.session(), number, actor(), "merge")
    form = posted(forms.MergeForm, version=case.version, into=request.args.get("into", "")[:40])
    if request.method == "POST" and form.validate():
        try:
            return _merge(case, form, clock.now())
        except Invalid as refusal:
            form.take(refusal)
    return _page(case, facts, "merge", form, "对方按两件中较早的时限一并答复。")


@bp.route("/unmerge", methods=["GET", "POST"])
@requires("worklist")
def unmerge(number: str) -> ResponseReturnValue:
    """拆分."""
    case, _facts = open_case(db.session(), number, actor(), "unmerge")
    form = posted(forms.UnmergeForm, version=case.version)
    if request.method == "POST" and form.validate():
        reason, known, seen = form.reason.data, form.know_late.data, form.seen_version
        try:
            with db.session().begin_nested():
                said = merging.unmerge(db.session(), case, actor(), clock.now(), reason, seen, know_late=known)
            return done(links.case(case.number), f"{case.number} 已拆出，恢复单独办理。{said}")
        except Invalid as refusal:
            form.take(refusal)
    return act_page(case, "unmerge", form, said="本件回到并案前的环节，原来的时限继续计算。")
