"""The digest: grouped by urgency, each line with its reason, nothing of the writer, one broken clock harms no other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from opinion_app.rules.calendar_seed import seed_calendar
from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.digest import (
    GROUPS,
    DigestLine,
    OpenClock,
    PersonDigest,
    Trouble,
    digests,
    place_of,
    rung_subject,
    urgency,
)
from opinion_app.rules.due_words import DueState
from opinion_app.rules.facts import Actor, CaseFacts
from opinion_app.rules.recipients import Owing, Roster, Staff
from opinion_app.rules.words import Role, Stage
from opinion_app.rules.zone import end_of_day, local_date

CALENDAR = seed_calendar()
NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # Monday 08:30 in Shanghai
SOON = end_of_day(local_date(NOW) + timedelta(days=2))
ROSTER = Roster(
    {1: Staff(Actor(1, "受理", frozenset({Role.CLERK}))), 2: Staff(Actor(2, "管理", frozenset({Role.ADMINISTRATOR})))}
)
DAYS, HOURS = Span(7, Unit.WORKING_DAYS), Span(24, Unit.HOURS)


def clock(clock_id: int = 1, in_days: int = 0, **values: object) -> OpenClock:
    due = end_of_day(local_date(NOW) + timedelta(days=in_days))
    facts: dict[str, object] = {"due_at": due, "span": DAYS, "owing": Owing("office")} | values
    return OpenClock(clock_id, clock_id, "答复", "财政所", **facts)  # type: ignore[arg-type]


def case(case_id: int) -> CaseFacts:
    return CaseFacts(case_id, f"LY2026-{case_id:06d}", Stage.RECEIVED)


def test_lines_are_grouped_the_most_urgent_first_and_the_subject_counts_them() -> None:
    clocks = [clock(1, 1), clock(2, 0), clock(3, -3), clock(4, 9)]
    [digest], troubles = digests(clocks, {n: case(n) for n in range(1, 5)}, ROSTER, NOW, CALENDAR, SOON)
    assert [(line.group, line.number) for line in digest.lines] == [
        (DueState.OVERDUE, "LY2026-000003"),
        (DueState.TODAY, "LY2026-000002"),
        (DueState.SOON, "LY2026-000001"),
    ]
    assert digest.subject == "待办通报 11月23日：逾期 1 件、今天到期 1 件、临期 1 件"
    assert digest.lines[0].text == "答复：已逾期 1 个工作日"
    assert digest.lines[0].link == "/office/cases/LY2026-000003"
    assert not troubles


def test_n05_a_broken_clock_is_named_and_the_others_go_out() -> None:
    [digest], troubles = digests([clock(1), clock(2)], {2: case(2)}, ROSTER, NOW, CALENDAR, SOON)
    assert [line.clock_id for line in digest.lines] == [2]
    assert [(trouble.clock_id, "KeyError" in trouble.error) for trouble in troubles] == [(1, True)]


def test_the_administrator_learns_number_and_date_alone() -> None:
    only_admin = Roster({2: ROSTER.staff[2]})
    [digest], _ = digests([clock(1)], {1: case(1)}, only_admin, NOW, CALENDAR, SOON)
    [line] = digest.lines
    assert (line.kind, line.unit, line.link, line.blind) == ("—", "", "", True)
    assert line.text == "2026年11月23日 周一 到期"
    assert set(line.as_data()) == {
        "clock", "case", "version", "group", "number", "kind", "unit", "text", "link", "reason", "blind",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("pressing", "group"),
    [
        (clock(in_days=9), None),
        (clock(in_days=9, warn_at=NOW), DueState.SOON),
        (clock(in_days=2), DueState.SOON),
        (clock(span=HOURS, due_at=NOW + timedelta(hours=40)), DueState.SOON),
        (clock(span=HOURS, due_at=NOW - timedelta(minutes=1)), DueState.OVERDUE),
        (clock(span=HOURS, due_at=NOW), DueState.TODAY),
    ],
)
def test_the_digest_and_the_worklist_agree_on_what_presses(pressing: OpenClock, group: DueState | None) -> None:
    found = urgency(pressing, NOW, CALENDAR, SOON)
    assert (found[0] if found else None) is group
    assert group is None or group in GROUPS


def test_a_digest_says_all_there_is_of_a_line_and_whose_it_is() -> None:
    two = Roster({**ROSTER.staff, 3: Staff(Actor(3, "同事", frozenset({Role.CLERK})))})
    made, _ = digests([clock(7, version=4)], {7: case(7)}, two, NOW, CALENDAR, SOON)
    line = DigestLine(
        7, 7, 4, DueState.TODAY, "LY2026-000007", "咨询", "财政所", "答复：今天到期", "/office/cases/LY2026-000007",
        "由党政办办理，您是受理员", end_of_day(local_date(NOW)),
    )  # fmt: skip
    assert made == [PersonDigest(person_id, local_date(NOW), (line,)) for person_id in (1, 3)]


def test_a_date_that_is_a_guess_says_so_in_the_digest() -> None:
    pressing = urgency(clock(provisional=True), NOW, CALENDAR, SOON)
    assert pressing is not None
    assert "暂定" in pressing[1]


def test_what_ends_at_the_last_moment_of_soon_is_soon() -> None:
    hours = clock(span=HOURS, due_at=SOON)
    assert urgency(hours, NOW, CALENDAR, SOON) is not None
    assert urgency(hours, NOW, CALENDAR, SOON - timedelta(seconds=1)) is None


def test_what_is_said_of_trouble_is_no_longer_than_there_is_room_for() -> None:
    class Roomy(dict[int, CaseFacts]):
        def __missing__(self, case_id: int) -> CaseFacts:
            raise LookupError("某" * 300)

    _made, [trouble] = digests([clock(5)], Roomy(), ROSTER, NOW, CALENDAR, SOON)
    assert trouble == Trouble(5, f"LookupError: {'某' * 187}")


@pytest.mark.parametrize(
    ("lines", "subject"),
    [
        ([{"number": "LY1", "text": "答复：今天到期：是", "blind": False}], "催办通知：LY1 答复"),
        ([{"number": "LY1", "text": "答复：逾期"}, {"number": "LY1", "text": "签收：逾期"}], "催办通知：LY1 答复"),
        ([{"number": "LY1", "text": "答复：逾期", "blind": True}], "催办通知：LY1"),
        ([{"number": "LY1", "text": "甲"}, {"number": "LY2", "text": "乙"}, {"number": "LY1", "text": "丙"}], "催办通知：2 件"),
        ([{"number": "LY1"}], "催办通知：LY1"),
        ([{"text": "答复：逾期"}], "催办通知： 答复"),
    ],
)
def test_the_subject_of_a_letter_names_one_case_or_counts_several(lines: list[dict[str, object]], subject: str) -> None:
    assert rung_subject("催办通知", lines) == subject


def test_groups_stand_in_the_order_of_their_urgency_and_what_is_none_last() -> None:
    assert [place_of(group) for group in ("逾期", "今天到期", "临期", "别的")] == [0, 1, 2, 3]
