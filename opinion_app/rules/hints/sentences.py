"""The sentences of a reply, and those in which it tells again what was asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SENTENCE = re.compile(r"[^。！？!?\n；;]+")
_RETELLS = re.compile(
    r"您(?:所)?(?:反映|反应|提到|提出|咨询|投诉|来信|留言|说)"
    r"|(?:反映|来信|留言|诉求|投诉)(?:的|中|称|人|里|所)|所反映|所称"
)


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """Every sentence with its place."""
    return ((found.start(), found[0]) for found in _SENTENCE.finditer(text))


def tells_the_question(sentence: str) -> bool:
    """Whether the sentence repeats what the writer said, so that its facts must be the writer's."""
    return _RETELLS.search(sentence) is not None
