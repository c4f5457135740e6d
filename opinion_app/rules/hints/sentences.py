"""The sentences of a reply, and those in which it tells again what was asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SENTENCE = re.compile(r"[^。！？!?\n；;]+")
_RETELLS = re.compile(
    r"您(?:所)?(?:反映|反应|提到|提出|咨询|投诉|来信|留言|说)"
    r"|(?:反映|来信|留言|诉求|投诉)(?:的|中|称|人|里|所)|所反映|所称"
    r"|您[^，,。；;\n]{0,24}?(?<![提递转移])(?:交纳|交了|交的|缴|支付|付了|付的|购买|购房|买了|买的|花了|花费|汇|租)"
)
_OWN_WORDS = re.compile(
    r"[，,：:]\s?(?=经|已|现|将|我|本|目前|后|均|属实|核|调查|立即|拟|预计|计划|由|因|该|依|根据|按|于|可|请|[^，,]{0,12}?(?:已|将|核实|调查|答复))"
)
_WIDE = str.maketrans("０１２３４５６７８９，．－／", "0123456789,.-/")


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """Every sentence with its place, digits in half width."""
    return ((found.start(), found[0].translate(_WIDE)) for found in _SENTENCE.finditer(text))


def half_width(text: str) -> str:
    """A text of the same length with digits, and the signs within numbers, in half width."""
    return text.translate(_WIDE)


def retold(sentence: str) -> list[tuple[int, int]]:
    """The parts of a sentence that repeat what the writer said, so that their facts must be the writer's.

    Each ends with the clause after which the office speaks of its own: “您反映的…问题，经核实属实，已于11月20日退还”."""
    parts, at = [], 0
    while found := _RETELLS.search(sentence, at):
        own = _OWN_WORDS.search(sentence, found.end())
        at = own.start() if own else len(sentence)
        parts.append((found.start(), at))
    return parts
