"""A row of the table of deadline rules is added and retired after a look at what moves, with source and versions (D15)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clocks import start_clock
from opinion_app.flow.deadline_table import rules
from opinion_app.flow.which_rule import choice_for
from opinion_app.records.clock import Clock, DeadlineRuleRow
from opinion_app.records.notice import Notice
from opinion_app.records.trail import TrailEntry
from opinion_app.records.transaction import transaction
from opinion_app.rules.deadline_rules import ClockStage
from opinion_app.rules.words import Kind, Role
from opinion_app.rules.zone import local_date, parse_moment
from tests.builders.office import make_case, make_person
from tests.support.client import Browser, client_for, forms_in, pick

NOW = parse_moment("2026-11-23T10:00")
NEW = "/office/rules/new"
TYPED: dict[str, Any] = {"stage": "reply", "kind": "other", "name": "答复其他", "amount": "4", "source": "镇政办发〔2026〕9号"}

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"amount": "0"}, "大于 0"),
    ({"amount": "-3"}, "大于 0"),
    ({"amount": ""}, "请填写时限"),
    ({"kind": "help"}, "不要重复增加"),
    ({"source": ""}, "请填写依据"),
    ({"in_force_from": "2026-13-01"}, "in_force_from-error"),
    ({"risk_level": "I"}, "只有舆情的时限按等级规定"),
    ({"stage": "feedback"}, "stage-error"),
    ({"in_force_from": "2027-01-01", "apply_to_open": "y"}, "执行日期在以后"),
]


@pytest.fixture
def admin(app: Flask) -> Iterator[Browser]:
    """An administrator; the wall clock stands still on a Monday."""
    with time_machine.travel(NOW, tick=False):
        with app.app_context(), transaction() as session:
            make_person(session, "admin", Role.ADMINISTRATOR)
        yield client_for(app, "admin")


def replies(app: Flask) -> list[tuple[str, str]]:
    """The code of the rule and the due date of each reply, the oldest first."""
    with app.app_context(), transaction() as session:
        table = rules(session)
        clocks = session.scalars(select(Clock).where(Clock.stage == "reply").order_by(Clock.id)).all()
        return [
            (table[clock.rule_id].code[:3], local_date(clock.due_at).isoformat())
            for clock in clocks
            if clock.rule_id is not None and clock.due_at is not None
        ]


def case_of(app: Flask, kind: Kind) -> None:
    """A case received now."""
    with app.app_context(), transaction() as session:
        make_case(session, None, now=NOW, kind=kind)


def test_a_row_is_looked_at_then_added_and_the_first_case_takes_it(app: Flask, admin: Browser) -> None:
    case_of(app, Kind.OTHER)
    form = pick(admin.forms(NEW), NEW)
    form.action = f"{NEW}/preview"
    seen = admin.send(form, **TYPED)
    assert (seen.status_code, "1 项，其中 0 项会变为逾期" in seen.text) == (200, True)
    assert replies(app) == [("rep", "2026-12-02")], "a look writes nothing"
    assert admin.submit(NEW, to=NEW, headers=None, **TYPED).status_code == 303
    case_of(app, Kind.OTHER)
    assert replies(app) == [("rep", "2026-12-02"), ("own", "2026-11-27")], "what runs already keeps its rule"
    text = admin.get("/office/rules").text
    assert ["答复其他" in text, "镇政办发〔2026〕9号" in text] == [True, True]
    with app.app_context(), transaction() as session:
        said = session.scalars(select(TrailEntry.act).where(TrailEntry.act.like("rules.%"))).all()
        assert said == ["rules.add"]


def test_a_new_row_may_govern_open_cases_at_once_and_sends_no_mail(app: Flask, admin: Browser) -> None:
    case_of(app, Kind.OTHER)
    case_of(app, Kind.HELP)
    unseen = admin.submit(NEW, to=NEW, headers=None, **TYPED, apply_to_open="y")
    assert (unseen.status_code, "还没有保存：会变动 1 项在办时限" in unseen.text) == (422, True)
    assert admin.send(pick(forms_in(unseen.text), NEW)).status_code == 303
    assert replies(app) == [("own", "2026-11-27"), ("rep", "2026-12-02")]
    with app.app_context(), transaction() as session:
        assert session.scalars(select(Notice.id)).all() == []


def test_what_cannot_stand_is_refused_beside_its_field_and_nothing_typed_is_lost(app: Flask, admin: Browser) -> None:
    form = pick(admin.forms(NEW), NEW)
    for typed, said in WRONG:
        answer = admin.send(form, **(TYPED | {"note": "按新规定"} | typed))
        assert (said, answer.status_code, said in answer.text, "按新规定" in answer.text) == (said, 422, True, True)
    form.action = f"{NEW}/preview"
    assert admin.send(form, **(TYPED | WRONG[0][0])).status_code == 422
    with app.app_context(), transaction() as session:
        assert session.scalars(select(DeadlineRuleRow).where(DeadlineRuleRow.code.like("own-%"))).all() == []


def test_a_row_is_retired_from_a_date_and_taken_up_again(app: Flask, admin: Browser) -> None:
    case_of(app, Kind.INQUIRY)
    path = "/office/rules/reply-inquiry"
    form = pick(admin.forms(f"{path}/retire"), f"{path}/retire")
    form.action = f"{path}/retire/preview"
    seen = admin.send(form, source="镇政办发〔2026〕9号")
    assert ["改按“答复”：7 个工作日" in seen.text, "1 项，其中 0 项会变为逾期" in seen.text] == [True, True]
    unsaid = admin.submit(f"{path}/retire", to=f"{path}/retire")
    assert (unsaid.status_code, "请填写停用的依据" in unsaid.text) == (422, True)
    late = admin.submit(f"{path}/retire", to=f"{path}/retire", source="x", in_force_from="2019-12-31")
    assert (late.status_code, "新的一版不能早于这一天" in late.text) == (422, True)
    coming: dict[str, Any] = {"source": "镇政办发〔2026〕9号", "in_force_from": "2027-01-01"}
    assert admin.submit(f"{path}/retire", to=f"{path}/retire", headers=None, **coming).status_code == 303
    assert "停用 2027-01-01 起" in admin.get("/office/rules").text
    assert "第 2 版" in admin.get(path).text
    early = admin.submit(path, to=path, amount="2")
    assert (early.status_code, "新的一版不能早于这一天" in early.text) == (422, True)
    again = admin.submit(path, to=path, headers=None, in_force_from="2027-01-01", source="恢复执行")
    assert again.status_code == 303
    assert "停用 2027-01-01 起" not in admin.get("/office/rules").text


def test_open_cases_follow_a_retirement_when_asked_to(app: Flask, admin: Browser) -> None:
    case_of(app, Kind.INQUIRY)
    path = "/office/rules/reply-inquiry/retire"
    unseen = admin.submit(path, to=path, headers=None, source="本单位规定", apply_to_open="y")
    assert (unseen.status_code, "还没有保存" in unseen.text) == (422, True)
    assert admin.send(pick(forms_in(unseen.text), path)).status_code == 303
    case_of(app, Kind.INQUIRY)
    assert replies(app) == [("rep", "2026-12-02"), ("rep", "2026-12-02")]
    text = admin.get("/office/rules").text
    assert ["已停用的 1 条" in text, "2026-11-23 起停用" in text] == [True, True]
    assert "恢复使用" in admin.get("/office/rules/reply-inquiry").text
    with app.app_context(), transaction() as session:
        assert work_calendar(session).years, "the calendar is as it was"
        assert session.scalars(select(Notice.id)).all() == []


def test_a_duty_retired_for_the_cases_in_hand_is_shown_to_end_before_it_does(app: Flask, admin: Browser) -> None:
    with app.app_context(), transaction() as session:
        case = make_case(session, None, now=NOW, kind=Kind.HELP)
        choice = choice_for(session, case, ClockStage.CONTACT, NOW)
        assert choice is not None
        start_clock(session, case, choice, NOW)
    path = "/office/rules/contact-help/retire"
    form = pick(admin.forms(path), path)
    form.action = f"{path}/preview"
    seen = admin.send(form, source="本单位规定").text
    assert [words in seen for words in ("不再有“首次联系”的时限", "1 项，其中 0 项会变为逾期", "不再计时")] == [True] * 3
    unlooked = admin.submit(path, to=path, source="本单位规定", apply_to_open="y")
    assert (unlooked.status_code, "还没有保存：会变动 1 项在办时限" in unlooked.text) == (422, True)
    again = pick(forms_in(unlooked.text), path)
    assert admin.send(again, source="本单位规定", apply_to_open="y").status_code == 303
    with app.app_context(), transaction() as session:
        ended = session.scalars(select(Clock.end_reason).where(Clock.stage == "contact")).all()
        assert ended == ["时限规则已停用，不再要求"]


def test_the_last_row_that_cases_rely_on_cannot_be_retired(app: Flask, admin: Browser) -> None:
    path = "/office/rules/sign-for/retire"
    refused = admin.submit(path, to=path, source="本单位规定")
    assert (refused.status_code, "没有“签收”的时限" in refused.text) == (422, True)
    form = pick(admin.forms(path), path)
    form.action = f"{path}/preview"
    assert "请先增加接替的规则" in admin.send(form, source="本单位规定").text
    assert admin.get("/office/rules/unheard-of/retire").status_code == 404


def test_a_version_saved_meanwhile_is_not_overwritten(app: Flask, admin: Browser) -> None:
    path = "/office/rules/reply-inquiry"
    form = pick(admin.forms(path), path)
    assert admin.submit(path, to=path, headers=None, amount="2").status_code == 303
    overtaken = admin.send(form, amount="4")
    assert (overtaken.status_code, "刚刚被别人改过" in overtaken.text) == (409, True)
