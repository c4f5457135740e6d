"""The sheet of factors: monotone proposals, complete sheets, a level of one's own with a reason, falls that wait."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opinion_app.rules.assessment import (
    DEFAULT_SCALE,
    GRADE_WORDS,
    Ground,
    Scale,
    Sheet,
    acts_at_once,
    all_leaders_told,
    check_scale,
    decide,
    grounds_data,
    grounds_of,
    plan_wanted,
    propose,
    scale_data,
    scale_from,
)
from opinion_app.rules.errors import Invalid
from opinion_app.rules.response_plan import HEADINGS, is_written, outline
from opinion_app.rules.words import RiskFactor, RiskLevel

F, L = RiskFactor, RiskLevel
GRADES = st.fixed_dictionaries({factor: st.integers(0, 3) for factor in RiskFactor})
SCALES = st.builds(
    lambda weights, bounds, single: Scale(
        dict(zip(RiskFactor, weights, strict=True)), dict(zip((L.IV, L.III, L.II, L.I), sorted(bounds), strict=True)), single
    ),
    st.lists(st.integers(0, 100), min_size=6, max_size=6).filter(any),
    st.sets(st.integers(1, 100), min_size=4, max_size=4),
    st.sampled_from(RiskLevel),
)


def sheet(grade: int = 0, **changed: object) -> Sheet:
    """A complete sheet with one grade throughout."""
    full = Sheet({factor: Ground(grade, "见监测截图") for factor in RiskFactor}, findings="可能误解误读")
    return replace(full, **changed)  # type: ignore[arg-type]


@given(GRADES, st.sampled_from(RiskFactor), SCALES)
def test_a_higher_grade_never_lowers_the_proposal(grades: dict[RiskFactor, int], factor: RiskFactor, scale: Scale) -> None:
    check_scale(scale)
    higher = grades | {factor: min(3, grades[factor] + 1)}
    before, after = propose(grades, scale), propose(higher, scale)
    assert after.level.rank >= before.level.rank
    assert after.score >= before.score
    assert 0 <= before.score <= 100


@given(SCALES)
def test_nothing_is_no_matter_and_everything_is_the_gravest(scale: Scale) -> None:
    assert propose(dict.fromkeys(RiskFactor, 0), scale).level is L.NONE
    assert propose(dict.fromkeys(RiskFactor, 3), scale).level is L.I
    assert scale_from(scale_data(scale)) == scale


@pytest.mark.parametrize(
    ("grades", "level"),
    [
        ({}, L.NONE),
        ({F.CONTENT: 1, F.IMPACT: 1}, L.NONE),
        (dict.fromkeys(F, 1), L.IV),
        ({F.CONTENT: 2, F.REACTION: 2, F.SPREAD: 1, F.IMPACT: 1}, L.III),
        (dict.fromkeys(F, 2), L.II),
        ({F.SPREAD: 3}, L.III),
        (dict.fromkeys(F, 3), L.I),
    ],
)
def test_what_the_offices_own_scale_proposes(grades: dict[RiskFactor, int], level: RiskLevel) -> None:
    assert propose(grades).level is level


def test_the_reason_names_score_bound_and_the_factor_that_stands_alone() -> None:
    assert propose(dict.fromkeys(F, 1)).why == "综合 33 分，达到“一般”的 15 分"
    assert propose({}).why == "综合 0 分，不到 15 分，建议“不构成舆情”"
    assert "传播跟帖为最高一档，不低于“较大”" in propose({F.SPREAD: 3}).why


def test_a_complete_sheet_takes_the_proposed_level_or_the_persons_own() -> None:
    assert decide(sheet(1)).level is L.IV
    own = decide(sheet(1, level=L.II, difference_reason="临近敏感节点"))
    assert (own.level, own.proposal.level) == (L.II, L.IV)
    assert decide(sheet(1, level=L.IV)).level is L.IV
    assert decide(Sheet({factor: Ground(0) for factor in RiskFactor})).level is L.NONE


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (Sheet({F.CONTENT: Ground(1, "有")}), "grade_media"),
        (sheet(4), "grade_content"),
        (Sheet({factor: Ground(1, " ") for factor in RiskFactor}, findings="有"), "ground_trend"),
        (sheet(1, level=L.NONE), "difference_reason"),
        (sheet(1, level=L.I, difference_reason="  "), "difference_reason"),
        (sheet(1, findings=""), "findings"),
    ],
)
def test_an_unfinished_sheet_says_what_is_missing(wrong: Sheet, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        decide(wrong)
    assert field in refusal.value.fields


def test_nothing_marked_as_secret_is_kept() -> None:
    with pytest.raises(Invalid, match="密级"):
        decide(sheet(1, plan="机密★1年"))


@given(st.none() | st.sampled_from(RiskLevel), st.sampled_from(RiskLevel))
def test_only_a_fall_waits_for_a_leader(before: RiskLevel | None, level: RiskLevel) -> None:
    assert acts_at_once(before, level) is not (before is not None and level.rank < before.rank)


def test_who_is_told_and_where_a_plan_is_wanted() -> None:
    assert [level for level in RiskLevel if all_leaders_told(level)] == [L.II, L.I]
    assert [level for level in RiskLevel if plan_wanted(level)] == [L.III, L.II, L.I]


def test_a_sheet_is_read_back_as_it_was_stored() -> None:
    whole = sheet(2)
    data = grounds_data(whole, propose(dict.fromkeys(F, 2)), DEFAULT_SCALE)
    assert grounds_of(data) == dict(whole.grounds)
    assert data["score"] == 66
    assert scale_from(data["scale"]) == DEFAULT_SCALE


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"weights": {}, "bounds": {}, "single": "III"},
        scale_data(DEFAULT_SCALE) | {"single": "V"},
        scale_data(DEFAULT_SCALE) | {"weights": dict.fromkeys(F, 0)},
        scale_data(DEFAULT_SCALE) | {"weights": dict.fromkeys(F, -1)},
        scale_data(DEFAULT_SCALE) | {"bounds": {"IV": 35, "III": 35, "II": 60, "I": 80}},
        scale_data(DEFAULT_SCALE) | {"bounds": {"IV": 0, "III": 35, "II": 60, "I": 80}},
        scale_data(DEFAULT_SCALE) | {"bounds": {"IV": 15, "III": 35, "II": 60, "I": 101}},
    ],
)
def test_a_scale_that_cannot_work_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        scale_from(wrong)


def test_every_grade_has_words_and_the_outline_every_heading() -> None:
    assert all(len(set(GRADE_WORDS[factor])) == 4 for factor in RiskFactor)
    text = outline()
    assert [is_written(plan) for plan in ("", f" {text}\r\n", f"{text}\n由党政办监测本地论坛。")] == [False, False, True]
    assert all(head in text for head, _hint in HEADINGS)
    assert "十一、后续跟踪" in text
