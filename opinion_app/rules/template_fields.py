"""What looks like a field that fills itself in, in a template or a list of words: nothing here fills any, so none may go out."""

from __future__ import annotations

import re

LONGEST = 200  # characters between the marks; what is longer is a sentence in brackets, save in braces
NAMED = 5  # fields that a sentence names
_FIELD = re.compile(
    r"\$?\{\{?[^{}]*\}?\}"  # {x}, {{x}}, ${x}, over however many lines
    r"|｛[^｛｝]*｝"
    rf"|\[\[[^\[\]]{{0,{LONGEST}}}\]\]|［［[^［］]{{0,{LONGEST}}}］］"  # [[x]]
    r"|%\([^()\n]{1,60}\)[sdrfi]"  # %(x)s
    r"|\$[A-Za-z_][A-Za-z0-9_]{0,59}"  # $name; $100 is money
    rf"|‹[^‹›<>\n]{{1,{LONGEST}}}[›>]|«[^«»\n]{{1,{LONGEST}}}»|<<[^<>\n]{{1,{LONGEST}}}>>"  # mail merge of word processors
)
# 【…】 is ordinary punctuation (【法律依据】); around one of these words it is a blank somebody forgot.
_KNOWN = (
    "姓名|称呼|编号|标题|日期|时间|电话|联系电话|联系人|地址|单位|承办单位|主办单位|来信人|留言人|经办人"
    "|诉求|诉求内容|答复内容|办理结果"
)
_IN_BRACKETS = re.compile(rf"【\s*(?:{_KNOWN})\s*】")


def unknown_fields(text: str) -> list[str]:
    """What in a text looks like a field, each once, as it stands there, shortened and on one line."""
    return list(dict.fromkeys(_short(found.group()) for found in _FIELD.finditer(text)))


def doubtful_brackets(text: str) -> list[str]:
    """【姓名】 and the like: punctuation in form, and yet most likely meant to be filled in."""
    return list(dict.fromkeys(_IN_BRACKETS.findall(text)))


def named(fields: list[str]) -> str:
    """“{姓名}”、“$name”: the first few, as a sentence names them."""
    return "、".join(f"“{field}”" for field in fields[:NAMED])


def _short(field: str) -> str:
    line = " ".join(field.split())
    return line if len(line) <= 30 else f"{line[:29]}…"
