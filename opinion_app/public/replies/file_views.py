"""The attachments of a published reply: clean copies under masked names, gone with the publication they belong to."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from opinion_app.public.replies import queries
from opinion_app.records.base import db
from opinion_app.rules.errors import NotFound
from opinion_app.web.access import public_page
from opinion_app.web.downloads import hand_out_public

bp = Blueprint("reply_files", __name__)


@bp.get("/replies/<number>/files/<int(max=2147483647):serial>")
@public_page
def download(number: str, serial: int) -> ResponseReturnValue:
    """One attachment; asked for again each time, so that a withdrawal acts at once."""
    row = queries.published_file(db.session(), number, serial)
    try:
        return hand_out_public(row.stored_name, row.name, row.media_type, row.sha256)
    except NotFound as error:  # the bytes are gone: a citizen has no administrator to call
        raise NotFound(queries.NO_FILE) from error
