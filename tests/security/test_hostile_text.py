"""Text with markup in every stored field stays text on every page that shows it (hardening C18, C19)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from sqlalchemy import Column, String, Text, select, update

from opinion_app.records.base import Base
from opinion_app.records.case import Case
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Role
from tests.builders.life import answered, approved, assigned, closed, handling_case, make_office, under_review
from tests.builders.office import make_case, make_person
from tests.builders.published import make_publication
from tests.support.client import Browser, client_for
from tests.support.databases import make_settings

LONG = "\"'><x-evil onclick=a()></textarea></title></script><script>a()</script><img src=x onerror=a()>]]>{{7*7}}${7*7}<!--"
SHORT = "<x-evil onclick=1>"
# What is a word of the program, a key or an address, and never what somebody wrote.
NOT_WRITTEN = (
    "hash",
    "key",
    "code",
    "number",
    "stored_name",
    "login",
    "media_type",
    "sha256",
    "link",
    "message_id",
    "token",
    "act",
    "digest",
    "chain",
)
SHORTEST_WRITTEN = 60  # shorter columns hold words of the program
INNER_TABLES = frozenset({"alembic_version", "deadline_rules", "job_runs", "leases", "settings", "counters", "form_keys"})


@pytest.fixture
def settings(tmp_path: Any, lent_postgres_url: str) -> Any:
    """One engine is enough, this one: every page is read on it here, and by tests/house/test_queries.py on SQLite."""
    return make_settings(tmp_path / "data", lent_postgres_url)


@pytest.fixture
def numbers(app: Flask) -> list[str]:
    """Cases in every stage, one of them public, with markup in everything anybody wrote."""
    with app.app_context(), transaction() as session:
        office = make_office(session)
        make_person(session, "auditor", Role.AUDITOR)
        make_person(session, "administrator", Role.ADMINISTRATOR)
        make_case(session, office.clerk)
        for walk in (assigned, handling_case, under_review, approved, answered, closed):
            walk(office)
        public = closed(office)
        make_publication(session, public)
        session.flush()
        for table in Base.metadata.sorted_tables:
            values = {column.name: value for column in table.c if (value := hostile(column)) and table.name not in INNER_TABLES}
            if values:
                session.execute(update(table).values(values))
        return list(session.scalars(select(Case.number).order_by(Case.id)))


def hostile(column: Column[Any]) -> str | None:
    """What to put into a column; None for what nobody writes."""
    length = getattr(column.type, "length", None) or len(LONG)
    written = type(column.type) in (String, Text) and length >= SHORTEST_WRITTEN
    if (
        not written
        or column.primary_key
        or column.unique
        or column.foreign_keys
        or any(part in column.name for part in NOT_WRITTEN)
    ):
        return None
    return LONG if length >= len(LONG) else SHORT


class Reader(HTMLParser):
    """Finds what no page of ours holds: foreign elements, scripts within the page, handlers, script addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag == "x-evil" or (tag == "script" and "src" not in held):
            self.found.append(f"<{tag}>")
        self.found += [f"{tag} {name}" for name in held if name.startswith("on")]
        self.found += [
            f"{tag} {name}={value}" for name, value in attrs if (value or "").strip().lower().startswith("javascript:")
        ]


def addresses(app: Flask, numbers: list[str]) -> Iterator[str]:
    """Every address that can be read, for each case where it takes a number."""
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint.endswith("static"):
            continue
        for number in numbers if "number" in rule.arguments else [""]:
            others: dict[str, Any] = {name: 1 for name in rule.arguments if name not in ("number", "key", "code", "day")}
            words = {name: "waiting" for name in rule.arguments if name in ("key", "code", "day")}
            built = rule.build({"number": number} | others | words, append_unknown=False)
            if built:
                yield built[1]


@pytest.mark.slow
def test_markup_in_any_field_stays_text_on_every_page(app: Flask, numbers: list[str]) -> None:
    wrong, shown = [], 0
    public, inside = Browser(app), {login: client_for(app, login) for login in ("clerk", "finance_head", "leader", "auditor")}
    for browser in [public, client_for(app, "administrator"), *inside.values()]:
        looked_at = numbers if browser is inside["clerk"] else numbers[-1:]
        paths = [path for path in addresses(app, looked_at) if browser is not public or not path.startswith("/office")]
        for path in paths:
            answer = browser.get(path, buffered=True)
            assert answer.status_code < 500 or path == "/healthz", path
            if answer.mimetype == "text/html":
                reader = Reader()
                reader.feed(answer.text)
                wrong += [f"{path}: {found}" for found in reader.found]
                shown += "x-evil" in answer.text
                wrong += [f"{path}: a template was carried out"] if "}49" in answer.text or "$49" in answer.text else []

    assert not wrong
    assert shown > 30, "the markup must have been on the pages that were looked at"


def test_markup_stays_text_in_feeds_and_tables(app: Flask, numbers: list[str]) -> None:
    browser = Browser(app)
    entries = json.loads(browser.get("/replies.json").text)
    feed = ET.fromstring(browser.get("/replies/feed.atom").text)
    rows = list(csv.reader(io.StringIO(browser.get("/replies.csv").text)))

    assert "x-evil" in json.dumps(entries)
    assert not [element.tag for element in feed.iter() if "x-evil" in element.tag or "script" in element.tag]
    assert len(rows) == 2
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]


EXTRA = {
    "stage": "closed",
    "risk_level": "IV",
    "next_due_at": "2099-01-01",
    "lead_unit_id": "2",
    "handler_id": "1",
    "id": "7",
    "number": "LY2099-000001",
    "received_at": "2000-01-01T00:00",
    "registered_by_id": "1",
    "restricted": "1",
    "published": "1",
    "to_publish": "1",
    "disclosure": "public",
    "role": "administrator",
    "roles": "administrator",
    "active": "0",
    "handles_accusations": "1",
    "must_change_password": "0",
    "created_at": "2000-01-01",
}


@pytest.mark.parametrize(
    ("login", "place", "act", "fields"),
    [
        ("clerk", 0, "classify", {"area": "城建"}),
        ("finance_handler", 2, "note", {"text": "办理记录"}),
        ("finance_handler", 2, "draft", {"text": "您好，路灯已列入本周维修计划，完工后回访。"}),
        ("clerk", 2, "reveal_contact", {"reason": "核实"}),
    ],
)
def test_fields_no_form_asked_for_change_nothing(app: Flask, login: str, place: int, act: str, fields: dict[str, str]) -> None:
    with app.app_context(), transaction() as session:
        office = make_office(session)
        found = [make_case(session, office.clerk), assigned(office), handling_case(office)]
        number = found[place].number
        session.flush()
    before = row_of(app, number)
    browser = client_for(app, login)
    page = f"/office/cases/{number}/{act}"
    query = "&".join(f"{name}={value}" for name, value in EXTRA.items())
    sent: dict[str, Any] = {name: [value, value] for name, value in EXTRA.items()} | fields
    answer = browser.submit(f"{page}?{query}", f"/{act}", **sent)

    assert answer.status_code == 303
    assert row_of(app, number) == before


def row_of(app: Flask, number: str) -> dict[str, Any]:
    """The whole row of a case but for its version, and everybody's roles."""
    tables = Base.metadata.tables
    with app.app_context(), transaction() as session:
        held = dict(session.execute(select(tables["cases"]).where(tables["cases"].c.number == number)).one()._mapping)
        del held["version"], held["area"]  # what the forms are for
        held["roles"] = session.execute(select(tables["person_roles"].c.person_id, tables["person_roles"].c.role)).all()
        held["people"] = session.execute(select(tables["people"])).all()
        return held
