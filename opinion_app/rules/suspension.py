"""What stops the clock of an answer by law, and when the acts that stop it or let it run are open."""

from __future__ import annotations

from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.words import Word


class SuspensionGround(Word):
    """What stops the clock of a reply (信息公开条例 30, 33; 信访工作条例 36; domain §1.3)."""

    CORRECTION = "correction", "告知补正"
    THIRD_PARTY = "third_party", "征求第三方意见"
    OTHER_ORGAN = "other_organ", "征求其他机关意见"
    HEARING = "hearing", "听证"
    APPRAISAL = "appraisal", "鉴定、检验、检测"


def clock_runs(case: CaseFacts) -> str | None:
    """A clock that stands still cannot be stopped."""
    return "这件已经中止计时。" if case.suspended_for else None


def clock_held(case: CaseFacts) -> str | None:
    """Only a clock that stands still can run on."""
    return None if case.suspended_for else "这件没有中止计时。"


def correction_waits(case: CaseFacts) -> str | None:
    """Only a clock that waits for a completion begins anew with it."""
    return None if case.suspended_for == SuspensionGround.CORRECTION else "这件没有在等补正。"
