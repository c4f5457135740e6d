"""A browser for tests without a browser: it reads the forms of a page and posts them back as a person would.

    browser = Browser(app).sign_in("clerk", PASSWORD)
    answer = browser.submit("/office/register", title="村口路灯不亮", body="…")
    assert answer.status_code == 303

Do not hold an application context around its calls: a request inside one would share its session and its `g`.
"""

from __future__ import annotations

import contextvars
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from opinion_app import clock
from opinion_app.records.person import Person, SignInSession
from opinion_app.records.transaction import transaction
from opinion_app.rules.passwords import hash_password
from opinion_app.web.identity import hash_token, new_token

PASSWORD = "Lu-Deng-2026-xiu"


@dataclass
class PageForm:
    """One form of a page: where it goes and what it holds as it was opened."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    files: set[str] = field(default_factory=set)


class Browser:
    """A client of `app` that follows pages, forms and their protection values; each call runs as a request of its own."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        """Open a page."""
        return self._call("GET", path, **kwargs)

    def sign_in(self, login: str, password: str = PASSWORD) -> Browser:
        """Sign in through the page; fails the test when the page refuses."""
        answer = self.submit("/office/sign-in", login=login, password=password)
        assert answer.status_code == 303, answer.text
        return self

    def forms(self, path: str) -> list[PageForm]:
        """The forms of a page."""
        answer = self.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}\n{answer.text[:2000]}"
        return forms_in(answer.text, path)

    def submit(self, page: str, to: str | None = None, *, headers: dict[str, str] | None = None, **values: Any) -> TestResponse:
        """Open `page` and post its form back with `values` put in; `to` names the form by the end of its address
        (default: the one that comes back to the page itself, else the last). A value may be a list, a file `(stream, name)` or
        None to leave the field out."""
        forms = self.forms(page)
        itself = [form.action for form in forms if form.method == "post" and form.action == page.split("?")[0]]
        form = pick(forms, to or (itself[0] if itself else None))
        return self.send(form, headers=headers, **values)

    def press(self, path: str, page: str = "/office/password", **values: Any) -> TestResponse:
        """Post to `path` what no page offers, with the protection values of `page`."""
        own = {name: value for name, value in pick(self.forms(page), None).fields if name in ("csrf_token", "_key")}
        return self.post(path, own | values)

    def send(self, form: PageForm, *, headers: dict[str, str] | None = None, **values: Any) -> TestResponse:
        """Post a form that was read before; sending the same form twice is sending it with the same one-time key."""
        data: dict[str, Any] = {}
        for name, value in form.fields:
            if name not in values:
                data.setdefault(name, []).append(value)
        data.update({name: value for name, value in values.items() if value is not None})
        return self.post(form.action, data, headers=headers)

    def post(self, path: str, data: dict[str, Any], *, headers: dict[str, str] | None = None) -> TestResponse:
        """Post what is given and nothing else."""
        kind = "multipart/form-data" if any(map(_has_file, data.values())) else "application/x-www-form-urlencoded"
        return self._call("POST", path, data=data, headers=headers, content_type=kind)

    def _call(self, method: str, path: str, **kwargs: Any) -> TestResponse:
        # a copied context, because the request hook leaves behind whether this thread is reading or writing
        held = {"buffered": True} | kwargs  # read to the end and closed, as a browser does
        return contextvars.copy_context().run(self.client.open, path, method=method, **held)


def _has_file(value: Any) -> bool:
    return isinstance(value, tuple) or (isinstance(value, list) and any(isinstance(part, tuple) for part in value))


def pick(forms: list[PageForm], to: str | None) -> PageForm:
    """The form that goes to `to` (its end suffices), or the last that is no search and no sign-out."""
    fitting = [
        form
        for form in forms
        if form.method == "post" and (form.action.endswith(to) if to else not form.action.endswith("/sign-out"))
    ]
    assert fitting, f"no form for {to!r} among {[form.action for form in forms]}"
    return fitting[-1]


def client_for(app: Flask, who: Person | str, now: datetime | None = None) -> Browser:
    """A browser in which somebody is signed in already, without hashing a password; `who` may be a login."""
    browser, token = Browser(app), new_token()
    moment = now or clock.now()
    login = who if isinstance(who, str) else None
    with app.app_context(), transaction() as session:
        person_id = session.scalars(select(Person.id).where(Person.login == login)).one() if login else _id(who)
        session.add(SignInSession(token_hash=hash_token(token), person_id=person_id, started_at=moment, seen_at=moment))
    with browser.client.session_transaction() as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return browser


def give_password(person: Person, password: str = PASSWORD, now: datetime | None = None) -> Person:
    """Let a built person sign in."""
    person.password_hash, person.password_set_at = hash_password(password), now or clock.now()
    return person


def _id(who: Person | str) -> int:
    assert isinstance(who, Person)
    return who.id


def forms_in(text: str, path: str = "") -> list[PageForm]:
    """The forms of a page's text; a form without an address goes to `path`."""
    reader = _FormReader(path)
    reader.feed(text)
    return reader.forms


class _FormReader(HTMLParser):
    """Collects forms with the values a browser would send."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.forms: list[PageForm] = []
        self._open: PageForm | None = None
        self._select = ""
        self._options: list[tuple[str, bool]] = []
        self._text: str | None = None
        self._name = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = PageForm(held.get("action") or self.path, held.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is not None and "disabled" not in held:
            self._control(tag, held)

    def _control(self, tag: str, held: dict[str, str]) -> None:
        if tag == "input":
            self._input(held)
        elif tag == "textarea":
            self._text, self._name = "", held.get("name", "")
        elif tag == "select":
            self._select, self._options = held.get("name", ""), []
            self._many = "multiple" in held
        elif tag == "option" and self._select:
            self._options.append((held.get("value", ""), "selected" in held))

    def _input(self, held: dict[str, str]) -> None:
        assert self._open is not None
        kind, name = held.get("type", "text"), held.get("name", "")
        if kind == "file":
            self._open.files.add(name)
        elif name and kind not in ("submit", "button", "image") and (kind not in ("checkbox", "radio") or "checked" in held):
            self._open.fields.append((name, held.get("value", "on" if kind in ("checkbox", "radio") else "")))

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if self._open is None:
            return
        if tag == "form":
            self._open = None
        elif tag == "textarea" and self._text is not None:
            self._open.fields.append((self._name, self._text.removeprefix("\n")))
            self._text = None
        elif tag == "select" and self._select:
            chosen = [value for value, selected in self._options if selected]
            if not chosen and self._options and not self._many:
                chosen = [self._options[0][0]]
            self._open.fields += [(self._select, value) for value in chosen]
            self._select = ""
