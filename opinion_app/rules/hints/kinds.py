"""What a hint can be about, and the hint itself with its place in the text."""

from __future__ import annotations

from dataclasses import dataclass

from opinion_app.rules.words import Word


class HintKind(Word):
    """What a hint is about; the office may make a kind binding (decisions: hints, never a block unless the office says so)."""

    EMPTY = "empty", "空话套话"
    VAGUE = "vague", "时间含糊"
    MISSING = "missing", "缺少要件"
    TYPO = "typo", "疑似错别字"
    FORBIDDEN = "forbidden", "不宜使用"
    OUTDATED = "outdated", "过时称谓"
    DATE = "date", "日期不符"
    AMOUNT = "amount", "金额不符"
    OTHER_MATTER = "other_matter", "答非所问"


@dataclass(frozen=True, slots=True)
class Hint:
    """One hint; `start` and `end` are its place in the reply, both 0 where it is about the whole of it."""

    kind: HintKind
    message: str
    start: int = 0
    end: int = 0

    @property
    def has_place(self) -> bool:
        """Whether it points at words of the reply."""
        return self.end > self.start
