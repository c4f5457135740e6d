"""What may stand against an act on a case beside its stage: each answers a sentence, or None when nothing does."""

from __future__ import annotations

from collections.abc import Iterable

from opinion_app.rules.facts import Actor, CaseFacts
from opinion_app.rules.permissions import never_public
from opinion_app.rules.words import AssignmentState, Disclosure, Gate, ReplyState, RiskLevel, Role, Source, Stage, UnitRole


def always(case: CaseFacts) -> str | None:
    """Nothing stands against it."""
    return None


def not_before_leader(case: CaseFacts) -> str | None:
    """Not while a leader is asked."""
    return "这件正在呈批，请等领导批示后再办。" if case.needs_leader else None


def not_accepted(case: CaseFacts) -> str | None:
    """Not a second time."""
    return "这件已经受理。" if case.accepted else None


def returnable(case: CaseFacts) -> str | None:
    """Somebody must have it."""
    return None if case.active else "这件还没有交办。"


def return_waits(case: CaseFacts) -> str | None:
    """A unit must have asked."""
    waits = any(a.state is AssignmentState.RETURN_ASKED for a in case.assignments)
    return None if waits else "没有等待审核的退回申请。"


def support_open(case: CaseFacts) -> str | None:
    """A supporting unit must have signed and not reported."""
    waits = any(a.role is UnitRole.SUPPORT and a.state is AssignmentState.SIGNED for a in case.active)
    return None if waits else "没有等待报结果的协办单位。"


def draft_there(case: CaseFacts) -> str | None:
    """There must be a draft."""
    return None if case.reply_state is ReplyState.DRAFT else "还没有可以送审的答复稿，请先拟稿并保存。"


def head_first(case: CaseFacts) -> str | None:
    """The head of the lead unit reads first."""
    return None if Gate.UNIT_HEAD in case.gates_passed else "请先由主办单位负责人审核。"


def head_waits(case: CaseFacts) -> str | None:
    """Not when the head has passed it."""
    return "单位负责人已经审核通过。" if Gate.UNIT_HEAD in case.gates_passed else None


def gates_wait(case: CaseFacts) -> str | None:
    """After the head, and not when all three gates are passed."""
    return head_first(case) or ("三关已经全部通过。" if case.office_gates_passed else None)


def gates_first(case: CaseFacts) -> str | None:
    """After the three gates."""
    if head_first(case):
        return head_first(case)
    return None if case.office_gates_passed else "请先通过政治关、政策关、文字关。"


def closable(case: CaseFacts) -> str | None:
    """Every report to an issuer is made and publication decided, one way or the other."""
    if case.report_owed:
        return "来文单位要求反馈，请先登记反馈报告再办结。"
    if case.merged_reports_owed:
        return "并入本件的转来信件还没有反馈来文单位，请先在那一件上登记反馈报告再办结。"
    if case.disclosure is None:
        return "请先作出公开决定（公开、部分公开或不公开）再办结。"
    return None


def publishable(case: CaseFacts) -> str | None:
    """The decision must be for publication; an accusation never is."""
    if never_public(case):
        return "举报件一律不公开。"
    if case.disclosure not in (Disclosure.PUBLIC, Disclosure.PARTIAL):
        return "公开决定是“不公开”，不能公开。"
    return None


def unreviewed(missing: Iterable[Gate]) -> str:
    """Why a reply that came with an import may not go out yet, and who can do what about it (decisions 45)."""
    named = "、".join(gate.label for gate in missing)
    return f"这件的答复是导入的，没有经过审核签发，还缺{named}。请审核人、领导在办件页办完“历史答复补审”“历史答复签发”再公开。"


def ready_to_publish(case: CaseFacts) -> str | None:
    """Decided to be public, and what would go out has passed the office's gates and is signed."""
    refused = publishable(case)
    return refused or (unreviewed(case.gates_missing) if case.gates_missing else None)


def history_waits(case: CaseFacts) -> str | None:
    """A reply that came with an import is to be public and has not passed the three gates."""
    if publishable(case):
        return publishable(case)
    return None if case.gates_missing and not case.office_gates_passed else "这件的答复不需要补审。"


