"""What an act would leave undone for good: which acts are refused over what, in which words; and how duties ended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from opinion_app.rules.facts import AssignmentFacts, CaseFacts
from opinion_app.rules.left_open import (
    NO_MORE,
    Ended,
    LeftOpen,
    Unanswered,
    answerable,
    ended_words,
    ends_undone,
    goes_on_after_closing,
    refused_over,
    ways_out,
)
from opinion_app.rules.life import ACTS
from opinion_app.rules.words import AssignmentState, ClockState, RiskLevel, Stage, UnitRole

DUTIES = LeftOpen(RiskLevel.I, ("电话报告上级", "发布权威信息"))
SHEET = LeftOpen(sheets=(Unanswered("督办单第 1 号", "财政所"),))
BOTH = LeftOpen(RiskLevel.III, ("核实",), (Unanswered("督办单第 1 号", "财政所"), Unanswered("第 2 次催办", "村镇建设办")))
MET, STOPPED = ClockState.MET, ClockState.STOPPED


@pytest.mark.parametrize(
    ("act", "left", "said"),
    [
        ("close", DUTIES, ["定级为“特别重大", "电话报告上级、发布权威信息还没有登记，不能“办结”", "由领导审定降级后再“办结”"]),
        ("decline", DUTIES, ["电话报告上级、发布权威信息还没有登记，不能“不予受理”", "先办完并登记"]),
        ("refer", DUTIES, ["不能“转出”", "再“转出”"]),
        ("merge", DUTIES, ["不能“并案”", "反过来把另一件并入本件"]),
        ("decline", SHEET, ["督办单第 1 号（财政所）还没有反馈，“不予受理”以后就不能再反馈", "先由承办单位“反馈督办”"]),
        ("refer", SHEET, ["“转出”以后就不能再反馈"]),
        ("merge", SHEET, ["“并案”以后就不能再反馈", "反过来把另一件并入本件"]),
        ("merge", BOTH, ["核实还没有登记", "督办单第 1 号（财政所）、第 2 次催办（村镇建设办）还没有反馈"]),
        ("close", BOTH, ["核实还没有登记"]),
        ("archive", BOTH, ["核实还没有登记", "不能“归档”", "第 2 次催办（村镇建设办）还没有反馈，“归档”以后就不能再反馈"]),
    ],
)
def test_an_act_is_refused_over_what_nobody_could_make_up_for(act: str, left: LeftOpen, said: list[str]) -> None:
    refused = refused_over(act, left)
    assert [words for words in said if words not in refused] == []


@pytest.mark.parametrize("act", ["decline", "refer", "close"])
def test_only_a_merge_can_be_done_the_other_way_round(act: str) -> None:
    assert "并入本件" not in refused_over(act, DUTIES)


@pytest.mark.parametrize(
    ("act", "left"),
    [
        ("close", SHEET),
        *((act, LeftOpen(RiskLevel.I)) for act in ACTS),
        *((act, BOTH) for act in ("assign", "answer", "reopen")),
    ],
)
def test_nothing_stands_against_it(act: str, left: LeftOpen) -> None:
    assert refused_over(act, left) == ""


@pytest.mark.parametrize(
    ("act", "left", "ways"),
    [
        ("close", BOTH, ["report_risk", "assess"]),
        ("decline", SHEET, ["supervise_feedback", "urge", "withdraw_sheet"]),
        ("archive", replace(BOTH, stage=Stage.CLOSED), ["report_risk", "assess", "supervise_feedback", "urge", "withdraw_sheet"]),
        ("archive", replace(BOTH, stage=Stage.DECLINED), []),
        ("assign", BOTH, []),
    ],
)
def test_what_stands_against_an_act_names_what_gets_it_out_of_the_way(act: str, left: LeftOpen, ways: list[str]) -> None:
    assert [way for way, _words in ways_out(act, left)] == ways


def test_what_can_be_done_no_more_where_a_case_stands_keeps_it_from_nothing_and_ends_plainly() -> None:
    left = replace(BOTH, stage=Stage.REFERRED)
    assert refused_over("archive", left) == ""
    said = ends_undone("archive", left)
    assert said.startswith("核实还没有登记，督办单第 1 号（财政所）、第 2 次催办（村镇建设办）还没有反馈。本件已转出，")
    assert "已不能补办" in said
    assert said.endswith("“归档”后这些时限停止，不再提醒。要补办的，先“重办”。")
    for act, other in (("archive", BOTH), ("archive", replace(BOTH, stage=Stage.CLOSED)), ("reopen", left)):
        assert ends_undone(act, other) == ""


def test_a_closed_case_leaves_the_answer_to_a_sheet_open_and_whoever_closes_is_told() -> None:
    assert "反馈" not in refused_over("close", BOTH)
    assert Stage.CLOSED in ACTS["supervise_feedback"].stages
    assert "督办单第 1 号（财政所）、第 2 次催办（村镇建设办）还没有反馈，办结后仍须反馈" in goes_on_after_closing(BOTH.sheets)
    assert goes_on_after_closing(DUTIES.sheets) == ""


@pytest.mark.parametrize("act", ["decline", "refer", "merge", "archive"])
def test_what_is_refused_shuts_the_acts_that_would_make_up_for_it(act: str) -> None:
    shut = ACTS["supervise_feedback"].stages | ACTS["report_risk"].stages
    assert ACTS[act].to.isdisjoint(shut)


PART = AssignmentFacts(1, 5, UnitRole.SUPPORT, AssignmentState.SIGNED)


@pytest.mark.parametrize(
    ("parts", "unit", "there"),
    [
        ((PART,), 5, True),
        ((PART,), 6, False),
        ((AssignmentFacts(1, 5, UnitRole.LEAD, AssignmentState.RETURNED),), 5, False),
        ((PART,), None, True),
        ((), None, False),
    ],
)
def test_only_a_unit_that_takes_part_can_answer(parts: tuple[AssignmentFacts, ...], unit: int | None, *, there: bool) -> None:
    assert answerable(CaseFacts(1, "LY2026-000001", Stage.RECEIVED, assignments=parts), unit) is there


@pytest.mark.parametrize(
    ("duties", "words"),
    [
        ([], ""),
        ([Ended(MET, "")], "均已办理"),
        ([Ended(MET, ""), Ended(STOPPED, f"降为“一般”，{NO_MORE}")], "均已办理"),
        ([Ended(STOPPED, f"降为“不构成舆情”，{NO_MORE}")], "不再要求"),
        ([Ended(STOPPED, f"时限规则已停用，{NO_MORE}")], "不再要求"),
        ([Ended(MET, ""), Ended(STOPPED, "并案"), Ended(STOPPED, "并案")], "已停止（并案）"),
        ([Ended(STOPPED, "不予受理"), Ended(STOPPED, NO_MORE)], "已停止（不予受理）"),
    ],
)
def test_what_became_of_the_duties_is_said_as_it_was(duties: list[Ended], words: str) -> None:
    assert ended_words(duties) == words
