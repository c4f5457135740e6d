"""What the units do in the demonstration: sign for, return, note, support, ask for time, draft and submit."""

from __future__ import annotations

from opinion_app.demo.play import Scene
from opinion_app.demo.scans import keep
from opinion_app.flow.attach import attach
from opinion_app.rules.words import FindingKind
from opinion_app.steps.handling import extending
from opinion_app.steps.handling import operations as handling
from opinion_app.steps.reply import operations as reply


def _present_lead(scene: Scene) -> str:
    held = scene.story.row.lead_unit_id
    return next(name for name, unit in scene.cast.units.items() if unit.id == held)


def sign_for(scene: Scene) -> None:
    """签收 by the head of whichever unit leads now."""
    unit = _present_lead(scene)
    handler = scene.cast.handler(unit)
    handling.sign_for(scene.session, scene.story.row, scene.cast.head(unit), scene.now, handler.id)


def sign_support(scene: Scene) -> None:
    """协办单位签收, each of them."""
    for unit in _supporting(scene):
        head, handler = scene.cast.head(unit), scene.cast.handler(unit)
        handling.sign_for(scene.session, scene.story.row, head, scene.now, handler.id)


def report_support(scene: Scene) -> None:
    """协办单位报结果."""
    for unit in _supporting(scene):
        handler = scene.cast.handler(unit)
        handling.report_support(scene.session, scene.story.row, handler, scene.now, scene.story.say("report_support"))


def _supporting(scene: Scene) -> list[str]:
    added = scene.story.data.get("added")
    return [*scene.story.supports, *([added] if added else [])]


def ask_return(scene: Scene) -> None:
    """申请退回 by the unit that leads now."""
    head = scene.cast.head(_present_lead(scene))
    handling.ask_return(scene.session, scene.story.row, head, scene.now, scene.story.say("ask_return"))


def contact(scene: Scene) -> None:
    """联系诉求人."""
    handling.reveal(scene.session, scene.story.row, scene.handler, scene.now, "联系诉求人核实情况")
    _note(scene, FindingKind.CONTACT, "contact", "已电话联系留言人，说明受理情况，进一步了解了时间、地点和诉求。")


def visit(scene: Scene) -> None:
    """现场核查, with a picture where the story has one."""
    _note(scene, FindingKind.VISIT, "visit", "已到现场查看，情况属实，现场照片已留存。")


def note(scene: Scene) -> None:
    """办理记录."""
    _note(scene, FindingKind.NOTE, "note", "已查阅相关台账和文件，正在与有关单位核对。")


def meeting(scene: Scene) -> None:
    """会商."""
    _note(scene, FindingKind.MEETING, "meeting", "与有关单位会商，明确了分工和完成时间。")


def _note(scene: Scene, kind: FindingKind, act: str, default: str) -> None:
    case = scene.story.row
    finding = handling.note(scene.session, case, scene.handler, scene.now, kind, scene.story.say(act, default))
    scene.session.flush()
    names = scene.story.data.get("pictures", []) if kind is FindingKind.VISIT else []
    if names:
        files = [keep(scene.store, name) for name in names]
        attach(scene.session, case, files, scene.handler, scene.now, owner="finding", owner_id=finding.id)


def ask_extension(scene: Scene) -> None:
    """申请延期."""
    amount = int(scene.story.data["extension"])
    extending.ask(scene.session, scene.story.row, scene.head, scene.now, extending.More(amount), scene.story.say("ask_extension"))


def grant_extension(scene: Scene) -> None:
    """同意延期."""
    said = scene.story.say("grant_extension", "同意延期，请向群众做好说明。")
    extending.decide(scene.session, scene.story.row, scene.leader, scene.now, agree=True, opinion=said)


def refuse_extension(scene: Scene) -> None:
    """不同意延期."""
    said = scene.story.say("refuse_extension", "不符合延期条件，请按时办结。")
    extending.decide(scene.session, scene.story.row, scene.leader, scene.now, agree=False, opinion=said)


def draft(scene: Scene) -> None:
    """拟写答复: the story's replies in turn."""
    reply.save_draft(scene.session, scene.story.row, scene.handler, scene.now, scene.story.say("draft").strip())


def submit(scene: Scene) -> None:
    """送审."""
    reply.submit(scene.session, scene.story.row, scene.handler, scene.now)
