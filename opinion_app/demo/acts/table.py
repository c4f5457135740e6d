"""Every act the data files may name."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from opinion_app.demo.acts import closing, intake, policies, review, risk, triage, units
from opinion_app.demo.play import Scene

Act = Callable[[Scene], None]


def _of(module: ModuleType) -> dict[str, Act]:
    """The functions a module itself defines, by name."""
    return {
        name: entry
        for name, entry in vars(module).items()
        if not name.startswith("_") and getattr(entry, "__module__", "") == module.__name__ and callable(entry)
    }


ACTS: dict[str, Act] = {
    name: act for module in (intake, triage, units, risk, policies, review, closing) for name, act in _of(module).items()
}
