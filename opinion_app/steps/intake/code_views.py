"""The query code a writer follows a case with, and the receipt to hand over."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.flow.cases import open_case
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.current import settings_of
from opinion_app.rules import links
from opinion_app.rules.query_code import show_code
from opinion_app.steps.intake import operations, queries
from opinion_app.steps.intake.forms import QueryCodeForm
from opinion_app.web.access import requires
from opinion_app.web.act_page import act_page
from opinion_app.web.answers import page
from opinion_app.web.identity import actor
from opinion_app.web.posted import posted

bp = Blueprint("query_code", __name__, url_prefix="/office/cases/<number>")


@bp.route("/query_code", methods=["GET", "POST"])
@requires("worklist")
def issue(number: str) -> ResponseReturnValue:
    """查询码: given out after the person was made sure of; shown once, on a receipt to print."""
    session, now = db.session(), clock.now()
    case, _facts = open_case(session, number, actor(), "query_code")
    form = posted(QueryCodeForm, version=case.version)
    if request.method == "POST" and form.validate():
        secret = settings_of().secret_key
        code = operations.issue_code(session, case, actor(), now, form.check.data, form.note.data, secret, form.seen_version)
        return _receipt(case, show_code(code))
    followed = queries.is_followed(session, case.number)
    said = "原来的查询码同时作废；新查询码只显示这一次。" if followed else "查询码只显示一次，请当场打印或抄给本人。"
    return act_page(case, "query_code", form, template="steps/intake/query_code.html", said=said, followed=followed)


@bp.get("/receipt")
@requires("worklist")
def receipt(number: str) -> ResponseReturnValue:
    """受理回执 without a code."""
    case, _facts = open_case(db.session(), number, actor(), "query_code")
    return _receipt(case, "")


def _receipt(case: Case, code: str) -> ResponseReturnValue:
    track = links.absolute(settings_of().base_url, "/messages/track")
    return page(
        "steps/intake/receipt.html", case=case, code=code, track=track, case_href=links.case(case.number), now=clock.now()
    )
