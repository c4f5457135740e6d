"""A look at another calendar knows what goes out though no date moves: days opened and closed between two digests (N14, N02)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from opinion_app.desks.rules.operations import Saving, retire, taken_out
from opinion_app.desks.rules.queries import what_if
from opinion_app.flow.clocks import reply_clock
from opinion_app.records.actors import actor_of
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import Procedure
from opinion_app.rules.zone import local_date, parse_moment
from opinion_app.steps.triage import operations
from opinion_app.steps.triage.operations import Classification
from tests.builders.office import make_case
from tests.desks.outbox.posted import morning, post
from tests.desks.outbox.test_said_when_moved import admin, closed, office, opened
from tests.desks.reminders.laddered import START, Office

__all__ = ["admin", "office"]


def sent(office: Office, moment: str) -> set[str]:
    """What kinds of letters a run of that moment sends."""
    office.run(moment)
    return {line.partition(" ")[2].partition("：")[0] for line in post(office, moment)}


def mornings(office: Office, first: str, last: str) -> None:
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        if day.weekday() < 5:
            morning(office, day.isoformat())
            post(office, f"{day.isoformat()}T08:35")
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("moment", "said", "runs"),
    [
        ("2026-11-12T10:00", "随即提醒 1 项（即将超时 1 项）", "2026-11-12T10:01"),
        ("2026-11-12T23:00", "11月13日 周五 07:00 提醒 1 项（即将超时 1 项）", "2026-11-13T07:00"),
    ],
)
def test_n02_a_closure_before_a_date_on_a_day_off_says_that_it_is_told_before(
    office: Office, admin: Actor, moment: str, said: str, runs: str
) -> None:
    """Due on Saturday by its issuer; with Friday closed the next digest comes too late."""
    office.clock.fixed_on, office.clock.due_at = date(2026, 11, 14), parse_moment("2026-11-14T23:59:59")
    office.clock.warn_at = parse_moment("2026-11-13T08:30")
    office.run("2026-11-10T08:36")
    post(office, "2026-11-10T08:36")
    mornings(office, "2026-11-11", "2026-11-12")
    shown = closed(office, admin, moment, date(2026, 11, 13))
    assert (len(shown), shown.telling) == (0, f"另有 1 项日期不变而提醒提前：{said}")
    assert sent(office, runs) == {"即将超时"}


def test_n08_a_day_opened_again_says_that_what_waited_for_monday_goes_today(office: Office, admin: Actor) -> None:
    for day in ("2026-11-05", "2026-11-13"):
        closed(office, admin, "2026-11-10T09:00", date.fromisoformat(day))
    mornings(office, "2026-11-11", "2026-11-12")
    assert (
        opened(office, admin, "2026-11-12T19:00", date(2026, 11, 5)).telling == "11月16日 周一 08:30 提醒 1 项（催办通知 1 项）"
    )
    assert sent(office, "2026-11-13T09:59") == set()
    shown = opened(office, admin, "2026-11-13T10:00", date(2026, 11, 13))
    assert (len(shown), shown.telling) == (0, "另有 1 项日期不变而提醒提前：随即提醒 1 项（催办通知 1 项）")
    assert sent(office, "2026-11-13T10:01") == {"催办通知"}


def test_n10_today_opened_again_says_that_the_digest_comes(office: Office, admin: Actor) -> None:
    """The run makes the digests of a day that is a working day after all before it looks, and they tell what is due."""
    closed(office, admin, "2026-11-10T09:00", date(2026, 11, 11))
    sent(office, "2026-11-11T09:59")
    shown = opened(office, admin, "2026-11-11T10:00", date(2026, 11, 11))
    assert shown.telling == "随即提醒 1 项（待办通报 1 项）"
    morning(office, "2026-11-11")
    assert {line.split()[1] for line in post(office, "2026-11-11T10:01")} == {"待办通报"}


@pytest.mark.parametrize("moved_before", [True, False])
def test_n02_a_reply_that_rested_and_goes_on_by_a_rule_taken_out_is_told_before_it_is_late(
    office: Office, admin: Actor, moved_before: bool
) -> None:
    """Told as due soon, then at rest until it is accepted: who owes it was told since that it does not run."""
    session = office.session
    case, clerk = make_case(session, None, now=START), actor_of(session, office.people["clerk"])
    office.run("2026-11-10T08:40")
    post(office, "2026-11-10T08:41")
    if moved_before:
        closed(office, admin, "2026-11-10T08:50", date(2026, 11, 9))
    due, after = ("2026-11-12", "2026-11-13") if moved_before else ("2026-11-11", "2026-11-12")
    mornings(office, "2026-11-10", (date.fromisoformat(due) - timedelta(days=1)).isoformat())
    session.expire_all()
    rests = Classification(case.kind, "城建", case.urgency, Procedure.PETITION)
    slipped = parse_moment(due) - timedelta(hours=14)
    operations.classify(session, case, clerk, slipped, rests, know_late=True)
    mornings(office, due, due)
    session.expire_all()
    now = parse_moment(f"{due}T10:00")
    shown = what_if(session, taken_out(session, "reply-petition", local_date(now), "本单位规定"), now)
    assert shown.telling == "随即提醒 1 项（今天到期 1 项）"
    saving = Saving(admin, now, apply_to_open=True)
    _rule, moved = retire(session, "reply-petition", local_date(now), "本单位规定", saving, None)
    assert moved.telling == shown.telling
    assert "今天到期" in sent(office, f"{due}T10:01")
    reply = reply_clock(session, case.id)
    assert reply is not None
    assert [entry["version"] for entry in reply.dates][-1] == reply.deadline_version
    assert sent(office, f"{after}T07:05") == set()
