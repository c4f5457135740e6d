"""What the pages about messages share: what the frame says of a page, and numbers as people type them."""

from __future__ import annotations

from typing import Any

from opinion_app.rules.text import fold

INBOX_ONLY = "OPINION_INBOX_ONLY"  # this process may not read the office's tables (create_app sets it)


def column(name: str, description: str, current: str) -> dict[str, Any]:
    """What the frame of a page of this column says of it."""
    about = {"name": name, "type": "互动交流", "description": description}
    return {"title": name, "current": current, "column": about, "description": description}


def tidy_number(typed: str | None) -> str:
    """A number as it is stored, out of what a person typed."""
    return fold(typed or "").upper()[:40]
