"""Access as it was last looked at: role by route by method, and a case one may not see is as if it were not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from opinion_app.records.case import Case
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Kind, Role
from tests.builders.office import make_case, make_person, make_unit
from tests.house.access_matrix import KEPT, UNITS_OWN, as_csv, matrix
from tests.support.client import client_for
from tests.support.databases import make_settings

UNKNOWN = "LY2026-999999"


@pytest.fixture
def settings(tmp_path: Any, sqlite_url: str) -> Any:
    """One engine is enough: who may open what does not depend on it."""
    return make_settings(tmp_path / "data", sqlite_url)


def test_everybody_may_open_exactly_what_was_decided(app: Flask) -> None:
    found, kept = as_csv(matrix(app)).splitlines(), KEPT.read_text("utf-8").splitlines()

    changed = sorted(set(found) ^ set(kept))
    assert found == kept, "read what changed, then run `python -m tests.house.access_matrix`:\n" + "\n".join(changed)


def hidden_case(app: Flask) -> str:
    """A case none of the people here may know of, and a person of every role."""
    with app.app_context(), transaction() as session:
        unit = make_unit(session, "财政所")
        for role in Role:
            make_person(session, role.value, role, unit=unit if role in UNITS_OWN else None)
        case: Case = make_case(session, kind=Kind.ACCUSATION, accused="某某", concerns_official=True)
        return case.number


def test_a_case_one_may_not_see_answers_as_one_that_does_not_exist(app: Flask) -> None:
    number = hidden_case(app)
    app.config["WTF_CSRF_ENABLED"] = False
    told = []
    for role in (Role.CLERK, Role.HANDLER, Role.AUDITOR, Role.ADMINISTRATOR):  # one for each reason not to see it
        browser = client_for(app, role.value)
        for method, hidden, unknown in pairs_of_addresses(app, number):
            one, other = browser._call(method, hidden), browser._call(method, unknown)
            same = _plain(one.text, number) == _plain(other.text, UNKNOWN)
            if one.status_code != other.status_code or not same or one.status_code not in (403, 404):
                told.append(f"{role}: {method} {hidden}: {one.status_code}, for an unknown one {other.status_code}")

    assert not told


def pairs_of_addresses(app: Flask, number: str) -> Iterator[tuple[str, str, str]]:
    """Every route of a case: its method, its address for `number` and for a number nobody has."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/office/cases/<"):
            rest = dict.fromkeys(rule.arguments, "1")
            built = [rule.build(rest | {"number": shown}, append_unknown=False) for shown in (number, UNKNOWN)]
            hidden, unknown = (address[1] for address in built if address)
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                yield method, hidden, unknown


def _plain(text: str, number: str) -> str:
    """A page without what differs in every page: the number asked for and the protection values."""
    return re.sub(r'(value|content|nonce)="[\w.\-]{20,}"', "", text.replace(number, "NUMBER"))
