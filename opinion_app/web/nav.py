"""Navigation: the groups and places of the office, each with its permission; counts are handed in by `create_app`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from opinion_app.rules.facts import Actor
from opinion_app.rules.permissions import may
from opinion_app.rules.words import Role

Counts = Callable[[Actor], dict[str, int]]


@dataclass(frozen=True)
class Place:
    """One link of the navigation; `count` names the figure shown beside it, `roles` narrows whom it is shown to."""

    group: str
    label: str
    path: str
    permission: str
    count: str = ""
    alert: bool = False
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True)
class Item:
    """A place as one person sees it now."""

    label: str
    href: str
    count: int | None
    current: bool
    alert: bool


PLACES: list[Place] = []


def add_place(place: Place) -> None:
    """Put a place into the navigation; each desk does this for itself when its views are loaded."""
    if place not in PLACES:
        PLACES.append(place)


def build(actor: Actor, current_path: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    """The navigation for one person, in the order of the groups; places the person may not open are absent."""
    groups: dict[str, list[Item]] = {}
    theirs = _of_roles(len(PLACES), actor.roles)
    best = max((p.path for p in PLACES if _within(current_path, p.path)), key=len, default="")
    for place in theirs:
        count = (counts.get(place.count) or None) if place.count else None
        item = Item(place.label, place.path, count, place.path == best, place.alert and bool(count))
        groups.setdefault(place.group, []).append(item)
    return [{"label": label, "items": items} for label, items in groups.items()]


@lru_cache(maxsize=64)
def _of_roles(_known: int, roles: frozenset[Role]) -> list[Place]:
    """The places that somebody with these roles may open, in order; nothing else of a person decides on them.

    Kept as long as no place is added."""
    somebody = Actor(0, "", roles)
    ordered = sorted(PLACES, key=lambda place: (GROUPS.index(place.group), ORDER.get(place.label, 500)))
    return [place for place in ordered if may(somebody, place.permission) and (not place.roles or somebody.has(*place.roles))]


def _within(current: str, path: str) -> bool:
    base = path.split("?")[0]
    return current == path or current.split("?")[0] == base or (base != "/office/" and current.startswith(base + "/"))


GROUPS = ["待办", "登记", "查询统计", "专席", "设置"]
# Within a group; what is not named comes at 500, as it was loaded.
ORDER: dict[str, int] = {"登记": 100, "人员": 510, "单位": 520, "单位信息": 530, "备份": 590}
