"""Hints by the lists the office keeps; binding only where the office says so; like replies by what their titles share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.wording import operations as wording
from opinion_app.flow import index
from opinion_app.flow.reply_help import hints_on, kept
from opinion_app.records.transaction import transaction
from opinion_app.records.wording import ReplyTemplate
from opinion_app.rules.errors import Conflict, Invalid, NotFound
from opinion_app.rules.hints import DEFAULT_LISTS, HintKind, WordList
from opinion_app.rules.words import Kind
from opinion_app.steps.reply import operations, queries
from opinion_app.steps.reply.similar import replies_like
from tests.builders.life import Office, approved, handling_case, make_office
from tests.builders.office import NOW

TEXT = "我办高度重视，路灯线路已按装完毕，村民夜间出行方便，请您放心。"


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    with transaction() as session:
        yield make_office(session)


def save(office: Office, binding: frozenset[HintKind] = frozenset(), **texts: str) -> int:
    wanted = {WordList.of(name): text for name, text in texts.items()}
    return wording.save_lists(office.session, wanted, binding, wording.state(office.session), office.clerk, NOW)


def test_the_lists_are_the_offices_own(office: Office) -> None:
    case = handling_case(office)
    assert kept(office.session).lists == DEFAULT_LISTS
    kinds = [each.kind for each in hints_on(office.session, case, TEXT, NOW)]
    assert {HintKind.EMPTY, HintKind.TYPO, HintKind.MISSING} <= set(kinds)
    assert save(office, empty="村民", typo="") == 2
    assert save(office, empty="村民", typo="") == 0
    placed = [TEXT[each.start : each.end] for each in hints_on(office.session, case, TEXT, NOW) if each.has_place]
    assert placed == ["村民"]


def test_a_wrong_list_changes_nothing_and_nobody_overwrites_unseen(office: Office) -> None:
    with pytest.raises(Invalid) as refusal:
        save(office, empty="村民", typo="按装")
    assert list(refusal.value.fields) == ["typo"]
    before = wording.state(office.session)
    save(office, empty="村民")
    with pytest.raises(Conflict):
        wording.save_lists(office.session, {WordList.EMPTY: "村长"}, (), before, office.clerk, NOW)


def test_only_what_the_office_made_binding_stops_a_reply(office: Office) -> None:
    case = handling_case(office)
    operations.save_draft(office.session, case, office.finance_handler, NOW, TEXT)
    assert save(office, frozenset({HintKind.TYPO})) == 1
    with pytest.raises(Invalid) as refusal:
        operations.submit(office.session, case, office.finance_handler, NOW)
    assert "按装" in refusal.value.fields["text"]
    save(office, frozenset({HintKind.AMOUNT}))
    operations.submit(office.session, case, office.finance_handler, NOW)


def test_templates_fit_by_kind_and_area(office: Office) -> None:
    session, case = office.session, handling_case(office)
    say: dict[str, Any] = {"text": "您好，您反映的××问题", "area": ""}
    for title, kind, area in (
        ("通用", None, ""),
        ("求助", case.kind, ""),
        ("咨询", Kind.INQUIRY, ""),
        ("本领域", case.kind, case.area),
    ):
        wording.save_template(session, None, office.clerk, NOW, title=title, kind=kind, **(say | {"area": area}))
    assert [row.title for row in queries.templates(session, case)] == ["本领域", "求助", "通用"]
    row = session.scalars(select(ReplyTemplate).where(ReplyTemplate.title == "通用")).one()
    assert queries.with_template(session, "已写。\n", str(row.id)) == "已写。\n\n您好，您反映的××问题"
    wording.save_template(session, row, office.clerk, NOW, title="通用", kind=None, active=False, seen=row.version, **say)
    assert queries.with_template(session, "已写。", str(row.id)) == "已写。"
    assert queries.with_template(session, "已写。", "abc") == "已写。"
    with pytest.raises(Conflict):
        wording.save_template(session, row, office.clerk, NOW, title="通用", kind=None, seen=0, **say)
    with pytest.raises(NotFound):
        wording.template(session, 99)


def test_like_replies_are_found_by_what_the_titles_share(office: Office) -> None:
    session = office.session
    old = approved(office, title="村口路灯损坏多日无人维修")
    other = approved(office, title="医保报销比例咨询", body="请问异地住院的医保报销比例是多少，需要哪些材料？")
    for case in (old, other):
        index.put_case(session, case)
    new = handling_case(
        office, NOW + timedelta(days=1), title="主街路灯损坏请求维修", body="主街的三盏路灯都坏了，夜里看不见路。"
    )
    found = replies_like(session, new, office.finance_handler)
    assert found[0].number == old.number
    assert found[0].text
    assert replies_like(session, new, office.roads_head), "a supporting unit sees its cases"
    nothing = handling_case(office, NOW + timedelta(days=2), title="ABC", body="1 2 3 4 5 6 7 8 9 10")
    assert list(replies_like(session, nothing, office.finance_handler)) == []
