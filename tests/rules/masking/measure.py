"""Prints the figures of docs/masking.md; with OPINION_REAL_DATA also those on the marked real texts.

Run as `python -m tests.rules.masking.measure`.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from opinion_app.rules.masking import STRUCTURED, Confidence, Find, Kind, find, values
from tests.rules.masking import marked
from tests.rules.masking.generator import Planted, samples

_SLACK = 2
NOT_WANTED = frozenset({"recoded", "official"})


@dataclass
class Figures:
    """Counts by kind: what was planted, what of it was found whole, what was proposed, what of that was right."""

    planted: Counter[Kind] = field(default_factory=Counter)
    found: Counter[Kind] = field(default_factory=Counter)
    proposed: Counter[Kind] = field(default_factory=Counter)
    right: Counter[Kind] = field(default_factory=Counter)

    def add(self, planted: Sequence[Planted], finds: Sequence[Find]) -> None:
        """Counts one text."""
        for each in planted:
            self.planted[each.kind] += 1
            self.found[each.kind] += is_found(each, finds)
        for one in finds:
            self.proposed[one.kind] += 1
            self.right[one.kind] += is_right(one, planted)

    def recall(self, kinds: Iterable[Kind]) -> float:
        """The share of what was planted that was found whole."""
        wanted = list(kinds)
        return _share(sum(self.found[kind] for kind in wanted), sum(self.planted[kind] for kind in wanted))

    def precision(self, kinds: Iterable[Kind]) -> float:
        """The share of what was proposed that was planted."""
        wanted = list(kinds)
        return _share(sum(self.right[kind] for kind in wanted), sum(self.proposed[kind] for kind in wanted))

    def lines(self) -> list[str]:
        """A table in Markdown."""
        rows = ["| kind | planted | found | recall | proposed | right | precision |", "|---|---|---|---|---|---|---|"]
        seen = [kind for kind in Kind if self.planted[kind] or self.proposed[kind]]
        rows.extend(self._line(kind.value, [kind]) for kind in seen)
        rows.append(self._line("structured kinds", STRUCTURED))
        rows.append(self._line("all", Kind))
        return rows

    def _line(self, label: str, kinds: Iterable[Kind]) -> str:
        wanted = list(kinds)
        counts = [sum(part[kind] for kind in wanted) for part in (self.planted, self.found, self.proposed, self.right)]
        recall = f"{self.recall(wanted):.3f}" if counts[0] else "–"
        precision = f"{self.precision(wanted):.3f}" if counts[2] else "–"
        return f"| {label} | {counts[0]} | {counts[1]} | {recall} | {counts[2]} | {counts[3]} | {precision} |"


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def is_found(planted: Planted, finds: Sequence[Find]) -> bool:
    """Whether one find of the same kind covers it from end to end."""
    return any(one.kind is planted.kind and one.start <= planted.start and planted.end <= one.end for one in finds)


def is_right(one: Find, planted: Sequence[Planted]) -> bool:
    """Whether the find lies on something planted of its kind and takes at most two characters more on either side."""
    return any(
        one.kind is each.kind
        and one.start < each.end
        and each.start < one.end
        and each.start - one.start <= _SLACK
        and one.end - each.end <= _SLACK
        for each in planted
    )


def generated(least: Confidence = Confidence.LOW) -> Figures:
    """The figures on the 2,000 generated texts, of proposals with at least this confidence."""
    figures = Figures()
    for sample in samples():
        figures.add(sample.planted, _proposals(sample.text, least))
    return figures


def _proposals(text: str, least: Confidence, again: bool = False) -> list[Find]:
    once = find(text)
    return [one for one in (find(text, repeated=values(once)) if again else once) if one.confidence >= least]


def real(
    least: Confidence = Confidence.LOW,
    without: frozenset[str] = frozenset(),
    source: Path = marked.MARKS,
    again: bool = False,
) -> Figures:
    """The figures on the marked real texts; marks with one of these notes count neither as planted nor as proposed.

    With `again`, what is found once is looked for in the whole text, as for a clerk. Where names alone are marked, they alone
    count.
    """
    figures, kinds = Figures(), {Kind.NAME} if source == marked.NAMES else set(Kind)
    for text, marks in marked.texts(source):
        wanted = [mark.planted for mark in marks if mark.note not in without]
        left_out = [mark.planted for mark in marks if mark.note in without]
        proposed = [one for one in _proposals(text, least, again) if one.kind in kinds]
        figures.add(wanted, [one for one in proposed if not is_right(one, left_out)])
    return figures


def main() -> None:
    """Prints the tables."""
    tables = {"Generated, every proposal": generated(), "Generated, confidence 中 or 高": generated(Confidence.MEDIUM)}
    if marked.available():
        tables["Real, every mark and proposal"] = real()
        tables["Real, confidence 中 or 高"] = real(Confidence.MEDIUM)
        tables["Real, without recoded numbers and officials"] = real(without=NOT_WANTED)
        tables["Real, read later, every mark and proposal"] = real(source=marked.LATER)
        tables["Real, read later, confidence 中 or 高"] = real(Confidence.MEDIUM, source=marked.LATER)
        tables["Real, read later, without recoded numbers and officials"] = real(without=NOT_WANTED, source=marked.LATER)
        for title, source in (
            ("Real", marked.MARKS),
            ("Real, read later", marked.LATER),
            ("Real, names read last", marked.NAMES),
        ):
            tables[f"{title}, what is found once looked for again"] = real(source=source, again=True)
            tables[f"{title}, the same without officials"] = real(without=NOT_WANTED, source=source, again=True)
        tables["Real, names read last"] = real(source=marked.NAMES)
        tables["Real, names read last, without officials"] = real(without=NOT_WANTED, source=marked.NAMES)
    for title, figures in tables.items():
        sys.stdout.write("\n".join([title, "", *figures.lines(), "", ""]))


if __name__ == "__main__":
    main()
