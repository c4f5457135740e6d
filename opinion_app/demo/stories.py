"""The stories of the demonstration as they stand in the data files: one message or letter each, and what became of it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opinion_app.records.assessment import Policy
from opinion_app.records.case import Case

DATA = Path(__file__).parent / "data"


@dataclass
class Story:
    """One case (or policy document) to be played: `say` holds the words of its acts, taken in order where one comes again."""

    key: str
    data: dict[str, Any]
    case: Case | None = None
    policy: Policy | None = None
    _taken: dict[str, int] = field(default_factory=dict)

    def say(self, act: str, default: str = "") -> str:
        """The next words for `act`."""
        words = self.data.get("say", {}).get(act, default)
        if isinstance(words, str):
            return words
        turn = self._taken.get(act, 0)
        self._taken[act] = turn + 1
        return str(words[min(turn, len(words) - 1)])

    @property
    def row(self) -> Case:
        """The case, once it is registered."""
        if self.case is None:
            raise LookupError(f"{self.key} is not registered yet")
        return self.case

    @property
    def lead(self) -> str:
        """The unit that leads."""
        return str(self.data["lead"])

    @property
    def supports(self) -> list[str]:
        """The units that support it."""
        return [str(name) for name in self.data.get("support", [])]


def office() -> dict[str, Any]:
    """The office's own data: name, units, people."""
    return tomllib.loads((DATA / "office.toml").read_text(encoding="utf-8"))


def stories() -> list[Story]:
    """Every story of every file, in the order they are written."""
    files = sorted(DATA.glob("cases-*.toml"))
    entries = [entry for path in files for entry in tomllib.loads(path.read_text(encoding="utf-8"))["case"]]
    return [Story(entry["key"], entry) for entry in entries]
