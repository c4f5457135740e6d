"""What every template knows: the office, the person, the navigation; nothing of it is asked of a database that is away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask, g, request
from flask_login import current_user

from opinion_app import clock
from opinion_app.records.base import db
from opinion_app.records.office import held_settings
from opinion_app.rules import heartbeat
from opinion_app.rules.facts import Actor
from opinion_app.rules.permissions import may
from opinion_app.rules.words import Role
from opinion_app.web.nav import build
from opinion_app.web.transaction import form_key

Counts = Callable[[Actor], dict[str, int]]
PLAIN = "opinion_plain"
BARE = "opinion_bare"  # a page without the frame (a paper) needs no navigation and no figures
PLACE = "opinion_place"  # a view that stands for another place of the navigation names it here, in `g`


def init_app(app: Flask, office_defaults: dict[str, str], counts: Counts) -> None:
    """Attach the context; `counts` gives the figures of the navigation for one person, in one query."""

    def context() -> dict[str, Any]:
        known: dict[str, Any] = {
            "office": office_defaults,
            "current_path": request.full_path,
            "takes_messages": _takes_messages(app),
        }
        if g.get(PLAIN):
            return known | {"actor": None, "nav": [], "unread": 0}
        known["office"] = office_defaults | _office()
        if g.get(BARE) or not request.path.startswith("/office") or not current_user.is_authenticated:
            return known | {"actor": None, "nav": [], "unread": 0}
        actor = current_user.actor
        known["office"] = known["office"] | _offered(actor)
        return known | {
            "actor": _person(actor),
            "nav": build(actor, g.get(PLACE) or request.full_path.rstrip("?"), counts(actor)),
            "unread": current_user.unread,
            "standstill": _standstill(current_user.beaten_at, on_every_page=may(actor, "clock")),
        }

    app.context_processor(context)
    app.jinja_env.globals["form_key"] = form_key


def _offered(actor: Actor) -> dict[str, str | bool]:
    """What the bar above offers: nobody is offered what would be refused."""
    places = {"register_href": ("register", "/office/register"), "search_href": ("search", "/office/search")}
    return {name: place if may(actor, permission) else False for name, (permission, place) in places.items()}


def _standstill(beaten_at: datetime | None, *, on_every_page: bool) -> dict[str, Any] | None:
    """What is said where the clock stands still, and what to do; None while it lives."""
    now = clock.now()
    if heartbeat.alive(beaten_at, now):
        return None
    said, to_do = heartbeat.standstill(beaten_at, now), heartbeat.what_to_do(beaten_at, now)
    return {"said": said, "to_do": to_do, "on_every_page": on_every_page}


def _takes_messages(app: Flask) -> bool:
    """Whether pages offer to leave a message: not where this wing only reads; a static copy leads to the running service."""
    return bool(not app.config.get("OPINION_READING_ONLY") or app.config.get("OPINION_STATIC_COPY"))


def _person(actor: Actor) -> dict[str, Any]:
    """The person as the frame of the page names them."""
    return {
        "id": actor.id,
        "name": actor.name,
        "unit_name": actor.unit_name,
        "roles_words": "、".join(role.label for role in Role if role in actor.roles),
        "menu": [{"label": "我的账号", "href": "/office/me"}, {"label": "修改密码", "href": "/office/password"}],
    }


def _office() -> dict[str, str]:
    """The office's words about itself."""
    said: dict[str, str] = held_settings(db.session()).get("office", {})
    return said
