"""Addresses and headers as strangers write them: no answer of 5xx, nothing that leads away, nothing of the machine shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from opinion_app.app import create_app
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Role
from tests.builders.office import make_case, make_person
from tests.support.client import PASSWORD, Browser, client_for, give_password, pick
from tests.support.databases import ENGINES, furnish, hurry, make_settings, release

CASE = "/office/cases/LY2026-000001"
MACHINE = ("Traceback", "sqlalchemy", "sqlite3", "psycopg", "werkzeug", "site-packages", 'File "', "SELECT ")


def fill(session: Session) -> None:
    """Two people and one case."""
    give_password(make_person(session, "clerk", Role.CLERK))
    make_person(session, "administrator", Role.ADMINISTRATOR)
    make_case(session)


@pytest.fixture
def people(app: Flask) -> Flask:
    """Two people and one case."""
    with app.app_context(), transaction() as session:
        fill(session)
    return app


@pytest.fixture(scope="module", params=ENGINES)
def standing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The same for all who ask for what changes nothing."""
    folder = tmp_path_factory.mktemp("standing")
    with furnish(request, folder, fill).copy(folder) as url:
        app = create_app(make_settings(folder / "data", url))
        hurry(app)
        yield app
        release(app)


@pytest.mark.parametrize(
    "path",
    [
        f"{CASE}%00",
        f"{CASE}/%00note",
        "/office/cases?area=%00",
        "/office/cases?%00=1",
        "/office/cases?unit=99999999999999999999",
        "/office/cases?from=2026-02-30&until=%FF",
        "/office/attachments/99999999999999999999",
        "/office/attachments/2147483648",
        "/office/attachments/-1",
        "/office/attachments/１",
        "/office/cases/" + "9" * 3000,
        "/office/cases/LY2026-999999",
        "/office/cases/%ff",
        "/office/cases/%91%fe",
        "/office/cases/%ED%A0%80",
        "/office/cases/" + "%F0%9F%98%80" * 50,
        "/office/cases/' or 1=1--",
        "/office/cases?area='||(select 1)--&sort=id;drop table cases",
        "/office/todo/evil",
        "/office/todo/%00",
        "/static/../config.py",
        "/static/%2e%2e/%2e%2e/config.py",
        "/static/..%5c..%5cconfig.py",
        "/static/%00",
        "/.git/config",
        "/office/cases?" + "&".join(f"a{i}={i}" for i in range(2000)),
    ],
)
def test_an_odd_address_gets_a_plain_answer(standing: Flask, path: str) -> None:
    answer = client_for(standing, "clerk").get(path)

    assert answer.status_code < 500
    assert not [word for word in MACHINE if word in answer.text]


PAGES = ("-1", "0", "2147483648", "9223372036854775808", "1e9", "NaN", "１", "", "1;drop")


def test_odd_pages_and_orders_are_the_first_page_in_the_usual_order(people: Flask) -> None:
    browser = client_for(people, "clerk")
    asked = [{"page": page, "sort": sort} for page in PAGES for sort in ("evil", "id desc; drop table cases", "'")]
    answers = [browser.get("/office/cases", query_string=query) for query in asked]

    assert {answer.status_code for answer in answers} == {200}
    assert all(
        "LY2026-000001" in answer.text for query, answer in zip(asked, answers, strict=True) if query["page"] != "2147483648"
    )


def test_a_parameter_given_twice_fails_nothing(people: Flask) -> None:
    browser = client_for(people, "clerk")
    names = ("page", "sort", "area", "stage", "unit", "from", "level", "due")

    assert {browser.get(f"/office/cases?{name}=1&{name}=2&{name}[]=3").status_code for name in names} == {200}


