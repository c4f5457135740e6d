"""Shows where a query was found: the text in parts that were hit or not, whole or around the first hit."""

import re
from collections.abc import Iterator
from itertools import pairwise

from opinion_app.search.bigrams import Query, fold_with_origins

ELLIPSIS = "…"

Part = tuple[str, bool]
Span = tuple[int, int]

_SPACES = re.compile(r"\s+")


def highlight(text: str, query: Query) -> list[Part]:
    """The whole text as parts (text, is it a hit) in order; joined they are the text again, as it was written."""
    return _cut(text, 0, len(text), _hits(text, query))


def snippet(text: str, query: Query, width: int = 80) -> list[Part]:
    """About ``width`` characters of the text around its first hit, or its beginning when nothing was hit.

    Line breaks and runs of spaces become one space, and an ellipsis shows where text was left out.
    """
    hits = _hits(text, query)
    first_start, first_end = hits[0] if hits else (0, 0)
    lead = max(0, width - (first_end - first_start)) // 3
    start = max(0, min(first_start - lead, len(text) - width))
    end = max(first_end, min(start + width, len(text)))
    parts = [(_SPACES.sub(" ", part), is_hit) for part, is_hit in _cut(text, start, end, hits)]
    head = [(ELLIPSIS, False)] if start > 0 else []
    tail = [(ELLIPSIS, False)] if end < len(text) else []
    return head + parts + tail


def _hits(text: str, query: Query) -> list[Span]:
    """Where words of the query stand in the original text, in order; places that overlap or touch are one."""
    if not query.words:
        return []
    folded, origins = fold_with_origins(text)
    spans = sorted(
        (origins[start], origins[start + len(word) - 1] + 1) for word in query.words for start in _places(word, folded)
    )
    merged: list[Span] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _places(word: str, folded: str) -> Iterator[int]:
    start = folded.find(word)
    while start >= 0:
        yield start
        start = folded.find(word, start + 1)


def _cut(text: str, start: int, end: int, hits: list[Span]) -> list[Part]:
    """The stretch from ``start`` to ``end`` as parts, empty ones left out."""
    inside = [(max(start, first), min(end, last)) for first, last in hits if first < end and last > start]
    edges = [start, *(edge for span in inside for edge in span), end]
    parts = [(text[first:last], number % 2 == 1) for number, (first, last) in enumerate(pairwise(edges))]
    return [part for part in parts if part[0]]
