"""Parts of office pages that are drawn once for as long as they look the same: shown again and again, they seldom change.

Each is drawn from nothing but what it is given, so that whoever may be given the same may see what was kept."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import Flask
from markupsafe import Markup

ROWS_KEPT = 4000  # some 1.2 KB each
ENTRIES_KEPT = 4000  # some 0.5 KB each and their notes
NAVIGATIONS_KEPT = 500  # some 4 KB each

# What the template of a part wrote has escaped what it was given.


def _macro(app: Flask, template: str, name: str) -> Any:
    return getattr(app.jinja_env.get_template(template).module, name)


def kept_rows(app: Flask) -> Callable[..., Markup]:
    """Draws a row of a list of cases: its line, the act offered and whether it has a tick."""

    @lru_cache(maxsize=ROWS_KEPT)
    def case_row(line: Hashable, act: str, act_words: str, selectable: bool) -> Markup:  # noqa: FBT001 - as the template passes them
        return Markup(_macro(app, "components/case_row.html", "case_row")(line, act, act_words, selectable))  # noqa: S704

    return case_row


def kept_entries(app: Flask) -> Callable[..., Markup]:
    """Draws an entry of the timeline that has no template of its own: the look of the act, who, when, and what was said."""

    @lru_cache(maxsize=ENTRIES_KEPT)
    def trail_entry(look: Hashable, who: str, at: datetime, said: str, note: str) -> Markup:
        return Markup(_macro(app, "timeline/_default.html", "trail_entry")(look, who, at, said, note))  # noqa: S704

    return trail_entry


def kept_navigation(app: Flask) -> Callable[[list[dict[str, Any]]], Markup]:
    """Draws the navigation: its groups with their items, their figures and the place one is at."""

    @lru_cache(maxsize=NAVIGATIONS_KEPT)
    def drawn(groups: tuple[tuple[str, tuple[Hashable, ...]], ...]) -> Markup:
        nav = [{"label": label, "items": items} for label, items in groups]
        return Markup(app.jinja_env.get_template("components/nav.html").render(nav=nav))  # noqa: S704

    return lambda nav: drawn(tuple((group["label"], tuple(group["items"])) for group in nav))


def init_app(app: Flask) -> None:
    """Make them known to the templates."""
    parts = {"case_row": kept_rows(app), "trail_entry": kept_entries(app), "navigation": kept_navigation(app)}
    for name, draw in parts.items():
        app.jinja_env.globals.setdefault(name, draw)
