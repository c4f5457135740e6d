"""What makes an answer to a 催办 or 督办 an answer: a full stop meets no date."""

from __future__ import annotations

from typing import Final

from opinion_app.rules.errors import Invalid
from opinion_app.rules.text import count_words

MIN_FEEDBACK: Final = 5


def check_feedback(text: str) -> None:
    """Raise Invalid unless `text` says something."""
    said = count_words(text)
    if said < MIN_FEEDBACK:
        short = f"反馈不足 {MIN_FEEDBACK} 个字（标点、空格不算，现在是 {said} 个字）。"
        raise Invalid("反馈过于简单，请写明办理情况后再提交。", {"text": short})
