"""What a writer may say of the handling (评价): what is asked, until when, and whether it opens the case once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.errors import MARKED, Invalid
from opinion_app.rules.words import Word


class Verdict(Word):
    """What a writer says of one side of the handling."""

    CONTENT = "content", "满意"
    FAIRLY = "fairly", "基本满意"
    DISCONTENT = "discontent", "不满意"


class Aspect(Word):
    """The sides of the handling a writer is asked about; the last is asked as 有用吗."""

    RESOLVED = "resolved", "解决程度"
    TIME = "time", "办理时间"
    ATTITUDE = "attitude", "办理态度"
    USEFUL = "useful", "答复有用"


ASKED = (Aspect.RESOLVED, Aspect.TIME, Aspect.ATTITUDE)
LONGEST = 500
DEFAULT_DAYS = 20  # 铜陵领导信箱: 20 working days; who says nothing is counted as 未参评, never as content
MOST_DAYS = 250
LEAST_SAID = 5  # ratings; below that a share would tell what single writers said


@dataclass(frozen=True)
class Rating:
    """What the writer chose; `reopen` asks for the case to be handled once more."""

    verdicts: Mapping[Aspect, Verdict]
    useful: bool
    comment: str = ""
    reopen: bool = False

    @property
    def is_content(self) -> bool:
        """Nothing was called 不满意 (基本满意 counts as content, as the offices count it)."""
        return Verdict.DISCONTENT not in self.verdicts.values()


def read(fields: Mapping[str, Any]) -> Rating:
    """A rating out of what a form brought. Raises Invalid naming every field that is wrong."""
    problems: dict[str, str] = {}
    verdicts: dict[Aspect, Verdict] = {}
    for aspect in ASKED:
        try:
            verdicts[aspect] = Verdict.of(str(fields.get(aspect.value) or ""))
        except ValueError:
            problems[aspect.value] = f"请选择对{aspect.label}是否满意。"
    useful = str(fields.get(Aspect.USEFUL.value) or "")
    if useful not in ("yes", "no"):
        problems[Aspect.USEFUL.value] = "请选择答复是否有用。"
    comment, reopen = str(fields.get("comment") or ""), bool(fields.get("reopen"))
    if len(comment) > LONGEST:
        problems["comment"] = f"最多 {LONGEST} 个字。"
    if reopen and not comment.strip():
        problems["comment"] = "要求重新办理的，请写明哪里没有解决。"
    if problems:
        raise Invalid(MARKED, problems)
    return Rating(verdicts, useful == "yes", comment.strip(), reopen)


def window(days: object) -> Span:
    """How long after the answer a writer may rate it, from what the office has set; what is no such number is the default."""
    known = days if isinstance(days, int) and not isinstance(days, bool) and 1 <= days <= MOST_DAYS else DEFAULT_DAYS
    return Span(known, Unit.WORKING_DAYS)


def is_open(until: date | None, today: date, *, rated: bool) -> bool:
    """Whether the answer may be rated today: once for each answer, until the end of the last day."""
    return until is not None and today <= until and not rated


def refusal(until: date | None, today: date, *, rated: bool, shown: bool) -> str:
    """Why the answer may not be rated now, in words for its writer; empty where it may.

    `shown` tells whether the form was opened under the present answer: an opinion on the one before is none on this one."""
    if until is None:
        return "现在没有可以评价的答复：还没有答复，或者正在重新办理。有了新的答复后，可以再来评价。"
    if rated:
        return "这次答复您已经评价过了，每次答复只能评价一次。"
    if today > until:
        return f"评价期限已过（到 {until.year}年{until.month}月{until.day}日为止），这次评价没有收下。"
    if not shown:
        return "您打开评价页面以后，这件又有了新的答复，刚才的评价没有提交。请看过新的答复再选一次；您写的话还在下面。"
    return ""


def round_of(sent: object) -> int | None:
    """Which answer a form says it rates; None for what no page of this service has written."""
    text = str(sent or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
