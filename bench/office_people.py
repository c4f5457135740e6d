"""The made-up staff of the measured office: 120 units, 300 people, and who works where."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from opinion_app.rules.words import Role

UNITS, PEOPLE, CLERKS, REVIEWERS, LEADERS = 120, 300, 8, 6, 10
OFFICE_UNIT = 1
Row = dict[str, Any]


class Staff:
    """Ids of people by their part; every unit but the office has a head and at least one handler."""

    def __init__(self) -> None:
        ids = iter(range(1, PEOPLE + 1))
        self.roles: dict[int, tuple[Role, int | None]] = {next(ids): (Role.ADMINISTRATOR, None), next(ids): (Role.AUDITOR, None)}
        self.clerks = self._take(ids, CLERKS, Role.CLERK, OFFICE_UNIT)
        self.reviewers = self._take(ids, REVIEWERS, Role.REVIEWER, OFFICE_UNIT)
        self.leaders = self._take(ids, LEADERS, Role.LEADER, None)
        self.units = list(range(2, UNITS + 1))
        self.heads = {unit: self._take(ids, 1, Role.UNIT_HEAD, unit)[0] for unit in self.units}
        self.handlers: dict[int, list[int]] = {unit: [] for unit in self.units}
        for place, person in enumerate(ids):
            unit = self.units[place % len(self.units)]
            self.handlers[unit].append(person)
            self.roles[person] = (Role.HANDLER, unit)

    def _take(self, ids: Iterator[int], count: int, role: Role, unit: int | None) -> list[int]:
        taken = [next(ids) for _ in range(count)]
        self.roles.update(dict.fromkeys(taken, (role, unit)))
        return taken

    def leader_of(self, unit: int) -> int:
        """The leader in charge of a unit."""
        return self.leaders[unit % len(self.leaders)]

    def rows(self, now: datetime, chance: random.Random) -> Iterator[tuple[str, list[Row]]]:
        """The rows of units, people, roles and leaders in charge."""
        yield (
            "units",
            [
                {"id": unit, "name": f"第{unit}单位", "is_office": unit == OFFICE_UNIT, "sort_order": unit}
                for unit in range(1, UNITS + 1)
            ],
        )
        yield (
            "people",
            [
                {
                    "id": person,
                    "login": f"person{person}",
                    "name": f"人员{person}",
                    "unit_id": unit,
                    "email": f"person{person}@bench.example" if chance.random() < 0.5 else "",
                    "must_change_password": False,
                }
                for person, (_role, unit) in self.roles.items()
            ],
        )
        yield (
            "person_roles",
            [{"id": n, "person_id": n, "role": role, "given_at": now} for n, (role, _unit) in self.roles.items()],
        )
        yield "leaders_in_charge", [{"unit_id": unit, "person_id": self.leader_of(unit)} for unit in self.units]
