"""The import pages: upload, preview, progress, result. The work itself is done by a process of its own."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response, after_this_request, make_response, request, send_file
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.files.store import StorageFailedError
from opinion_app.records.base import db
from opinion_app.records.current import settings_of
from opinion_app.records.import_run import ImportRun
from opinion_app.rules.errors import Invalid, OfficeError, Refused
from opinion_app.rules.file_kinds import IMPORT_LIMITS
from opinion_app.rules.file_names import content_disposition
from opinion_app.rules.import_modes import ImportState
from opinion_app.steps.intake import import_job, import_queries, importing, launch, refused_rows
from opinion_app.steps.intake.import_forms import FIRST, OTHERS, PreviewForm, UploadForm
from opinion_app.steps.intake.sheet_peek import peek
from opinion_app.web import paging
from opinion_app.web.access import requires
from opinion_app.web.answers import done, form_page, page, wants_fragment
from opinion_app.web.identity import actor
from opinion_app.web.nav import Place, add_place
from opinion_app.web.posted import posted
from opinion_app.web.uploads import receive

bp = Blueprint("import", __name__, url_prefix="/office/import")
add_place(Place("登记", "表格导入", "/office/import", "import"))
RUNS_PER_PAGE = 20
PROBLEMS_PER_PAGE = 100


def _store() -> Any:
    return importing.import_store(settings_of().data_dir)


def _address(run: ImportRun) -> str:
    return f"/office/import/{run.id}"


@bp.get("")
@requires("import")
def runs() -> ResponseReturnValue:
    """The imports so far, and the form for the next."""
    return _runs_page(UploadForm())


def _runs_page(form: UploadForm) -> ResponseReturnValue:
    wanted = paging.wanted_page()
    rows = import_queries.runs(db.session(), wanted, RUNS_PER_PAGE)
    return form_page("steps/intake/import_runs.html", form=form, runs=paging.cut(rows, wanted, RUNS_PER_PAGE))


@bp.post("")
@requires("import")
def upload() -> ResponseReturnValue:
    """Take in a sheet and look into it; the form carries no one-time key, so that no lock is held while the sheet is read."""
    form: UploadForm = posted(UploadForm)
    try:
        files = receive("file", IMPORT_LIMITS, _store())
        if not files:
            raise Invalid("请选择要导入的表格文件。", {"file": "请选择文件。"})
        seen = peek(_store().path(files[0].stored.stored_name), files[0].name)
    except OfficeError as refusal:
        form.take(refusal if isinstance(refusal, Invalid) else Invalid(refusal.message))
        return _runs_page(form)
    session, now = db.session(), clock.now()
    for old in import_queries.abandoned(session, now):
        _remove_afterwards(importing.drop(session, old))
    run = importing.prepare(session, files[0], seen, actor(), now)
    return done(_address(run))


@bp.get("/<int:run_id>")
@requires("import")
def show(run_id: int) -> ResponseReturnValue:
    """One import: what is to be decided, how far it is, or what became of it."""
    run = import_queries.run_of(db.session(), run_id)
    if run.state.is_waiting:
        return _preview(run, _form(run))
    return _report(run)


def _form(run: ImportRun) -> PreviewForm:
    form: PreviewForm = posted(PreviewForm, **importing.default_choices(run))
    form.offer(importing.layout_of(run).headers)
    return form


def _preview(run: ImportRun, form: PreviewForm) -> ResponseReturnValue:
    layout = importing.layout_of(run)
    meant = {column: field.label for field, column in layout.columns.items()}
    first, others = ([form[f"column_{field.value}"] for field in fields] for fields in (FIRST, OTHERS))
    problems = import_queries.problems(db.session(), run.id, PROBLEMS_PER_PAGE) if run.state is ImportState.DRY else []
    return form_page(
        "steps/intake/import_preview.html",
        run=run,
        form=form,
        layout=layout,
        meant=meant,
        first=first,
        others=others,
        problems=problems,
    )


def _report(run: ImportRun) -> ResponseReturnValue:
    wanted = paging.wanted_page()
    problems = import_queries.problems(db.session(), run.id, PROBLEMS_PER_PAGE, wanted)
    more = len(problems) == PROBLEMS_PER_PAGE
    return page(
        "steps/intake/import_report.html",
        run=run,
        problems=paging.Page(problems, wanted, PROBLEMS_PER_PAGE, None, more),
        quiet=_is_quiet(run),
    )


def _is_quiet(run: ImportRun) -> bool:
    """Whether the process at work has not been heard of for so long that it must be gone."""
    last = run.beaten_at or run.started_at
    return run.state.is_working and last is not None and clock.now() - last > import_job.STILL_AFTER


@bp.get("/<int:run_id>/progress")
@requires("import")
def progress(run_id: int) -> ResponseReturnValue:
    """How far an import is, asked every second by its page; at the end the page is loaded anew."""
    run = import_queries.run_of(db.session(), run_id)
    if not run.state.is_working and wants_fragment():
        response = make_response("", 200)
        response.headers["HX-Refresh"] = "true"
        return response
    return page("steps/intake/import_progress.html", run=run, quiet=_is_quiet(run))


@bp.post("/<int:run_id>/sheet")
@requires("import")
def other_sheet(run_id: int) -> ResponseReturnValue:
    """Read another part of the workbook; the lock is given back while it is read."""
    session = db.session()
    run = import_queries.run_of(session, run_id)
    path, name, wanted = _store().path(run.stored_name), run.file_name, request.form.get("sheet", "")
    session.rollback()
    seen = peek(path, name, wanted)
    importing.take_sheet(session, import_queries.run_of(session, run_id), seen)
    return done(f"/office/import/{run_id}")


@bp.post("/<int:run_id>/start")
@requires("import")
def start(run_id: int) -> ResponseReturnValue:
    """Try or import with what was chosen."""
    session, now = db.session(), clock.now()
    run = import_queries.run_of(session, run_id)
    form = _form(run)
    if not form.validate():
        return _preview(run, form)
    try:
        importing.choose(run, form.chosen())
    except Invalid as refusal:
        form.take(refusal)
        return _preview(run, form)
    importing.begin(session, run, actor(), now, dry=request.form.get("go") == "dry")
    _launch_afterwards(run.id)
    return done(_address(run))


@bp.post("/<int:run_id>/resume")
@requires("import")
def resume(run_id: int) -> ResponseReturnValue:
    """Go on with an import whose process is gone."""
    run = import_queries.run_of(db.session(), run_id)
    if not _is_quiet(run):
        raise Refused("这次导入还在进行，或已经结束。")
    _launch_afterwards(run.id)
    return done(_address(run), "已从中断的地方继续导入。")


@bp.post("/<int:run_id>/drop")
@requires("import")
def drop(run_id: int) -> ResponseReturnValue:
    """Give up an import that has not begun."""
    session = db.session()
    _remove_afterwards(importing.drop(session, import_queries.run_of(session, run_id)))
    return done("/office/import", "已取消，上传的表格已删除。")


@bp.get("/<int:run_id>/refused.xlsx")
@requires("import")
def download(run_id: int) -> ResponseReturnValue:
    """The rows that were not taken, with their reasons, in the columns they came in."""
    run = import_queries.run_of(db.session(), run_id)
    book = io.BytesIO()
    refused_rows.write(book, importing.layout_of(run).headers, import_queries.refused_rows(db.session(), run.id))
    book.seek(0)
    response = send_file(book, mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    name = f"{run.file_name.rsplit('.', 1)[0]}-未导入的行.xlsx"
    response.headers["Content-Disposition"] = content_disposition(name)
    return response


def _launch_afterwards(run_id: int) -> None:
    """Start the process once what it is to find is committed."""
    settings = settings_of()

    @after_this_request
    def launch_it(response: Response) -> Response:
        if response.status_code < 400:
            launch.start(run_id, settings)
        return response


def _remove_afterwards(stored_name: str) -> None:
    """Remove a sheet once nothing names it any more."""
    store = _store()

    @after_this_request
    def remove_it(response: Response) -> Response:
        if response.status_code < 400:
            try:
                store.discard(stored_name)
            except StorageFailedError as error:
                response.headers["X-Opinion-Left"] = str(len(error.message))
        return response
