"""The steps a citizen is told, in plain words; the inside of the office is not the public's business."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opinion_app.rules.words import Stage


@dataclass(frozen=True)
class PublicStep:
    """A step as the public page says it; `position` counts from 1 on the way, 0 for a side exit."""

    title: str
    text: str
    position: int


RECEIVED = PublicStep("已收到", "您的留言已登记，我们将在 1 个工作日内决定是否受理。", 1)
ACCEPTED = PublicStep("已受理", "您的留言已受理，正在安排承办单位。", 2)
HANDLING = PublicStep("办理中", "承办单位正在了解情况、办理答复。", 3)
AGAIN = PublicStep("重新办理", "您的留言正在重新办理，答复期限从重办之日重新计算。", 3)
ANSWERED = PublicStep("已答复", "您的留言已答复。", 4)
DECLINED = PublicStep("不予受理", "您反映的事项不属于本平台受理范围，原因和办理渠道见下。", 0)
REFERRED = PublicStep("已转出", "您反映的事项已转有权处理的机关。", 0)
MERGED = PublicStep("已合并办理", "您反映的事项与另一件相同，已合并办理。", 3)
WAY = (RECEIVED, ACCEPTED, HANDLING, ANSWERED)

_STEPS = {
    Stage.ASSIGNED: HANDLING,
    Stage.HANDLING: HANDLING,
    Stage.UNDER_REVIEW: HANDLING,
    Stage.APPROVED: HANDLING,
    Stage.ANSWERED: ANSWERED,
    Stage.CLOSED: ANSWERED,
    Stage.ARCHIVED: ANSWERED,
    Stage.DECLINED: DECLINED,
    Stage.REFERRED: REFERRED,
    Stage.MERGED: MERGED,
}


def ahead(title: str) -> tuple[PublicStep, ...]:
    """The steps that still follow the one with this title; none after a side exit."""
    known = next((step for step in (*WAY, MERGED, AGAIN) if step.title == title), None)
    return tuple(step for step in WAY if known is not None and step.position > known.position)


def through_another(titles: Sequence[str]) -> bool:
    """Whether the answer came through another case this one was merged into; `titles` are the steps told, oldest first."""
    before = [title for title in titles if title != ANSWERED.title]
    return titles[-1:] == [ANSWERED.title] and before[-1:] == [MERGED.title]


def step_of(stage: Stage, *, accepted: bool, again: bool = False) -> PublicStep:
    """What the writer is told while the case is in `stage`; `again` after it was taken up once more."""
    if stage is Stage.RECEIVED:
        return ACCEPTED if accepted else RECEIVED
    step = _STEPS[stage]
    return AGAIN if again and step is HANDLING else step
