"""The worklist - the first page of everybody in the office - and the list of all cases."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, request
from flask.typing import ResponseReturnValue

from opinion_app import clock
from opinion_app.desks.worklist import filters, queries
from opinion_app.desks.worklist.lines import lines_of
from opinion_app.desks.worklist.queries import PER_PAGE, Wanted
from opinion_app.desks.worklist.tabs import TABS, Tab, tabs_of
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.settings import areas
from opinion_app.records.base import db
from opinion_app.rules import links
from opinion_app.rules.errors import NotFound
from opinion_app.rules.permissions import may
from opinion_app.web.access import requires
from opinion_app.web.answers import page
from opinion_app.web.context import PLACE
from opinion_app.web.identity import actor, units
from opinion_app.web.nav import Place, add_place
from opinion_app.web.paging import cut, wanted_page

bp = Blueprint("worklist", __name__)
for _tab in TABS:
    add_place(Place("待办", _tab.label, f"/office/todo/{_tab.key}", "worklist", _tab.key, _tab.alert, _tab.roles))
add_place(Place("查询统计", "全部件", "/office/cases", "search"))


@bp.get("/office/")
@requires("home")
def home() -> ResponseReturnValue:
    """The first view in which something waits for this person; whoever works on no cases goes on to the accounts."""
    if not may(actor(), "worklist"):
        return redirect(links.PEOPLE, 303)
    counts = queries.nav_counts(db.session(), actor(), clock.now())
    mine = tabs_of(actor())
    tab = next((tab for tab in mine if counts[tab.key]), mine[0])
    setattr(g, PLACE, f"/office/todo/{tab.key}")
    return _list(tab, counts)


@bp.get("/office/todo/<key>")
@requires("worklist")
def todo(key: str) -> ResponseReturnValue:
    """One view of the worklist."""
    tab = next((tab for tab in tabs_of(actor()) if tab.key == key), None)
    if tab is None:
        raise NotFound("没有这个待办列表。")
    return _list(tab, queries.nav_counts(db.session(), actor(), clock.now()))


@bp.get("/office/cases")
@requires("search")
def cases() -> ResponseReturnValue:
    """Every case this person may see, closed ones too."""
    return _list(None, {})


def _list(tab: Tab | None, counts: dict[str, int]) -> ResponseReturnValue:
    session, now, who = db.session(), clock.now(), actor()
    at = queries.moment(session, now)
    wanted = Wanted(tab, filters.read(request.args), request.args.get("sort", ""), wanted_page())
    found = queries.rows_of(session, who, wanted, at)
    plain = tab is not None and not wanted.filters
    total = counts[tab.key] if tab is not None and plain else queries.total_of(session, who, wanted, at)
    calendar = work_calendar(session)
    return page(
        "desks/worklist/home.html",
        tab=tab,
        tabs=_tabs(tab, counts),
        rows=list(lines_of(found[:PER_PAGE], now, calendar)),
        list=cut(found, wanted.page, PER_PAGE, total if total <= queries.COUNT_CAP or plain else None),
        total=f"{queries.COUNT_CAP}+" if total > queries.COUNT_CAP and not plain else str(total),
        sort=queries.sort_of(wanted.sort, tab),
        last_registered=queries.last_registered(session, who) if not found and not wanted.filters else None,
        **_filter_context(wanted.filters),
    )


def _tabs(tab: Tab | None, counts: dict[str, int]) -> list[dict[str, Any]]:
    """The views as the tabs of the page; the list of all cases has none."""
    return [
        {
            "words": one.label,
            "href": f"/office/todo/{one.key}",
            "count": counts[one.key],
            "current": one is tab,
            "alert": one.alert,
        }
        for one in (tabs_of(actor()) if tab is not None else [])
    ]


def _filter_context(on: filters.Filters) -> dict[str, Any]:
    """The filters that are on and what there is to choose from."""
    return {
        "filters": on,
        "chips": [{"words": words, "key": key} for key, words in on.chips(units())],
        "choices": filters.CHOICES,
        "open_choices": filters.OPEN_CHOICES,
        "levels": filters.LEVELS,
        "due_choices": filters.DUES,
        "areas": [(area, area) for area in areas(db.session())],
        "units": units(),
    }
