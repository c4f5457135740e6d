"""The sign of life of the clock: within two minutes it runs, before it stopped, ahead the wall clock was set back (N15, R11)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opinion_app.rules.heartbeat import SET_BACK, START, alive, standstill, what_to_do
from opinion_app.rules.zone import parse_moment

NOW = parse_moment("2026-11-27T20:00")


@pytest.mark.parametrize(("ago", "lives"), [(0, True), (120, True), (121, False), (-120, True), (-121, False), (None, False)])
def test_n15_it_lives_within_two_minutes(ago: int | None, lives: bool) -> None:
    assert alive(None if ago is None else NOW - timedelta(seconds=ago), NOW) is lives


def test_n15_what_is_said_of_a_clock_that_stopped() -> None:
    assert standstill(None, NOW) == "定时进程从未运行，不会发送提醒"
    assert standstill(NOW - timedelta(minutes=7, seconds=59), NOW) == "定时进程已停 7 分钟"
    assert standstill(NOW - timedelta(seconds=59), NOW) == "定时进程刚刚停止"
    assert {what_to_do(None, NOW), what_to_do(NOW - timedelta(minutes=7), NOW)} == {START}


def test_r11_a_sign_of_life_ahead_is_of_a_wall_clock_that_was_set_back() -> None:
    ahead = NOW + timedelta(minutes=90)
    said = standstill(ahead, NOW)
    assert said.startswith("系统时间可能被调回：最近一次心跳在 2026年11月27日 周五 21:30，比现在晚 90 分钟")
    assert what_to_do(ahead, NOW) == SET_BACK
