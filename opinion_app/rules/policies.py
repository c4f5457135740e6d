"""Policy documents before their release: assessed, approved, then released - never the other way round (谁起草谁研判)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from opinion_app.rules.errors import Invalid
from opinion_app.rules.facts import PolicyFacts
from opinion_app.rules.registration import check_not_secret
from opinion_app.rules.words import AssessmentState, Word

MAX_TITLE = 200
MAX_SUMMARY = 5000


class PolicyStep(Word):
    """How far a policy document is on its way to release; computed, never stored."""

    TO_ASSESS = "to_assess", "待研判"
    WAITS = "waits", "待审定"
    SENT_BACK = "sent_back", "退回重评"
    READY = "ready", "可以发布"
    RELEASED = "released", "已发布"


_STEPS = {
    AssessmentState.DECIDED: PolicyStep.WAITS,
    AssessmentState.APPROVED: PolicyStep.READY,
    AssessmentState.SENT_BACK: PolicyStep.SENT_BACK,
}
_WHY_NOT = {
    PolicyStep.TO_ASSESS: "还没有做舆情风险评估研判，不能发布。请先由起草单位研判。",
    PolicyStep.WAITS: "研判还没有经领导审定，不能发布。",
    PolicyStep.SENT_BACK: "研判被领导退回，不能发布。请重新研判并经审定。",
    PolicyStep.RELEASED: "这份文件已经登记发布。",
}


def step_of(policy: PolicyFacts) -> PolicyStep:
    """Where the document stands; an assessment that no longer counts is none."""
    if policy.released:
        return PolicyStep.RELEASED
    return _STEPS.get(policy.assessment, PolicyStep.TO_ASSESS) if policy.assessment else PolicyStep.TO_ASSESS


def release_refusal(policy: PolicyFacts) -> str | None:
    """Why the document cannot be marked as released, as a sentence; None when it can."""
    return _WHY_NOT.get(step_of(policy))


@dataclass(frozen=True)
class PolicyText:
    """What is registered of a policy document."""

    title: str
    unit_id: int
    document_number: str = ""
    summary: str = ""
    planned_on: date | None = None


def check_policy(new: PolicyText) -> None:
    """Raises Invalid for a document without a title, with too long a text, or marked as secret (decisions 18)."""
    check_not_secret(new.title, new.summary, new.document_number)
    problems = {}
    if not new.title:
        problems["title"] = "请填写文件标题。"
    elif len(new.title) > MAX_TITLE:
        problems["title"] = f"标题最多 {MAX_TITLE} 个字，现在是 {len(new.title)} 个字。"
    if len(new.summary) > MAX_SUMMARY:
        problems["summary"] = f"主要内容最多 {MAX_SUMMARY} 个字；全文请作为附件上传。"
    if problems:
        raise Invalid("政策文件登记不完整。", problems)


def check_release(released_on: date, approved_on: date, today: date) -> None:
    """Raises Invalid for a release that lies in the future, or before the day on which the assessment was approved."""
    if released_on < approved_on:
        said = f"研判在 {approved_on.year}年{approved_on.month}月{approved_on.day}日审定，发布日期不能早于这一天，请核对。"
        raise Invalid("发布日期不对。", {"released_on": said})
    if released_on > today:
        raise Invalid("发布日期不对。", {"released_on": "发布日期不能晚于今天；尚未发布的请到发布后再登记。"})