def history_unsigned(case: CaseFacts) -> str | None:
    """It has passed them and nobody has signed it."""
    if publishable(case):
        return publishable(case)
    if not case.gates_missing:
        return "这件的答复已经签发。"
    return None if case.office_gates_passed else "请先办理“历史答复补审”，通过政治关、政策关、文字关。"


def published(case: CaseFacts) -> str | None:
    """Something must be out."""
    return None if case.published else "这件没有公开的内容。"


def planned(case: CaseFacts) -> str | None:
    """A moment must be set, or have been set and its publication held."""
    return None if case.planned or case.plan_held else "这件没有定时公开。"


def from_elsewhere(case: CaseFacts) -> str | None:
    """Only a forwarded letter has an issuer."""
    return None if case.source is Source.FORWARDED_LETTER else "只有转来信件才需要反馈来文单位。"


def extension_free(case: CaseFacts) -> str | None:
    """One request at a time, and once the writer is answered only for the report owed to whoever sent the letter."""
    if case.stage is Stage.ANSWERED and not case.report_owed:
        return "这件已经答复，没有还在计时的时限可以延期。"
    return "已有一份延期申请在等待审批。" if case.extension_waits else None


def extension_waits(case: CaseFacts) -> str | None:
    """A request must wait."""
    return None if case.extension_waits else "没有等待审批的延期申请。"


def assessment_waits(case: CaseFacts) -> str | None:
    """An assessment must wait."""
    return None if case.assessment_waits else "没有等待审定的研判。"


def risk_found(case: CaseFacts) -> str | None:
    """Only a matter of public opinion."""
    return None if case.risk_level not in (None, RiskLevel.NONE) else "这件没有定级为舆情。"


def restricted(case: CaseFacts) -> str | None:
    """Only a case that is seen by named people."""
    return None if case.restricted else "只有受限的举报件才需要指定知情人。"


def has_children(case: CaseFacts) -> str | None:
    """Not while other cases lie in it."""
    return "这件下面还有并入的件，请先拆分。" if case.merged_children else None


def anybody(_actor: Actor, _case: CaseFacts) -> bool:
    """Whoever may do it."""
    return True


def as_ever(_case: CaseFacts) -> bool:
    """In every case that stands in the act's stages."""
    return True


def report_due(case: CaseFacts) -> bool:
    """The issuer still waits for its report."""
    return case.report_owed


def decision_due(case: CaseFacts) -> bool:
    """Whether to publish is not decided yet."""
    return case.disclosure is None


def publication_due(case: CaseFacts) -> bool:
    """What was decided to be public is not out, or what is out is no longer what was decided or answered."""
    return case.to_publish


def own_part_returnable(actor: Actor, case: CaseFacts) -> bool:
    """Not for a unit that was told to keep the case, has asked already or has reported."""
    part = case.of_unit(actor.unit_id)
    return part is not None and not part.final and part.state in (AssignmentState.PENDING, AssignmentState.SIGNED)


def own_part_signed(actor: Actor, case: CaseFacts) -> bool:
    """For a unit that has signed for its part."""
    part = case.of_unit(actor.unit_id)
    return part is not None and part.state is AssignmentState.SIGNED


def has_unit(case: CaseFacts) -> str | None:
    """There is a unit that can be supervised."""
    return None if case.active else "这件还没有交办，没有可以督办的单位。"


def own_sheet_waits(actor: Actor, case: CaseFacts) -> bool:
    """For a unit that has to answer a 催办 or 督办; 0 stands for whoever holds the case."""
    return actor.unit_id in case.asked or 0 in case.asked


def own_sheet_to_withdraw(actor: Actor, case: CaseFacts) -> bool:
    """A leader takes back any 催办 or 督办 that waits, the ladder's too; whoever else asks takes back their own."""
    return actor.has(Role.LEADER) or actor.id in case.askers


def sheet_waits(case: CaseFacts) -> str | None:
    """A 催办 or 督办 waits for an answer."""
    return None if case.sheets_waiting else "没有等待反馈的催办或督办。"
