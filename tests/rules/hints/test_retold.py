"""Facts of the letter that a reply tells again otherwise, in any writing; what the office says of its own is left alone."""

from __future__ import annotations

from datetime import date

import pytest

from opinion_app.rules.hints import DEFAULT_LISTS, HintKind, Letter, look
from opinion_app.rules.hints.matter import other_matter

TODAY = date(2026, 11, 26)
QUESTION = "我11月3日在镇财政所交了5000元押金，至今没有退还，请问什么时候退？"


def marked(text: str, kind: HintKind) -> list[str]:
    return [text[each.start : each.end] for each in look(text, Letter(QUESTION), DEFAULT_LISTS, TODAY) if each.kind is kind]


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("您反映的交纳五百元押金未退问题", ["五百元"]),
        ("您反映的交纳伍佰元整押金未退问题", ["伍佰元整"]),
        ("您反映的交纳５００元押金未退问题", ["５００元"]),
        ("经核实，您交纳的押金为500元，已退还。", ["500元"]),
        ("您于11月3日缴的押金５，０００．００元", []),
        ("您反映的押金未退一事，经核实，您于11月3日缴纳押金500元。", ["500元"]),
        ("您反映的五千元、五千块、0.5万元押金", []),
        ("您反映的押金问题，我所已退还500元。", []),
        ("根据规定，押金为500元。", []),
        ("您反映的二元结构、多元文化、元宵节问题", []),
        ("您反映的元百元押金", []),
    ],
)
def test_amounts_told_again_are_compared_in_any_writing(text: str, amounts: list[str]) -> None:
    assert marked(text, HintKind.AMOUNT) == amounts


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("您反映的十一月五日交纳押金未退问题", ["十一月五日"]),
        ("您反映的二〇二六年十一月三日交纳押金未退问题", []),
        ("您反映的１１月５日交纳押金未退问题", ["１１月５日"]),
        ("您于2026-11-05交的押金", ["2026-11-05"]),
        ("您反映的押金未退一事，经核实，您于11月5日缴纳押金。", ["11月5日"]),
        ("您反映的押金未退问题，已于11月20日退还。", []),
        ("您反映的押金未退问题，我所工作人员11月20日上门退还。", []),
        ("就您反映的押金问题县财政局已于11月20日答复。", []),
        ("您反映您已于11月5日交押金的问题", ["11月5日"]),
        ("11月20日，我所收到您反映的押金未退问题。", []),
        ("您于11月20日来信反映的押金未退问题收悉。", []),
        ("您于11月20日提交的申请已经收到。", []),
        ("已于十三月五日退还。", ["十三月五日"]),
    ],
)
def test_days_told_again_are_compared_in_any_writing(text: str, days: list[str]) -> None:
    assert marked(text, HintKind.DATE) == days


@pytest.mark.parametrize(
    ("text", "vague"),
    [
        ("押金问题近期解决，我镇已于2024年3月成立专班。", ["近期"]),
        ("近期解决，2026年10月成立专班。", ["近期"]),
        ("此前于11月3日答复，近期再办。", ["近期"]),
        ("近期（2026年12月）解决。", []),
        ("近期（2026年）解决。", []),
        ("近期解决，11月30日前退还。", []),
        ("尽快在5个工作日内退还。", []),
    ],
)
def test_a_day_gone_by_does_not_make_a_promise_definite(text: str, vague: list[str]) -> None:
    assert marked(text, HintKind.VAGUE) == vague


def test_an_answer_to_a_short_letter_about_another_matter_is_noticed() -> None:
    lamp = "您好！关于上坝村路灯不亮的事，经供电所现场核查，控制箱空气开关老化，已更换完毕恢复照明。电话0875-5550120。"
    assert other_matter(QUESTION, lamp)
    assert not other_matter(QUESTION, lamp + "押金已退。"), "one word of a short letter is enough"
    assert not other_matter("路灯", lamp), "too little to judge by"
    assert not other_matter(QUESTION, "您好，请来电话。")
