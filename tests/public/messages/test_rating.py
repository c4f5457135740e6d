"""A writer rates the answer with the query code alone, once; whoever guesses is told nothing, and is slowed down."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app import clock
from opinion_app.flow.progress import open_progress
from opinion_app.records.case import Case
from opinion_app.records.current import settings_of
from opinion_app.records.rating import Rating
from opinion_app.records.submission import Progress
from opinion_app.records.transaction import transaction
from opinion_app.rules.facts import Actor
from opinion_app.rules.query_code import code_hash
from opinion_app.rules.words import AnswerMethod, Stage
from opinion_app.rules.zone import local_date
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.triage.merging import merge
from tests.builders.life import approved, make_office
from tests.builders.office import make_case
from tests.support.client import Browser, PageForm, forms_in, pick

CODE = "ABCDEFGHJKMN"
GOOD: dict[str, Any] = {"resolved": "content", "time": "fairly", "attitude": "content", "useful": "yes", "comment": "修得快"}


@pytest.fixture
def followed(app: Flask) -> tuple[str, Actor]:
    """The number of an answered case that is followed with CODE, and the clerk who answered it."""
    with app.app_context(), transaction() as session:
        office = make_office(session)
        case = approved(office)
        open_progress(session, case, code_hash(settings_of().secret_key, case.number, CODE), clock.now())
        closing.answer(session, case, office.clerk, clock.now(), AnswerMethod.ONLINE)
        return case.number, office.clerk


@pytest.fixture
def number(followed: tuple[str, Actor]) -> str:
    return followed[0]


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)


def tracked(browser: Browser, number: str) -> tuple[str, list[PageForm]]:
    answer = browser.submit("/messages/track", "/track", number=number, code=CODE)
    return answer.text, forms_in(answer.text)


def test_the_form_is_offered_with_the_answer_and_taken_once(app: Flask, browser: Browser, number: str) -> None:
    text, forms = tracked(browser, number)
    assert "评价这次答复" in text
    form = pick(forms, "/rate")
    answer = browser.send(form, **GOOD)
    assert (answer.status_code, answer.location) == (303, "/messages/rated")
    assert "评价已收到" in browser.get(answer.location).text
    with app.app_context(), transaction() as session:
        row = session.scalars(select(Rating)).one()
        assert (row.comment, row.reopened, row.taken_at is not None) == ("修得快", False, True)
    text, forms = tracked(browser, number)
    assert "评价了这次答复" in text
    assert not [one for one in forms if one.action == "/messages/rate"]
    again = browser.press("/messages/rate", "/messages/new", number=number, code=CODE, round="0", **GOOD)
    assert again.status_code == 409
    assert "评价了这次答复" in again.text
    assert "这次答复您已经评价过了" in again.text


@pytest.mark.parametrize("good", [GOOD, GOOD | {"resolved": None}])
def test_after_the_last_day_it_says_so_and_gives_the_words_back(
    app: Flask, browser: Browser, number: str, good: dict[str, Any]
) -> None:
    form = pick(tracked(browser, number)[1], "/rate")
    with app.app_context(), transaction() as session:
        row = session.get(Progress, number)
        assert row is not None
        row.rate_until = local_date(clock.now()) - timedelta(days=1)
    answer = browser.send(form, **(good | {"comment": "水还是<浑>的\n请再看看"}))
    assert answer.status_code == 409
    assert "评价没有提交" in answer.text
    assert "评价期限已过" in answer.text
    assert re.search(r"<textarea [^>]*readonly[^>]*>水还是&lt;浑&gt;的\n请再看看</textarea>", answer.text)
    assert not [one for one in forms_in(answer.text) if one.action == "/messages/rate"]
    with app.app_context(), transaction() as session:
        assert session.scalars(select(Rating)).all() == []


def test_a_form_opened_under_one_answer_does_not_rate_the_next(app: Flask, browser: Browser, followed: tuple[str, Actor]) -> None:
    number, clerk = followed
    form = pick(tracked(browser, number)[1], "/rate")
    with app.app_context(), transaction() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        closing.reopen(session, case, clerk, clock.now(), "来电反映问题复发")
    meanwhile = browser.send(form, **(GOOD | {"comment": "灯又坏了"}))
    assert (meanwhile.status_code, "正在重新办理" in meanwhile.text) == (409, True)
    assert ">灯又坏了</textarea>" in meanwhile.text
    with app.app_context(), transaction() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        case.stage = Stage.APPROVED
        closing.answer(session, case, clerk, clock.now(), AnswerMethod.ONLINE)
    stale = browser.send(form, **(GOOD | {"comment": "灯又坏了"}))
    assert (stale.status_code, "又有了新的答复" in stale.text) == (409, True)
    fresh = pick(forms_in(stale.text), "/rate")
    held = dict(fresh.fields)
    assert (held["round"], held["comment"].strip(), "resolved" in held) == ("1", "灯又坏了", False)
    assert browser.send(fresh, **GOOD).location == "/messages/rated"
    with app.app_context(), transaction() as session:
        assert session.scalars(select(Rating.round)).all() == [1]


def test_a_wish_opens_the_case_again_and_says_the_new_date(app: Flask, browser: Browser, number: str) -> None:
    form = pick(tracked(browser, number)[1], "/rate")
    answer = browser.send(form, **(GOOD | {"resolved": "discontent", "reopen": "y"}))
    assert answer.location == "/messages/rated?again=1"
    with app.app_context(), transaction() as session:
        assert session.scalars(select(Case.stage)).one() is Stage.HANDLING
    text, _forms = tracked(browser, number)
    assert "重新办理" in text
    assert "上一次的答复" in text
    assert "最晚" in text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"resolved": None}, "请选择对解决程度是否满意。"),
        ({"time": "superb"}, "提交的选项不在可选范围内"),
        ({"useful": None}, "请选择答复是否有用。"),
        ({"comment": "长" * 501}, "最多 500 个字"),
        ({"comment": "", "reopen": "y"}, "请写明哪里没有解决"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_lost(
    app: Flask, browser: Browser, number: str, changed: dict[str, Any], said: str
) -> None:
    form = pick(tracked(browser, number)[1], "/rate")
    answer = browser.send(form, **(GOOD | changed))
    assert answer.status_code == 422
    assert said in answer.text
    kept = re.search(r'<input checked [^>]*name="time"[^>]*value="fairly"', answer.text)
    assert kept is not None or "time" in changed
    with app.app_context(), transaction() as session:
        assert session.scalars(select(Rating)).all() == []


def test_a_guess_is_told_what_an_unknown_number_is_told_and_counted_with_the_rest(browser: Browser, number: str) -> None:
    said = []
    for tried in (number, "LY2026-999999"):
        answer = browser.press("/messages/rate", "/messages/new", number=tried, code="AAAAAAAAAAAA", **GOOD)
        assert answer.status_code == 200
        said.append(re.sub(r"LY2026-\d+|value=\"[^\"]{20,}\"", "", answer.text))
    assert said[0] == said[1]
    assert "没有查到" in said[0]
    for _try in range(8):
        browser.press("/messages/rate", "/messages/new", number=number, code="AAAAAAAAAAAA", **GOOD)
    late = browser.press("/messages/rate", "/messages/new", number=number, code=CODE, **GOOD)
    assert late.status_code == 429
    assert browser.submit("/messages/track", "/track", number=number, code=CODE).status_code == 429


def test_who_was_merged_is_told_who_rates_and_what_to_do(app: Flask, browser: Browser) -> None:
    with app.app_context(), transaction() as session:
        office = make_office(session)
        main, second = approved(office), make_case(session)
        open_progress(session, second, code_hash(settings_of().secret_key, second.number, CODE), clock.now())
        merge(session, second, office.clerk, clock.now(), main.number, "同一件事")
        closing.answer(session, main, office.clerk, clock.now(), AnswerMethod.ONLINE)
        number = second.number
    text, forms = tracked(browser, number)
    assert "由那一件的来信人评价" in text
    assert f"写明编号 {number}" in text
    assert not [one for one in forms if one.action == "/messages/rate"]
