"""The calendar page: a year by months, loading a notice after a preview, local closures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from opinion_app import clock
from opinion_app.desks.calendar import operations, queries
from opinion_app.desks.calendar.forms import ClosureForm, HoursForm, NoticeForm, text_of
from opinion_app.flow.calendar import office_hours, work_calendar
from opinion_app.flow.clocks import RECEIPT
from opinion_app.flow.moves import Moves, NotLooked, marks
from opinion_app.flow.recompute import preview as moves
from opinion_app.flow.settings import setting
from opinion_app.records.base import db
from opinion_app.rules.calendar_file import LARGEST_FILE, CalendarFileRefused, YearNotice, parse_notice
from opinion_app.rules.clock_facts import Receipt
from opinion_app.rules.errors import Invalid, OfficeError
from opinion_app.rules.zone import local_date
from opinion_app.web.access import requires
from opinion_app.web.answers import done, form_page, page
from opinion_app.web.identity import actor
from opinion_app.web.nav import Place, add_place
from opinion_app.web.posted import posted

bp = Blueprint("calendar", __name__)
SHOWN: dict[str, Any] = {"marks": marks}  # what every list of moved clocks is drawn with
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
    return _look(form, notice, moved)


def _look(form: NoticeForm, notice: YearNotice, moved: Moves, status: int = 200) -> ResponseReturnValue:
    shown = {"form": form, "notice": notice, "moved": moved, "held": queries.loaded_words(db.session(), notice.year)}
    return page("desks/calendar/preview.html", status, **shown, **SHOWN)


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
    session, anyway, looked = db.session(), bool(form.anyway.data), form.looked.data or ""
    try:
        moved = operations.load_notice(
            session, notice, source, actor(), clock.now(), replace=replace, anyway=anyway, looked=looked
        )
    except NotLooked as refusal:
        would = refusal.moved
        return _unlooked(refusal, lambda: _look(form, notice, would, 422))
    except CalendarFileRefused as refusal:
        if not notice.doubts or anyway:
            raise
        return _unlooked(refusal, lambda: _look(form, notice, queries.what_if(session, notice, clock.now()), 422))
    said = f"已载入 {notice.year} 年放假安排，{len(moved)} 项时限随之变动{moved.reminded}{moved.stayed}。"
    return done(url_for("calendar.home", year=notice.year), said)


@bp.route("/office/calendar/closures", methods=["GET", "POST"])
@requires("calendar")
def close() -> ResponseReturnValue:
    """Add a local closure."""
    form = posted(ClosureForm)
    if request.method == "POST" and form.validate():
        try:
            day, name, looked = form.day.data, form.name.data, form.looked.data or ""
            moved = operations.add_closure(db.session(), day, name, actor(), clock.now(), looked)
        except NotLooked as refusal:
            flash(refusal.message, "warning")
            return form_page("desks/calendar/closure.html", form=form, moved=refusal.moved, **SHOWN)
        except Invalid as refusal:
            form.take(refusal)
        else:
            said = f"已列为本地休息，{len(moved)} 项时限随之变动{moved.reminded}{moved.stayed}。"
            return done(url_for("calendar.home", year=form.day.data.year), said)
    return form_page("desks/calendar/closure.html", form=form, moved=None, **SHOWN)


@bp.post("/office/calendar/closures/preview")
@requires("calendar", read_only=True)
def preview_closure() -> ResponseReturnValue:
    """What a local closure would move; nothing is saved."""
    form, session = posted(ClosureForm), db.session()
    if form.validate():
        try:
            operations.check_closure_day(form.day.data, local_date(clock.now()))
            moved = moves(session, clock.now(), queries.with_closure(session, form.day.data, form.name.data))
            return page("desks/calendar/closure.html", form=form, moved=moved, **SHOWN)
        except OfficeError as refusal:
            form.take(Invalid(refusal.message, {"day": refusal.message}))
    return form_page("desks/calendar/closure.html", form=form, moved=None, **SHOWN)


@bp.route("/office/calendar/hours", methods=["GET", "POST"])
@requires("calendar")
def hours() -> ResponseReturnValue:
    """The week and the hours of work."""
    session = db.session()
    form = posted(HoursForm, **_opened(session))
    if request.method == "POST" and form.validate():
        try:
            receipt, looked = Receipt(form.receipt.data), form.looked.data or ""
            moved = operations.save_hours(session, form.hours(), receipt, actor(), clock.now(), looked)
            return done(
                url_for("calendar.home"), f"上下班时间已保存，{len(moved)} 项时限随之变动{moved.reminded}{moved.stayed}。"
            )
        except NotLooked as refusal:
            flash(refusal.message, "warning")
            return form_page("desks/calendar/hours.html", form=form, moved=refusal.moved, **SHOWN)
        except Invalid as refusal:
            form.take(refusal)
    return form_page("desks/calendar/hours.html", form=form, moved=None, **SHOWN)


@bp.post("/office/calendar/hours/preview")
@requires("calendar", read_only=True)
def preview_hours() -> ResponseReturnValue:
    """What other hours would move; nothing is saved."""
    form, session = posted(HoursForm), db.session()
    if form.validate():
        try:
            moved = moves(session, clock.now(), queries.with_hours(session, form.hours()))
            return page("desks/calendar/hours.html", form=form, moved=moved, **SHOWN)
        except Invalid as refusal:
            form.take(refusal)
    return form_page("desks/calendar/hours.html", form=form, moved=None, **SHOWN)


def _unlooked(refusal: Invalid, show: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """Undo what was tried and show what it would move, with the sentence that says so."""
    db.session.rollback()
    flash(refusal.message, "warning")
    return show()


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
        return page("desks/calendar/reopen.html", day=which, moved=moved, **SHOWN)
    try:
        moved = operations.remove_closure(session, which, actor(), clock.now(), request.form.get("looked", ""))
    except NotLooked as refusal:
        shown = {"day": which, "moved": refusal.moved, **SHOWN}
        return _unlooked(refusal, lambda: page("desks/calendar/reopen.html", 422, **shown))
    return done(
        url_for("calendar.home", year=which.year), f"已恢复上班，{len(moved)} 项时限随之变动{moved.reminded}{moved.stayed}。"
    )
