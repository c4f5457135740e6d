"""What becomes of a letter after an attempt, by table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from opinion_app.rules.delivery import Attempt, Outcome, back_off, judge, latest_moment, tells_of_trouble, without_address
from opinion_app.rules.words import NoticeState

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
LATER = NOW + timedelta(days=5)


@pytest.mark.parametrize(
    ("outcome", "attempts", "unknown", "now", "state", "retried"),
    [
        (Outcome.SENT, 1, 0, NOW, NoticeState.SENT, False),
        (Outcome.FILED, 1, 0, NOW, NoticeState.FILED, False),
        (Outcome.REFUSED, 1, 0, NOW, NoticeState.FAILED, False),
        (Outcome.DEFERRED, 1, 0, NOW, NoticeState.PENDING, True),
        (Outcome.UNREACHABLE, 9, 0, NOW, NoticeState.PENDING, True),
        (Outcome.DEFERRED, 90, 0, LATER, NoticeState.FAILED, False),
        (Outcome.UNKNOWN, 1, 0, NOW, NoticeState.UNKNOWN, True),
        (Outcome.UNKNOWN, 2, 1, NOW, NoticeState.UNKNOWN, False),
    ],
)
def test_n06_verdicts(outcome: Outcome, attempts: int, unknown: int, now: datetime, state: NoticeState, retried: bool) -> None:
    verdict = judge(Attempt(outcome, "said"), attempts, unknown, NOW, now)
    assert verdict.state is state
    assert (verdict.retry_at is not None) is retried
    assert verdict.unknown_outcomes == unknown + (outcome is Outcome.UNKNOWN)


@pytest.mark.parametrize(
    ("unknown", "robot", "said"),
    [
        (0, False, ""),
        (1, False, "曾有一次结果不明，对方可能收到两封（邮件编号相同）。"),
        (2, False, "曾有 2 次结果不明，对方可能收到几封（邮件编号相同）。"),
        (1, True, "曾有一次结果不明，群里可能出现两条。"),
    ],
)
def test_what_is_sent_after_an_unknown_outcome_says_that_there_may_be_two(unknown: int, robot: bool, said: str) -> None:
    verdict = judge(Attempt(Outcome.SENT), 2, unknown, NOW, NOW, robot=robot)
    assert (verdict.note, verdict.unknown_outcomes) == (said, unknown)


@pytest.mark.parametrize(
    ("unknown", "ran_out", "again"), [(0, 0, True), (1, 1, True), (2, 2, True), (1, 0, False), (2, 1, False), (3, 2, False)]
)
def test_n06_a_claim_that_ran_out_takes_nothing_from_the_one_time_that_is_sent_again(
    unknown: int, ran_out: int, again: bool
) -> None:
    verdict = judge(Attempt(Outcome.UNKNOWN), 3, unknown, NOW, NOW, ran_out=ran_out)
    assert (verdict.retry_at is not None, verdict.unknown_outcomes) == (again, unknown + 1)


ONCE_MORE, LOST = "将用同一邮件编号再发一次。", "对方服务器在确认前断开，结果不明"


@pytest.mark.parametrize(
    ("outcome", "unknown", "now", "note"),
    [
        (Outcome.UNKNOWN, 0, NOW, f"{LOST}，{ONCE_MORE}"),
        (Outcome.UNKNOWN, 1, NOW, f"{LOST}；已再发过一次，不再发送。"),
        (Outcome.REFUSED, 0, NOW, "对方拒收：550"),
        (Outcome.REFUSED, 1, NOW, "对方拒收：550"),
        (Outcome.UNREACHABLE, 1, NOW, "邮件服务器连接不上，稍后再发：550"),
        (Outcome.DEFERRED, 0, NOW, "对方暂不接收，稍后再发：550"),
        (Outcome.DEFERRED, 0, NOW + timedelta(days=4), "对方暂不接收，稍后再发：550"),
        (Outcome.DEFERRED, 1, NOW + timedelta(days=4, seconds=1), "四天内多次发送未成功：550"),
    ],
)
def test_the_outbox_says_what_became_of_a_letter_and_what_is_next(
    outcome: Outcome, unknown: int, now: datetime, note: str
) -> None:
    verdict = judge(Attempt(outcome, "550"), 2, unknown, NOW, now)
    assert (verdict.note, verdict.unknown_outcomes) == (note, unknown + (outcome is Outcome.UNKNOWN))
    assert verdict.retry_at in (None, now + timedelta(minutes=5)), "after the second attempt"


@pytest.mark.parametrize(("unknown", "next_"), [(0, "，将再发一次。"), (1, "；已再发过一次，不再发送。")])
def test_the_outbox_says_of_a_robot_the_same_without_a_letter(unknown: int, next_: str) -> None:
    assert judge(Attempt(Outcome.UNKNOWN), 1, unknown, NOW, NOW, robot=True).note == f"群机器人没有答完，结果不明{next_}"


@pytest.mark.parametrize(("attempts", "minutes"), [(0, 1), (1, 2), (2, 6), (5, 61), (9, 61)])
def test_r11_a_letter_waits_no_longer_than_its_next_attempt_and_the_slack_of_two_clocks(attempts: int, minutes: int) -> None:
    assert latest_moment(attempts, NOW) == NOW + timedelta(minutes=minutes)


def test_what_is_said_of_a_robot_that_did_not_answer_speaks_of_no_letter() -> None:
    for unknown in (0, 1):
        note = judge(Attempt(Outcome.UNKNOWN), 1, unknown, NOW, NOW, robot=True).note
        assert note.startswith("群机器人没有答完，结果不明")
        assert "邮件" not in note


@pytest.mark.parametrize(
    ("report", "troubled"),
    [
        ("没有待发的通知", False),
        ("已发送 3，稍后再发 1", False),
        ("已发送 20；本轮已发满限额，下轮接着发", False),
        ("服务器连接不上 3；对方服务器连续三次没有应答，本轮先停", True),
        ("已发送 3，被拒收 1", True),
        ("结果不明 1", True),
    ],
)
def test_a_run_tells_of_letters_that_do_not_leave(report: str, troubled: bool) -> None:
    assert tells_of_trouble(report) is troubled


def test_the_gaps_grow_up_to_an_hour() -> None:
    gaps = [back_off(attempt, NOW) - NOW for attempt in range(9)]
    assert gaps == sorted(gaps)
    assert gaps[1:] == [timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 60, 60, 60)]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("550 5.1.1 <somebody@mail.test> user unknown", "550 5.1.1"),
        ("451 greylisted, somebody@mail.test", "451"),
        ("SMTPServerDisconnected: somebody@mail.test", "SMTPServerDisconnected"),
        ("没有设置邮件服务器", "没有设置邮件服务器"),
    ],
)
def test_what_is_kept_of_a_server_s_words_names_no_mailbox(said: str, kept: str) -> None:
    assert without_address(said) == kept
