"""Pages stand alone and obey the content policy: nothing from other hosts, no script or style within the page."""

from __future__ import annotations

import re
from pathlib import Path

from opinion_app.rules.due_date import GUESS_MARK
from tests.support import tree

LOADS = re.compile(
    r"""\b(?:src|srcset|poster|data-src|formaction)\s*=\s*["']?\s*(?:https?:)?//"""
    r"""|<link\b[^>]*\bhref\s*=\s*["']?\s*(?:https?:)?//"""
    r"""|<(?:use|image)\b[^>]*\bhref\s*=\s*["']?\s*(?:https?:)?//""",
    re.IGNORECASE,
)
STYLE_LOADS = re.compile(r"""url\(\s*["']?\s*(?:https?:)?//|@import\s+["']?\s*(?:https?:)?//""", re.IGNORECASE)
SCRIPT_LOADS = re.compile(r"""(?:\bfetch|\bimport|\bopen|\bEventSource|\bWebSocket)\s*\(?\s*["'`](?:https?:|wss?:)?//""")
INLINE = re.compile(
    r"""<script\b(?![^>]*\b(?:src\s*=|type\s*=\s*["']application/(?:ld\+)?json["']))[^>]*>"""
    r"""|<[a-z][^<>]*\son[a-z]+\s*=\s*["']|<[a-z][^<>]*\sstyle\s*=\s*["']|<style\b|href\s*=\s*["']?javascript:""",
    re.IGNORECASE,
)
SAFE = re.compile(r"\|\s*safe\b|\bMarkup\(|autoescape\s+false")


def matching(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    return [
        f"{tree.named(path)}: {match.group()[:80]}"
        for path in paths
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    ]


def templates() -> list[Path]:
    return [path for path in tree.files() if path.suffix == ".html" and path.is_relative_to(tree.ROOT / "templates")]


def test_no_template_loads_from_another_host() -> None:
    assert not matching(LOADS, templates())


def test_no_style_sheet_loads_from_another_host() -> None:
    assert not matching(STYLE_LOADS, [path for path in tree.files() if path.suffix in {".css", ".html"}])


def test_no_script_of_ours_calls_another_host() -> None:
    assert not matching(SCRIPT_LOADS, [path for path in tree.own_texts() if path.suffix == ".js"])


def test_no_page_carries_script_or_style_within() -> None:
    pages = [path for path in templates() if path.parent.name != "notify"]

    assert not matching(INLINE, pages)


def test_no_template_writes_the_mark_of_a_guess_itself() -> None:
    assert not matching(re.compile(re.escape(GUESS_MARK)), templates()), "a due date says it (rules/due_date)"


def test_no_template_switches_escaping_off() -> None:
    assert not matching(SAFE, templates())
