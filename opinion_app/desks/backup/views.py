"""The administrator's page about backups: which there are, how the night went, and one more at once."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.backup import operations, queries
from opinion_app.records.base import db
from opinion_app.records.current import settings_of
from opinion_app.web.access import requires
from opinion_app.web.answers import done, page
from opinion_app.web.identity import actor
from opinion_app.web.nav import Place, add_place
from opinion_app.web.transaction import own_transaction

bp = Blueprint("backup", __name__)
add_place(Place("设置", "备份", "/office/backup", "backup"))


@bp.get("/office/backup")
@requires("backup")
def backup() -> ResponseReturnValue:
    """The backups that lie here; they are fetched from the machine, never through a browser."""
    held, now = queries.backups_in(operations.folder()), clock.now()
    newest = next((one for one in held if one.whole), None)
    return page(
        "desks/backup/backup.html",
        backups=held,
        newest=newest,
        too_old=newest is None or now - newest.made_at > queries.TOO_OLD,
        night=queries.last_night(db.session()),
        folder=operations.folder(),
        keep=settings_of().backup_keep_days,
    )


@bp.post("/office/backup/now")
@requires("backup", own_edge=True)
def backup_now() -> ResponseReturnValue:
    """Make a backup at once; nobody waits for it but the one who asked."""
    now = clock.now()
    made = operations.back_up(operations.target_for(now), now)
    with own_transaction() as session:
        operations.note(session, made, actor(), now)
    return done(url_for("backup.backup"), f"已备份：{made.words}。")
