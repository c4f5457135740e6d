"""What changes only when something is published or withdrawn (totals, the units that answered): kept per process until then."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from opinion_app.records.office import held_settings, put_setting

T = TypeVar("T")
VERSION = "published_version"
MOST_KEPT = 500  # different things of one database: anybody may ask for any mixture of filters

_held: WeakKeyDictionary[Engine, tuple[int, dict[Hashable, Any]]] = WeakKeyDictionary()


def changed(session: Session) -> None:
    """Tell every process that what is public changed, from the commit of this transaction on.

    Drawn, not counted, so that a version that was rolled back never comes again."""
    put_setting(session, VERSION, secrets.randbits(48))


def kept(session: Session, what: Hashable, find: Callable[[], T]) -> T:
    """What `find` answers, asked anew after every change. The version is read first: what was found may only be newer than it."""
    version = int(held_settings(session).get(VERSION, 0))
    engine = session.get_bind().engine
    held = _held.get(engine)
    if held is None or held[0] != version or len(held[1]) >= MOST_KEPT:
        held = _held[engine] = (version, {})
    found = held[1]
    if what in found:
        return cast(T, found[what])
    answer = found[what] = find()
    return answer
