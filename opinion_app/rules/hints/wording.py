"""Hints from lists of words the office keeps: empty phrases, likely typos, forbidden words, outdated names; and vague times."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from opinion_app.rules.errors import Invalid
from opinion_app.rules.hints import default_words
from opinion_app.rules.hints.kinds import Hint, HintKind
from opinion_app.rules.template_fields import named, unknown_fields
from opinion_app.rules.words import Word

LONGEST: Final = 40
MOST: Final = 2000
_ARROW = re.compile(r"\s*(?:→|->|=>|＝|=|\t)\s*")


class WordList(Word):
    """The lists an office keeps; a line is a word, or a word and what to write instead."""

    EMPTY = "empty", "空话套话"
    TYPO = "typo", "易错词"
    FORBIDDEN = "forbidden", "不宜使用的说法"
    OUTDATED = "outdated", "过时的名称"


def _pair(text: str) -> tuple[str, str]:
    word, _arrow, instead = text.partition("→")
    return word, instead


WordLists = Mapping[WordList, Mapping[str, str]]

DEFAULT_LISTS: Final[dict[WordList, dict[str, str]]] = {
    name: dict(_pair(word) for word in words.split())
    for name, words in (
        (WordList.EMPTY, default_words.EMPTY),
        (WordList.TYPO, default_words.TYPO),
        (WordList.FORBIDDEN, default_words.FORBIDDEN),
        (WordList.OUTDATED, default_words.OUTDATED),
    )
}
_KINDS: Final = {
    WordList.EMPTY: HintKind.EMPTY,
    WordList.TYPO: HintKind.TYPO,
    WordList.FORBIDDEN: HintKind.FORBIDDEN,
    WordList.OUTDATED: HintKind.OUTDATED,
}
_SAID: Final = {
    WordList.EMPTY: "“{word}”没有说明做了什么，请写具体的事、人和时间",
    WordList.TYPO: "“{word}”可能写错了",
    WordList.FORBIDDEN: "“{word}”不宜用在答复里",
    WordList.OUTDATED: "“{word}”可能是过时的名称",
}
_RECEIVED_ONLY = re.compile(r"(?:已|业已|均已)(?:收悉|收到|知悉|获悉)")
_VAGUE = re.compile(r"近期|近日内|不久|尽快|尽早|早日|适时|即将|择机|待条件成熟|条件成熟时|下一步将|抓紧时间?|限期内|时机成熟")
_BY_WHEN = re.compile(
    r"[0-9０-９一二三四五六七八九十两]+\s*(?:年|月|日|号|天|周|个?工作日|小时|季度)|[本下上]周|[本下]月|年底|月底"
)
_GONE_BY = re.compile(
    r"(?:已经?|曾|此前|早|截[至止])[于在]?\s?(?:[0-9０-９]+\s?[年月日号.\-]\s?)+|(?P<year>20[0-9]{2})年(?:(?P<month>[0-9]{1,2})月)?(?:[0-9]{1,2}[日号])?"
)
_NEAR: Final = 24


def from_lists(text: str, lists: WordLists) -> Iterator[Hint]:
    """A hint for every place of every listed word; of words within one another the longest."""
    for name, words in lists.items():
        if not words:
            continue
        found = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))
        for hit in found.finditer(text):
            instead = words[hit[0]]
            if instead and text.startswith(instead, max(0, hit.start() - len(instead) + len(hit[0]))):
                continue  # the right word ends with the listed one
            if instead and text.startswith(instead, hit.start()):
                continue  # the right word begins with the listed one
            said = _SAID[name].format(word=hit[0]) + (f"，可改为“{instead}”。" if instead else "。")
            yield Hint(_KINDS[name], said, hit.start(), hit.end())


def vague_times(text: str, today: date) -> Iterator[Hint]:
    """Promises without a day: 近期、尽快 where no date or span stands nearby that is still to come."""
    gone = bytearray(len(text))
    for hit in _GONE_BY.finditer(text):
        if _is_gone(hit, today):
            gone[hit.start() : hit.end()] = b"\x01" * (hit.end() - hit.start())
    for hit in _VAGUE.finditer(text):
        near = _BY_WHEN.finditer(text, max(0, hit.start() - _NEAR // 2), hit.end() + _NEAR)
        if any(not gone[each.start()] for each in near):
            continue
        yield Hint(HintKind.VAGUE, f"“{hit[0]}”没有说到什么时候，请写明日期或工作日数。", hit.start(), hit.end())


def _is_gone(hit: re.Match[str], today: date) -> bool:
    """Whether the words tell of a month or year before today's, or say themselves that it is past."""
    if not hit["year"]:
        return True
    return (int(hit["year"]), int(hit["month"] or 12)) < (today.year, today.month)


def received_only(text: str) -> Iterator[Hint]:
    """已收悉 and little more: the letter was received, and then?"""
    hit = _RECEIVED_ONLY.search(text)
    if hit and len("".join(text.split())) < 80:
        yield Hint(HintKind.EMPTY, f"只说“{hit[0]}”等于没有答复，请写明核实情况和处理结果。", hit.start(), hit.end())


def read_list(name: WordList, text: str) -> dict[str, str]:
    """The lines of a list as a person wrote them: 错词 → 正词, or a word alone. Raises Invalid naming the line."""
    read: dict[str, str] = {}
    for line in text.splitlines():
        word, *instead = _ARROW.split(line.strip(), maxsplit=1)
        if not word:
            continue
        right = instead[0].strip() if instead else ""
        if len(word) < 2 or len(word) > LONGEST or len(right) > LONGEST:
            raise Invalid("词表里有一行不对。", {name.value: f"“{line.strip()[:30]}”：每个词 2 到 {LONGEST} 个字。"})
        if fields := unknown_fields(line):
            raise Invalid("词表里有一行不对。", {name.value: f"{named(fields)}像是要自动填写的字段，请写实际的词。"})
        if name is WordList.TYPO and (not right or right == word):
            raise Invalid("词表里有一行不对。", {name.value: f"“{line.strip()[:30]}”：请写成“错词 → 正词”。"})
        read[word] = right
    if len(read) > MOST:
        raise Invalid("词表太长。", {name.value: f"最多 {MOST} 行。"})
    return read


def list_words(words: Mapping[str, str]) -> str:
    """A list as it is written, a line for each word."""
    return "\n".join(f"{word} → {right}" if right else word for word, right in words.items())
