"""One look: colours come from the tokens alone, every drawing exists, and vendored files are the ones released."""

from __future__ import annotations

import hashlib
import re

from tests.support import tree

STATIC = tree.PACKAGE / "static"
TOKENS = STATIC / "css" / "tokens.css"
SPRITE = tree.ROOT / "templates" / "components" / "sprite.html"
RAW_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b(?!\s*\{)|\b(?:rgb|hsl)a?\(|:\s*(?:white|black|red|blue|gray|grey)\b")
NAMED_DRAWING = re.compile(r"""\bicon\s*[(=]\s*['"]([a-z]+)['"]|['"]icon['"]:\s*['"]([a-z]+)['"]""")


def test_no_style_sheet_but_the_tokens_names_a_colour() -> None:
    found = {
        path.name: match.group()
        for path in (STATIC / "css").glob("*.css")
        if path != TOKENS and (match := RAW_COLOUR.search(re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.S)))
    }

    assert not found


def test_every_variable_used_is_a_token() -> None:
    tokens = set(re.findall(r"(--[\w-]+)\s*:", TOKENS.read_text("utf-8")))
    used = {name for path in (STATIC / "css").glob("*.css") for name in re.findall(r"var\((--[\w-]+)", path.read_text())}

    assert not used - tokens


def test_every_drawing_named_by_a_template_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'id="i-([a-z]+)"', SPRITE.read_text("utf-8")))
    pages = [path for path in tree.files() if path.suffix == ".html"]
    named = {next(filter(None, names)) for path in pages for names in NAMED_DRAWING.findall(path.read_text("utf-8"))}

    assert not named - drawn


def test_vendored_files_are_the_released_ones() -> None:
    readme = (STATIC / "vendor" / "README.md").read_text("utf-8")
    listed = {name: digest for digest, name in re.findall(r"^([0-9a-f]{64})  (\S+)$", readme, re.M)}
    present = {
        path.relative_to(STATIC / "vendor").as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (STATIC / "vendor").rglob("*")
        if path.is_file() and path.name != "README.md"
    }

    assert present == listed
