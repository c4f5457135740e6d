"""Axe over the pages of the office, on a desk and on a telephone: every page that asks for no name, and some of a case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser

from opinion_app import clock
from opinion_app.records.case import Case
from opinion_app.records.transaction import transaction
from opinion_app.rules.settings import Settings
from opinion_app.rules.words import Role
from tests.browser.axe import findings
from tests.builders.life import answered, assigned, closed, make_office, under_review
from tests.builders.office import make_case, make_person
from tests.support.client import Browser as Client
from tests.support.client import client_for
from tests.support.databases import make_settings
from tests.support.live import serving

PEOPLE = ("clerk", "administrator", "auditor")
WIDTHS = (360, 1280)
CASE = "/office/cases/{}"
ON_A_CASE = {
    "under_review": ("", "/dossier"),
    "assigned": ("", "/note"),
    "answered": ("/decide_disclosure",),
    "closed": ("", "/publish"),
}


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """One engine is enough for a browser."""
    return make_settings(tmp_path / "data", sqlite_url)


@pytest.fixture
def cases(app: Flask) -> dict[str, str]:
    """A case in each of some stages, by the name of the stage, and whoever looks at the pages."""
    now = clock.now()
    with app.app_context(), transaction() as session:
        office = make_office(session)
        make_person(session, "administrator", Role.ADMINISTRATOR)
        make_person(session, "auditor", Role.AUDITOR)
        make_case(session)
        made: dict[str, Case] = {step.__name__: step(office, now) for step in (assigned, under_review, answered, closed)}
        return {name: case.number for name, case in made.items()}


def standing(app: Flask) -> list[str]:
    """The addresses of the office's pages that ask for no name or number."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/office") and not rule.arguments]
    return sorted(
        {rule.rule for rule in rules if "GET" in (rule.methods or ()) and not rule.rule.endswith((".xlsx", ".csv", ".zip"))}
    )


def opened(app: Flask, cases: dict[str, str]) -> Iterator[tuple[Client, str]]:
    """Every page with somebody who may look at it."""
    clients = [client_for(app, login) for login in PEOPLE]
    paths = standing(app) + [CASE.format(cases[name]) + end for name, ends in ON_A_CASE.items() for end in ends]
    assert len(paths) > 30
    for path in paths:
        answers = ((client, client.get(path)) for client in clients)
        whose = next((client for client, answer in answers if answer.status_code == 200 and answer.mimetype == "text/html"), None)
        if whose is not None:
            yield whose, path


def test_axe_finds_nothing_on_the_pages_of_the_office(chromium: Browser, app: Flask, cases: dict[str, str]) -> None:
    name, wrong, seen = app.config["SESSION_COOKIE_NAME"], {}, 0
    with serving(app) as address:
        contexts = [chromium.new_context(locale="zh-CN", viewport={"width": width, "height": 800}) for width in WIDTHS]
        pages = [context.new_page() for context in contexts]
        for place, (client, path) in enumerate(opened(app, cases)):
            cookie = client.client.get_cookie(name)
            assert cookie is not None
            for number in (0, 1) if path.startswith(CASE.format("")) else (place % 2,):
                contexts[number].add_cookies([{"name": name, "value": cookie.value, "url": address}])
                pages[number].goto(address + path)
                wrong[f"{WIDTHS[number]} {path}"] = findings(pages[number])
            seen += 1
        for context in contexts:
            context.close()
    assert seen > 30
    assert not {page: said for page, said in wrong.items() if said}
