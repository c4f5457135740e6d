"""The table of settings in the docs is the table the service reads."""

from __future__ import annotations

from opinion_app import locate
from tests.support import tree


def table() -> str:
    """The settings as docs/settings.md shows them."""
    lines = ["| 设置 | 含义 | 默认 |", "|---|---|---|"]
    for option in locate.config().OPTIONS:
        default = "（必填）" if option.default is None else (f"`{option.default}`" if option.default else "（空）")
        lines.append(f"| `OPINION_{option.name}` | {option.meaning} | {default} |")
    return "\n".join(lines) + "\n"


def test_every_setting_is_in_the_table_with_its_default() -> None:
    text = (tree.ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert table() in text
