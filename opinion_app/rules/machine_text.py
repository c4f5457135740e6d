"""Text for machines: what XML may hold, and cells that no spreadsheet takes for a formula."""

from __future__ import annotations

import re

# The characters XML 1.0 does not know (§2.2); a feed with one of them is unreadable as a whole.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORMULA = re.compile(r"^[\s]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]")


def xml_text(text: str) -> str:
    """The text without what XML cannot hold."""
    return _NOT_XML.sub("", text)


def sheet_cell(text: str) -> str:
    """The text as a cell of a CSV file that is shown, never calculated (a leading apostrophe says so)."""
    return f"'{text}" if _FORMULA.match(text) else text