@pytest.mark.parametrize(
    "target",
    [
        "//evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "///evil.test",
        "https:evil.test",
        "https://evil.test/office/",
        "/\t/evil.test",
        "\t//evil.test",
        " //evil.test",
        "javascript:alert(1)",
        "data:text/html,x",
        "@evil.test",
        "/@evil.test:80\\@x",
        "/office/\r\nSet-Cookie: a=b",
        "/office/\0",
        "/office/../..//evil.test",
        "http://[::1",
        "/／evil.test",
    ],
)
def test_signing_in_never_leads_to_another_site(people: Flask, target: str) -> None:
    browser = Browser(people)
    answer = browser.submit("/office/sign-in", login="clerk", password=PASSWORD, next=target)

    assert answer.status_code == 303
    location = answer.headers["Location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert not set(location) & set("\\\t\r\n\0")
    assert "Set-Cookie: a=b" not in str(answer.headers)


def test_signing_in_leads_back_to_where_one_was_going(people: Flask) -> None:
    browser = Browser(people)
    asked = browser.get(f"{CASE}?x=//y")
    assert asked.status_code == 303
    answer = browser.submit(asked.location, login="clerk", password=PASSWORD)

    assert answer.location == f"{CASE}?x=//y"


def test_other_methods_do_nothing(people: Flask) -> None:
    browser = client_for(people, "clerk")
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "EVIL"):
        for path in ("/office/", CASE, f"{CASE}/note", "/office/sign-in", "/nothing"):
            answer = browser._call(method, path)
            assert answer.status_code in (400, 404, 405)
            assert answer.status_code != 405 or "GET" in answer.headers["Allow"]


def test_an_address_of_a_button_opened_by_itself_says_so_and_does_nothing(people: Flask) -> None:
    browser = client_for(people, "clerk")
    answer = browser.get("/office/sign-out")

    assert answer.status_code == 405
    assert "不能直接打开" in answer.text
    assert browser.get("/office/").status_code == 200


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-Original-URL", "X-Rewrite-URL", "X-Remote-User", "X-On-Behalf-Of"])
def test_headers_that_other_software_obeys_mean_nothing_here(standing: Flask, name: str) -> None:
    plain, headed = Browser(standing).get("/office/"), Browser(standing).get("/office/", headers={name: "/office/people"})

    assert (plain.status_code, plain.location) == (headed.status_code, headed.location)


def test_a_forged_host_or_forwarded_header_appears_nowhere(people: Flask) -> None:
    forged = {
        "Host": "evil.test",
        "X-Forwarded-Host": "evil.test",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "1.2.3.4",
        "X-Forwarded-Prefix": "/evil.test",
        "Forwarded": "host=evil.test",
    }
    for path in ("/office/", "/office/sign-in", "/office/cases", CASE, "/nothing"):
        for browser in (Browser(people), client_for(people, "clerk")):
            answer = browser.get(path, headers=forged)
            assert "evil.test" not in answer.text + str(answer.headers)


@pytest.mark.parametrize("host", ["a b", "evil.test:port", "a/b", "[::1", "x" * 5000, "\u202ehost"])
def test_a_host_that_is_none_gets_a_plain_answer(standing: Flask, host: str) -> None:
    answer = Browser(standing).get("/office/sign-in", headers={"Host": host.encode().decode("latin1")})

    assert answer.status_code < 500
    assert not [word for word in MACHINE if word in answer.text]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.test"},
        {"Origin": "http://[::1"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_form_from_another_site_is_refused_even_with_its_token(people: Flask, headers: dict[str, str]) -> None:
    browser = client_for(people, "clerk")
    answer = browser.submit(f"{CASE}/accept", "/accept", headers=headers)

    assert answer.status_code == 400
    assert "别的网站" in answer.text
    assert browser.submit(f"{CASE}/accept", "/accept", headers={"Origin": "http://localhost"}).status_code == 303


def posting_routes(app: Flask) -> list[str]:
    """An address of every route that takes a POST."""
    found = []
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()):
            values: dict[str, Any] = {name: "LY2026-000001" if "number" in name else 1 for name in rule.arguments}
            built = rule.build(values, append_unknown=False)
            found += [built[1]] if built else []
    return found


def test_no_form_is_taken_without_its_token(people: Flask) -> None:
    taken = []
    for browser in (client_for(people, "clerk"), client_for(people, "administrator")):
        for path in posting_routes(people):
            for data, kind in (({"reason": "x"}, None), ({"csrf_token": "forged"}, None), ('{"a": 1}', "text/plain")):
                answer = browser._call("POST", path, data=data, content_type=kind)
                # 403: the person may not come here at all, which is asked before
                if answer.status_code not in (400, 403):
                    taken.append(f"{path}: {answer.status_code}")

    assert not taken


