"""Signing in tells nothing apart, locks after failures, starts a fresh session and ends it on the server."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select, update

from opinion_app.records.person import Person, SignInAttempt, SignInSession
from opinion_app.records.trail import TrailEntry
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Role
from tests.builders.office import make_person
from tests.support.client import PASSWORD, Browser, client_for, give_password

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def people(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        for login, role in (("clerk", Role.CLERK), ("admin", Role.ADMINISTRATOR)):
            give_password(make_person(session, login, role, name=login))
        give_password(make_person(session, "gone", Role.CLERK, active=False))
        give_password(make_person(session, "new", Role.CLERK, must_change_password=True))


def tries(app: Flask, login: str, password: str = "wrong-Pass-1") -> int:
    return Browser(app).submit("/office/sign-in", login=login, password=password).status_code


def test_the_right_password_leads_to_the_work_and_the_trail(app: Flask) -> None:
    answer = Browser(app).submit("/office/sign-in", login=" Clerk ", password=PASSWORD)

    assert (answer.status_code, answer.location) == (303, "/office/")
    with app.app_context(), transaction() as session:
        assert session.scalars(select(TrailEntry.act)).all() == ["sign_in"]


def test_a_hash_from_times_of_weaker_parameters_is_made_anew_at_the_next_sign_in(app: Flask) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
    with app.app_context(), transaction() as session:
        session.execute(update(Person).where(Person.login == "clerk").values(password_hash=weak))

    assert tries(app, "clerk") == 422
    assert stored_hash(app) == weak
    assert tries(app, "clerk", PASSWORD) == 303
    assert stored_hash(app) != weak
    assert tries(app, "clerk", PASSWORD) == 303


def stored_hash(app: Flask) -> str:
    with app.app_context(), transaction() as session:
        return str(session.scalar(select(Person.password_hash).where(Person.login == "clerk")))


def test_an_administrator_lands_on_the_people(app: Flask) -> None:
    assert Browser(app).submit("/office/sign-in", login="admin", password=PASSWORD).location == "/office/people"


def text_of(app: Flask, login: str, password: str) -> tuple[int, str]:
    answer = Browser(app).submit("/office/sign-in", login=login, password=password)
    hidden = ('name="csrf_token"', 'name="_key"', 'name="login"')
    return answer.status_code, "\n".join(line for line in answer.text.splitlines() if not any(part in line for part in hidden))


def test_a_refused_sign_in_does_not_say_that_the_password_was_kept(app: Flask) -> None:
    answer = Browser(app).submit("/office/sign-in", login="clerk", password="wrong-Pass-1")

    assert "需要改正" in answer.text
    assert "都已保留" not in answer.text
    assert "wrong-Pass-1" not in answer.text


def test_unknown_wrong_locked_and_disabled_answer_alike(app: Flask) -> None:
    for _ in range(6):
        tries(app, "admin")
    answers = {
        text_of(app, "nobody", "wrong-Pass-1"),
        text_of(app, "clerk", "wrong-Pass-1"),
        text_of(app, "admin", PASSWORD),
        text_of(app, "gone", PASSWORD),
        text_of(app, "clerk", "x" * 1_000_000),
    }

    assert len(answers) == 1
    assert next(iter(answers))[0] == 422


@pytest.mark.parametrize("spelling", ["CLERK", " clerk", "ｃｌｅｒｋ", "clerk\u3000", "Clerk\u200b"])
def test_a_login_is_counted_however_it_is_spelled(app: Flask, spelling: str) -> None:
    with time_machine.travel(START, tick=True):
        for _ in range(4):
            tries(app, "clerk")
        tries(app, spelling)
        assert tries(app, "clerk", PASSWORD) == 422
        assert tries(app, "admin", PASSWORD) == 303


def test_a_lock_ends_by_itself_and_tries_during_it_do_not_prolong_it(app: Flask) -> None:
    with time_machine.travel(START, tick=False) as wall:
        for _ in range(5):
            tries(app, "clerk")
        wall.shift(timedelta(minutes=9))
        assert tries(app, "clerk", PASSWORD) == 422
        assert tries(app, "clerk") == 422
        wall.shift(timedelta(minutes=1, seconds=1))
        assert tries(app, "clerk", PASSWORD) == 303


def test_a_success_forgets_the_failures_before_it(app: Flask) -> None:
    for _ in range(2):
        for _ in range(4):
            tries(app, "clerk")
        assert tries(app, "clerk", PASSWORD) == 303


def test_tries_at_the_same_moment_cannot_outrun_the_count(app: Flask) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: tries(app, "clerk"), range(16)))

    with app.app_context(), transaction() as session:
        assert session.scalar(select(func.count(SignInAttempt.id)).where(SignInAttempt.login_key == "clerk")) == 5
    assert tries(app, "clerk", PASSWORD) == 422


def test_what_was_typed_for_an_unknown_login_is_not_kept(app: Flask) -> None:
    tries(app, "My-Secret-1")

    with app.app_context(), transaction() as session:
        assert session.scalars(select(SignInAttempt.login_key)).all() == [""]
        assert session.scalars(select(TrailEntry.subject)).all() == ["person:?"]


@pytest.mark.parametrize("target", ["//evil.test", "/\\evil.test", "https:evil.test", "/\t/evil.test", "javascript:1", "@x", ""])
def test_next_never_leaves_the_service(app: Flask, target: str) -> None:
    answer = Browser(app).submit("/office/sign-in", login="clerk", password=PASSWORD, next=target)

    assert answer.location == "/office/"


def test_next_leads_back_to_the_page_that_was_asked_for(app: Flask) -> None:
    browser = Browser(app)
    asked = browser.get("/office/password?x=1")

    assert asked.status_code == 303
    assert browser.submit(asked.location, login="clerk", password=PASSWORD).location == "/office/password?x=1"


def test_signing_in_gives_a_new_token_and_signing_out_ends_it_on_the_server(app: Flask) -> None:
    browser = client_for(app, "clerk")
    before = browser.client.get_cookie("opinion")
    fresh = Browser(app).sign_in("clerk")
    stolen = fresh.client.get_cookie("opinion")
    assert before is not None
    assert stolen is not None
    assert stolen.value != before.value

    assert fresh.submit("/office/password", to="/password", current="", new="", again="").status_code == 422
    csrf = dict(fresh.forms("/office/password")[0].fields)["csrf_token"]
    assert fresh.post("/office/sign-out", {"csrf_token": csrf}).status_code == 303
    thief = Browser(app)
    thief.client.set_cookie("opinion", stolen.value)

    assert thief.get("/office/password").status_code == 303
    assert browser.get("/office/password").status_code == 200


def test_a_disabled_person_is_out_at_once(app: Flask) -> None:
    browser = client_for(app, "clerk")
    assert browser.get("/office/password").status_code == 200
    with app.app_context(), transaction() as session:
        row = session.scalars(select(SignInSession)).one()
        row.person.active = False

    assert browser.get("/office/password").status_code == 303


def test_the_first_password_must_be_changed_before_anything_else(app: Flask) -> None:
    browser = Browser(app).sign_in("new")

    assert browser.get("/office/password").status_code == 200
    changed = browser.submit("/office/password", to="/password", current=PASSWORD, new="Xin-Mi-Ma-88", again="Xin-Mi-Ma-88")
    assert (changed.status_code, changed.location) == (303, "/office/")
    assert tries(app, "new", "Xin-Mi-Ma-88") == 303


def test_a_new_password_ends_the_other_sessions(app: Flask) -> None:
    other, mine = client_for(app, "clerk"), client_for(app, "clerk")
    mine.submit("/office/password", current=PASSWORD, new="Xin-Mi-Ma-88", again="Xin-Mi-Ma-88")

    assert mine.get("/office/password").status_code == 200
    assert other.get("/office/password").status_code == 303


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"current": "wrong-Pass-1"}, "当前密码不正确"),
        ({"again": "Xin-Mi-Ma-89"}, "不一致"),
        ({"new": "short-1A", "again": "short-1A"}, "太短"),
        ({"new": "Clerk-Mi-Ma-88", "again": "Clerk-Mi-Ma-88"}, "不能包含登录名"),
        ({"new": PASSWORD, "again": PASSWORD}, "不能与当前密码相同"),
        ({"new": "", "again": ""}, "请填写新密码"),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_the_reason(app: Flask, values: dict[str, Any], words: str) -> None:
    typed: dict[str, Any] = {"current": PASSWORD, "new": "Xin-Mi-Ma-88", "again": "Xin-Mi-Ma-88"} | values
    answer = client_for(app, "clerk").submit("/office/password", **typed)

    assert answer.status_code == 422
    assert words in answer.text
    assert tries(app, "clerk", PASSWORD) == 303


def test_a_stolen_session_cannot_guess_the_password_for_ever(app: Flask) -> None:
    browser = client_for(app, "clerk")
    for _ in range(5):
        browser.submit("/office/password", current="wrong-Pass-1", new="Xin-Mi-Ma-88", again="Xin-Mi-Ma-88")

    answer = browser.submit("/office/password", current=PASSWORD, new="Xin-Mi-Ma-88", again="Xin-Mi-Ma-88")
    assert answer.status_code == 422


def test_sessions_idle_out_and_grow_old(app: Flask) -> None:
    with time_machine.travel(START, tick=False) as wall:
        browser = client_for(app, "clerk", START)
        for _ in range(25):
            wall.shift(timedelta(minutes=29))
            last = browser.get("/office/password").status_code
        assert last == 303
        idle = client_for(app, "clerk", START + timedelta(minutes=29 * 25))
        wall.shift(timedelta(minutes=31))
        assert idle.get("/office/password").status_code == 303
