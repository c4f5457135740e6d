"""The pages of publication: the decision, the masking bench with its two reviews, the withdrawal."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from opinion_app import clock
from opinion_app.flow.cases import open_case
from opinion_app.forms import choices
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.current import settings_of
from opinion_app.rules import links
from opinion_app.rules.errors import Conflict, Invalid
from opinion_app.rules.publication import LEFT_OUT
from opinion_app.rules.spoken import moment_words
from opinion_app.rules.two_people import is_same, told
from opinion_app.rules.words import ConsentBasis, Disclosure
from opinion_app.rules.zone import SHANGHAI
from opinion_app.steps.publish import bench, forms, operations, planning, queries, site_copy
from opinion_app.steps.publish.chosen import Chosen, Review
from opinion_app.web.access import requires
from opinion_app.web.act_page import act_page
from opinion_app.web.answers import done
from opinion_app.web.identity import actor
from opinion_app.web.posted import posted

NOBODY_ELSE = "遮盖结果已保存，但没有别的受理员可以审查，请告诉管理员。"
bp = Blueprint("publish", __name__, url_prefix="/office/cases/<number>")


def _case(number: str, act: str) -> Case:
    return open_case(db.session(), number, actor(), act)[0]


@bp.route("/decide_disclosure", methods=["GET", "POST"])
@requires("worklist")
def decide_disclosure(number: str) -> ResponseReturnValue:
    """公开决定."""
    case, session = _case(number, "decide_disclosure"), db.session()
    form = posted(
        forms.DisclosureForm, version=case.version, disclosure=case.disclosure or "", grounds=case.disclosure_grounds, basis=""
    )
    if not case.wish_public:
        form.basis.choices = choices(pair for pair in ConsentBasis.choices() if pair[0] != ConsentBasis.WISH.value)
    if request.method == "POST" and form.validate():
        try:
            basis = ConsentBasis.of(form.basis.data) if form.basis.data else None
            chosen = Disclosure.of(form.disclosure.data)
            followed = operations.decide_disclosure(
                session,
                case,
                actor(),
                clock.now(),
                disclosure=chosen,
                grounds=form.grounds.data,
                basis=basis,
                seen=form.seen_version,
            )
            return done(links.case(case.number), f"公开决定已记录：{chosen.label}。{followed}")
        except Invalid as refusal:
            form.take(refusal)
    said = "这里只作决定；办结后再遮盖、审查并公开。"
    return act_page(case, "decide_disclosure", form, template="steps/publish/decide_disclosure.html", said=said)


@bp.route("/publish", methods=["GET", "POST"])
@requires("worklist")
def publish(number: str) -> ResponseReturnValue:
    """公开答复."""
    case, session = _case(number, "publish"), db.session()
    copies = [int(value) for value in request.form.getlist("copies") if value.isdecimal()]
    held = _material(session, case, copies)
    form, laid = _laid_out(case, held)
    go = request.form.get("go", "")
    if request.method == "POST" and form.validate() and go in GOES and laid.snapshot:
        try:
            return done(links.case(case.number), GOES[go](session, case, form, laid, held))
        except Invalid as refusal:
            form.take(refusal)
        except Conflict as moved:
            form.form_errors = [moved.message]
    return _bench_page(case, held, form, laid)


def _material(session: Session, case: Case, copies: list[int]) -> queries.Material:
    """What is to be published, with what the page says of it; opened afresh, with every finished copy."""
    if request.method != "POST":
        return _as_laid_down(session, case)
    sent = forms.PublishForm(request.form)
    return queries.material(session, case, copies, sent.correction.data or "", sent.left_out.data or "")


def _as_laid_down(session: Session, case: Case) -> queries.Material:
    """Opened afresh: as another clerk laid it down for review, else with every finished copy."""
    fresh = queries.material(session, case, None)
    if not fresh.said:
        return fresh
    return queries.material(session, case, fresh.said["copies"], fresh.said["correction"], fresh.said["left_out"])


def _chosen(form: forms.PublishForm, laid: bench.Bench, held: queries.Material) -> Chosen:
    return Chosen(
        laid.decisions,
        form.writer.data or "",
        form.seen_hash.data or "",
        form.correction.data or "",
        form.left_out.data or "",
        [copy.id for copy in held.copies],
    )


def _ask_review(session: Session, case: Case, form: forms.PublishForm, laid: bench.Bench, held: queries.Material) -> str:
    """Lay it down for another clerk; answers what to tell this one."""
    number = operations.ask_review(session, case, actor(), clock.now(), _chosen(form, laid, held), form.seen_version)
    return f"遮盖结果已保存，已通知 {number} 名受理员审查、公开。" if number else NOBODY_ELSE


def _send_out(session: Session, case: Case, form: forms.PublishForm, laid: bench.Bench, held: queries.Material) -> str:
    """Publish now, or set it for later; answers what to tell the clerk."""
    review = Review(form.secrecy_opinion.data or "", form.disclosure_opinion.data or "")
    chosen = _chosen(form, laid, held)
    if form.when.data != "later":
        operations.publish(session, case, actor(), clock.now(), chosen, review, form.seen_version)
        return "已公开，公众现在可以在“公开答复”里看到、搜到。"
    if form.publish_at.data is None:
        raise Invalid("请填写公开时间。", {"publish_at": "请填写什么时候公开。"})
    at = form.publish_at.data.replace(tzinfo=SHANGHAI)
    planning.plan(session, case, actor(), clock.now(), at, chosen, review, form.seen_version)
    return f"已定于{moment_words(at)}公开，到时自动公开；在此之前可以取消。"


def _laid_out(case: Case, held: queries.Material) -> tuple[forms.PublishForm, bench.Bench]:
    remembered, lines = bench.remembered(held)
    defaults = {"writer": held.writers[0][0], "left_out": LEFT_OUT, "correction": ""}
    defaults |= {name: held.said[name] for name in defaults if name in held.said}
    form = posted(forms.PublishForm, version=case.version, more=lines, **defaults)
    form.writer.choices = choices(held.writers)
    sent = request.form.to_dict() if request.method == "POST" else remembered
    everything = request.form.get("go") == "all"
    laid = bench.lay_out(held, sent, form.more.data or "", form.writer.data or "", everything=everything)
    return form, laid


def _bench_page(case: Case, held: queries.Material, form: forms.PublishForm, laid: bench.Bench) -> ResponseReturnValue:
    form.more.errors = [*form.more.errors, *laid.problems.values()]
    if laid.trouble:
        form.form_errors = [*form.form_errors, laid.trouble]
    session = db.session()
    masker = queries.masker_of(session, case, laid.snapshot.hash) if laid.snapshot else None
    strict = queries.strict(session)
    return act_page(
        case,
        "publish",
        form,
        template="steps/publish/publish.html",
        bench=laid,
        basis=held.basis,
        choices=bench.allowed(held.basis),
        standing=held.publication,
        reviewed=held.reviewed,
        copies=held.ready,
        going=[copy.id for copy in held.copies],
        plan=held.plan,
        masker=masker,
        same=is_same(masker.id if masker else None, actor().id),
        strict=strict,
        two_people=told(masker.id if masker else None, actor().id, strict=strict),
    )


GOES = {"publish": _send_out, "review": _ask_review}


@bp.route("/cancel_plan", methods=["GET", "POST"])
@requires("worklist")
def cancel_plan(number: str) -> ResponseReturnValue:
    """取消定时公开."""
    case = _case(number, "cancel_plan")
    form = posted(forms.CancelPlanForm, version=case.version)
    if request.method == "POST" and form.validate():
        planning.cancel(db.session(), case, actor(), clock.now(), form.reason.data, form.seen_version)
        return done(links.case(case.number), "已取消定时公开，这件回到“待公开”。")
    return act_page(case, "cancel_plan", form, said="到时不再自动公开；以后可以重新遮盖、审查和公开。")


@bp.route("/withdraw", methods=["GET", "POST"])
@requires("worklist")
def withdraw(number: str) -> ResponseReturnValue:
    """撤回公开."""
    case = _case(number, "withdraw")
    form = posted(forms.WithdrawForm, version=case.version)
    if request.method == "POST" and form.validate():
        operations.withdraw(db.session(), case, actor(), clock.now(), reason=form.reason.data, seen=form.seen_version)
        return done(links.case(case.number), "已撤回，公众页面、搜索和订阅里都看不到了。")
    said = "公众页面、搜索、订阅和数据下载里立即都看不到；可以重新公开。"
    copy = site_copy.state(db.session(), settings_of())
    return act_page(case, "withdraw", form, template="steps/publish/withdraw.html", said=said, copy=copy)
