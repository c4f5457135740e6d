"""No page asks more of the database the more rows there are, and none asks more than twelve times: every page of the map.

The desks' own tests look at their pages with everything on them; this one sees that no page was forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy import JSON, Boolean, Date, Integer, Numeric, Table, UniqueConstraint, func, insert, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from opinion_app import clock
from opinion_app.records.base import Base, Moment, Vocabulary
from opinion_app.records.case import Case
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Role
from tests.builders.life import answered, approved, assigned, closed, handling_case, make_office, under_review
from tests.builders.office import make_case, make_person
from tests.builders.published import make_publication
from tests.support.client import Browser, client_for
from tests.support.databases import make_settings
from tests.support.queries import MOST_QUERIES, counting

# Of these an office has many, and a row of plain values is one that a page can show.
MANY = frozenset(
    ("people", "units", "cases", "policies", "reply_templates", "assessments", "assignments", "attachments", "case_grants",
     "findings", "letters", "masking_decisions", "moves", "notices", "publications", "recusals", "replies", "reply_checks",
     "submissions", "clocks", "extension_requests", "reminders", "supervisions")
)  # fmt: skip
MANY_ROWS = 600  # of each: a collection that is fetched along is asked for by five hundred owners at a time
LOGINS = ("clerk", "leader", "reviewer", "finance_head", "finance_handler", "administrator", "auditor")


# Pages this office has nothing for: an act that is not open, a thing it has not. A new page is shown here or named here.
ELSEWHERE = frozenset(
    (
        "/calendars/<secret>.ics",
        "/healthz",
        "/office/attachments/<int:attachment_id>",
        "/office/calendar/closures/<day>/remove",
        "/office/cases/<number>/approve_assessment",
        "/office/cases/<number>/assessments/<int:version_no>",
        "/office/cases/<number>/cancel_plan",
        "/office/cases/<number>/check_gates",
        "/office/cases/<number>/close",
        "/office/cases/<number>/decide_extension",
        "/office/cases/<number>/decide_return",
        "/office/cases/<number>/grant",
        "/office/cases/<number>/object",
        "/office/cases/<number>/papers/supervision/<int:sheet_id>",
        "/office/cases/<number>/public_files/<int:copy_id>",
        "/office/cases/<number>/public_files/<int:copy_id>/file",
        "/office/cases/<number>/public_files/<int:copy_id>/pages/<int:page_no>",
        "/office/cases/<number>/public_files/<int:copy_id>/progress",
        "/office/cases/<number>/report_back",
        "/office/cases/<number>/report_risk",
        "/office/cases/<number>/sign_history",
        "/office/cases/<number>/report_support",
        "/office/cases/<number>/restart",
        "/office/cases/<number>/resume",
        "/office/cases/<number>/sign_off",
        "/office/cases/<number>/submit_reply",
        "/office/cases/<number>/supervise_feedback",
        "/office/cases/<number>/unmerge",
        "/office/cases/<number>/withdraw_extension",
        "/office/cases/<number>/withdraw_sheet",
        "/office/import/<int:run_id>",
        "/office/import/<int:run_id>/progress",
        "/office/import/<int:run_id>/refused.xlsx",
        "/office/ladder/<family>/<code>",
        "/office/outbox/<int:notice_id>.eml",
        "/office/policies/<number>",
        "/office/policies/<number>/approve_assessment",
        "/office/policies/<number>/assess",
        "/office/policies/<number>/assessments",
        "/office/policies/<number>/assessments/<int:version_no>",
        "/office/policies/<number>/edit",
        "/office/policies/<number>/files/<int:attachment_id>",
        "/office/policies/<number>/release",
        "/office/rules/<code>",
        "/office/rules/<code>/retire",
        "/replies/<number>/files/<int:serial>",
        "/search.html",
    )
)
TELLS_TROUBLE = {"/healthz"}  # 503 is how it says that no clock runs


@pytest.fixture
def settings(tmp_path: Any, sqlite_url: str) -> Any:
    """One engine is enough: what a page asks does not depend on it."""
    return make_settings(tmp_path / "data", sqlite_url)


def furnish(app: Flask, amount: int) -> list[str]:
    """Cases in every stage, and of everything that hangs on a case or stands by itself so many rows; answers the numbers."""
    with app.app_context(), transaction() as session:
        now = clock.now()
        office = make_office(session)
        make_person(session, "auditor", Role.AUDITOR)
        make_person(session, "administrator", Role.ADMINISTRATOR)
        make_case(session, office.clerk, now=now)
        for walk in (assigned, handling_case, under_review, approved, answered, closed):
            walk(office, now)
        public = closed(office, now)
        make_publication(session, public)
        session.flush()
        numbers = list(session.scalars(select(Case.number).order_by(Case.id)))
        for table in Base.metadata.sorted_tables:
            if table.name in MANY:
                _multiply(session, table, amount)
        return numbers


def _multiply(session: Session, table: Table, amount: int) -> None:
    """So many rows more like the last one, or, where there is none, like one of plain values."""
    own = list(table.primary_key)
    last = session.execute(select(table).order_by(own[0].desc()).limit(1)).first()
    row = dict(last._mapping) if last is not None else {column.name: _plain(session, column) for column in table.c}
    highest = session.scalar(select(func.max(own[0]))) or 0
    unique = {column.name for column in table.c if column.unique or column.primary_key}
    for held in (*table.constraints, *table.indexes):
        if isinstance(held, UniqueConstraint) or getattr(held, "unique", False):
            unique |= {column.name for column in cast(Any, held).columns if not column.foreign_keys}
    rows = [{name: _other(value, table.c[name], highest, n, unique) for name, value in row.items()} for n in range(1, amount + 1)]
    session.execute(insert(table).prefix_with("OR IGNORE"), rows)


def _other(value: Any, column: Any, highest: int, n: int, unique: set[str]) -> Any:
    if column.name not in unique or column.foreign_keys:
        return value
    if column.primary_key and isinstance(column.type, Integer):
        return highest + n
    if isinstance(value, str) and not isinstance(column.type, Vocabulary):
        return f"{value[:20]}~{n}"
    return value + n if isinstance(value, int) and not isinstance(value, bool) else value


def _plain(session: Session, column: Any) -> Any:
    if column.foreign_keys:
        target = next(iter(column.foreign_keys)).column
        return session.scalar(select(func.max(target)))
    if column.nullable:
        return None
    now = clock.now()
    kinds: tuple[tuple[type, Any], ...] = ((Moment, now), (Date, now.date()), (Boolean, False), (Integer, 1), (Numeric, 1))
    if isinstance(column.type, Vocabulary):
        return next(iter(column.type.words))
    if isinstance(column.type, JSON):
        return column.default.arg(None) if column.default is not None and column.default.is_callable else {}
    return next((plain for kind, plain in kinds if isinstance(column.type, kind)), "甲")


def pages(app: Flask) -> Iterator[Rule]:
    yield from (rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and rule.endpoint != "static")


def addresses(rule: Rule, numbers: list[str]) -> Iterator[str]:
    for number in numbers if "number" in rule.arguments else [""]:
        for word in ("received", "days", "accept") if rule.arguments & {"key", "code"} else ("1",):
            of_row = {name for name in rule.arguments if "id" in name or "no" in name or name == "serial"}
            values: dict[str, Any] = dict.fromkeys(rule.arguments, word) | dict.fromkeys(of_row, 1)
            built = rule.build(values | {"number": number}, append_unknown=False)
            if built is not None:
                yield built[1]


def plain(rule: Rule) -> str:
    return str(rule).replace("int(max=2147483647):", "int:")


def tries(rule: Rule, logins: list[str], numbers: list[str]) -> Iterator[tuple[str, str]]:
    """Who asks for the page, and where; a page nobody gets here is asked for of each case by the clerk, of one by everybody."""
    for login in logins:
        asked_for = numbers if plain(rule) not in ELSEWHERE or login == LOGINS[0] else numbers[-1:]
        yield from ((login, path) for path in addresses(rule, asked_for))


def visits(app: Flask, numbers: list[str]) -> Iterator[tuple[Rule, str, int, int]]:
    """Each page as the first person who gets it sees it, and what it answers whoever does not: address, status and questions."""
    browsers = {login: client_for(app, login) for login in LOGINS} | {"": Browser(app)}
    for browser in browsers.values():
        browser.get("/office/me")  # what a process keeps, it has
    for rule in pages(app):
        for login, path in tries(rule, [*browsers], numbers):
            with counting(app) as asked:
                status = browsers[login].get(path, buffered=True).status_code
            yield rule, f"{login} {path}", status, len(asked)
            if status == 200:
                break


@pytest.mark.slow
def test_no_page_asks_more_than_twelve_times_however_many_rows_there_are(app: Flask) -> None:
    seen = list(visits(app, furnish(app, MANY_ROWS)))
    shown = {str(rule) for rule, _who, status, _count in seen if status == 200}

    assert not [f"{who}: {count}" for _rule, who, _status, count in seen if count > MOST_QUERIES]
    assert not [f"{who}: {status}" for rule, who, status, _count in seen if status >= 500 and str(rule) not in TELLS_TROUBLE]
    assert {plain(rule) for rule in pages(app) if str(rule) not in shown} <= ELSEWHERE
