"""The pages of the reply: draft it with question and findings beside, submit it."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.flow import reply_help
from opinion_app.flow.cases import latest_reply, open_case
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.reply import Reply
from opinion_app.rules import links
from opinion_app.rules.errors import Invalid
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.hints import pieces
from opinion_app.rules.words import ReplyState
from opinion_app.steps.reply import operations, queries, similar
from opinion_app.steps.reply.forms import DraftForm
from opinion_app.web.access import requires
from opinion_app.web.act_page import act_page
from opinion_app.web.answers import done, page
from opinion_app.web.identity import actor, units
from opinion_app.web.posted import posted

LOOKING = ("check", "insert")  # nothing is saved

bp = Blueprint("reply", __name__, url_prefix="/office/cases/<number>")


@bp.route("/draft", methods=["GET", "POST"])
@requires("worklist")
def draft(number: str) -> ResponseReturnValue:
    """拟写答复: keep the draft, or keep it and submit it in one go."""
    session, now = db.session(), clock.now()
    case, facts = open_case(session, number, actor(), "draft")
    held = latest_reply(session, case.id)
    form = posted(DraftForm, text=held.text if held else "", read=held.text_hash if held else "", version=case.version)
    go = request.form.get("go", "")
    if go == "insert":
        form.text.data = queries.with_template(session, form.text.data or "", form.template.data)
    if request.method == "POST" and go not in LOOKING and form.validate():
        try:
            reply = operations.save_draft(session, case, actor(), now, form.text.data, form.note.data, form.read.data or "")
            if go != "submit":
                return done(links.case(case.number), f"答复稿（第 {reply.version_no} 稿）已保存，尚未送审。")
            operations.submit(session, case, actor(), now, form.note.data)
            return done(links.case(case.number), f"答复稿（第 {reply.version_no} 稿）已送审。")
        except Invalid as problem:
            form.take(problem)
    return _draft_page(case, facts, form, held)


def _draft_page(case: Case, facts: CaseFacts, form: DraftForm, held: Reply | None) -> ResponseReturnValue:
    session, text = db.session(), form.text.data or ""
    hints = reply_help.hints_on(session, case, text, clock.now())
    return act_page(
        case,
        "draft",
        form,
        template="steps/reply/draft.html",
        held=held,
        reports_out=_reports_out(facts),
        refusal=queries.last_refusal(session, held),
        findings=queries.findings(session, case.id),
        templates=queries.templates(session, case),
        hints=hints,
        pieces=pieces(text, hints),
        similar_href=f"{links.case(case.number)}/similar_replies",
    )


def _reports_out(facts: CaseFacts) -> str:
    """Whose result is missing, by name: the reply may go without it, but not unnoticed."""
    return "、".join(units().name(unit_id) for unit_id in facts.reports_out)


@bp.get("/similar_replies")
@requires("worklist")
def similar_replies(number: str) -> ResponseReturnValue:
    """Replies to like letters, to quote from."""
    session = db.session()
    case, _facts = open_case(session, number, actor(), "draft")
    found = similar.replies_like(session, case, actor())
    return page("steps/reply/similar.html", case=case, found=found, case_href=links.case(case.number))


@bp.route("/submit_reply", methods=["GET", "POST"])
@requires("worklist")
def submit_reply(number: str) -> ResponseReturnValue:
    """送审 of a draft that is kept already."""
    session = db.session()
    case, facts = open_case(session, number, actor(), "submit_reply")
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
    shown = {"held": waiting, "reports_out": _reports_out(facts)}
    return act_page(case, "submit_reply", form, template="steps/reply/submit.html", said=said, **shown)
