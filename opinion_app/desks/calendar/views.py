"""The calendar page: a year by months, loading a notice after a preview, local closures."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from opinion_app import clock
from opinion_app.desks.calendar import operations, queries
from opinion_app.desks.calendar.forms import ClosureForm, HoursForm, NoticeForm, text_of
from opinion_app.flow.calendar import office_hours, work_calendar
from opinion_app.flow.clocks import RECEIPT
from opinion_app.flow.due import stage_words
from opinion_app.flow.recompute import preview as moves
from opinion_app.flow.settings import setting
from opinion_app.records.base import db
from opinion_app.rules.calendar_file import LARGEST_FILE, YearNotice, parse_notice
from opinion_app.rules.clock_facts import Receipt
from opinion_app.rules.errors import Invalid, OfficeError
from opinion_app.rules.zone import local_date
from opinion_app.web.access import requires
from opinion_app.web.answers import done, form_page, page
from opinion_app.web.identity import actor
from opinion_app.web.nav import Place, add_place
from opinion_app.web.posted import posted

bp = Blueprint("calendar", __name__)
add_place(Place("设置", "工作日历", "/office/calendar", "calendar.see"))


@bp.get("/office/calendar")
@requires("calendar.see")
def home() -> ResponseReturnValue:
    """A year at a glance."""
    session, today = db.session(), local_date(clock.now())
    calendar = work_calendar(session)
    year = queries.shown_year(request.args.get("year", ""), today, calendar)
    return page(
        "desks/calendar/home.html",
        year=year,
        today=today,
        months=queries.months_of(calendar, year),
        provisional=year not in calendar.years,
        stretches=queries.stretches(session, year),
        years=queries.years_known(session),
        last_year=max({*calendar.years, today.year}) + 1,
        first_year=min({*calendar.years, today.year}),
    )


@bp.get("/office/calendar/load")
@requires("calendar")
def load_page() -> ResponseReturnValue:
    """The form for a year's notice."""
    return form_page("desks/calendar/load.html", form=posted(NoticeForm))


@bp.post("/office/calendar/preview")
@requires("calendar", read_only=True)
def preview() -> ResponseReturnValue:
    """What a notice would do, before it does it."""
    form = posted(NoticeForm)
    try:
        notice = _read(form)
        moved = queries.what_if(db.session(), notice, clock.now())
    except Invalid as refusal:
        form.take(Invalid(refusal.message, refusal.fields or {"notice": "请按提示修改。"}))
        return form_page("desks/calendar/load.html", form=form)
    held = queries.loaded_words(db.session(), notice.year)
    return page("desks/calendar/preview.html", form=form, notice=notice, moved=moved, held=held, stage_words=stage_words)


def _read(form: NoticeForm) -> YearNotice:
    file = request.files.get("file")
    if file is not None and file.filename:
        form.notice.data = text_of(file.read(LARGEST_FILE + 1))
    if not (form.notice.data or "").strip():
        raise Invalid("请粘贴放假安排，或者选择文件。", {"notice": "请粘贴放假安排，或者选择文件。"})
    return parse_notice(str(form.notice.data).encode(), None, str(form.source.data or ""))


@bp.post("/office/calendar/load")
@requires("calendar")
def load() -> ResponseReturnValue:
    """Put the notice into force."""
    form = posted(NoticeForm)
    notice = _read(form)
    source, replace = str(form.source.data or "") or "管理员录入", form.replace.data == str(notice.year)
    moved = operations.load_notice(db.session(), notice, source, actor(), clock.now(), replace=replace)
    said = f"已载入 {notice.year} 年放假安排，{len(moved)} 项时限随之变动。"
    return done(url_for("calendar.home", year=notice.year), said)


@bp.route("/office/calendar/closures", methods=["GET", "POST"])
@requires("calendar")
def close() -> ResponseReturnValue:
    """Add a local closure."""
    form = posted(ClosureForm)
    if request.method == "POST" and form.validate():
        try:
            moved = operations.add_closure(db.session(), form.day.data, form.name.data, actor(), clock.now())
        except Invalid as refusal:
            form.take(refusal)
        else:
            said = f"已列为本地休息，{len(moved)} 项时限随之变动。"
            return done(url_for("calendar.home", year=form.day.data.year), said)
    return form_page("desks/calendar/closure.html", form=form, moved=None, stage_words=stage_words)


@bp.post("/office/calendar/closures/preview")
@requires("calendar", read_only=True)
def preview_closure() -> ResponseReturnValue:
    """What a local closure would move; nothing is saved."""
    form, session = posted(ClosureForm), db.session()
    if form.validate():
        try:
            moved = moves(session, clock.now(), queries.with_closure(session, form.day.data, form.name.data))
            return page("desks/calendar/closure.html", form=form, moved=moved, stage_words=stage_words)
        except OfficeError as refusal:
            form.take(Invalid(refusal.message, {"day": refusal.message}))
    return form_page("desks/calendar/closure.html", form=form, moved=None, stage_words=stage_words)


@bp.route("/office/calendar/hours", methods=["GET", "POST"])
@requires("calendar")
def hours() -> ResponseReturnValue:
    """The week and the hours of work."""
    session = db.session()
    form = posted(HoursForm, **_opened(session))
    if request.method == "POST" and form.validate():
        try:
            moved = operations.save_hours(session, form.hours(), Receipt(form.receipt.data), actor(), clock.now())
            return done(url_for("calendar.home"), f"上下班时间已保存，{len(moved)} 项时限随之变动。")
        except Invalid as refusal:
            form.take(refusal)
    return form_page("desks/calendar/hours.html", form=form, moved=None, stage_words=stage_words)


@bp.post("/office/calendar/hours/preview")
@requires("calendar", read_only=True)
def preview_hours() -> ResponseReturnValue:
    """What other hours would move; nothing is saved."""
    form, session = posted(HoursForm), db.session()
    if form.validate():
        try:
            moved = moves(session, clock.now(), queries.with_hours(session, form.hours()))
            return page("desks/calendar/hours.html", form=form, moved=moved, stage_words=stage_words)
        except Invalid as refusal:
            form.take(refusal)
    return form_page("desks/calendar/hours.html", form=form, moved=None, stage_words=stage_words)


def _opened(session: Session) -> dict[str, Any]:
    held = office_hours(session)
    days = [f"{day.isoformat()},{','.join(map(str, frames))}" for day, frames in sorted(held.half_days.items())]
    return {
        "weekdays": sorted(held.weekdays),
        "frames": "\n".join(map(str, held.frames)),
        "half_days": "\n".join(days),
        "receipt": setting(session, RECEIPT, Receipt.SAME_DAY.value),
    }


@bp.route("/office/calendar/closures/<day>/remove", methods=["GET", "POST"])
@requires("calendar")
def open_again(day: str) -> ResponseReturnValue:
    """Take a local closure back, after a look at what that moves."""
    try:
        which = date.fromisoformat(day)
    except ValueError as error:
        raise Invalid("日期不正确。") from error
    session = db.session()
    if request.method == "GET":
        moved = moves(session, clock.now(), queries.without_closure(session, which))
        return page("desks/calendar/reopen.html", day=which, moved=moved, stage_words=stage_words)
    moved = operations.remove_closure(session, which, actor(), clock.now())
    return done(url_for("calendar.home", year=which.year), f"已恢复上班，{len(moved)} 项时限随之变动。")
