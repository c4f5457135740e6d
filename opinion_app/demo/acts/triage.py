"""Triage acts of the demonstration."""

from __future__ import annotations

from opinion_app.demo.play import Scene
from opinion_app.rules.words import Kind, Procedure, Urgency
from opinion_app.steps.triage import assigning, merging
from opinion_app.steps.triage import operations as triage
from opinion_app.steps.triage.assigning import Allotment
from opinion_app.steps.triage.operations import Classification


def _classification(scene: Scene) -> Classification:
    case, changed = scene.story.row, scene.story.data.get("classified", {})
    return Classification(
        Kind.of(changed.get("kind", case.kind)),
        changed.get("area", case.area),
        Urgency.of(changed.get("urgency", case.urgency)),
        Procedure.of(changed.get("procedure", case.procedure)),
    )


def accept(scene: Scene) -> None:
    """受理."""
    triage.accept(scene.session, scene.story.row, scene.clerk, scene.now, _classification(scene))


def assign(scene: Scene) -> None:
    """交办; a unit that will give it back is named first, the lead unit takes it the next time."""
    story = scene.story
    lead = story.data.pop("first_lead", None) or story.lead
    allotment = Allotment(scene.cast.unit_id(lead), [scene.cast.unit_id(name) for name in story.supports], story.say("assign"))
    assigning.assign(scene.session, story.row, scene.clerk, scene.now, _classification(scene), allotment, know_late=True)


def decline(scene: Scene) -> None:
    """不予受理: ground, reason and the right channel."""
    said = scene.story.data["declined"]
    triage.decline(scene.session, scene.story.row, scene.clerk, scene.now, said["ground"], said["reason"], said["channel"], None)


def refer(scene: Scene) -> None:
    """转出."""
    said = scene.story.data["referred"]
    triage.refer(scene.session, scene.story.row, scene.clerk, scene.now, said["to"], said["reason"], None)


def propose(scene: Scene) -> None:
    """呈批."""
    triage.propose(scene.session, scene.story.row, scene.clerk, scene.now, scene.story.say("propose"), None)


def instruct(scene: Scene) -> None:
    """批示, written by the leader."""
    triage.instruct(scene.session, scene.story.row, scene.leader, scene.now, scene.story.say("instruct"))


def grant(scene: Scene) -> None:
    """指定知情人: the leader of the story."""
    login = str(scene.story.data["leader"])
    triage.grant(scene.session, scene.story.row, scene.clerk, scene.now, login, scene.story.say("grant"))


def merge(scene: Scene) -> None:
    """并案 into another story's case."""
    into = scene.tales[scene.story.data["merged_into"]].row.number
    merging.merge(scene.session, scene.story.row, scene.clerk, scene.now, into, scene.story.say("merge"), know_late=True)


def unmerge(scene: Scene) -> None:
    """拆分."""
    merging.unmerge(scene.session, scene.story.row, scene.clerk, scene.now, scene.story.say("unmerge"), know_late=True)


def agree_return(scene: Scene) -> None:
    """同意退回."""
    said = scene.story.say("agree_return")
    assigning.decide_return(scene.session, scene.story.row, scene.clerk, scene.now, agree=True, opinion=said)


def refuse_return(scene: Scene) -> None:
    """不同意退回."""
    said = scene.story.say("refuse_return")
    assigning.decide_return(scene.session, scene.story.row, scene.clerk, scene.now, agree=False, opinion=said)


def reassign(scene: Scene) -> None:
    """改派 to the lead unit of the story."""
    unit = scene.cast.unit_id(scene.story.lead)
    said = scene.story.say("reassign")
    assigning.reassign(scene.session, scene.story.row, scene.clerk, scene.now, unit, said, know_late=True)


def add_unit(scene: Scene) -> None:
    """增派."""
    unit = scene.cast.unit_id(scene.story.data["added"])
    said = scene.story.say("add_unit")
    assigning.add_unit(scene.session, scene.story.row, scene.clerk, scene.now, unit, said, know_late=True)
