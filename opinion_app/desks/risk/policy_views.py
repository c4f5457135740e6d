"""The same sheet for policy documents before their release: assess, approve, read, print."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.risk import queries
from opinion_app.desks.risk.forms import ApproveForm, SheetForm, initial
from opinion_app.desks.risk.sheet import SHEET, sheet_context
from opinion_app.flow import assess as acts
from opinion_app.flow.attach import attach_to_policy
from opinion_app.flow.policies import open_policy
from opinion_app.records.assessment import Policy
from opinion_app.records.base import db
from opinion_app.rules import links
from opinion_app.rules.errors import Invalid, NotFound
from opinion_app.rules.file_kinds import STAFF_LIMITS
from opinion_app.rules.life import ACTS
from opinion_app.web.access import requires
from opinion_app.web.answers import done, form_page, page, paper
from opinion_app.web.identity import actor
from opinion_app.web.posted import posted
from opinion_app.web.uploads import receive_with_form

bp = Blueprint("risk_policy", __name__, url_prefix="/office/policies/<number>")


def _about(policy: Policy) -> dict[str, Any]:
    """What the shared templates want to know of a document; `case` is whatever carries number and version."""
    href = links.policy(policy.number)
    return {"policy": policy, "case": policy, "subject": policy, "case_href": href, "href": href, "files_href": f"{href}/files/"}


@bp.route("/assess", methods=["GET", "POST"])
@requires("policies")
def assess(number: str) -> ResponseReturnValue:
    """Assess a document by the sheet of factors (谁起草谁研判)."""
    files, wrong = receive_with_form("files", STAFF_LIMITS)
    session, now = db.session(), clock.now()
    policy, _facts = open_policy(session, number, actor(), "policy.assess")
    before = acts.latest(session, policy)
    form = posted(SheetForm, version=policy.version, **initial(before))
    if request.method == "POST" and form.accepts(wrong):
        try:
            row = acts.assess_policy(session, policy, actor(), now, form.sheet(), form.seen_version, plan_file=bool(files))
            attach_to_policy(session, policy.id, policy.number, files, actor(), now, owner="assessment", owner_id=row.id)
            return done(links.policy(policy.number), f"研判已保存，定为“{row.level.label}”，已通知领导审定。")
        except Invalid as refusal:
            form.take(refusal)
    context = sheet_context(session, form) | {"said": "保存后通知领导审定；审定同意后才能发布。"}
    return form_page(SHEET, form=form, act=ACTS["assess"], before=before, **context, **_about(policy))


@bp.route("/approve_assessment", methods=["GET", "POST"])
@requires("policies.approve")
def approve_assessment(number: str) -> ResponseReturnValue:
    """The leader's word, without which the document is not released."""
    session, now = db.session(), clock.now()
    policy, _facts = open_policy(session, number, actor(), "policy.approve")
    form = posted(ApproveForm, version=policy.version)
    if request.method == "POST" and form.validate():
        passed, opinion = form.passed.data == "yes", form.opinion.data or ""
        try:
            acts.approve_policy(session, policy, actor(), now, passed=passed, opinion=opinion, seen=form.seen_version)
            return done(links.policy(policy.number), "研判已审定，文件可以发布。" if passed else "已退回起草单位重新研判。")
        except Invalid as refusal:
            form.take(refusal)
    context = _about(policy) | {"versions": queries.history(session, policy)[:1], "acting": policy.risk_level}
    words = "提交审定意见"
    return form_page("desks/risk/approve.html", form=form, act=ACTS["approve_assessment"], button_words=words, **context)


@bp.get("/assessments")
@requires("policies")
def assessments(number: str) -> ResponseReturnValue:
    """Every version of a document's assessment, with what changed."""
    policy, _facts = open_policy(db.session(), number, actor())
    return page("desks/risk/versions.html", versions=queries.history(db.session(), policy), **_about(policy))


@bp.get("/assessments/<int(max=2147483647):version_no>")
@requires("policies")
def printed(number: str, version_no: int) -> ResponseReturnValue:
    """研判表: one version on paper."""
    policy, _facts = open_policy(db.session(), number, actor())
    wanted = [version for version in queries.history(db.session(), policy) if version.row.version_no == version_no]
    if not wanted:
        raise NotFound("没有这一版研判。")
    return paper("desks/risk/paper.html", version=wanted[0], back=f"{links.policy(policy.number)}/assessments", **_about(policy))
