"""The masking bench: the finds of the texts with what a person chose for each, the preview and what is still missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opinion_app.rules.errors import Invalid, Refused
from opinion_app.rules.masking import Action, Decision, Find, select
from opinion_app.rules.publication import PARTS, Snapshot, check_kept, make, typed
from opinion_app.rules.words import ConsentBasis, KeepReason
from opinion_app.steps.publish.queries import Material

MASK = "mask"
OTHER = "other"
CHOICES = [(MASK, "遮盖"), *((reason.value, f"保留：{reason.label}") for reason in KeepReason), (OTHER, "保留：其他理由")]


@dataclass(frozen=True)
class Row:
    """One find as the page lists it; `name` is the field its choice is sent in."""

    serial: int
    name: str
    find: Find
    chosen: str = ""
    reason: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Part:
    """One text: its pieces (words, serial of the find or 0) and its finds."""

    label: str
    pieces: list[tuple[str, int]]
    rows: list[Row]


@dataclass
class Bench:
    """What the page shows; `snapshot` is there once everything is decided."""

    parts: list[Part]
    decisions: dict[str, tuple[Decision, ...]]
    waiting: int
    snapshot: Snapshot | None = None
    problems: dict[str, str] = field(default_factory=dict)
    trouble: str = ""


def lay_out(material: Material, sent: Mapping[str, str], more: str, writer: str, *, everything: bool = False) -> Bench:
    """The bench for what was sent with the form: `sent` maps a find's field to its choice, `more` has one text a line.

    With `everything`, what is still undecided is masked."""
    problems: dict[str, str] = {}
    try:
        extra = typed(material.original, more.splitlines())
    except Invalid as refusal:
        extra, problems = dict.fromkeys(PARTS, ()), dict(refusal.fields)
    rows = _rows(material, sent, everything=everything)
    decisions = {part: (*_decided(rows[part]), *(Decision(find, Action.MASK) for find in extra[part])) for part in PARTS}
    waiting = sum(1 for part in rows.values() for row in part if not row.chosen or row.problem)
    parts = [Part(PARTS[part], _pieces(material.original.text(part), rows[part]), rows[part]) for part in PARTS]
    bench = Bench(parts, decisions, waiting, problems=problems)
    if not waiting and not problems:
        _finish(bench, material, writer)
    return bench


def _finish(bench: Bench, material: Material, writer: str) -> None:
    try:
        check_kept(bench.decisions, material.basis, material.own)
        bench.snapshot = make(material.original, material.finds, bench.decisions, writer)
    except (Invalid, Refused) as refusal:
        bench.trouble = refusal.message


def _rows(material: Material, sent: Mapping[str, str], *, everything: bool) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    open_choices, serial = dict(allowed(material.basis)), 0
    for part in PARTS:
        rows[part] = []
        for find in material.finds[part]:
            serial += 1
            name = f"{part}-{find.identity}"
            chosen = sent.get(name, "")
            chosen = chosen if chosen in open_choices else MASK if everything else ""
            rows[part].append(_row(serial, name, find, chosen, sent.get(f"{name}-reason", "").strip()[:200]))
    return rows


def _row(serial: int, name: str, find: Find, chosen: str, reason: str) -> Row:
    problem = "请写明保留的理由。" if chosen == OTHER and not reason else ""
    return Row(serial, name, find, chosen, reason, problem)


def _decided(rows: list[Row]) -> list[Decision]:
    return [
        Decision(row.find, Action.MASK) if row.chosen == MASK else Decision(row.find, Action.KEEP, _reason(row))
        for row in rows
        if row.chosen and not row.problem
    ]


def _reason(row: Row) -> str:
    return row.reason if row.chosen == OTHER else KeepReason.of(row.chosen).label


def _pieces(text: str, rows: list[Row]) -> list[tuple[str, int]]:
    pieces, at = [], 0
    for row in rows:
        pieces += [(text[at : row.find.start], 0), (row.find.text, row.serial)]
        at = row.find.end
    return [piece for piece in [*pieces, (text[at:], 0)] if piece[0]]


def stored(decisions: Mapping[str, tuple[Decision, ...]]) -> list[dict[str, Any]]:
    """The decisions as they are kept; of the text itself only the digest within the identity."""
    return [
        {
            "part": part,
            "kind": decision.find.kind.value,
            "identity": decision.find.identity,
            "start": decision.find.start,
            "end": decision.find.end,
            "action": decision.action.value,
            "reason": decision.reason,
        }
        for part, held in decisions.items()
        for decision in held
    ]


def remembered(material: Material) -> tuple[dict[str, str], str]:
    """The choices and typed texts of the last publication that still fit the texts as they stand."""
    found = {f"{part}-{find.identity}" for part, finds in material.finds.items() for find in finds}
    sent: dict[str, str] = {}
    lines: list[str] = []
    for entry in material.earlier:
        name = f"{entry['part']}-{entry['identity']}"
        if name in found:
            sent |= _choice(name, entry)
        elif entry["action"] == Action.MASK and _still_there(material.original.text(entry["part"]), entry):
            lines.append(material.original.text(entry["part"])[entry["start"] : entry["end"]])
    return sent, "\n".join(dict.fromkeys(lines))


def _choice(name: str, entry: dict[str, Any]) -> dict[str, str]:
    if entry["action"] == Action.MASK:
        return {name: MASK}
    known = {reason.label: reason.value for reason in KeepReason}
    return {name: known.get(entry["reason"], OTHER), f"{name}-reason": "" if entry["reason"] in known else entry["reason"]}


def _still_there(text: str, entry: dict[str, Any]) -> bool:
    if not 0 <= entry["start"] < entry["end"] <= len(text):
        return False
    return select(text, entry["start"], entry["end"]).identity == entry["identity"]


def allowed(basis: ConsentBasis) -> list[tuple[str, str]]:
    """The choices offered for a find; without the writer's separate consent personal data cannot be kept."""
    barred = set() if basis is ConsentBasis.ASKED else {KeepReason.CONSENT.value, OTHER}
    return [choice for choice in CHOICES if choice[0] not in barred]
