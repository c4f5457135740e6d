"""The pages of clean copies: the files of a case, the pages of one with what is left out or blacked out, the finished file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, make_response, request
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.files.pages import Sheet, discard, make_clean
from opinion_app.files.store import StorageFailedError
from opinion_app.flow.cases import open_case
from opinion_app.forms import OfficeForm
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.current import settings_of
from opinion_app.records.public_copy import PublicCopy, PublicCopyPage
from opinion_app.rules import links
from opinion_app.rules.errors import Invalid, NotFound, Refused
from opinion_app.rules.file_kinds import FileRefusedError
from opinion_app.rules.page_boxes import box_words, read_boxes
from opinion_app.rules.public_files import CopyState, public_name
from opinion_app.steps.publish import copies, copy_queries, drawing
from opinion_app.steps.publish.copies import PageChoice
from opinion_app.web.access import requires
from opinion_app.web.act_page import act_page
from opinion_app.web.answers import done, form_page, page, wants_fragment
from opinion_app.web.downloads import hand_out
from opinion_app.web.identity import actor
from opinion_app.web.posted import posted
from opinion_app.web.transaction import own_transaction
from opinion_app.web.uploads import store

bp = Blueprint("public_files", __name__, url_prefix="/office/cases/<number>/public_files")
BIGGEST = "int(max=2147483647)"
SHOWN = {"show": True, "leave": False}


def _case(number: str) -> Case:
    return open_case(db.session(), number, actor(), copies.ACT)[0]


def _address(number: str, copy_id: int | None = None) -> str:
    return links.case_act(number, copies.ACT) + (f"/{copy_id}" if copy_id is not None else "")


@bp.get("")
@requires("worklist")
def files(number: str) -> ResponseReturnValue:
    """公开附件: which files can go out, and how far each is."""
    case = _case(number)
    held = copy_queries.files_of(db.session(), case)
    form = posted(OfficeForm, version=case.version)
    template = "steps/publish/public_files.html"
    return act_page(case, copies.ACT, form, template=template, lines=held.lines, inside=held.inside, address=_address(number))


@bp.post(f"/<{BIGGEST}:attachment_id>/draw")
@requires("worklist", own_edge=True)
def draw(number: str, attachment_id: int) -> ResponseReturnValue:
    """Let a process of its own draw the pages of a file; the page of the copy shows how far it is."""
    number = _case(number).number
    with own_transaction() as session:
        row, fresh = drawing.begin(session, _case(number), actor(), clock.now(), attachment_id)
        copy_id = row.id
    if fresh:
        drawing.start(copy_id, settings_of())
    return done(_address(number, copy_id))


@bp.get(f"/<{BIGGEST}:copy_id>/progress")
@requires("worklist")
def progress(number: str, copy_id: int) -> ResponseReturnValue:
    """How far the pages are, asked every second by their page; at the end that is loaded anew."""
    case = _case(number)
    row = copies.copy_of(db.session(), case, copy_id)
    if row.state is not CopyState.DRAWING and wants_fragment():
        response = make_response("", 200)
        response.headers["HX-Refresh"] = "true"
        return response
    return page("steps/publish/drawing_progress.html", **_progress(case, row))


@bp.post(f"/<{BIGGEST}:copy_id>/resume")
@requires("worklist", own_edge=True)
def resume(number: str, copy_id: int) -> ResponseReturnValue:
    """Go on with drawing whose process is gone."""
    number = _case(number).number
    if not drawing.is_quiet(copies.copy_of(db.session(), _case(number), copy_id), clock.now()):
        raise Refused("还在处理，或已处理完。")
    drawing.start(copy_id, settings_of())
    return done(_address(number, copy_id), "已从中断的那一页继续。")


def _progress(case: Case, row: PublicCopy) -> dict[str, Any]:
    address = _address(case.number)
    return {
        "case": case,
        "copy": row,
        "back": address,
        "quiet": drawing.is_quiet(row, clock.now()),
        "address": f"{address}/{row.id}",
    }


@bp.route(f"/<{BIGGEST}:copy_id>", methods=["GET", "POST"])
@requires("worklist", own_edge=True)
def pages(number: str, copy_id: int) -> ResponseReturnValue:
    """The pages of one file: kept as they are decided, made into one file once all are."""
    case = _case(number)
    row = copies.copy_of(db.session(), case, copy_id)
    if row.state is not CopyState.DRAWN and request.method != "POST":
        return page("steps/publish/drawing.html", **_progress(case, row))
    form = posted(OfficeForm, version=row.version)
    if request.method == "POST":
        try:
            return _decided(case, row, form.seen_version or 0)
        except (Invalid, FileRefusedError, StorageFailedError) as refusal:
            form.take(refusal if isinstance(refusal, Invalid) else Invalid(refusal.message))
        case = _case(number)  # what was decided is kept already, under a new version
        row = copies.copy_of(db.session(), case, copy_id)
    return form_page("steps/publish/copy.html", case=case, copy=row, form=form, sheets=_shown(row.pages), back=_address(number))


def _decided(case: Case, row: PublicCopy, seen: int) -> ResponseReturnValue:
    choices = {page.page_no: _choice(page.page_no) for page in row.pages}
    number, copy_id, media_type = case.number, row.id, row.attachment.media_type
    stored = {page.page_no: page.stored_name for page in row.pages}
    with own_transaction() as session:
        held = copies.copy_of(session, _case(number), copy_id)
        copies.choose(session, _case(number), actor(), held, choices, seen)
        version = held.version
    if request.form.get("go") != "finish":
        return done(_address(number, copy_id), "已保存，还没有制作公开副本。")
    sheets = [Sheet(stored[page], choices[page].boxes) for page in copies.sheets_of(choices)]
    made = make_clean(store(), sheets, media_type)
    try:
        with own_transaction() as session:
            held = copies.copy_of(session, _case(number), copy_id)
            if held.version != version:
                raise Invalid("制作副本时，别人改动了页面的决定。请核对后重新制作。")
            copies.finish(session, _case(number), actor(), clock.now(), held, made)
    except BaseException:
        discard(store(), [made.stored_name])
        raise
    return done(_address(number), "公开副本已做好，公开答复时可以一并公开。")


def _choice(page_no: int) -> PageChoice:
    try:
        boxes = read_boxes(request.form.get(f"boxes-{page_no}", "")[:4000])
    except Invalid as refusal:
        raise Invalid(f"第 {page_no} 页：{refusal.message}") from refusal
    return PageChoice(SHOWN.get(request.form.get(f"page-{page_no}", "")), boxes)


def _shown(held: Sequence[PublicCopyPage]) -> list[dict[str, Any]]:
    """The pages as the form shows them: what was sent last, or what is kept."""
    sent = request.form if request.method == "POST" else None
    kept = {None: "", True: "show", False: "leave"}
    return [
        {
            "no": page.page_no,
            "width": page.width,
            "height": page.height,
            "choice": sent.get(f"page-{page.page_no}", "") if sent is not None else kept[page.shown],
            "boxes": sent.get(f"boxes-{page.page_no}", "") if sent is not None else box_words(page.boxes),
            "drawn": _drawn(sent.get(f"boxes-{page.page_no}", "")) if sent is not None else page.boxes,
        }
        for page in held
    ]


def _drawn(text: str) -> Sequence[Sequence[float]]:
    try:
        return read_boxes(text)
    except Invalid:
        return ()


@bp.get(f"/<{BIGGEST}:copy_id>/pages/<{BIGGEST}:page_no>")
@requires("worklist")
def page_picture(number: str, copy_id: int, page_no: int) -> ResponseReturnValue:
    """The picture of one page, for whoever prepares the publication."""
    row = copies.copy_of(db.session(), _case(number), copy_id)
    wanted = next((one for one in row.pages if one.page_no == page_no), None)
    if wanted is None:
        raise NotFound("没有这一页。")
    with store().open(wanted.stored_name) as stream:
        kind = "image/png" if stream.read(4) == b"\x89PNG" else "image/jpeg"
    return hand_out(wanted.stored_name, f"{page_no}", kind, preview=True)


@bp.get(f"/<{BIGGEST}:copy_id>/file")
@requires("worklist")
def finished(number: str, copy_id: int) -> ResponseReturnValue:
    """The finished file, exactly as it would go out."""
    row = copies.copy_of(db.session(), _case(number), copy_id)
    if not row.is_ready:
        raise NotFound("公开副本还没有制作。")
    return hand_out(row.stored_name, public_name(row.attachment.name, row.media_type), row.media_type)
