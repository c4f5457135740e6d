"""A run of the measurements writes its document anew and keeps in it what was measured by hand."""

from __future__ import annotations

from bench.office_report import by_hand
from tests.support import tree


def test_what_was_measured_by_hand_stays_in_the_document() -> None:
    document = (tree.ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    (kept,) = by_hand(document)
    assert kept.startswith("## Public pages in Lighthouse\n")
    assert document.endswith(f"\n\n{kept}\n")
    assert "| form `/messages/new` |" in kept
    assert by_hand("# Performance\n") == []
