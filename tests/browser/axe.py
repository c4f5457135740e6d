"""What axe has against a page that is open in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = next((Path(__file__).parent / "vendor").glob("axe-core@*/axe.min.js"))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What passes is not described, which is most of the work.
RUN = "rules => axe.run(document, {runOnly: rules, preload: false, resultTypes: ['violations']})"


def findings(page: Page) -> list[str]:
    """What axe has against the page, and whether it scrolls sideways."""
    page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = page.evaluate(RUN, RULES)
    said = [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return said + ([f"scrolls sideways by {wide}"] if wide > 0 else [])
