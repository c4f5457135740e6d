"""How dates and sizes are written for people, as Jinja filters."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import urlencode

from flask import Flask, g, request
from markupsafe import Markup

from opinion_app import clock
from opinion_app.records.unit_list import KnownUnits
from opinion_app.rules.due_date import DueDate
from opinion_app.rules.spoken import short_day_words
from opinion_app.rules.words import RiskLevel
from opinion_app.rules.workdays import weekday_name
from opinion_app.rules.zone import ends_its_day, local, local_date

LEVEL_COLOURS = {RiskLevel.IV: "blue", RiskLevel.III: "yellow", RiskLevel.II: "orange", RiskLevel.I: "red"}


def day(value: date | datetime | None) -> str:
    """2026年11月23日 (周一), in Shanghai."""
    if value is None:
        return "—"
    on = local_date(value) if isinstance(value, datetime) else value
    return f"{on.year}年{on.month}月{on.day}日 ({weekday_name(on)})"


def due_day(value: DueDate | None) -> str:
    """2027年1月4日 (周一)（暂定） of a due date, with the hour where that does not end its day: 2026年11月25日 (周三) 10:00."""
    return "—" if value is None else (day(value.at) if ends_its_day(value.at) else moment(value.at)) + value.mark


def paper_day(value: date | datetime | None) -> str:
    """2026年11月23日, as papers write it; nothing for no date."""
    if value is None:
        return ""
    on = local_date(value) if isinstance(value, datetime) else value
    return f"{on.year}年{on.month}月{on.day}日"


def paper_due(value: DueDate | None) -> str:
    """The same of a due moment, with the hour where that does not end its day: 2026年11月25日 10:00."""
    if value is None:
        return ""
    hour = "" if ends_its_day(value.at) else f" {local(value.at):%H:%M}"
    return f"{paper_day(value.at)}{hour}{value.mark}"


def short_day(value: date | datetime | None) -> str:
    """11月23日, with the year only when it is not this year's."""
    if value is None:
        return "—"
    on = local_date(value) if isinstance(value, datetime) else value
    return short_day_words(on, local_date(clock.now()).year)


def moment(value: datetime | str | None) -> str:
    """2026年11月23日 (周一) 09:12, in Shanghai; a moment kept in ISO form is read first."""
    value = datetime.fromisoformat(value) if isinstance(value, str) else value
    return "—" if value is None else f"{day(value)} {local(value):%H:%M}"


def due_moment(value: DueDate | None) -> str:
    """2027年1月4日 (周一) 23:59（暂定） of a due date, always with the hour."""
    return "—" if value is None else moment(value.at) + value.mark


def iso(value: date | datetime | None) -> str:
    """The machine's form for a <time> element."""
    if value is None:
        return ""
    return local(value).isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()


def ago(value: datetime | None) -> str:
    """How long ago, roughly: 刚刚, 5 分钟前, 今天 09:12, 昨天 16:40, else the day."""
    if value is None:
        return "—"
    now = clock.now()
    minutes = int((now - value).total_seconds() // 60)
    if minutes < 1:
        return "刚刚"
    if minutes < 60:
        return f"{minutes} 分钟前"
    days = (local_date(now) - local_date(value)).days
    clock_time = f"{local(value):%H:%M}"
    return {0: f"今天 {clock_time}", 1: f"昨天 {clock_time}"}.get(days, f"{short_day(value)} {clock_time}")


def level(value: RiskLevel | str | None) -> dict[str, str] | None:
    """The badge of a risk level; the law gives each level its colour (突发事件应对法: 一级红 … 四级蓝)."""
    if not value:  # none, or a detail an older move does not have: a missing word must not take the page with it
        return None
    known = RiskLevel.of(value)
    return {"words": known.label, "colour": LEVEL_COLOURS.get(known, "")}


def keep_in_links(pairs: list[tuple[str, str]]) -> None:
    """Let the links of this page keep these values, and not whatever a stranger wrote into its address."""
    g.kept_in_links = pairs


def changed_query(changes: dict[str, object]) -> str:
    """The query string of the page shown with some values changed; None takes a value away."""
    held = g.get("kept_in_links", request.args.items(multi=True))
    kept = [(key, value) for key, value in held if key not in changes]
    return urlencode([*kept, *((key, value) for key, value in changes.items() if value is not None)])


def unit_options(units: KnownUnits, chosen: int | None) -> Markup:
    """The options of a select of units, kept between pages: there may be a hundred."""
    return _chosen(_of_units(units), chosen)


def options(choices: Iterable[tuple[str, str]], chosen: object = None) -> Markup:
    """The options of a select of few words, kept between pages."""
    return _chosen(_of_words(tuple(choices)), chosen)


def _chosen(options: Markup, chosen: object) -> Markup:
    if chosen is None or chosen == "":
        return options
    value = Markup('value="{}"').format(chosen)
    return Markup(str(options).replace(value, f"{value} selected", 1))  # noqa: S704 - nothing in it that was not escaped


@lru_cache(maxsize=8)
def _of_units(known: KnownUnits) -> Markup:
    one = Markup('<option value="{}" data-pinyin="{}">{}{}</option>')
    return Markup("").join(
        one.format(unit.id, unit.pinyin, unit.name, "" if unit.active else "（已停用）") for unit in known.units
    )


@lru_cache(maxsize=64)
def _of_words(choices: tuple[tuple[str, str], ...]) -> Markup:
    return Markup("").join(Markup('<option value="{}">{}</option>').format(value, words) for value, words in choices)


def size(value: int) -> str:
    """A file's size in KB or MB."""
    return f"{value / 1_048_576:.1f} MB" if value >= 1_048_576 else f"{max(1, round(value / 1024))} KB"


def init_app(app: Flask) -> None:
    """Make the filters known to the templates."""
    dates = (day, due_day, paper_day, paper_due, due_moment, short_day, moment, iso, ago)
    for function in (*dates, size, level, changed_query, options, unit_options):
        app.jinja_env.filters.setdefault(function.__name__, function)
