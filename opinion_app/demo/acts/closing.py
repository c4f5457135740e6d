"""The end of a case in the demonstration: answered, reported, decided, closed, published, filed, reopened."""

from __future__ import annotations

from opinion_app.demo.play import Scene
from opinion_app.demo.scans import keep
from opinion_app.flow import inbox, ratings
from opinion_app.flow.attach import attach
from opinion_app.records.submission import Progress
from opinion_app.rules import rating
from opinion_app.rules.masking import Action, Decision
from opinion_app.rules.publication import make
from opinion_app.rules.words import AnswerMethod, ConsentBasis, Disclosure, RetentionPeriod
from opinion_app.rules.zone import local_date
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.publish import operations as publishing
from opinion_app.steps.publish.chosen import Chosen, Review
from opinion_app.steps.publish.queries import material, writers

REVIEWED = Review("经审查，不涉及国家秘密、工作秘密。", "可以公开，个人信息已遮盖。")


def answer(scene: Scene) -> None:
    """登记答复."""
    method = AnswerMethod.of(scene.story.data.get("method", AnswerMethod.PLATFORM.value))
    closing.answer(scene.session, scene.story.row, scene.clerk, scene.now, method, note=scene.story.say("answer"))


def objected(scene: Scene) -> None:
    """向来文单位提出异议."""
    closing.object_to(
        scene.session, scene.story.row, scene.clerk, scene.now, _number(scene), local_date(scene.now), scene.story.say("objected")
    )


def report_back(scene: Scene) -> None:
    """反馈来文单位, with the paper that was sent."""
    case, words = scene.story.row, scene.story.say("report_back")
    row = closing.report_back(scene.session, case, scene.clerk, scene.now, _number(scene), local_date(scene.now), words)
    files = [keep(scene.store, f"{_number(scene)}办结报告.pdf")]
    attach(scene.session, case, files, scene.clerk, scene.now, owner="report_back", owner_id=row.id)


def _number(scene: Scene) -> str:
    return f"云政函〔{local_date(scene.now).year}〕{scene.story.data['report_number']}号"


def public(scene: Scene) -> None:
    """公开决定: 公开."""
    _disclose(scene, Disclosure.PUBLIC, "内容具有普遍参考价值，予以公开。")


def partial(scene: Scene) -> None:
    """公开决定: 部分公开."""
    _disclose(scene, Disclosure.PARTIAL, "涉及个人信息的部分遮盖后公开。")


def withhold(scene: Scene) -> None:
    """公开决定: 不公开."""
    _disclose(scene, Disclosure.WITHHELD, "涉及个人隐私，不公开。")


def _disclose(scene: Scene, disclosure: Disclosure, default: str) -> None:
    case = scene.story.row
    basis = ConsentBasis.WISH if case.wish_public else ConsentBasis.MASKED
    publishing.decide_disclosure(
        scene.session,
        case,
        scene.clerk,
        scene.now,
        disclosure=disclosure,
        grounds=scene.story.say("disclosure", default),
        basis=None if disclosure is Disclosure.WITHHELD else basis,
    )


def publish(scene: Scene) -> None:
    """公开答复, with everything masked that was found."""
    case = scene.story.row
    held = material(scene.session, case)
    decisions = {part: tuple(Decision(find, Action.MASK) for find in finds) for part, finds in held.finds.items()}
    writer = writers(case)[-1][0]
    snapshot = make(held.original, held.finds, decisions, writer)
    publishing.publish(scene.session, case, scene.clerk, scene.now, Chosen(decisions, writer, snapshot.hash), REVIEWED)


def withdraw(scene: Scene) -> None:
    """撤回公开."""
    publishing.withdraw(scene.session, scene.story.row, scene.clerk, scene.now, reason=scene.story.say("withdraw"))


def close(scene: Scene) -> None:
    """办结."""
    closing.close(scene.session, scene.story.row, scene.clerk, scene.now, scene.story.say("close"))


def rate(scene: Scene) -> None:
    """留言人评价, with what the story says of it."""
    row = scene.session.get_one(Progress, scene.story.row.number)
    told = inbox.Told(row.number, row.step, [], round=row.round, rate_until=row.rate_until, may_reopen=row.may_reopen)
    left = ratings.leave(scene.session, told, rating.read(scene.story.data["rating"]), scene.now, told.round)
    ratings.take_in(scene.session, left, scene.now)


def reopen(scene: Scene) -> None:
    """重办."""
    closing.reopen(scene.session, scene.story.row, scene.clerk, scene.now, scene.story.say("reopen"))


def archive(scene: Scene) -> None:
    """归档."""
    period = RetentionPeriod.of(scene.story.data.get("retention", RetentionPeriod.TEN.value))
    closing.archive(scene.session, scene.story.row, scene.clerk, scene.now, period)