def test_a_token_of_another_person_is_worth_nothing(people: Flask) -> None:
    theirs = dict(pick(client_for(people, "administrator").forms("/office/password"), "/password").fields)["csrf_token"]
    answer = client_for(people, "clerk").submit(f"{CASE}/accept", "/accept", csrf_token=theirs)

    assert answer.status_code == 400
    assert "刷新页面" in answer.text


MULTIPART = "multipart/form-data; boundary=x"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"--x\r\nContent-Disposition: form-data; name=", MULTIPART),
        (b"--x\r\n\r\n\r\n--x--", MULTIPART),
        (b"\r\n" * 100_000, MULTIPART),
        (b"--x", "multipart/form-data"),
        (b"--x", "multipart/form-data; boundary="),
        (b"a=1", MULTIPART),
        (b"%ff=%91&a%00b=%00&=&&&", "application/x-www-form-urlencoded"),
        (b"a=" + b"\xff\xfe" * 1000, "application/x-www-form-urlencoded; charset=utf-7"),
        (b"[" * 10_000, "application/json"),
        (b"1e999", "application/json"),
        (b"x", "a/b"),
        (b"x", "\xff"),
    ],
)
def test_a_body_that_is_no_form_gets_a_plain_answer(standing: Flask, body: bytes, kind: str) -> None:
    browser = client_for(standing, "clerk")
    for path in ("/office/sign-in", f"{CASE}/accept", f"{CASE}/attach"):
        answer = browser._call("POST", path, data=body, content_type=kind)
        assert answer.status_code in (400, 413)
        assert not [word for word in MACHINE if word in answer.text]


@pytest.mark.parametrize("parts", [1001, 1500])
def test_a_form_of_very_many_parts_is_too_large(people: Flask, parts: int) -> None:
    browser = client_for(people, "clerk")
    fields = dict(pick(browser.forms(f"{CASE}/attach"), "/attach").fields)
    body = b"".join(f'--x\r\nContent-Disposition: form-data; name="f{i}"\r\n\r\n1\r\n'.encode() for i in range(parts))
    token = f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{fields["csrf_token"]}\r\n'.encode()
    answer = browser._call("POST", f"{CASE}/attach", data=token + body + b"--x--\r\n", content_type=MULTIPART)

    assert answer.status_code == 413
    assert "太大" in answer.text


def test_a_key_that_is_none_of_ours_is_refused(people: Flask) -> None:
    browser = client_for(people, "clerk")
    for key in ("\0", "' or 1=1", "x" * 65, "密钥"):
        assert browser.submit(f"{CASE}/accept", "/accept", _key=key).status_code == 400


@pytest.fixture
def answers(people: Flask) -> list[TestResponse]:
    """One answer of every kind: page, fragment, redirect, download, style sheet, every error."""
    inside, outside = client_for(people, "clerk"), Browser(people)
    return [
        inside.get("/office/"),
        inside.get(CASE),
        inside.get(f"{CASE}/note", headers={"HX-Request": "true"}),
        outside.get("/office/"),
        outside.get("/office/sign-in"),
        outside.get("/static/css/tokens.css", buffered=True),
        inside.get("/office/nothing"),
        inside.get(f"{CASE}/sign_for"),
        inside.post(f"{CASE}/note", {}),
        inside.get(f"{CASE}/accept%00"),
        inside._call("DELETE", CASE),
        outside.get("/nothing"),
    ]


def test_every_kind_of_answer_carries_the_headers(answers: list[TestResponse]) -> None:
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert all(part in policy for part in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"))
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "X-Powered-By" not in answer.headers


def test_no_page_of_the_office_is_kept_by_a_browser(answers: list[TestResponse], people: Flask) -> None:
    office = [client_for(people, "clerk").get(path) for path in ("/office/", CASE, f"{CASE}/note", "/office/nothing")]

    assert {answer.headers["Cache-Control"] for answer in office} == {"no-store"}


def test_https_is_promised_only_where_it_is_used(people: Flask) -> None:
    assert "Strict-Transport-Security" not in Browser(people).get("/office/sign-in").headers


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(people: Flask) -> None:
    browser = Browser(people)
    answer = browser.submit("/office/sign-in", login="clerk", password=PASSWORD)
    cookie = answer.headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
