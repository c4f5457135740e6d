"""Policy documents of the demonstration: registered by the unit that drafts them, assessed, approved before release."""

from __future__ import annotations

from opinion_app.demo.play import Scene
from opinion_app.demo.sheets import sheet_of
from opinion_app.desks.policies import operations
from opinion_app.flow import assess as assessing
from opinion_app.records.assessment import Policy
from opinion_app.rules.facts import Actor
from opinion_app.rules.policies import PolicyText


def register_policy(scene: Scene) -> None:
    """登记政策文件."""
    data = scene.story.data
    text = PolicyText(
        title=data["title"],
        unit_id=scene.cast.unit_id(data["unit"]),
        summary=data["body"],
        planned_on=scene.almanac.day(data["planned"]),
    )
    scene.story.policy = operations.register(scene.session, _drafter(scene), scene.now, text)


def assess_policy(scene: Scene) -> None:
    """风险研判 by the drafting unit (谁起草谁研判)."""
    sheet = sheet_of(scene.story.data, scene.story.say("findings"))
    assessing.assess_policy(scene.session, _policy(scene), _drafter(scene), scene.now, sheet)


def approve_policy(scene: Scene) -> None:
    """审定研判 by the leader in charge of the drafting unit."""
    leader = scene.cast.leader(scene.story.data["unit"])
    said = scene.story.say("approve")
    assessing.approve_policy(scene.session, _policy(scene), leader, scene.now, passed=True, opinion=said)


def _drafter(scene: Scene) -> Actor:
    return scene.cast.actors[scene.story.data["by"]]


def _policy(scene: Scene) -> Policy:
    if scene.story.policy is None:
        raise LookupError(f"{scene.story.key} is not registered yet")
    return scene.story.policy
