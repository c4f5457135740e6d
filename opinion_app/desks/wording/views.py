"""The pages of the lists behind the hints, and of the reply templates."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.wording import operations, queries
from opinion_app.desks.wording.forms import ListsForm, TemplateForm
from opinion_app.flow.reply_help import kept
from opinion_app.flow.settings import areas
from opinion_app.forms import choices
from opinion_app.records.base import db
from opinion_app.records.wording import ReplyTemplate
from opinion_app.rules.errors import Invalid
from opinion_app.rules.hints import HintKind, WordList
from opinion_app.rules.hints.wording import list_words
from opinion_app.rules.reply import BLANK
from opinion_app.rules.template_fields import doubtful_brackets, named
from opinion_app.rules.words import Kind
from opinion_app.web.access import requires
from opinion_app.web.answers import done, form_page, page
from opinion_app.web.identity import actor
from opinion_app.web.nav import Place, add_place
from opinion_app.web.posted import posted

bp = Blueprint("wording", __name__)
add_place(Place("设置", "用语提示", "/office/wording", "wording"))
add_place(Place("设置", "答复模板", "/office/reply-templates", "wording"))


@bp.route("/office/wording", methods=["GET", "POST"])
@requires("wording")
def lists() -> ResponseReturnValue:
    """用语提示: the lists and which hints are binding."""
    session = db.session()
    held = kept(session)
    opened: dict[str, Any] = {name.value: list_words(words) for name, words in held.lists.items()}
    form = posted(ListsForm, seen=operations.state(session), binding=[kind.value for kind in held.binding], **opened)
    if request.method == "POST" and form.validate():
        known = {kind.value for kind in HintKind}
        binding = frozenset(HintKind.of(value) for value in form.binding.data or () if value in known)
        texts = {name: form[name.value].data for name in WordList}
        try:
            changed = operations.save_lists(session, texts, binding, form.seen.data or "", actor(), clock.now())
            return done(url_for("wording.lists"), f"已保存 {changed} 项改动。" if changed else "没有改动。")
        except Invalid as refusal:
            form.take(refusal)
    return form_page("desks/wording/lists.html", form=form)


@bp.get("/office/reply-templates")
@requires("wording")
def templates() -> ResponseReturnValue:
    """答复模板."""
    return page("desks/wording/templates.html", rows=queries.templates(db.session()))


@bp.route("/office/reply-templates/new", methods=["GET", "POST"])
@requires("wording")
def new() -> ResponseReturnValue:
    """A new template."""
    return _template(None)


@bp.route("/office/reply-templates/<int(max=2147483647):template_id>", methods=["GET", "POST"])
@requires("wording")
def edit(template_id: int) -> ResponseReturnValue:
    """One template."""
    return _template(operations.template(db.session(), template_id))


def _template(row: ReplyTemplate | None) -> ResponseReturnValue:
    session = db.session()
    form = posted(TemplateForm, **_opened(row))
    form.area.choices = choices([("", "不限"), *((area, area) for area in areas(session))])
    if request.method == "POST" and form.validate():
        said = {"title": form.title.data, "text": form.text.data, "area": form.area.data or "", "active": form.active.data}
        kind = Kind.of(form.kind.data) if form.kind.data else None
        try:
            operations.save_template(session, row, actor(), clock.now(), kind=kind, seen=form.seen_version, **said)
            return done(url_for("wording.templates"), f"模板“{form.title.data}”已保存。{_doubt(said['text'])}")
        except Invalid as refusal:
            form.take(refusal)
    return form_page("desks/wording/template.html", form=form, row=row)


def _doubt(text: str) -> str:
    """What to know of a template that was saved: brackets around the name of a field are filled in by nobody."""
    found = doubtful_brackets(text or "")
    return f"请注意：{named(found)}不会自动填写，会原样发给留言人；要承办人填写的地方请写“{BLANK}”。" if found else ""


def _opened(row: ReplyTemplate | None) -> dict[str, Any]:
    if row is None:
        return {"active": True}
    kind = row.kind.value if row.kind else ""
    return {
        "title": row.title,
        "kind": kind,
        "area": row.area,
        "text": row.text,
        "active": row.active,
        "version": row.version,
    }
