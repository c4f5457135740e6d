"""What is said about a date is true: when it is due, what it began with, what it leaves, what does not count (D15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from opinion_app.desks.casefile.why import why, why_case
from opinion_app.flow import clock_changes
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clocks import end_clock, open_clocks
from opinion_app.flow.progress import promise_words
from opinion_app.flow.recompute import recompute_open
from opinion_app.records.case import Case
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Extension, Span, Unit
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import ClockState, Kind, Urgency
from opinion_app.rules.zone import end_of_day
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.handling import suspending
from opinion_app.steps.triage import merging, operations
from tests.builders.life import HELP, answered, assigned, handling_case, make_office
from tests.builders.office import NOW, make_case

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
URGENT = replace(HELP, urgency=Urgency.URGENT)
FIVE_DAYS = Extension(NOW, Span(5, Unit.WORKING_DAYS), reason="采购")
TO_A_DAY = Extension(NOW, until=date(2026, 12, 9), reason="采购")


def said(session: Session, case: Case, duty: str) -> list[str]:
    """The lines about the first date of that duty, without the head that names its rule."""
    told = why_case(session, case.number, work_calendar(session)).split("\n\n")
    lines = next(part for part in told if part.startswith((f"{duty}：", f"{duty}（"))).split("\n")
    return [line.strip() for line in lines if line.startswith("  ")]


def test_d13_a_reply_bound_by_a_moment_says_the_moment_and_its_drafts_what_they_leave(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        case = handling_case(office)
        urgent = make_case(session, office.clerk, urgency=Urgency.URGENT, now=NOW)
        assert [line for line in said(session, case, "提交答复稿") if "交办之时" in line or "定为" in line] == [
            "11月23日 周一 10:00 交办之时",
            "答复到期前留出 2 个工作日审核签发，定为 11月30日 周一",
        ]
        merging.merge(session, urgent, office.clerk, NOW + HOUR, case.number, "同一件事")
        reply = [line for line in said(session, case, "答复") if "版" not in line]
        assert reply[0] == "11月23日 周一 10:00 收到之日，当日不计"
        assert reply[-2:] == [
            f"11月23日 周一 {urgent.number} 并入，其到期更早，按其时限 11月24日 周二 10:00",
            "11月24日 周二 10:00 到期",
        ]
        assert [line for line in said(session, case, "提交答复稿") if "版" not in line] == [
            "11月23日 周一 10:00 交办之时",
            "答复到期前已没有工作日可留给审核签发（规则要求 2 个工作日），定为 11月24日 周二",
            "不晚于已有的更早时限，定为 11月24日 周二 10:00",
            "11月24日 周二 10:00 到期",
        ]


def test_d04_a_draft_that_leaves_no_day_says_so_and_the_moment_it_is_bound_to(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        case = assigned(office, NOW + 4 * DAY, URGENT, urgency=Urgency.URGENT)
        assert said(session, case, "提交答复稿") == [
            "11月27日 周五 10:00 交办之时",
            "答复到期前已没有工作日可留给审核签发（规则要求 2 个工作日），定为 11月28日 周六",
            "不晚于已有的更早时限，定为 11月28日 周六 10:00",
            "11月28日 周六 10:00 到期",
        ]
        draft = next(clock for clock in open_clocks(session, case.id) if clock.stage == "draft")
        draft.fixed_why = "答复到期前留出 2 个工作日审核签发"
        assert "已没有工作日可留给" in said(session, case, "提交答复稿")[1], "whatever an older version wrote beside it"


def test_d11_a_case_taken_up_again_counts_from_that_day_and_says_so(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        case = answered(office)
        closing.reopen(session, case, office.clerk, NOW + 3 * DAY, "留言人不满意")
        assert said(session, case, "答复")[0] == "11月26日 周四 10:00 重新办理之日，当日不计"
        assert said(session, case, "提交答复稿")[0] == "11月26日 周四 10:00 重新办理之时", "given three days before"


def test_d12_a_draft_that_began_after_the_assignment_does_not_name_it(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        case = handling_case(office)
        for clock in open_clocks(session, case.id):
            if clock.stage == "draft":
                session.delete(clock)
        session.flush()
        operations.classify(session, case, office.clerk, NOW + DAY, replace(HELP, kind=Kind.COMPLAINT))
        assert said(session, case, "提交答复稿")[0] == "11月24日 周二 10:00 起算"


@pytest.mark.parametrize(
    ("extension", "what"), [(FIVE_DAYS, "延期 5 个工作日"), (TO_A_DAY, "延期至 2026-12-09")], ids=["days", "a-day"]
)
def test_d04_what_was_granted_and_does_not_count_is_told_to_the_office_and_not_to_the_citizen(
    core: Flask, extension: Extension, what: str
) -> None:
    with transaction() as session:
        office = make_office(session)
        case = handling_case(office)
        reply = clock_changes.running_reply(session, case)
        clock_changes.extend(session, case, reply, extension)
        assert promise_words(session, reply, case).endswith("；因情况复杂，已批准延长")
        assert "没有计入" not in "".join(said(session, case, "答复"))
        operations.classify(session, case, office.clerk, NOW + HOUR, URGENT)
        assert promise_words(session, reply, case) == "求助类来信 24 小时内答复"
        aside = f"另有已批准的{what}，因改为按小时计时，没有计入"
        assert f"{aside}；改回按天计时的，仍然计入。" in said(session, case, "答复")
        end_clock(reply, NOW + 2 * HOUR, "已转出", ClockState.STOPPED)
        assert f"{aside}。" in said(session, case, "答复")


def test_d04_hours_put_aside_are_told_until_the_time_begins_anew(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        case = handling_case(office, urgency=Urgency.URGENT, classification=URGENT)
        reply = clock_changes.running_reply(session, case)
        clock_changes.extend(session, case, reply, Extension(NOW, Span(10, Unit.HOURS), reason="取证"))
        operations.classify(session, case, office.clerk, NOW + HOUR, HELP)
        words = "另有已批准的延期 10 小时，因改为按天计时，没有计入；改回按小时计时的，仍然计入。"
        assert words in said(session, case, "答复")
        at = NOW + 2 * HOUR
        suspending.suspend(session, case, office.clerk, at, SuspensionGround.CORRECTION, at, "缺内容", "请补充")
        suspending.restart(session, case, office.clerk, NOW + 3 * HOUR, NOW + 3 * HOUR, "已补正")
        assert words not in said(session, case, "答复")


def test_d04_the_citizen_hears_of_no_extension_that_a_suspension_overtook(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        case = handling_case(office)
        reply = clock_changes.running_reply(session, case)
        clock_changes.extend(session, case, reply, replace(TO_A_DAY, until=date(2026, 12, 3)))
        assert promise_words(session, reply, case).endswith("；因情况复杂，已批准延长")
        recorded = {"since": (NOW - HOUR).isoformat(), "until": (NOW + 4 * DAY).isoformat(), "reason": "听证"}
        reply.extensions = [reply.extensions[0] | {"at": (NOW + 5 * DAY).isoformat()}]
        reply.pauses = [recorded]
        recompute_open(session, NOW + 5 * DAY)
        assert reply.due_at == end_of_day(date(2026, 12, 8))
        assert "延长" not in promise_words(session, reply, case)


def test_d12_each_date_says_of_which_unit_it_is_who_owes_it_and_what_meets_it(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        case = assigned(office)
        told = [part.split("\n")[:2] for part in why_case(session, case.number, work_calendar(session)).split("\n\n")]
        heads = {head.partition("：")[0]: by for head, by in told}
        assert {head: heads[head] for head in heads if head.startswith(("签收", "提交", "报协办", "答复"))} == {
            "签收（财政所）": "由谁办理：财政所（主办），“签收”后即为完成",
            "签收（村镇建设办）": "由谁办理：村镇建设办（协办），“签收”后即为完成",
            "提交答复稿（财政所）": "由谁办理：财政所（主办），“送审”后即为完成",
            "报协办结果（村镇建设办）": "由谁办理：村镇建设办（协办），“报协办结果”后即为完成",
            "答复": "由谁办理：现承办环节，“登记答复”后即为完成",
        }


def test_d02_a_guessed_date_says_so_in_its_headline(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        case = handling_case(office, NOW + 31 * DAY)
        told = why_case(session, case.number, work_calendar(session)).split("\n\n")
        assert any(part.startswith("答复：2027年") and "（暂定）" in part.split("\n")[0] for part in told)


def test_the_date_of_a_sheet_names_the_unit_that_answers_it(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        case = handling_case(office)
        clock = next(held for held in open_clocks(session, case.id) if held.unit_id == office.finance.id)
        clock.assignment_id, clock.met_by_act, clock.stage = None, "feedback", "feedback"
        said = why(session, clock, work_calendar(session))
        assert (said.owed_by, said.met_by, said.span) == (office.finance.name, said.title, "3 个工作日")
        drafts = [held for held in open_clocks(session, case.id) if held.stage == "draft"]
        assert {why(session, held, work_calendar(session)).span for held in drafts} == {"答复到期前 2 个工作日"}
