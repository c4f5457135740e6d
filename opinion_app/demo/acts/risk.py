"""Risk in the demonstration: assessed with grounds by factor, approved, reported and responded to."""

from __future__ import annotations

from opinion_app.demo.play import Scene
from opinion_app.demo.sheets import sheet_of
from opinion_app.desks.risk import reporting
from opinion_app.desks.risk.reporting import Report
from opinion_app.flow import assess as assessing


def assess(scene: Scene) -> None:
    """风险研判 by the clerk, at the level the grades propose."""
    assessing.assess(
        scene.session, scene.story.row, scene.clerk, scene.now, sheet_of(scene.story.data, scene.story.say("findings"))
    )


def approve_risk(scene: Scene) -> None:
    """审定研判 by the leader in charge."""
    said = scene.story.say("approve", "同意。")
    assessing.approve(scene.session, scene.story.row, scene.leader, scene.now, passed=True, opinion=said)


def _report(scene: Scene, act: str, said: str, receiver: str) -> None:
    words = scene.story.say(said)
    reporting.report(scene.session, scene.story.row, scene.clerk, scene.now, Report(act, receiver, words))


def phone_upward(scene: Scene) -> None:
    """电话报告上级."""
    _report(scene, "phone_upward", "phone_upward", "县委宣传部值班室")


def report_to_leader(scene: Scene) -> None:
    """报告领导."""
    _report(scene, "report_to_leader", "report_to_leader", "镇长、分管副镇长")


def report_upward(scene: Scene) -> None:
    """书面报告上级."""
    _report(scene, "report_upward", "report_upward", "县委办、县政府办")


def verify(scene: Scene) -> None:
    """提交核实报告."""
    _report(scene, "submit_verification", "verify", "镇党委、政府")


def statement(scene: Scene) -> None:
    """发布权威信息."""
    _report(scene, "publish_statement", "statement", "社会公众")


def respond(scene: Scene) -> None:
    """正式回应."""
    _report(scene, "record_response", "respond", "社会公众")
