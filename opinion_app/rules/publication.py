"""What goes public of a case: the texts, the finds in them, what people decided, and the snapshot that comes of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from opinion_app.rules.errors import Invalid
from opinion_app.rules.kept import surely_personal
from opinion_app.rules.masking import (
    Action,
    Contacts,
    Decision,
    Find,
    apply,
    by_hand,
    find,
    only_masks,
    read,
    select,
    undecided,
    values,
)
from opinion_app.rules.still_standing import still_standing
from opinion_app.rules.words import ConsentBasis, Disclosure, KeepReason

PARTS: Final = {
    "title": "标题",
    "question": "来信",
    "answer": "答复",
    "note": "更正说明",
    "left_out": "部分公开说明",
    "files": "附件名称",
}
# What a reader of a 部分公开 is told unless the office words it otherwise (政府信息公开条例 15, 37).
LEFT_OUT: Final = "来信和答复中涉及个人隐私等不宜公开的内容已经遮盖或略去（《政府信息公开条例》第十五条、第三十七条）。"
ANYBODY: Final = "网友"
MOST_AHEAD: Final = timedelta(days=90)
_LEAST_LEFT: Final = 4
_NOT_WORDS = re.compile(r"[\W_]+")

Finds = Mapping[str, tuple[Find, ...]]
Decisions = Mapping[str, tuple[Decision, ...]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The texts as the public will read them; `files` has the name of an attachment a line, `digests` what their bytes are.

    `note` is what readers are told about a correction, empty where nothing was published before; `left_out` what of a 部分公开
    they do not read and why, empty where all is public. `unit`, `kind`, `area` and the two days, as ISO dates, stand beside the
    texts in public; all are empty in what was kept before they were part of it."""

    title: str
    question: str
    answer: str
    writer: str = ANYBODY
    files: str = ""
    digests: tuple[str, ...] = ()
    note: str = ""
    left_out: str = ""
    unit: str = ""
    kind: str = ""
    area: str = ""
    asked_on: str = ""
    answered_on: str = ""

    @property
    def beside(self) -> tuple[str, ...]:
        """What the public reads beside the texts."""
        return self.unit, self.kind, self.area, self.asked_on, self.answered_on

    @property
    def hash(self) -> str:
        """What masking and both reviews are bound to: another character anywhere gives another hash (decisions 14)."""
        said: list[Any] = [self.title, self.question, self.answer, self.writer]
        if self.digests:
            said += [self.files, *self.digests]
        said += [{name: told} for name in ("note", "left_out") if (told := self.text(name))]
        if any(self.beside):
            said.append({"beside": self.beside})
        packed = json.dumps(said, ensure_ascii=True)
        return hashlib.sha256(packed.encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """The texts as they are kept until their moment has come."""
        return asdict(self)

    @classmethod
    def from_json(cls, held: Mapping[str, Any]) -> Snapshot:
        """The snapshot that was kept by `as_json`."""
        return cls(**{**held, "digests": tuple(held.get("digests", ()))})

    @property
    def file_names(self) -> list[str]:
        """The names of the attachments, in the order of their digests."""
        return self.files.split("\n") if self.digests else []

    def text(self, part: str) -> str:
        """One of the texts."""
        return self.texts[part]

    @property
    def texts(self) -> dict[str, str]:
        """All the texts, by their part."""
        return {part: str(getattr(self, part)) for part in PARTS}


def propose(
    original: Snapshot, known_names: Iterable[str], kept_numbers: Iterable[str], writers: Iterable[Contacts] = ()
) -> dict[str, tuple[Find, ...]]:
    """The finds in each text, for a person to decide on; what is found in one is looked for in all of them.

    `known_names` and `writers` are what the office knows of those who wrote."""
    names, numbers, left = tuple(known_names), tuple(kept_numbers), tuple(writers)
    seen = [each for text in original.texts.values() for each in find(text, names, numbers, writers=left)]
    repeated = values(seen)
    return {part: find(text, names, numbers, repeated, left) for part, text in original.texts.items()}


def typed(original: Snapshot, words: Iterable[str]) -> dict[str, tuple[Find, ...]]:
    """Every place of every text a person typed to have it masked, however it is written there.

    Raises Invalid for one that stands nowhere."""
    found: dict[str, list[Find]] = {part: [] for part in PARTS}
    for word in dict.fromkeys(word.strip() for word in words):
        if not word:
            continue
        hits = {part: list(_places(original.text(part), word)) for part in PARTS}
        if not any(hits.values()):
            raise Invalid("有文字没有找到。", {"more": f"“{word[:30]}”在要公开的文字里都没有，请照原文填写。"})
        for part, places in hits.items():
            found[part] += places
    return {part: tuple(finds) for part, finds in found.items()}


def _places(text: str, word: str) -> Iterable[Find]:
    return (select(text, start, end) for start, end in by_hand.places(read(text), word))


def make(original: Snapshot, finds: Finds, decisions: Decisions, writer: str = ANYBODY) -> Snapshot:
    """The texts with everything decided as masked replaced.

    Raises Invalid while a find is undecided, when what was masked still stands somewhere, or when nothing is left."""
    open_finds = {part: undecided(finds[part], decisions.get(part, ())) for part in PARTS}
    waiting = sum(len(each) for each in open_finds.values())
    if waiting:
        raise Invalid(f"还有 {waiting} 处没有决定遮盖还是保留，不能公开。")
    masked = {part: apply(original.text(part), decisions.get(part, ())) for part in PARTS}
    for part, text in masked.items():
        if not only_masks(original.text(part), text, _spans(original.text(part), decisions.get(part, ()))):
            raise Invalid("遮盖后的文字与原文不符，请重新检查。")
    _check_nothing_stands(original, masked, decisions)
    if len(masked["files"].split("\n")) != len(original.files.split("\n")):
        raise Invalid("一处遮盖跨了两个附件名称，请分别遮盖。")
    for part in ("question", "answer"):
        if _left(original.text(part), decisions.get(part, ())) < _LEAST_LEFT:
            raise Invalid(f"遮盖后{PARTS[part]}几乎没有剩下内容，公开没有意义。请重新考虑公开决定。")
    return Snapshot.from_json(original.as_json() | masked | {"writer": writer})


def _spans(text: str, decisions: Iterable[Decision]) -> list[Find]:
    """What may be replaced, with the masks the rules themselves would write there: a decision brings no wording of its own."""
    masked = [each.find for each in decisions if each.action is Action.MASK]
    return [select(text, each.start, each.end, each.kind) for each in masked]


def _check_nothing_stands(original: Snapshot, masked: Mapping[str, str], decisions: Decisions) -> None:
    left = still_standing(original.texts, masked, decisions)
    if left:
        value, part = left
        raise Invalid(f"“{value.text[:30]}”在别处已经遮盖，{PARTS[part]}里还能读到。请把每一处都遮盖，或者每一处都保留。")


def _left(text: str, decisions: Iterable[Decision]) -> int:
    """How many letters and characters are still readable."""
    shown = list(text)
    for decision in decisions:
        if decision.action is Action.MASK:
            shown[decision.find.start : decision.find.end] = " " * (decision.find.end - decision.find.start)
    return len(_NOT_WORDS.sub("", "".join(shown)))


def check_kept(decisions: Decisions, basis: ConsentBasis, own: Iterable[str] = ()) -> None:
    """Raise Invalid where the writer's data stays readable without the writer's separate consent (个人信息保护法 25).

    `own` is what the writers left with the office; of that, and of a number that proves itself, nobody says that it is not
    personal data."""
    kept = [each.reason for part in decisions.values() for each in part if each.action is Action.KEEP]
    if not may_stay(kept, basis):
        raise Invalid("留言人没有单独同意公开个人信息，凡是个人信息都要遮盖。")
    sure = list(surely_personal(decisions, own)) if basis is not ConsentBasis.ASKED else []
    if sure:
        places = "、".join(dict.fromkeys(f"{PARTS[part]}的{each.kind.label}" for part, each in sure))
        raise Invalid(
            f"{places}没有留言人的单独同意不能保留：号码校验相符，或者就是留言人登记的。请遮盖；单位自己的号码请先列入单位信息的公开电话。"
        )


def may_stay(reasons: Iterable[str], basis: ConsentBasis, former: ConsentBasis | None = None) -> bool:
    """Whether everything that was kept, for these reasons, may be readable on this basis.

    Who ticked “可能公开” on the form agreed to a text without personal data, and to nothing else. Of what was kept under the
    writer's separate consent (`former`) nobody asked whether it is somebody's number: without that consent it counts as one."""
    if basis is ConsentBasis.ASKED:
        return True
    if former is ConsentBasis.ASKED and any(reasons):
        return False
    return all(reason in (KeepReason.NOT_PERSONAL.label, KeepReason.OFFICE.label) for reason in reasons)


def not_decided(finds: Finds, kept: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """By its part, how many of `finds` nobody decided on: neither they themselves nor a masked stretch that holds them.

    `kept` are the decisions as they were stored with the snapshot: part, identity, start, end and action."""
    decided = list(kept)
    known = {(each["part"], each["identity"]) for each in decided}
    hidden = [(each["part"], each["start"], each["end"]) for each in decided if each["action"] == Action.MASK]
    found: dict[str, int] = {}
    for part, places in finds.items():
        for place in places:
            if (part, place.identity) in known or _within(part, place, hidden):
                continue
            found[part] = found.get(part, 0) + 1
    return found


def _within(part: str, place: Find, hidden: Iterable[tuple[str, int, int]]) -> bool:
    return any(part == own and start <= place.start and place.end <= end for own, start, end in hidden)


def check_all_decided(finds: Finds, kept: Iterable[Mapping[str, Any]]) -> None:
    """Raise Invalid where the finder now sees something that nobody saw when the snapshot was reviewed."""
    found = not_decided(finds, kept)
    if found:
        places = "、".join(f"{PARTS[part]} {number} 处" for part, number in found.items())
        raise Invalid(f"到时重新检查，发现审查时没有列出的疑似个人信息（{places}），请重新遮盖、审查后再公开")


def check_basis(disclosure_basis: ConsentBasis, *, wish_public: bool) -> None:
    """Raise Invalid where publication rests on a wish of the writer that is no longer there."""
    if disclosure_basis is ConsentBasis.WISH and not wish_public:
        raise Invalid("公开的依据是留言人愿意公开，现在登记的已不是愿意公开")


def check_disclosure(
    disclosure: Disclosure, basis: ConsentBasis | None, *, never_public: bool, wish_public: bool, grounds: str
) -> None:
    """Raise Invalid unless the decision on publication may be taken so (decisions 9; 信息公开条例 15, 17)."""
    if not grounds:
        raise Invalid("请写明理由。", {"grounds": "请写明公开或不公开的理由。"})
    if disclosure is Disclosure.WITHHELD:
        return
    if never_public:
        raise Invalid("举报件一律不公开。", {"disclosure": "举报件只能选“不公开”。"})
    if basis is None:
        raise Invalid("请选择公开的依据。", {"basis": "公开个人提出的事项，须留言人同意，或者遮盖后不含个人信息。"})
    if basis is ConsentBasis.WISH and not wish_public:
        raise Invalid("依据与登记不符。", {"basis": "登记时留言人没有表示愿意公开，请选择其他依据。"})


def check_left_out(disclosure: Disclosure | None, told: str) -> None:
    """Raise Invalid unless the readers of a 部分公开 are told what they do not read, and why."""
    if disclosure is Disclosure.PARTIAL and not told:
        raise Invalid("请填写部分公开说明。", {"left_out": "部分公开的，要写明哪些内容没有公开、依据什么。"})


def check_moment(at: datetime, now: datetime) -> None:
    """Raise Invalid unless a publication may be set for `at`: later than now, and not so late that it is forgotten."""
    if at <= now:
        raise Invalid("公开时间不对。", {"publish_at": "定时公开的时间要在现在之后；要马上公开，请选“立即公开”。"})
    if at - now > MOST_AHEAD:
        raise Invalid("公开时间不对。", {"publish_at": f"最多可以定在 {MOST_AHEAD.days} 天以内。"})
