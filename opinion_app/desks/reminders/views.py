"""The pages of the ladder, and a look at what would go out now."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.reminders import ladder_operations as operations
from opinion_app.desks.reminders import rehearsal
from opinion_app.desks.reminders.forms import LadderForm, RungForm, VersionForm
from opinion_app.flow.ladder import ladder, newest, told_from, withdraw
from opinion_app.flow.outbox import holders_of
from opinion_app.forms import choices
from opinion_app.records.base import db
from opinion_app.rules.errors import Invalid
from opinion_app.rules.import_times import read_moment
from opinion_app.rules.ladder import Ladder, Rung
from opinion_app.rules.ladder_changes import CHANGES
from opinion_app.rules.spoken import moment_words
from opinion_app.rules.words import Role
from opinion_app.rules.zone import UnreadableMoment, local_date, parse_moment
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
    """The ladder: when whom the service tells, and how; and its versions."""
    session = db.session()
    held = ladder(session)
    groups = [(family, words, held.days if family == "days" else held.hours) for family, words in operations.FAMILIES.items()]
    leaders = {person.id: person.name for person in holders_of(session, Role.LEADER)}
    return page(
        "desks/reminders/ladder.html",
        groups=groups,
        held=held,
        when=operations.when,
        night=[words for value, words in operations.NIGHT if value in held.night],
        main_leader=leaders.get(held.main_leader_id or 0, "全体领导"),
        versions=operations.history(session, clock.now()),
        last=newest(session)[0],
    )


@bp.post("/office/ladder/versions/<int(max=2147483647):version_no>/withdraw")
@requires("rules")
def withdraw_version(version_no: int) -> ResponseReturnValue:
    """Take back the version that has not come into force yet."""
    withdraw(db.session(), version_no, actor(), clock.now())
    return done(url_for("reminders.home"), f"第 {version_no} 版已撤回，不会执行；现在在用的一版不变。")


@bp.route("/office/ladder/<family>/<code>", methods=["GET", "POST"])
@requires("rules")
def edit(family: str, code: str) -> ResponseReturnValue:
    """One rung, or a new one."""
    session = db.session()
    held, before = operations.find(session, family, code)
    form = posted(RungForm, **_opened(before), in_force_from=_first_day())
    if request.method == "POST" and form.validate():
        rung, saving = _typed(form, before), _saving(form)
        try:
            does = operations.save_rung(session, family, held, before, rung, saving)
        except operations.NotLooked as refusal:
            return _unlooked("desks/reminders/rung.html", refusal, _rung_page(form, before, family))
        except Invalid as refusal:
            form.take(refusal)
        else:
            said = f"“{rung.label}”已保存，自 {saving.in_force_from} 起执行，只对今后到达这一级的时限起作用。{does.said}。"
            return done(url_for("reminders.home"), said)
    return form_page("desks/reminders/rung.html", **_rung_page(form, before, family), found=None)


@bp.post("/office/ladder/<family>/<code>/preview")
@requires("rules", read_only=True)
def preview_rung(family: str, code: str) -> ResponseReturnValue:
    """Which reminders a changed rung would move, bring or cancel; nothing is saved."""
    session = db.session()
    held, before = operations.find(session, family, code)
    form, found = posted(RungForm), None
    if form.validate():
        try:
            saving = _saving(form)
            wanted, _rung = operations.changed_rung(family, held, before, _typed(form, before), saving)
            found = operations.what_if(session, wanted, saving)
        except Invalid as refusal:
            form.take(refusal)
    return _looked("desks/reminders/rung.html", found, _rung_page(form, before, family))


@bp.route("/office/ladder/general", methods=["GET", "POST"])
@requires("rules")
def general() -> ResponseReturnValue:
    """What holds for all rungs."""
    session = db.session()
    number, held, _from = newest(session)
    form = _general_form(**_general(held), in_force_from=_first_day())
    if request.method == "POST" and form.validate():
        saving = _saving(form)
        try:
            does = operations.save_general(session, held, form.ladder(held), saving)
        except operations.NotLooked as refusal:
            return _unlooked("desks/reminders/general.html", refusal, {"form": form, "version": number})
        except Invalid as refusal:
            form.take(refusal)
        else:
            return done(url_for("reminders.home"), f"已保存，自 {saving.in_force_from} 起执行。{does.said}。")
    return form_page("desks/reminders/general.html", form=form, version=number, found=None)


@bp.post("/office/ladder/general/preview")
@requires("rules", read_only=True)
def preview_general() -> ResponseReturnValue:
    """Which reminders other common rules would move, bring or cancel; nothing is saved."""
    session = db.session()
    number, held, _from = newest(session)
    form, found = _general_form(), None
    if form.validate():
        try:
            wanted = form.ladder(held)
            operations.changed_general(session, held, wanted)
            found = operations.what_if(session, wanted, _saving(form))
        except Invalid as refusal:
            form.take(refusal)
    return _looked("desks/reminders/general.html", found, {"form": form, "version": number})


def _unlooked(template: str, refusal: operations.NotLooked, context: dict[str, Any]) -> ResponseReturnValue:
    """The form again, not saved, with what it would change."""
    flash(refusal.message, "warning")
    return form_page(template, **context, found=refusal.found, kinds=CHANGES)


def _looked(template: str, found: operations.Outlook | None, context: dict[str, Any]) -> ResponseReturnValue:
    """The form again with what would change, or with what is wrong with it."""
    shown = context | {"found": found, "kinds": CHANGES}
    return form_page(template, **shown) if found is None else page(template, **shown)


def _rung_page(form: RungForm, before: Rung | None, family: str) -> dict[str, Any]:
    words, number = operations.FAMILIES[family], newest(db.session())[0]
    return {"form": form, "rung": before, "family": family, "words": words, "version": number}


def _general_form(**opened: Any) -> LadderForm:
    form: LadderForm = posted(LadderForm, **opened)
    leaders = ((str(person.id), person.name) for person in holders_of(db.session(), Role.LEADER))
    form.main_leader_id.choices = choices([("", "全体领导"), *leaders])
    return form


def _typed(form: RungForm, before: Rung | None) -> Rung:
    return form.rung(before.code if before else operations.new_code(), before)


def _saving(form: VersionForm) -> operations.Saving:
    if form.in_force_from.data is None:
        raise Invalid("请填写从哪天起执行。", {"in_force_from": "请填写日期。"})
    return operations.Saving(
        actor(), clock.now(), form.in_force_from.data, form.note.data or "", form.seen_version, form.looked.data or ""
    )


def _first_day() -> date:
    """The first day a version saved now may be in force from."""
    today, begun = local_date(clock.now()), newest(db.session())[2]
    return today if begun is None else max(today, begun)


@bp.get("/office/reminders/preview")
@requires("clock")
def preview() -> ResponseReturnValue:
    """What would go out at a moment; nothing is written (N14)."""
    now, typed = clock.now(), request.args.get("at", "").strip()
    begins = told_from(db.session(), now)
    try:
        moment = _moment(typed) if typed else now
        found = _rehearsed(moment, begins)
    except UnreadableMoment as error:
        return form_page("desks/reminders/preview.html", typed=typed, said=error.message)
    shown = rehearsal.shown_to(found, actor())
    before = moment_words(begins) if moment < begins else ""
    context: dict[str, Any] = {
        "shown": shown,
        "cancelled": rehearsal.shown_to(found, actor(), found.cancelled),
        "troubles": found.troubles,
        "moment": moment,
        "typed": typed,
        "before": before,
    }
    return page("desks/reminders/preview.html", **context)


def _moment(typed: str) -> datetime:
    """A moment as ISO writes it or as people do, such as 2026/12/1 8:30. Raises UnreadableMoment."""
    try:
        return parse_moment(typed)
    except UnreadableMoment:
        return read_moment(typed)


def _rehearsed(moment: datetime, begins: datetime) -> rehearsal.Rehearsal:
    return rehearsal.rehearse(db.session(), moment) if moment >= begins else rehearsal.Rehearsal()


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
