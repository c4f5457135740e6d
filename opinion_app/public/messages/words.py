"""What the pages about messages share: what the frame says of a page, numbers as people type them, forms that have lapsed."""

from __future__ import annotations

from typing import Any

from opinion_app.rules.text import fold

INBOX_ONLY = "OPINION_INBOX_ONLY"  # this process may not read the office's tables (create_app sets it)

ONCE_MORE = "这一页打开得太久，或者后来又打开过几次这一页，所以没有提交。请核对内容后再提交一次。"
NO_COOKIE = (
    "没有提交成功：浏览器没有送回本站的 Cookie（网站存在浏览器里的一小段标记，只用来核对这一页是您自己打开的）。请再提交一次；"
    "还是这样的，请在浏览器设置里允许本站的 Cookie，关掉无痕（隐私）浏览，或者换一个浏览器，也可以打电话或到办公室反映。"
)
FILES_AGAIN = "照片和 PDF 需要重新选择。"


def lapsed_words(*, cookie: bool, files: bool) -> str:
    """Why a form could not be told from a stranger's, and what its sender can do: by whether a `cookie` of this site came along.

    What was typed stays on the page; chosen `files` cannot."""
    return (ONCE_MORE if cookie else NO_COOKIE) + (FILES_AGAIN if files else "")


def column(name: str, description: str, current: str) -> dict[str, Any]:
    """What the frame of a page of this column says of it."""
    about = {"name": name, "type": "互动交流", "description": description}
    return {"title": name, "current": current, "column": about, "description": description}


def tidy_number(typed: str | None) -> str:
    """A number as it is stored, out of what a person typed."""
    return fold(typed or "").upper()[:40]
