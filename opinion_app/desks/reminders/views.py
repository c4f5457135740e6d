"""The pages of the ladder, and a look at what would go out now."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.reminders import ladder_operations as operations
from opinion_app.desks.reminders import rehearsal
from opinion_app.desks.reminders.forms import NIGHT, LadderForm, RungForm
from opinion_app.flow.ladder import ladder
from opinion_app.flow.outbox import holders_of
from opinion_app.forms import choices
from opinion_app.records.base import db
from opinion_app.rules.errors import Invalid
from opinion_app.rules.ladder import Ladder, Rung
from opinion_app.rules.words import Role
from opinion_app.rules.zone import UnreadableMoment, parse_moment
from opinion_app.web.access import requires
from opinion_app.web.answers import done, form_page, page
from opinion_app.web.identity import actor
from opinion_app.web.nav import Place, add_place
from opinion_app.web.posted import posted

bp = Blueprint("reminders", __name__)
add_place(Place("设置", "催办阶梯", "/office/ladder", "rules"))


@bp.get("/office/ladder")
@requires("rules")
def home() -> ResponseReturnValue:
    """The ladder: when whom the service tells, and how."""
    session = db.session()
    held = ladder(session)
    groups = [(family, words, held.days if family == "days" else held.hours) for family, words in operations.FAMILIES.items()]
    leaders = {person.id: person.name for person in holders_of(session, Role.LEADER)}
    return page(
        "desks/reminders/ladder.html",
        groups=groups,
        held=held,
        when=operations.when,
        night=[words for value, words in NIGHT if value in held.night],
        main_leader=leaders.get(held.main_leader_id or 0, "全体领导"),
    )


@bp.route("/office/ladder/<family>/<code>", methods=["GET", "POST"])
@requires("rules")
def edit(family: str, code: str) -> ResponseReturnValue:
    """One rung, or a new one."""
    session = db.session()
    held, before = operations.find(session, family, code)
    form = posted(RungForm, **_opened(before))
    if request.method == "POST" and form.validate():
        rung = form.rung(before.code if before else operations.new_code(), before)
        try:
            operations.save_rung(session, family, held, before, rung, actor(), clock.now())
        except Invalid as refusal:
            form.take(refusal)
        else:
            return done(url_for("reminders.home"), f"“{rung.label}”已保存，只对今后到达这一级的时限起作用。")
    return form_page("desks/reminders/rung.html", form=form, rung=before, family=family, words=operations.FAMILIES[family])


@bp.route("/office/ladder/general", methods=["GET", "POST"])
@requires("rules")
def general() -> ResponseReturnValue:
    """What holds for all rungs."""
    session = db.session()
    held = ladder(session)
    form = posted(LadderForm, **_general(held))
    form.main_leader_id.choices = choices(
        [("", "全体领导"), *((str(person.id), person.name) for person in holders_of(session, Role.LEADER))]
    )
    if request.method == "POST" and form.validate():
        try:
            operations.save_general(session, held, form.ladder(held), actor(), clock.now())
        except Invalid as refusal:
            form.take(refusal)
        else:
            return done(url_for("reminders.home"), "已保存。")
    return form_page("desks/reminders/general.html", form=form)


@bp.get("/office/reminders/preview")
@requires("clock")
def preview() -> ResponseReturnValue:
    """What would go out at a moment; nothing is written (N14)."""
    now, said, typed = clock.now(), "", request.args.get("at", "").strip()
    try:
        moment = parse_moment(typed) if typed else now
    except UnreadableMoment as error:
        moment, said = now, error.message
    found = rehearsal.rehearse(db.session(), moment)
    shown = rehearsal.shown_to(db.session(), found, actor())
    return page("desks/reminders/preview.html", shown=shown, troubles=found.troubles, moment=moment, typed=typed, said=said)


def _opened(rung: Rung | None) -> dict[str, Any]:
    if rung is None:
        return {"anchor": "working_days", "way": "letter", "to": ["owner"], "card": "none", "active": True}
    return {
        "label": rung.label,
        "anchor": rung.anchor.value,
        "amount": rung.amount if operations.amount_counts(rung) else None,
        "to": [who.value for who in rung.to],
        "copy": [who.value for who in rung.copy],
        "way": rung.way.value,
        "card": rung.card.value,
        "sheet": rung.sheet,
        "active": rung.active,
    }


def _general(held: Ladder) -> dict[str, Any]:
    return {
        "main_leader_id": held.main_leader_id,
        "night": sorted(held.night),
        "quiet_from": held.quiet_from,
        "quiet_until": held.quiet_until,
        "late_hours": held.late_hours,
        "late_days": held.late_days,
        "sheet_days": held.sheet_days,
    }
