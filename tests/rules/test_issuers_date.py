"""A date that whoever sent a merged letter has set binds whatever the office does with its own (decisions 10; D13)."""

from dataclasses import replace

import pytest

from opinion_app.rules.clock_facts import Adoption, ClockFacts, DeadlineRefused, Extension, Pause, Restart
from opinion_app.rules.deadline import StepKind, derive
from opinion_app.rules.deadline_checks import check_extension, check_suspension, set_by_issuer
from opinion_app.rules.deadline_rules import Allowance
from opinion_app.rules.explain import explain
from tests.rules.calendars import CHINA, at, due, end, wd

MERGED = at("2026-11-24T10:00")
OWN = ClockFacts(at("2026-11-23T09:00"), wd(5))  # due on 30 November
LETTER = Adoption(MERGED, end("2026-11-27"), "ZB2026-000001", by_issuer=True)
BOUND = replace(OWN, adoptions=(LETTER,))
LATER = replace(OWN, adoptions=(replace(LETTER, due_at=end("2026-12-02")),))
HELD = (Pause(at("2026-11-25")),)
RESUMED = (Pause(at("2026-11-25"), at("2026-12-01")),)
MORE = (Extension(at("2026-11-25"), wd(5)),)
ONCE = Allowance(1, wd(5), "单位负责人")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(BOUND, "2026-11-27", id="the earlier of the two"),
        pytest.param(LATER, "2026-11-30", id="its own is earlier"),
        pytest.param(replace(BOUND, pauses=HELD), "2026-11-27", id="its own stands still"),
        pytest.param(replace(LATER, pauses=HELD), "2026-12-02", id="its own stands still, though it was earlier"),
        pytest.param(replace(BOUND, pauses=RESUMED), "2026-11-27", id="its own ran on"),
        pytest.param(replace(LATER, pauses=RESUMED), "2026-12-02", id="its own ran on past it"),
        pytest.param(replace(BOUND, extensions=MORE), "2026-11-27", id="its own was put off"),
        pytest.param(replace(LATER, extensions=MORE), "2026-12-02", id="its own was put off past it"),
        pytest.param(replace(BOUND, restarts=(Restart(at("2026-11-25")),)), "2026-11-27", id="its own began anew"),
        pytest.param(replace(BOUND, pauses=HELD, follows=True), "2026-11-27", id="it has none of its own"),
        pytest.param(
            replace(BOUND, adoptions=(LETTER, replace(LETTER, due_at=end("2026-11-26")))),
            "2026-11-26",
            id="the earliest of several",
        ),
    ],
)
def test_d13_it_binds(facts: ClockFacts, expected: str) -> None:
    assert due(facts) == end(expected)
    assert derive(facts, CHINA).held is None


def test_d13_it_is_a_guess_where_one_of_the_two_is() -> None:
    guess = replace(BOUND, adoptions=(replace(LETTER, provisional=True),))
    assert (derive(BOUND, CHINA).provisional, derive(guess, CHINA).provisional) == (False, True)
    later = replace(LATER, adoptions=(replace(LETTER, due_at=end("2026-12-02"), provisional=True),))
    assert derive(later, CHINA).provisional is False, "the other date plays no part"


def test_d02_what_a_guessed_date_of_its_own_cannot_pass_is_no_guess() -> None:
    """The own date lies in a year to come: however that is loaded, the day of this year comes first."""
    own = ClockFacts(at("2026-12-25T09:00"), wd(10))
    assert derive(own, CHINA).provisional
    for day, guess in (("2026-12-31", False), ("2027-01-05", True)):
        bound = replace(own, adoptions=(replace(LETTER, at=at("2026-12-28"), due_at=end(day)),))
        assert (due(bound), derive(bound, CHINA).provisional) == (end(day), guess)
        assert derive(bound, CHINA).trace[-1].provisional is guess


@pytest.mark.parametrize(("day", "bound"), [("2026-11-30", False), ("2026-11-27", True)])
def test_d13_where_both_are_the_same_its_own_is_told(day: str, bound: bool) -> None:
    steps = derive(replace(OWN, adoptions=(replace(LETTER, due_at=end(day)),)), CHINA).trace
    assert (StepKind.BOUND in {step.kind for step in steps}) is bound


@pytest.mark.parametrize(
    ("facts", "original"),
    [
        pytest.param(BOUND, "2026-11-27", id="taken over first"),
        pytest.param(replace(BOUND, extensions=MORE), "2026-11-27", id="and its own put off later"),
        pytest.param(replace(BOUND, extensions=(Extension(at("2026-11-24T09:00"), wd(5)),)), "2026-11-30", id="put off before"),
        pytest.param(replace(BOUND, extensions=(Extension(MERGED, wd(5)),)), "2026-11-27", id="put off at that very moment"),
        pytest.param(
            replace(OWN, adoptions=(replace(LETTER, due_at=end("2026-12-10"), original_due_at=end("2026-11-27")),)),
            "2026-11-27",
            id="the issuer put it off",
        ),
    ],
)
def test_d13_the_date_before_any_extension_is_kept(facts: ClockFacts, original: str) -> None:
    assert derive(facts, CHINA).original_due_at == end(original)


def test_d13_it_is_explained() -> None:
    said = [line.text for line in explain(derive(replace(BOUND, pauses=HELD), CHINA))]
    assert said[-3:] == [
        "11月26日 周四 中止计时，尚未恢复",
        "11月24日 周二 ZB2026-000001 并入，按来文单位定的时限 11月27日 周五，本单位的中止、延期不使其推后",
        "11月27日 周五 到期，当日 24 时前都算按时",
    ]
    assert [step.kind for step in derive(LATER, CHINA).trace if step.kind is StepKind.BOUND] == []


def test_d07_a_day_that_the_issuer_agreed_to_is_not_the_offices_to_stop() -> None:
    agreed = Extension(at("2026-11-25"), until=at("2026-12-18").date(), granted_by="市信访局，来函〔2026〕1号")
    with pytest.raises(DeadlineRefused, match="来文单位定的日期，本单位不能自行中止"):
        check_suspension(replace(OWN, extensions=(agreed,)), at("2026-11-26"), CHINA)
    check_suspension(replace(OWN, extensions=(replace(agreed, granted_by=""),)), at("2026-11-26"), CHINA)
    anew = replace(OWN, extensions=(agreed,), restarts=(Restart(at("2026-11-27")),))
    check_suspension(anew, at("2026-11-30"), CHINA)


def test_d13_the_office_neither_stops_nor_extends_it_on_its_own() -> None:
    assert set_by_issuer(BOUND, CHINA) == LETTER
    assert (set_by_issuer(LATER, CHINA), set_by_issuer(OWN, CHINA)) == (None, None)
    said = "并入的 ZB2026-000001 是来文单位定了日期的，本件须在 .*11月27日.* 前一并答复，本单位不能自行"
    with pytest.raises(DeadlineRefused, match=f"{said}中止；"):
        check_suspension(BOUND, at("2026-11-25"), CHINA)
    with pytest.raises(DeadlineRefused, match=f"{said}延期；"):
        check_extension(BOUND, MORE[0], CHINA, ONCE)
    check_suspension(LATER, at("2026-11-25"), CHINA)
    check_extension(LATER, MORE[0], CHINA, ONCE)
