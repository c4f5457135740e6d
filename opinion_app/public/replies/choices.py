"""The filters of the list as links: each keeps what else was chosen and leads back to the first page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlencode

from markupsafe import Markup, escape

from opinion_app.public.replies.wanted import PUBLIC_KINDS, SPANS, Wanted

ON = ' aria-current="true"'
Option = tuple[str, str]  # the value in the address and its words; an empty value takes the filter off


class Choices(NamedTuple):
    """The filters of the list, each the items of a list. There may be two hundred, so they are no loop of a template."""

    kinds: Markup
    periods: Markup
    areas: Markup
    units: Markup


def choices(asked: Wanted, years: Sequence[int], areas: Sequence[str], units: Sequence[str]) -> Choices:
    """The links of every filter on a page, each with what else was asked for, as it was understood: there may be two hundred."""
    kept = asked.pairs
    kinds = (("", "全部"), *((kind.value, kind.label) for kind in PUBLIC_KINDS))
    periods = (("", "不限"), *SPANS.items(), *((str(year), f"{year}年") for year in years))
    return Choices(
        _links(kept, "kind", asked.kind, kinds),
        _links(kept, "period", asked.period, periods),
        _links(kept, "area", asked.area, (("", "全部"), *((area, area) for area in areas))),
        _links(kept, "unit", asked.unit, (("", "全部"), *((unit, unit) for unit in units))),
    )


def _links(kept: list[Option], name: str, chosen: str, options: tuple[Option, ...]) -> Markup:
    others = escape(urlencode([pair for pair in kept if pair[0] != name]))
    joint = "&amp;" if others else ""
    lines = [
        f'<li><a href="?{others}{joint if own else ""}{own}"{ON if value == chosen else ""}>{words}</a></li>'
        for value, own, words in _written(name, options)
    ]
    return Markup("".join(lines))  # noqa: S704 - every part of a line was escaped


@lru_cache(maxsize=64)
def _written(name: str, options: tuple[Option, ...]) -> list[tuple[str, str, str]]:
    """Each option with its own part of an address and its words as they stand in a page; the same from page to page."""
    return [(value, str(escape(urlencode({name: value}))) if value else "", str(escape(words))) for value, words in options]
