"""Who can stand in for whom: a deputy who may not see the cases is never told of them (N09)."""

from __future__ import annotations

import pytest

from opinion_app.rules.permissions import Place, can_stand_in
from opinion_app.rules.words import Role

ROADS, WATER = 1, 2


def place(role: Role, unit_id: int | None = None) -> Place:
    return Place(frozenset({role}), unit_id)


@pytest.mark.parametrize(
    ("absent", "deputy", "able"),
    [
        (place(Role.HANDLER, WATER), place(Role.HANDLER, WATER), True),
        (place(Role.UNIT_HEAD, WATER), place(Role.HANDLER, WATER), True),
        (place(Role.HANDLER, WATER), place(Role.HANDLER, ROADS), False),
        (place(Role.HANDLER, WATER), place(Role.UNIT_HEAD, ROADS), False),
        (place(Role.HANDLER, WATER), place(Role.ADMINISTRATOR, WATER), False),
        (place(Role.HANDLER, WATER), place(Role.CLERK), True),
        (place(Role.CLERK), place(Role.LEADER), True),
        (place(Role.HANDLER, WATER), place(Role.AUDITOR), False),
        (place(Role.LEADER), place(Role.AUDITOR), False),
        (place(Role.AUDITOR), place(Role.AUDITOR), True),
        (place(Role.CLERK), place(Role.HANDLER, WATER), False),
        (place(Role.LEADER), place(Role.UNIT_HEAD, ROADS), False),
        (Place(frozenset({Role.CLERK, Role.HANDLER}), WATER), place(Role.HANDLER, WATER), False),
        (place(Role.ADMINISTRATOR), place(Role.ADMINISTRATOR), True),
        (place(Role.ADMINISTRATOR), place(Role.HANDLER, WATER), True),
    ],
)
def test_n09_a_deputy_is_one_who_may_know_of_what_lies_with_the_other(absent: Place, deputy: Place, *, able: bool) -> None:
    assert can_stand_in(deputy, absent) is able
