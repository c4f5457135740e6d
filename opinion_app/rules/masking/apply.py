"""Turns decided finds into the masked text, and proves that a masked text differs from its original in nothing else."""

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from opinion_app.rules.errors import Invalid, Refused
from opinion_app.rules.masking.kinds import Confidence, Find, Kind
from opinion_app.rules.masking.styles import replacement


class Action(enum.StrEnum):
    """What a person decided about a find."""

    MASK = "mask"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Decision:
    """One person's word on one find; keeping something readable needs a reason."""

    find: Find
    action: Action
    reason: str = ""

    def __post_init__(self) -> None:
        if self.action is Action.KEEP and not self.reason.strip():
            raise Invalid("保留不脱敏的内容，请填写理由。")


def select(text: str, start: int, end: int, kind: Kind = Kind.OTHER) -> Find:
    """A find for a span a person marked; raises Invalid where the span is empty or outside the text."""
    if not 0 <= start < end <= len(text):
        raise Invalid("选中的范围不在文本内，请重新选择。")
    chosen = text[start:end]
    return Find(kind, start, end, chosen, Confidence.HIGH, "人工选定", replacement(kind, chosen))


def undecided(finds: Iterable[Find], decisions: Iterable[Decision]) -> tuple[Find, ...]:
    """The finds nobody has decided yet; nothing is published while there is one."""
    decided = {decision.find.identity for decision in decisions}
    return tuple(each for each in finds if each.identity not in decided)


def apply(text: str, decisions: Iterable[Decision]) -> str:
    """The text with every find decided as `mask` replaced; masking wins where it overlaps something kept.

    Raises Refused where a decision belongs to another wording of the text.
    """
    parts, at = [], 0
    for place in _places(text, (each.find for each in decisions if each.action is Action.MASK)):
        parts += [text[at : place.start], place.replacement]
        at = place.end
    return "".join([*parts, text[at:]])


def only_masks(original: str, masked: str, spans: Iterable[Find]) -> bool:
    """Whether each of the spans (found or selected) is either untouched or replaced by its mask, and all else is equal.

    Several readings are followed at once, because a mask may begin like its text; the work stays bounded by the number
    of different places reached.
    """
    reached, at = {0}, 0
    for place in _places(original, spans):
        between, kept = original[at : place.start], original[place.start : place.end]
        starts = [each + len(between) for each in reached if masked.startswith(between, each)]
        reached = {
            each + len(written) for each in starts for written in (place.replacement, kept) if masked.startswith(written, each)
        }
        at = place.end
    rest = original[at:]
    return any(masked[each:] == rest for each in reached)


@dataclass(frozen=True, slots=True)
class _Place:
    """A stretch to be replaced as a whole."""

    start: int
    end: int
    replacement: str


def _places(text: str, finds: Iterable[Find]) -> Iterator[_Place]:
    """The stretches to replace, in order; overlapping finds become one, masked like the one that covers the rest."""
    cluster: list[Find] = []
    for each in sorted(finds, key=lambda each: (each.start, -each.end)):
        if text[each.start : each.end] != each.text:
            raise Refused("文本已经改动，请重新检查脱敏内容。")
        if cluster and each.start >= max(one.end for one in cluster):
            yield _merge(cluster)
            cluster = []
        cluster.append(each)
    if cluster:
        yield _merge(cluster)


def _merge(cluster: list[Find]) -> _Place:
    start, end = cluster[0].start, max(each.end for each in cluster)
    whole = [each for each in cluster if each.start == start and each.end == end]
    written = whole[0].replacement if whole else "***"
    uncovered = any(each.text in written for each in cluster if each is not whole[0]) if whole else False
    return _Place(start, end, "***" if uncovered else written)
