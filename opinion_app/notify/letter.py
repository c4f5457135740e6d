"""A notice as the words of a mail: plain text and simple HTML, saying number, kind, unit, due and link only (decisions 25)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any

from opinion_app.rules.links import absolute

CLOSING = "请登录系统办理。本邮件由系统自动发出，请勿回复。"
_CELL = "padding:6px 12px 6px 0;border-bottom:1px solid #ddd;vertical-align:top;text-align:left"


@dataclass(frozen=True, slots=True)
class Words:
    """The two forms of one letter."""

    text: str
    html: str


def words_of(name: str, subject: str, lines: Iterable[Mapping[str, Any]], base_url: str, link: str) -> Words:
    """The letter to `name`; `link` leads to the service where a line has no link of its own."""
    groups = [(group, list(own)) for group, own in groupby(lines, key=lambda line: str(line.get("group", "")))]
    return Words(_text(name, groups, base_url, link), _html(name, subject, groups, base_url, link))


def robot_words(lines: Iterable[Mapping[str, Any]], base_url: str, link: str, room: int) -> str:
    """The same for a group robot: a line a matter, no names, one link (decisions 25).

    `room`: how many bytes there are; what does not fit is counted, and stands behind the link."""
    said = ["　".join(part for part in (_head(line), str(line.get("text", ""))) if part) for line in lines]
    end = absolute(base_url, link)
    for fitting in range(len(said), 0, -1):
        left_out = [_rest(len(said) - fitting)] if fitting < len(said) else []
        words = "\n".join([*said[:fitting], *left_out, end])
        if len(words.encode()) <= room:
            return words
    return "\n".join([_rest(len(said)), end])


def _rest(number: int) -> str:
    return f"……还有 {number} 项，请登录系统查看"


def _text(name: str, groups: list[tuple[str, list[Mapping[str, Any]]]], base_url: str, link: str) -> str:
    parts = [f"{name}，您好：", ""]
    for group, lines in groups:
        parts += [f"【{group}】"] if group else []
        for line in lines:
            parts += [f"  {entry}" for entry in (_head(line), str(line.get("text", "")), _why(line)) if entry]
            parts += [f"  {absolute(base_url, str(line['link']))}"] if line.get("link") else []
            parts.append("")
    return "\n".join([*parts, f"查看全部：{absolute(base_url, link)}", "", CLOSING, ""])


def _head(line: Mapping[str, Any]) -> str:
    return "　".join(str(line[key]) for key in ("number", "kind", "unit") if line.get(key))


def _why(line: Mapping[str, Any]) -> str:
    return f"（{line['reason']}）" if line.get("reason") else ""


def _html(name: str, subject: str, groups: list[tuple[str, list[Mapping[str, Any]]]], base_url: str, link: str) -> str:
    body = "".join(_group(group, lines, base_url) for group, lines in groups)
    everything = escape(absolute(base_url, link), quote=True)
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(subject)}</title></head>'
        f'<body style="font-family:sans-serif;font-size:15px;line-height:1.6;color:#1a1a1a"><p>{escape(name)}，您好：</p>{body}'
        f'<p><a href="{everything}">查看全部</a></p><p style="color:#555;font-size:13px">{CLOSING}</p></body></html>'
    )


def _group(group: str, lines: list[Mapping[str, Any]], base_url: str) -> str:
    head = f'<h2 style="font-size:16px;margin:16px 0 4px">{escape(group)}</h2>' if group else ""
    return f'{head}<table style="border-collapse:collapse">{"".join(_row(line, base_url) for line in lines)}</table>'


def _row(line: Mapping[str, Any], base_url: str) -> str:
    number = escape(str(line.get("number", "")))
    if line.get("link"):
        number = f'<a href="{escape(absolute(base_url, str(line["link"])), quote=True)}">{number}</a>'
    facts = " · ".join(escape(str(line[key])) for key in ("kind", "unit") if line.get(key))
    said = escape(str(line.get("text", "")))
    why = f'<br><span style="color:#555;font-size:13px">{escape(_why(line))}</span>' if line.get("reason") else ""
    return f'<tr><td style="{_CELL}">{number}</td><td style="{_CELL}">{facts}</td><td style="{_CELL}">{said}{why}</td></tr>'
