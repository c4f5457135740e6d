"""What an entry of the timeline says beside its note: to whom, by whom, until when, passed or sent back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from opinion_app.records.move import Move
from opinion_app.rules.words import FindingKind

Detail = Mapping[str, Any]


def _assigned(said: Detail) -> str:
    supports = "、".join(said.get("supports", ()))
    return f"主办：{said['lead']}" + (f"；协办：{supports}" if supports else "")


def _reassigned(said: Detail) -> str:
    return f"由{said['from']}改派给{said['to']}" if said.get("from") else f"改派给{said['to']}"


def _return_decided(said: Detail) -> str:
    return f"同意{said['unit']}退回" if said["agree"] else f"不同意{said['unit']}退回，由其继续办理"


def _checked(said: Detail) -> str:
    gates = "、".join(said.get("gates", ()))
    return f"第 {said['version']} 稿{gates}通过" if said["passed"] else f"第 {said['version']} 稿退回修改"


def _history(said: Detail) -> str:
    return f"{'、'.join(said['gates'])}{'通过' if said['passed'] else '未通过'}"


def _kind(said: Detail) -> str:
    """The kind of a note; a plain one is named by the entry's own title already."""
    return "" if said["kind"] == FindingKind.NOTE.label else str(said["kind"])


def _paper(said: Detail) -> str:
    return f"发往{said['to']}，文号 {said['number']}"


# Act: what its detail must hold for these words, and the words.
_WORDS: dict[str, tuple[tuple[str, ...], Callable[[Detail], str]]] = {
    "assign": (("lead",), _assigned),
    "reassign": (("to",), _reassigned),
    "add_unit": (("unit",), lambda said: f"增派{said['unit']}协办"),
    "sign_for": (("unit", "handler"), lambda said: f"{said['unit']}签收，承办人 {said['handler']}"),
    "name_handler": (("handler",), lambda said: f"承办人：{said['handler']}"),
    "ask_return": (("unit",), lambda said: f"{said['unit']}申请退回"),
    "decide_return": (("unit", "agree"), _return_decided),
    "report_support": (("unit",), lambda said: f"{said['unit']}已报结果，见“办理情况”"),
    "draft": (("version",), lambda said: f"第 {said['version']} 稿"),
    "submit_reply": (("version",), lambda said: f"第 {said['version']} 稿"),
    "check_unit_head": (("passed", "version"), _checked),
    "check_gates": (("passed", "version"), _checked),
    "sign_off": (("passed", "version"), _checked),
    "check_history": (("passed", "gates"), _history),
    "sign_history": (("passed",), lambda said: "签发" if said["passed"] else "不签发"),
    "answer": (("method",), lambda said: str(said["method"])),
    "object": (("to", "number"), _paper),
    "report_back": (("to", "number"), _paper),
    "close": (("sheets",), lambda said: str(said["sheets"])),
    "archive": (("retention",), lambda said: "。".join(filter(None, [f"保管期限 {said['retention']}", said.get("undone")]))),
    "merge": (("into",), lambda said: f"并入 {said['into']}"),
    "unmerge": (("from",), lambda said: f"从 {said['from']} 拆出"),
    "decline": (("channel",), lambda said: f"应当找：{said['channel']}"),
    "refer": (("to",), lambda said: f"转往{said['to']}"),
    "note": (("kind",), _kind),
    "withdraw_sheet": (("sheet",), lambda said: f"{said['sheet']}已撤销"),
    "attach": (("names",), lambda said: "、".join(said["names"])),
}


def who(move: Move) -> str:
    """Whoever did it, and the stage the case came to where it came to another one."""
    moved = move.from_stage is not None and move.from_stage is not move.to_stage
    return f"{move.actor_name}　转为“{move.to_stage.label}”" if moved else move.actor_name


def said(move: Move) -> str:
    """The words for what `move` kept beside its note; empty where it kept nothing, as the moves of an import do."""
    needed, words = _WORDS.get(move.act, ((), None))
    return words(move.detail) if words is not None and move.detail.keys() >= set(needed) else ""
