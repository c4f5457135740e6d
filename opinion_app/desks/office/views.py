"""The administrator's page of the office's own settings."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.office import operations
from opinion_app.desks.office.forms import SettingsForm
from opinion_app.desks.office.operations import OFFICE_FIELDS, OfficeSettings
from opinion_app.records.base import db
from opinion_app.rules.errors import Invalid
from opinion_app.rules.numbering import DEFAULT_PATTERNS
from opinion_app.web.access import requires
from opinion_app.web.answers import done, form_page
from opinion_app.web.identity import actor
from opinion_app.web.nav import Place, add_place
from opinion_app.web.posted import posted

bp = Blueprint("office", __name__)
add_place(Place("设置", "单位信息", "/office/settings", "settings"))


@bp.route("/office/settings", methods=["GET", "POST"])
@requires("settings")
def settings() -> ResponseReturnValue:
    """What the office says of itself."""
    session = db.session()
    form = posted(SettingsForm, **_as_form(operations.held(session)))
    if request.method == "POST" and form.validate():
        labels = {field.name: field.label.text for field in form}
        try:
            wanted = _wanted(form)
            changed = operations.save(session, wanted, labels, actor(), clock.now())
        except Invalid as refusal:
            form.take(refusal)
        else:
            lacking = operations.missing_clerks(session, wanted)
            if lacking:
                flash(lacking, "warning")
            return done(url_for("office.settings"), f"已保存 {changed} 项改动。" if changed else "没有改动。")
    return form_page("desks/office/settings.html", form=form)


def _as_form(held: OfficeSettings) -> dict[str, Any]:
    return {
        **held.office,
        **held.patterns,
        "areas": "\n".join(held.areas),
        "index_pattern": held.index_pattern,
        "kept_numbers": "\n".join(held.kept_numbers),
        "rating_days": held.rating_days,
        "secrecy_by_other": held.secrecy_by_other,
    }


def _wanted(form: Any) -> OfficeSettings:
    return OfficeSettings(
        {name: form[name].data for name in OFFICE_FIELDS},
        tuple(area for area in operations.lines(form.areas.data, 60) if area != "其他"),
        {name: form[name].data for name in DEFAULT_PATTERNS},
        form.index_pattern.data,
        operations.lines(form.kept_numbers.data, 60),
        form.rating_days.data or 0,
        bool(form.secrecy_by_other.data),
    )
