"""Who may open what: every route and method against nobody, each role and somebody who must change the password first.

    python -m tests.house.access_matrix

writes `access_matrix.csv` anew; what changed in it is to be read before it is kept (GB/T 22239 8.1.4.2, ASVS 8.2.1)."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

from flask import Flask
from flask.typing import ResponseReturnValue
from werkzeug.routing import Rule

from opinion_app.app import create_app
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Role
from opinion_app.web.access import ATTRIBUTE, access_of
from tests.builders.office import make_person, make_unit
from tests.support.client import Browser, client_for
from tests.support.databases import hurry, make_settings, migrate, release

KEPT = Path(__file__).with_name("access_matrix.csv")
NOBODY, NEWCOMER = "nobody", "newcomer"
WHO = (NOBODY, NEWCOMER, *(role.value for role in Role))
UNITS_OWN = (Role.HANDLER, Role.UNIT_HEAD)


def people(app: Flask) -> dict[str, Browser]:
    """A browser for everybody of the matrix; the newcomer holds every role and still has the first password."""
    with app.app_context(), transaction() as session:
        unit = make_unit(session, "财政所")
        for role in Role:
            make_person(session, role.value, role, unit=unit if role in UNITS_OWN else None)
        make_person(session, NEWCOMER, *Role, unit=unit).must_change_password = True
    return {who: Browser(app) if who == NOBODY else client_for(app, who) for who in WHO}


def matrix(app: Flask) -> list[list[str]]:
    """The rows: method, route and what each of WHO gets; the views themselves are not carried out."""
    browsers = people(app)
    app.config["WTF_CSRF_ENABLED"] = False  # the protection of forms is tested by itself and would hide who may
    own = [rule for rule in app.url_map.iter_rules() if not rule.endpoint.endswith("static")]
    for endpoint in {rule.endpoint for rule in own}:
        app.view_functions[endpoint] = _opened(access_of(app, endpoint))
    rows = [
        [method, str(rule), *(_told(browsers[who], method, _address(rule)) for who in WHO)]
        for rule in sorted(own, key=str)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
    return [["method", "route", *WHO], *rows]


def _opened(access: Any) -> Any:
    def view(**_values: Any) -> ResponseReturnValue:
        return "opened"

    setattr(view, ATTRIBUTE, access)
    return view


def _address(rule: Rule) -> str:
    values = {name: "LY2026-000001" if "number" in name else "1" for name in rule.arguments}
    built = rule.build(values, append_unknown=False)
    assert built is not None, rule
    return built[1]


def _told(browser: Browser, method: str, path: str) -> str:
    answer = browser._call(method, path)
    if answer.status_code == 303:
        return "sign in" if "/office/sign-in" in answer.location else "change password"
    return "open" if answer.text == "opened" else str(answer.status_code)


def as_csv(rows: list[list[str]]) -> str:
    """The rows as the kept file holds them."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def main() -> None:
    """Write the kept file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'opinion.db'}"
        migrate(folder, url)
        app = create_app(make_settings(folder, url))
        hurry(app)
        KEPT.write_text(as_csv(matrix(app)), "utf-8", newline="\n")
        release(app)


if __name__ == "__main__":
    main()
