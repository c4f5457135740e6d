"""What holds for every route: it says who may open it, a GET writes nothing, and nobody gets an error page for asking."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from werkzeug.routing import Rule

from opinion_app.records.base import db
from opinion_app.records.transaction import transaction
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import Role
from opinion_app.web import nav
from opinion_app.web.access import access_of
from tests.builders.office import make_case, make_person, make_unit
from tests.support.client import Browser, client_for
from tests.support.databases import make_settings

WRITING = ("insert", "update", "delete", "create", "drop", "alter")
# That a session is in use is noted at most once a minute; that somebody was refused is put on the trail.
ALLOWED = ("update sign_in_sessions set seen_at",)


@pytest.fixture
def settings(tmp_path: Any, sqlite_url: str) -> Any:
    """One engine is enough: routes do not depend on it."""
    return make_settings(tmp_path / "data", sqlite_url)


@pytest.fixture
def office(app: Flask) -> Flask:
    """An office with a unit, a case and one person of each role."""
    with app.app_context(), transaction() as session:
        unit = make_unit(session, "财政所")
        for role in Role:
            make_person(session, role.value, role, unit=unit if role in (Role.HANDLER, Role.UNIT_HEAD) else None)
        make_case(session)
    return app


@pytest.fixture
def written(office: Flask) -> Iterator[list[str]]:
    """The writing statements sent to the database."""
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        plain = " ".join(statement.lower().split())
        if plain.startswith(WRITING) and not plain.startswith(ALLOWED):
            statements.append(plain)

    with office.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def own_rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if not rule.endpoint.endswith("static")]


def path_of(rule: Rule) -> str:
    """An address of the route, with the number of a case that exists wherever a number is asked for."""
    values: dict[str, Any] = {
        name: "LY2026-000001" if "number" in name else (1 if rule._converters[name].weight > 100 or "id" in name else "1")
        for name in rule.arguments
    }
    built = rule.build(values, append_unknown=False)
    assert built is not None, rule
    return built[1]


def test_every_route_says_who_may_open_it(app: Flask) -> None:
    silent = [str(rule) for rule in own_rules(app) if access_of(app, rule.endpoint) is None]

    assert not silent


def test_only_the_citizens_side_and_the_door_are_open_to_everybody(app: Flask) -> None:
    office = [rule for rule in own_rules(app) if rule.rule.startswith("/office")]
    opened = {str(rule) for rule in office if (access := access_of(app, rule.endpoint)) is not None and access.public}

    assert opened <= {"/office/sign-in"}


TELLS_TROUBLE = {"/healthz"}  # 503 is how it says that no clock runs


def test_no_get_writes_and_none_fails(office: Flask, written: list[str]) -> None:
    found = []
    for login in ("clerk", "administrator", "auditor", "handler", "leader"):
        browser = client_for(office, login)
        for rule in own_rules(office):
            if "GET" not in (rule.methods or ()):
                continue
            written.clear()
            answer = browser.get(path_of(rule))
            if answer.status_code >= 500 and str(rule) not in TELLS_TROUBLE:
                found.append(f"{rule} answers {login} with {answer.status_code}")
            if written and answer.status_code != 403:
                found.append(f"{rule} writes for {login}: {written[0][:100]}")

    assert not found


def test_every_place_of_the_navigation_is_a_page_its_people_may_open(office: Flask) -> None:
    refused = []
    for role in Role:
        browser = client_for(office, role.value)
        shown = nav.build(Actor(1, role.value, frozenset({role})), "", {})
        paths = [item.href for group in shown for item in group["items"]]
        refused += [f"{role}: {path}" for path in paths if browser.get(path).status_code != 200]

    assert nav.PLACES
    assert not refused


def test_whoever_is_not_signed_in_sees_no_office_page(office: Flask) -> None:
    browser = Browser(office)
    seen = []
    for rule in own_rules(office):
        if rule.rule.startswith("/office") and rule.rule != "/office/sign-in":
            answer = browser.get(path_of(rule)) if "GET" in (rule.methods or ()) else None
            if answer is not None and not (answer.status_code == 303 and "/office/sign-in" in answer.location):
                seen.append(f"{rule}: {answer.status_code}")

    assert not seen


def test_every_template_can_be_read(app: Flask) -> None:
    names = app.jinja_env.list_templates(extensions=["html"])

    assert names
    assert all(app.jinja_env.get_template(name) for name in names)
