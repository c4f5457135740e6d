"""A version of a rule that is not in force yet is taken back; one that is can be put to open cases on whatever day (D15)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, select

from opinion_app.core import create_core
from opinion_app.flow.deadline_table import rules
from opinion_app.records.clock import Clock, DeadlineRuleRow
from opinion_app.records.trail import TrailEntry
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import ClockState, Kind, Procedure
from opinion_app.rules.zone import parse_moment
from tests.builders.office import NOW, make_case
from tests.desks.rules.test_rows import admin, case_of, replies
from tests.support.client import Browser, client_for, forms_in, pick
from tests.support.databases import make_settings, release

__all__ = ["admin"]
PATH = "/office/rules/reply-help"
TYPED: dict[str, Any] = {"amount": "3", "source": "本单位规定"}


def rows(app: Flask) -> list[tuple[int, bool]]:
    with app.app_context(), transaction() as session:
        held = session.scalars(select(DeadlineRuleRow).where(DeadlineRuleRow.code == "reply-help"))
        return sorted((row.version_no, row.active) for row in held)


@pytest.mark.parametrize("day", ["9999-12-31", "2028-01-01", "1999-01-01"])
def test_a_slip_of_the_pen_in_the_year_does_not_lock_the_row(app: Flask, admin: Browser, day: str) -> None:
    wrong = admin.submit(PATH, to=PATH, headers=None, **TYPED, in_force_from=day)
    assert (wrong.status_code, "请核对年份" in wrong.text) == (422, True)
    out = admin.submit(f"{PATH}/retire", to=f"{PATH}/retire", source="x", in_force_from=day)
    assert (out.status_code, "请核对年份" in out.text) == (422, True)
    assert rows(app) == [(1, True)]


def test_d15_a_version_that_is_not_in_force_yet_is_taken_back(app: Flask, admin: Browser) -> None:
    case_of(app, Kind.HELP)
    assert admin.submit(PATH, to=PATH, headers=None, **TYPED, in_force_from="2027-01-01").status_code == 303
    shown = admin.get(PATH).text
    assert "自 2027-01-01 起改为 3 个工作日" in shown
    assert "<dt>时限</dt><dd>7 个工作日</dd><dt>执行</dt><dd>2020-01-01 起</dd>" in shown, "what governs today is said so"
    form = pick(admin.forms(f"{PATH}/withdraw"), f"{PATH}/withdraw")
    assert admin.send(form).status_code == 303
    assert rows(app) == [(1, True), (2, False)]
    assert "自 2027-01-01 起改为" not in admin.get(PATH).text
    again = admin.submit(f"{PATH}/withdraw", to=f"{PATH}/withdraw")
    assert (again.status_code, "已经执行，不能撤回" in again.text) == (422, True)
    assert admin.submit(PATH, to=PATH, headers=None, **TYPED).status_code == 303
    assert rows(app) == [(1, True), (2, False), (3, True)]
    with app.app_context(), transaction() as session:
        said = session.scalars(select(TrailEntry.act).where(TrailEntry.act.like("rules.%")).order_by(TrailEntry.seq)).all()
        assert said == ["rules.change", "rules.withdraw", "rules.change"]


def test_d15_open_cases_follow_on_the_day_a_version_comes_into_force(app: Flask, admin: Browser) -> None:
    case_of(app, Kind.HELP)
    assert admin.submit(PATH, to=PATH, headers=None, **TYPED, in_force_from="2026-11-24").status_code == 303
    with time_machine.travel(parse_moment("2026-11-24T09:00"), tick=False):
        later = client_for(app, "admin")
        looked = later.get(f"{PATH}/apply").text
        assert "1 项，其中 0 项会变为逾期" in looked
        form = pick(forms_in(looked), f"{PATH}/apply")
        blind = later.send(form, looked="")
        assert (blind.status_code, "还没有保存：会变动 1 项" in blind.text) == (422, True)
        assert replies(app) == [("rep", "2026-12-02")]
        assert later.send(pick(forms_in(blind.text), f"{PATH}/apply")).status_code == 303
        assert replies(app) == [("rep", "2026-11-26")]
        none = later.submit(f"{PATH}/apply", to=f"{PATH}/apply")
        assert (none.status_code, "没有需要变动的" in none.text) == (422, True)


def test_d15_open_cases_follow_on_the_day_a_row_is_retired(app: Flask, admin: Browser) -> None:
    case_of(app, Kind.INQUIRY)
    path, begun = "/office/rules/reply-inquiry", replies(app)
    typed: dict[str, Any] = {"source": "本单位规定", "in_force_from": "2026-11-24"}
    assert admin.submit(f"{path}/retire", to=f"{path}/retire", headers=None, **typed).status_code == 303
    with time_machine.travel(parse_moment("2026-11-24T09:00"), tick=False):
        later = client_for(app, "admin")
        shown = later.get(path).text
        assert ["2026-11-24 起停用" in shown, f'href="{path}/apply"' in shown] == [True, True]
        looked = later.get(f"{path}/apply").text
        assert ["1 项，其中 0 项会变为逾期" in looked, "1 项时限改按接替的规则" in looked] == [True, True]
        assert replies(app) == begun, "a look writes nothing"
        assert later.send(pick(forms_in(looked), f"{path}/apply")).status_code == 303
        assert replies(app) == [("rep", "2026-12-02")]
        assert "“答复咨询”已停用，在办的件已改按接替的规则，1 项时限随之变动" in later.get(path).text


def test_d15_a_new_row_may_be_put_to_open_cases_later(app: Flask, admin: Browser) -> None:
    case_of(app, Kind.OTHER)
    new = {"stage": "reply", "kind": "other", "name": "答复其他", "amount": "4", "source": "镇政办发〔2026〕9号"}
    assert admin.submit("/office/rules/new", to="/office/rules/new", headers=None, **new).status_code == 303
    assert replies(app) == [("rep", "2026-12-02")]
    with app.app_context(), transaction() as session:
        code = session.scalar(select(DeadlineRuleRow.code).where(DeadlineRuleRow.code.like("own-%")))
    path = f"/office/rules/{code}/apply"
    assert admin.submit(path, to=path).status_code == 303
    assert replies(app) == [("own", "2026-11-27")]


def test_d15_a_case_that_cannot_be_derived_never_blocks_the_page(app: Flask, admin: Browser) -> None:
    case_of(app, Kind.HELP)
    case_of(app, Kind.HELP)
    with app.app_context(), transaction() as session:
        reply = session.scalars(select(Clock).where(Clock.stage == "reply").order_by(Clock.id)).all()[0]
        pause = {"since": "2026-11-23T12:00+08:00", "until": "2026-11-23T14:00+08:00"}
        reply.pauses = [pause, pause]
        number = reply.case.number
    form = pick(admin.forms(PATH), PATH)
    form.action = f"{PATH}/preview"
    looked = admin.send(form, **TYPED)
    assert looked.status_code == 200
    assert "1 项，其中 0 项会变为逾期" in looked.text
    assert f"{number}（两次中止计时的时间重叠，请核对）" in looked.text
    saved = admin.send(pick(forms_in(looked.text), PATH), headers=None, apply_to_open="y")
    assert saved.status_code == 303
    assert replies(app) == [("rep", "2026-12-02"), ("rep", "2026-11-26")]
    assert f"1 项在办时限随之变动；{number}的时限记录有矛盾" in admin.get("/office/rules").text
    apply = admin.get(f"{PATH}/apply")
    assert (apply.status_code, f"{number}（两次中止" in apply.text) == (200, True)
    closure: dict[str, Any] = {"day": "2026-11-24", "name": "停电检修"}
    close = "/office/calendar/closures"
    form = pick(admin.forms(close), close)
    form.action = f"{close}/preview"
    page = admin.send(form, **closure)
    assert (page.status_code, f"{number}（两次中止" in page.text) == (200, True)


def test_d15_a_reply_that_is_to_wait_again_is_shown_to_wait(app: Flask, admin: Browser) -> None:
    with app.app_context(), transaction() as session:
        make_case(session, None, now=NOW, procedure=Procedure.PETITION)
    path = "/office/rules/reply-petition"
    out: dict[str, Any] = {"source": "本单位规定", "apply_to_open": "y"}
    seen = admin.submit(f"{path}/retire", to=f"{path}/retire", **out)
    assert admin.send(pick(forms_in(seen.text), f"{path}/retire"), headers=None).status_code == 303
    assert [day for _who, day in replies(app)] == ["2026-12-02"]
    form = pick(admin.forms(path), path)
    form.action = f"{path}/preview"
    looked = admin.send(form, source="恢复执行")
    assert (looked.status_code, "1 项，其中 0 项会变为逾期" in looked.text, "受理后起算</td>" in looked.text) == (200, True, True)
    assert admin.send(pick(forms_in(looked.text), path), headers=None, apply_to_open="y").status_code == 303
    with app.app_context(), transaction() as session:
        assert session.scalars(select(Clock.state).where(Clock.stage == "reply")).all() == [ClockState.STOPPED]


def test_what_is_kept_of_the_table_is_not_taken_for_that_of_another_database_at_the_same_address(
    core: Flask, tmp_path: Path
) -> None:
    """As where an office is restored: the address and the number of the last change say nothing of what is in the table."""
    with transaction() as session:
        held = rules(session)
        [number] = [row_id for row_id, rule in held.items() if rule.code == "reply-help"]
        session.execute(delete(DeadlineRuleRow).where(DeadlineRuleRow.id == number))
        address = session.get_bind().engine.url.render_as_string(hide_password=False)
    other = create_core(make_settings(tmp_path / "other", address))
    with other.app_context(), transaction() as session:
        assert number not in rules(session)
    release(other)
