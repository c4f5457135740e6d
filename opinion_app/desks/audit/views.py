"""The auditor's pages: the trail, filtered, paged and exported."""

from __future__ import annotations

import tempfile
from datetime import date

from flask import Blueprint, Response, request, send_file
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from opinion_app import clock
from opinion_app.desks.audit import operations, queries
from opinion_app.desks.audit.queries import Wanted
from opinion_app.files.write_sheet import Column, write_xlsx
from opinion_app.flow.trail import verify_trail
from opinion_app.records.base import db
from opinion_app.rules.file_names import content_disposition
from opinion_app.rules.trail_words import all_acts
from opinion_app.rules.zone import local
from opinion_app.web.access import requires
from opinion_app.web.answers import page
from opinion_app.web.identity import actor
from opinion_app.web.nav import Place, add_place
from opinion_app.web.paging import PER_PAGE, cut, wanted_page

bp = Blueprint("audit", __name__, url_prefix="/office/trail")
add_place(Place("专席", "留痕", "/office/trail", "trail"))
COLUMNS = (
    Column("序号", 8),
    Column("时间", 20),
    Column("人员", 12),
    Column("操作", 14),
    Column("对象", 20),
    Column("结果", 8),
    Column("地址", 16),
    Column("内容", 60),
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("")
@requires("trail")
def trail() -> ResponseReturnValue:
    """The trail, newest first."""
    wanted, number = _wanted(request.args), wanted_page()
    rows = queries.entries(db.session(), wanted, actor(), PER_PAGE + 1, (number - 1) * PER_PAGE)
    return page("desks/audit/trail.html", list=cut(rows, number), wanted=wanted, acts=all_acts(), checked=None)


@bp.get("/check")
@requires("trail")
def check() -> ResponseReturnValue:
    """Whether the trail is whole and unaltered."""
    count, broken = verify_trail(db.session())
    return page("desks/audit/check.html", count=count, broken=broken)


@bp.post("/export")
@requires("trail")
def export() -> ResponseReturnValue:
    """The entries that match, as a sheet."""
    session, now, wanted = db.session(), clock.now(), _wanted(request.form)
    target = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the answer
    count = write_xlsx(target, "留痕", COLUMNS, (line.row for line in queries.all_entries(session, wanted, actor())))
    operations.note_export(session, count, _said(wanted), actor(), now)
    target.seek(0)
    response: Response = send_file(target, mimetype=XLSX)
    response.headers["Content-Disposition"] = content_disposition(f"留痕{local(now):%Y%m%d-%H%M}.xlsx")
    return response


def _wanted(said: MultiDict[str, str]) -> Wanted:
    act = said.get("act", "")
    return Wanted(
        said.get("who", "").strip()[:60],
        act if act in all_acts() else "",
        said.get("subject", "").strip()[:80],
        _day(said.get("since", "")),
        _day(said.get("until", "")),
        said.get("failed") == "1",
    )


def _day(text: str) -> date | None:
    """A date typed or picked; what is none, or lies outside any office's life, filters nothing."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if 1990 <= day.year <= 2200 else None


def _said(wanted: Wanted) -> str:
    parts = (wanted.who, wanted.act, wanted.subject, wanted.since, wanted.until, "被拒绝" if wanted.failed else "")
    return "，".join(str(part) for part in parts if part)
