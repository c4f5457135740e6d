"""The pages of review: question, findings and wording side by side, with the verdict beneath."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.flow import reply_help
from opinion_app.flow.cases import open_case
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.rules import links
from opinion_app.rules.differences import differences
from opinion_app.rules.errors import Invalid
from opinion_app.rules.hints import pieces
from opinion_app.steps.review import history, operations, queries
from opinion_app.steps.review.forms import CheckForm, GatesForm, HistoryGatesForm, HistorySignForm
from opinion_app.web.access import requires
from opinion_app.web.act_page import act_page
from opinion_app.web.answers import done
from opinion_app.web.identity import actor
from opinion_app.web.posted import posted

VERSIONS_SHOWN = 10
HISTORY_ACTS = ("check_history", "sign_history")
REFUSED = "已记录为不通过，已通知受理员：改为不公开，或者重办。"

bp = Blueprint("review", __name__, url_prefix="/office/cases/<number>")


def _page(case: Case, act: str, form: CheckForm | GatesForm, said: str) -> ResponseReturnValue:
    held = queries.versions(db.session(), case.id)
    earlier = [(old, differences(old.text, new.text)) for new, old in pairwise(held[:VERSIONS_SHOWN])]
    text = held[0].text if held else ""
    hints = reply_help.hints_on(db.session(), case, text, clock.now())
    notes = queries.findings(db.session(), case.id)
    if held and not form.read.data:
        form.read.data = held[0].text_hash
    shown = {
        "history": act in HISTORY_ACTS,
        "versions": held,
        "earlier": earlier,
        "findings": notes,
        "hints": hints,
        "pieces": pieces(text, hints),
    }
    return act_page(case, act, form, template="steps/review/check.html", said=said, **shown)


def _verdict(
    number: str,
    act: str,
    operation: Callable[..., None],
    passed_words: str,
    said: str,
    form_class: type[CheckForm] = CheckForm,
    back_words: str = "已退回修改。",
) -> ResponseReturnValue:
    session = db.session()
    case, _facts = open_case(session, number, actor(), act)
    form = posted(form_class, version=case.version)
    if request.method == "POST" and form.validate():
        passed = form.verdict.data == "pass"
        try:
            operation(session, case, actor(), clock.now(), passed=passed, opinion=form.opinion.data, read=form.read.data or "")
            return done(links.case(case.number), passed_words if passed else back_words)
        except Invalid as refusal:
            form.take(refusal)
    return _page(case, act, form, said)


@bp.route("/check_unit_head", methods=["GET", "POST"])
@requires("worklist")
def check_unit_head(number: str) -> ResponseReturnValue:
    """单位负责人审核."""
    return _verdict(number, "check_unit_head", operations.check_unit_head, "审核通过，已送办公室审核。", "通过后送办公室过三关。")


@bp.route("/sign_off", methods=["GET", "POST"])
@requires("worklist")
def sign_off(number: str) -> ResponseReturnValue:
    """签发."""
    return _verdict(number, "sign_off", operations.sign_off, "已签发。", "签发后即可答复留言人。")


@bp.route("/check_gates", methods=["GET", "POST"])
@requires("worklist")
def check_gates(number: str) -> ResponseReturnValue:
    """三关审核."""
    session = db.session()
    case, _facts = open_case(session, number, actor(), "check_gates")
    form = posted(GatesForm, version=case.version)
    if request.method == "POST" and form.validate():
        verdicts = form.verdicts()
        try:
            operations.check_gates(session, case, actor(), clock.now(), verdicts, form.opinion.data, form.read.data or "")
            words = "三关通过，已送领导签发。" if all(verdicts.values()) else "已退回修改。"
            return done(links.case(case.number), words)
        except Invalid as refusal:
            form.take(refusal)
    return _page(case, "check_gates", form, "三关全部通过后送领导签发；任何一关退回，答复稿回到承办单位。")


@bp.route("/check_history", methods=["GET", "POST"])
@requires("worklist")
def check_history(number: str) -> ResponseReturnValue:
    """历史答复补审."""
    session = db.session()
    case, _facts = open_case(session, number, actor(), "check_history")
    form = posted(HistoryGatesForm, version=case.version)
    if request.method == "POST" and form.validate():
        try:
            verdicts = form.verdicts()
            history.check_history(session, case, actor(), clock.now(), verdicts, form.opinion.data, form.read.data or "")
            return done(links.case(case.number), "三关通过，已送领导签发。" if all(verdicts.values()) else REFUSED)
        except Invalid as refusal:
            form.take(refusal)
    return _page(case, "check_history", form, "三关全部通过后送领导签发；任何一关不通过，这份答复不能公开。件的环节不变。")


@bp.route("/sign_history", methods=["GET", "POST"])
@requires("worklist")
def sign_history(number: str) -> ResponseReturnValue:
    """历史答复签发."""
    said = "签发后受理员可以遮盖、审查并公开；件的环节不变。"
    return _verdict(number, "sign_history", history.sign_history, "已签发，已通知受理员。", said, HistorySignForm, REFUSED)
