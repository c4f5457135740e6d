"""What makes a reply fit to be submitted, and the hash that binds checks to its wording (decisions 14)."""

from __future__ import annotations

import hashlib

from opinion_app.rules.errors import Invalid
from opinion_app.rules.registration import check_not_secret
from opinion_app.rules.template_fields import named, unknown_fields
from opinion_app.rules.text import count_words
from opinion_app.rules.words import OFFICE_GATES, Gate, ReviewStep

MAX_REPLY = 20_000
MIN_REPLY = 10


BLANK = "××"


def text_hash(text: str) -> str:
    """The identity of a wording."""
    return hashlib.sha256(text.encode()).hexdigest()


def review_step(passed: frozenset[Gate]) -> ReviewStep:
    """Whom a reply under review waits for, by the gates its present text has passed."""
    if Gate.UNIT_HEAD not in passed:
        return ReviewStep.UNIT_HEAD
    return ReviewStep.SIGN_OFF if passed.issuperset(OFFICE_GATES) else ReviewStep.GATES


def history_step(passed: frozenset[Gate], refused: frozenset[Gate]) -> ReviewStep | None:
    """Whom an approved reply waits for that is to be public: nobody where it is reviewed, or where somebody said no to it."""
    if refused or passed.issuperset((*OFFICE_GATES, Gate.SIGN_OFF)):
        return None
    return ReviewStep.HISTORY_SIGN if passed.issuperset(OFFICE_GATES) else ReviewStep.HISTORY


def check_draft(text: str) -> None:
    """Raise Invalid unless `text` can be kept as a draft."""
    if not text:
        raise Invalid("答复不能为空。", {"text": "请填写答复内容。"})
    if len(text) > MAX_REPLY:
        raise Invalid("答复太长。", {"text": f"答复最多 {MAX_REPLY} 个字，现在是 {len(text)} 个字。"})
    check_not_secret(text)


def check_submission(text: str) -> None:
    """Raise Invalid unless `text` can be sent for review: a reply of three characters is no answer, nor one of twenty dots."""
    check_draft(text)
    if count_words(text) < MIN_REPLY:
        short = f"答复不足 {MIN_REPLY} 个字（标点、空格不算）。"
        raise Invalid("答复过于简单，请写明核实情况和处理结果后再送审。", {"text": short})


def check_template(text: str) -> None:
    """Raise Invalid for a template with anything that looks like a field: nothing fills it, and it would go out as it stands."""
    fields = unknown_fields(text)
    if fields:
        said = f"模板里没有会自动填写的字段，{named(fields)}会原样发给留言人。需要填写的地方只认“{BLANK}”，由承办人拟稿时填写。"
        raise Invalid(said, {"text": said})
