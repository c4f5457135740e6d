"""The page on which the administrator sets the scale of assessments (研判分值)."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.risk.scale import change_scale
from opinion_app.desks.risk.scale_forms import ScaleForm, held
from opinion_app.flow.assess import scale
from opinion_app.records.base import db
from opinion_app.rules.errors import Invalid
from opinion_app.web.access import requires
from opinion_app.web.answers import done, form_page
from opinion_app.web.identity import actor
from opinion_app.web.nav import Place, add_place
from opinion_app.web.posted import posted

bp = Blueprint("risk_scale", __name__)
PATH = "/office/risk/scale"
add_place(Place("设置", "研判分值", PATH, "rules"))


@bp.route(PATH, methods=["GET", "POST"])
@requires("rules")
def edit() -> ResponseReturnValue:
    """The weights of the factors and the bounds of the levels."""
    session = db.session()
    form = posted(ScaleForm, **held(scale(session)))
    if request.method == "POST" and form.validate():
        try:
            change_scale(session, actor(), clock.now(), form.scale())
            return done(PATH, "研判分值已修改，从下一次研判起使用。")
        except Invalid as refusal:
            form.take(refusal)
    return form_page("desks/risk/scale.html", form=form)
