"""Search leads from a number to its case and from words to the cases that hold them, within what a person may see."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select

from opinion_app import clock
from opinion_app.flow import index
from opinion_app.flow.register import register
from opinion_app.records.case import Case, CaseGrant
from opinion_app.records.current import settings_of
from opinion_app.records.trail import TrailEntry, TrailValue
from opinion_app.records.transaction import transaction
from opinion_app.rules.registration import Writer
from opinion_app.rules.words import Kind, Role
from opinion_app.search.index import COUNT_CAP
from tests.builders.office import NEW, make_case, make_person, make_unit, seed
from tests.support.queries import MOST_QUERIES, counting
from tests.support.signed_in import signed_in


@pytest.fixture
def office(app: Flask) -> dict[str, Any]:
    """A clerk, a leader, the head of an accused unit, and cases with words and contacts of their own."""
    with app.app_context(), transaction() as session:
        seed(session)
        now = clock.now()
        unit = make_unit(session)
        people = {
            "clerk": make_person(session, "clerk", Role.CLERK),
            "leader": make_person(session, "leader", Role.LEADER),
            "accused": make_person(session, "accused", Role.CLERK, unit=unit),
        }
        make_case(session, now=now, title="拆迁补偿款何时发放", body="房屋拆迁已满一年。" * 30, nickname="山间清风")
        make_case(session, now=now, title="夜间施工", body="工地噪音太大<script>alert(1)</script>")
        make_case(
            session,
            now=now,
            title="反映财政所",
            kind=Kind.ACCUSATION,
            accused="财政所",
            accused_unit_id=unit.id,
            body="拆迁中的问题",
        )
        return {name: person.id for name, person in people.items()}


def text_of(app: Flask, person: int, address: str) -> str:
    return signed_in(app, person).get(address).get_data(as_text=True)


def test_a_number_leads_straight_to_its_case(app: Flask, office: dict[str, Any]) -> None:
    answer = signed_in(app, office["clerk"]).get("/office/search?q= ly2026-000002 ")

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/office/cases/LY2026-000002"
    assert signed_in(app, office["accused"]).get("/office/search?q=LY2026-000003").status_code == 200


def test_two_character_words_are_found_and_marked(app: Flask, office: dict[str, Any]) -> None:
    text = text_of(app, office["clerk"], "/office/search?q=拆迁")

    assert "找到 2 件" in text
    assert "<mark>拆迁</mark>补偿款何时发放" in text
    assert text.index("反映财政所") < text.index("补偿款何时发放")


def test_what_was_written_is_shown_as_text(app: Flask, office: dict[str, Any]) -> None:
    text = text_of(app, office["clerk"], "/office/search?q=噪音")

    assert "&lt;script&gt;" in text
    assert "<script>alert" not in text


def test_nobody_finds_what_they_may_not_see(app: Flask, office: dict[str, Any]) -> None:
    text = text_of(app, office["accused"], "/office/search?q=拆迁")

    assert "找到 1 件" in text
    assert "反映财政所" not in text


@pytest.mark.parametrize("typed", ["", "   ", "，。！", "不存在的字词组合", "x" * 2000, "' OR 1=1 --", '"', "*", "拆迁 噪音"])
def test_whatever_is_typed_the_page_answers(app: Flask, office: dict[str, Any], typed: str) -> None:
    answer = signed_in(app, office["clerk"]).get("/office/search", query_string={"q": typed, "before": "x", "seen": "1-a-"})

    assert answer.status_code == 200
    assert '<ol class="results">' not in answer.get_data(as_text=True)


def test_pages_lead_on_to_older_hits_and_back(app: Flask, office: dict[str, Any]) -> None:
    with app.app_context(), transaction() as session:
        for number in range(45):
            make_case(session, now=clock.now(), title=f"路灯{number:02d}号")
    client = signed_in(app, office["clerk"])
    first = client.get("/office/search?q=路灯").get_data(as_text=True)
    address = "/office/search" + first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = client.get(address).get_data(as_text=True)

    assert "找到 45 件" in first
    assert "44号" in first
    assert "24号" not in first
    assert "24号" in second
    assert 'rel="prev"' in second


def many(app: Flask, amount: int) -> None:
    """As many cases alike as wanted, in the table and in the index."""
    with app.app_context(), transaction() as session:
        first = make_case(session, now=clock.now())
        same = {column.key: getattr(first, column.key) for column in Case.__table__.columns if column.key not in ("id", "number")}
        session.execute(insert(Case), [same | {"number": f"LY2020-{serial:06d}"} for serial in range(1, amount)])
        added = session.scalars(select(Case).where(Case.number.like("LY2020-%")))
        index.put_messages(session, added, {})


@pytest.mark.parametrize("amount", [10, 1000])
def test_the_page_asks_no_more_for_many_hits(app: Flask, office: dict[str, Any], amount: int) -> None:
    many(app, amount)
    client = signed_in(app, office["clerk"])
    for words in ("路灯", "拆迁", "没有的词", "LY2020-000009x"):
        with counting(app) as asked:
            client.get("/office/search", query_string={"q": words})
        assert len(asked) <= MOST_QUERIES, "\n".join(asked)
    assert f"找到 {amount} 件" in client.get("/office/search?q=路灯").get_data(as_text=True)


def test_more_than_can_be_read_are_not_counted_to_the_end(app: Flask, office: dict[str, Any]) -> None:
    many(app, COUNT_CAP + 5)

    assert f"找到 {COUNT_CAP}+ 件" in text_of(app, office["clerk"], "/office/search?q=路灯")


def test_the_count_leaves_out_what_is_hidden(app: Flask, office: dict[str, Any]) -> None:
    """Beyond a page the hits are counted; a restricted case is none for whoever is not named for it."""
    many(app, 30)
    with app.app_context(), transaction() as session:
        secret = make_case(session, now=clock.now(), kind=Kind.ACCUSATION, accused="某人", concerns_official=True)
        assert secret.restricted
        secret_id = secret.id

    assert "找到 30 件" in text_of(app, office["clerk"], "/office/search?q=路灯")
    with app.app_context(), transaction() as session:
        session.add(CaseGrant(case_id=secret_id, person_id=office["clerk"], granted_at=clock.now()))
    assert "找到 31 件" in text_of(app, office["clerk"], "/office/search?q=路灯")


def look_up(app: Flask, person: int, typed: str) -> Any:
    client = signed_in(app, person)
    page = client.get("/office/search?q=x").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    return client.post("/office/search/contact", data={"csrf_token": token, "contact": typed})


def test_contact_data_is_found_exactly_and_leaves_a_masked_line(app: Flask, office: dict[str, Any]) -> None:
    with app.app_context(), transaction() as session:
        new = type(NEW)(
            **{**NEW.__dict__, "title": "王家湾的水", "writer": Writer("王小明", "13912345678"), "received_at": clock.now()}
        )
        register(session, new, None, clock.now(), settings_of(app).secret_key)

    assert "没有找到" in text_of(app, office["clerk"], "/office/search?q=13912345678")
    assert "王家湾的水" in look_up(app, office["clerk"], "139 1234 5678").get_data(as_text=True)
    assert "王家湾的水" in look_up(app, office["clerk"], "王小明").get_data(as_text=True)
    assert "王家湾的水" not in look_up(app, office["clerk"], "王小").get_data(as_text=True)
    assert look_up(app, office["clerk"], " ").status_code == 422
    with app.app_context(), transaction() as session:
        kept = session.scalars(
            select(TrailValue.new).join(TrailEntry, TrailEntry.seq == TrailValue.seq).where(TrailEntry.act == "contact.lookup")
        )
        said = list(kept)
    assert len(said) == 6
    assert all("13912345678" not in (value or "") and "王小明" not in (value or "") for value in said)


def test_only_who_may_looks_up_contacts(app: Flask, office: dict[str, Any]) -> None:
    assert "按联系方式精确查找" not in text_of(app, office["leader"], "/office/search?q=x")
    assert look_up(app, office["leader"], "王小明").status_code == 403
