"""The pages of the reply: draft it with question and findings beside, submit it."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.flow.cases import latest_reply, open_case
from opinion_app.records.base import db
from opinion_app.rules import links
from opinion_app.rules.errors import Invalid
from opinion_app.rules.words import ReplyState
from opinion_app.steps.reply import operations, queries
from opinion_app.steps.reply.forms import DraftForm
from opinion_app.web.access import requires
from opinion_app.web.act_page import act_page
from opinion_app.web.answers import done
from opinion_app.web.identity import actor
from opinion_app.web.posted import posted

bp = Blueprint("reply", __name__, url_prefix="/office/cases/<number>")


@bp.route("/draft", methods=["GET", "POST"])
@requires("worklist")
def draft(number: str) -> ResponseReturnValue:
    """拟写答复: keep the draft, or keep it and submit it in one go."""
    session, now = db.session(), clock.now()
    case, _facts = open_case(session, number, actor(), "draft")
    held = latest_reply(session, case.id)
    form = posted(DraftForm, text=held.text if held else "", read=held.text_hash if held else "", version=case.version)
    if request.method == "POST" and form.validate():
        try:
            reply = operations.save_draft(session, case, actor(), now, form.text.data, form.note.data, form.read.data or "")
            if request.form.get("go") != "submit":
                return done(links.case(case.number), f"答复稿（第 {reply.version_no} 稿）已保存，尚未送审。")
            operations.submit(session, case, actor(), now, form.note.data)
            return done(links.case(case.number), f"答复稿（第 {reply.version_no} 稿）已送审。")
        except Invalid as problem:
            form.take(problem)
    refusal, notes = queries.last_refusal(session, held), queries.findings(session, case.id)
    return act_page(case, "draft", form, template="steps/reply/draft.html", held=held, refusal=refusal, findings=notes)


@bp.route("/submit_reply", methods=["GET", "POST"])
@requires("worklist")
def submit_reply(number: str) -> ResponseReturnValue:
    """送审 of a draft that is kept already."""
    session = db.session()
    case, _facts = open_case(session, number, actor(), "submit_reply")
    held = latest_reply(session, case.id)
    form = posted(DraftForm, text=held.text if held else "", version=case.version)
    if request.method == "POST":
        try:
            operations.submit(session, case, actor(), clock.now(), form.note.data or "", form.seen_version)
            return done(links.case(case.number), "答复稿已送审。")
        except Invalid as refusal:
            form.take(refusal)
    waiting = held if held is not None and held.state is ReplyState.DRAFT else None
    said = "送审后不能再改这一稿；被退回时另起新稿。"
    return act_page(case, "submit_reply", form, template="steps/reply/submit.html", said=said, held=waiting)
