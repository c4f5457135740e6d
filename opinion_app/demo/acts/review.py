"""The gates of a reply in the demonstration: passed, or sent back with an opinion."""

from __future__ import annotations

from opinion_app.demo.play import Scene
from opinion_app.rules.words import OFFICE_GATES, Gate
from opinion_app.steps.review import operations as review

REVIEWERS = ("zhaolixin", "maxiaolan")


def head(scene: Scene) -> None:
    """单位负责人审核通过."""
    review.check_unit_head(scene.session, scene.story.row, scene.head, scene.now, passed=True, opinion=scene.story.say("head"))


def head_back(scene: Scene) -> None:
    """单位负责人退回修改."""
    said = scene.story.say("head_back")
    review.check_unit_head(scene.session, scene.story.row, scene.head, scene.now, passed=False, opinion=said)


def gates(scene: Scene) -> None:
    """三关通过."""
    reviewer = scene.cast.one_of(*REVIEWERS)
    verdicts = dict.fromkeys(OFFICE_GATES, True)
    review.check_gates(scene.session, scene.story.row, reviewer, scene.now, verdicts, scene.story.say("gates"))


def gates_some(scene: Scene) -> None:
    """政治关、政策关通过, 文字关 still to come."""
    verdicts = {Gate.POLITICAL: True, Gate.POLICY: True}
    review.check_gates(scene.session, scene.story.row, scene.cast.one_of(*REVIEWERS), scene.now, verdicts)


def gates_back(scene: Scene) -> None:
    """三关中有一关退回修改; which one the story says."""
    refused = Gate.of(scene.story.data.get("refused_gate", Gate.WORDING.value))
    verdicts = {gate: gate is not refused for gate in OFFICE_GATES}
    reviewer = scene.cast.one_of(*REVIEWERS)
    review.check_gates(scene.session, scene.story.row, reviewer, scene.now, verdicts, scene.story.say("gates_back"))


def sign(scene: Scene) -> None:
    """签发."""
    said = scene.story.say("sign", "同意。")
    review.sign_off(scene.session, scene.story.row, scene.leader, scene.now, passed=True, opinion=said)


def sign_back(scene: Scene) -> None:
    """领导退回修改."""
    review.sign_off(scene.session, scene.story.row, scene.leader, scene.now, passed=False, opinion=scene.story.say("sign_back"))
