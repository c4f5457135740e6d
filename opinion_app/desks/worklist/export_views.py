"""导出表格: any list of cases as .xlsx, a very long one as .csv."""

from __future__ import annotations

import tempfile
from typing import IO, cast

from flask import Blueprint, request, send_file
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.worklist import export, filters, queries
from opinion_app.desks.worklist.queries import Wanted
from opinion_app.desks.worklist.tabs import tabs_of
from opinion_app.records.base import db
from opinion_app.rules.errors import NotFound
from opinion_app.rules.file_names import content_disposition
from opinion_app.rules.zone import local
from opinion_app.web import identity
from opinion_app.web.access import requires
from opinion_app.web.identity import actor, requested
from opinion_app.web.transaction import own_transaction

bp = Blueprint("export", __name__)
TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv"}
MOST_TICKED = 1000


@bp.post("/office/cases/export")
@requires("export", own_edge=True)
def cases() -> ResponseReturnValue:
    """The list a person looks at, or what was ticked of it; the sheet is made before the trail is locked."""
    session, now, who, origin = db.session(), clock.now(), actor(), requested()
    wanted = _wanted()
    name = wanted.tab.label if wanted.tab else "全部件"
    conditions = "；".join(words for _, words in wanted.filters.chips(identity.units()))
    file = cast(IO[bytes], tempfile.TemporaryFile())  # noqa: SIM115 - handed to the response, which closes it
    try:
        rows, kind = export.write(session, file, name, who, wanted, queries.moment(session, now))
        with own_transaction() as writing:
            export.record(writing, who, now, name, conditions, rows, origin.address)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    response = send_file(file, mimetype=TYPES[kind])
    response.headers["Content-Disposition"] = content_disposition(f"{name}-{local(now):%Y%m%d-%H%M}.{kind}")
    response.headers["Cache-Control"] = "no-store"
    return response


def _wanted() -> Wanted:
    key = request.form.get("list", "")
    tab = next((tab for tab in tabs_of(actor()) if tab.key == key), None)
    if key and tab is None:
        raise NotFound("没有这个待办列表。")
    ticked = tuple(number[:40] for number in request.form.getlist("case")[:MOST_TICKED] if number.isprintable())
    return Wanted(tab, filters.read(request.form), request.form.get("sort", ""), numbers=ticked)
