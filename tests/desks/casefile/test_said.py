"""What the timeline says of an act beside its note."""

from __future__ import annotations

from typing import Any

import pytest

from opinion_app.desks.casefile.said import _WORDS, said
from opinion_app.records.move import Move
from opinion_app.rules.life import ACTS

SAID: list[tuple[str, dict[str, Any], str]] = [
    ("assign", {"lead": "财政所", "supports": ["司法所", "水务站"]}, "主办：财政所；协办：司法所、水务站"),
    ("assign", {"lead": "财政所", "supports": []}, "主办：财政所"),
    ("reassign", {"from": "财政所", "to": "水务站"}, "由财政所改派给水务站"),
    ("reassign", {"from": None, "to": "水务站"}, "改派给水务站"),
    ("add_unit", {"unit": "司法所"}, "增派司法所协办"),
    ("sign_for", {"unit": "财政所", "handler": "周凯"}, "财政所签收，承办人 周凯"),
    ("name_handler", {"handler": "周凯"}, "承办人：周凯"),
    ("ask_return", {"unit": "财政所"}, "财政所申请退回"),
    ("decide_return", {"unit": "财政所", "agree": True}, "同意财政所退回"),
    ("decide_return", {"unit": "财政所", "agree": False}, "不同意财政所退回，由其继续办理"),
    ("report_support", {"unit": "司法所"}, "司法所已报结果，见“办理情况”"),
    ("draft", {"version": 2}, "第 2 稿"),
    ("submit_reply", {"version": 2}, "第 2 稿"),
    ("check_unit_head", {"passed": False, "version": 1}, "第 1 稿退回修改"),
    ("check_gates", {"passed": True, "version": 2, "gates": ["政治关", "政策关"]}, "第 2 稿政治关、政策关通过"),
    ("check_history", {"passed": True, "gates": ["政治关", "政策关", "文字关"]}, "政治关、政策关、文字关通过"),
    ("check_history", {"passed": False, "gates": ["政策关"]}, "政策关未通过"),
    ("sign_history", {"passed": True}, "签发"),
    ("sign_history", {"passed": False}, "不签发"),
    ("sign_off", {"passed": True, "version": 2}, "第 2 稿通过"),
    ("answer", {"method": "电话答复"}, "电话答复"),
    ("object", {"to": "县信访局", "number": "云政函〔2026〕3号"}, "发往县信访局，文号 云政函〔2026〕3号"),
    ("report_back", {"to": "县信访局", "number": "云政函〔2026〕3号"}, "发往县信访局，文号 云政函〔2026〕3号"),
    ("close", {"sheets": "督办单第 1 号（财政所）还没有反馈。"}, "督办单第 1 号（财政所）还没有反馈。"),
    ("archive", {"retention": "10年"}, "保管期限 10年"),
    ("merge", {"into": "LY2026-000001"}, "并入 LY2026-000001"),
    ("unmerge", {"from": "LY2026-000001"}, "从 LY2026-000001 拆出"),
    ("decline", {"channel": "县法院立案庭"}, "应当找：县法院立案庭"),
    ("refer", {"to": "县纪委监委"}, "转往县纪委监委"),
    ("note", {"kind": "现场核查"}, "现场核查"),
    ("note", {"kind": "办理记录"}, ""),
    ("withdraw_sheet", {"sheet": "督办单第 1 号"}, "督办单第 1 号已撤销"),
    ("attach", {"names": ["a.pdf", "b.pdf"]}, "a.pdf、b.pdf"),
    ("attach", {}, ""),
    ("assign", {"supports": ["司法所"]}, ""),
    ("close", {"anything": 1}, ""),
]


@pytest.mark.parametrize(("act", "detail", "words"), SAID)
def test_an_entry_says_to_whom_by_whom_and_how(act: str, detail: dict[str, Any], words: str) -> None:
    assert said(Move(act=act, detail=detail)) == words


def test_every_act_with_words_is_an_act_and_is_looked_at_above() -> None:
    assert set(ACTS) >= set(_WORDS)
    assert {act for act, _detail, words in SAID if words} == set(_WORDS)
