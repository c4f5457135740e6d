"""The correspondents' own names, wherever they occur in the text of their case."""

import re
from collections.abc import Iterable, Iterator

from opinion_app.rules.masking.kinds import Candidate, Confidence, Kind
from opinion_app.rules.masking.normalise import Reading, read

_COMMON = frozenset(["匿名", "网友", "群众", "市民", "村民", "业主", "居民", "家长", "无名", "先生", "女士", "不详", "未知"])
_MAX_GAP = 2


def candidates(reading: Reading, names: Iterable[str]) -> Iterator[Candidate]:
    """Each occurrence of each name of two characters or more, also where blanks were put between the characters."""
    for name in names:
        wanted = "".join(read(name).plain.text.split())
        if len(wanted) < 2 or wanted in _COMMON:
            continue
        gap = f"[ \\t\\n]{{0,{_MAX_GAP}}}" if not wanted.isascii() else ""
        pattern = gap.join(re.escape(char) for char in wanted)
        edges = (r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])") if wanted.isascii() else ("", "")
        for found in re.finditer(pattern.join(edges), reading.plain.text, re.IGNORECASE):
            yield Candidate(Kind.NAME, *reading.plain.span(*found.span()), Confidence.HIGH, "留言人、来信人的姓名")
