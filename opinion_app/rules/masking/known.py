"""The correspondents' own names, wherever they occur in the text of their case."""

import re
from collections.abc import Iterable, Iterator

from opinion_app.rules.masking.kinds import Candidate, Confidence, Kind
from opinion_app.rules.masking.normalise import Reading, read

_COMMON = frozenset(["匿名", "网友", "群众", "市民", "村民", "业主", "居民", "家长", "无名", "先生", "女士", "不详", "未知"])
_MAX_GAP = 2


def squeezed(name: str) -> str:
    """A name as it is compared: without blanks; empty for a single character and for words that name nobody."""
    wanted = "".join(read(name).plain.text.split())
    return "" if len(wanted) < 2 or wanted in _COMMON else wanted


def places(reading: Reading, name: str) -> Iterator[tuple[int, int]]:
    """Each occurrence of a name of two characters or more, also where blanks or dots were put between the characters."""
    wanted = squeezed(name)
    if not wanted:
        return
    gap = f"[ \\t\\n·.\\-]{{0,{_MAX_GAP}}}" if not wanted.isascii() else ""
    pattern = gap.join(re.escape(char) for char in wanted)
    edges = (r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])") if wanted.isascii() else ("", "")
    for found in re.finditer(pattern.join(edges), reading.plain.text, re.IGNORECASE):
        yield reading.plain.span(*found.span())


def candidates(reading: Reading, names: Iterable[str]) -> Iterator[Candidate]:
    """Each occurrence of each name."""
    for name in names:
        for start, end in places(reading, name):
            yield Candidate(Kind.NAME, start, end, Confidence.HIGH, "留言人、来信人的姓名")
