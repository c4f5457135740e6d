"""What a reply template may hold, and what says too little to be a reply or an answer to a 督办单."""

from __future__ import annotations

import contextlib

import pytest

from opinion_app.rules.errors import Invalid
from opinion_app.rules.feedback import check_feedback
from opinion_app.rules.hints import WordList
from opinion_app.rules.hints.wording import read_list
from opinion_app.rules.reply import check_submission, check_template
from opinion_app.rules.template_fields import doubtful_brackets


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{不存在的字段}您好", "“{不存在的字段}”"),
        ("您好{{unknown}}", "“{{unknown}}”"),
        ("您好 ${x}，再见", "“${x}”"),
        ("｛编号｝", "“｛编号｝”"),
        ("{}", "“{}”"),
        ("{甲}{乙}{甲}", "“{甲}”、“{乙}”会"),
        ("您好，{姓\n名}", "“{姓 名}”"),
        ("{" + "长" * 80 + "}", "“{长长长"),
        ("｛编\n号｝", "“｛编 号｝”"),
        ("[[name]]您好", "“[[name]]”"),
        ("［［姓名］］您好", "“［［姓名］］”"),
        ("您好%(name)s", "“%(name)s”"),
        ("您好 $name，", "“$name”"),
        ("‹姓名>您好", "“‹姓名>”"),
        ("«姓名»您好", "“«姓名»”"),
        ("<<姓名>>您好", "“<<姓名>>”"),
    ],
)
def test_a_field_nothing_fills_is_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_template(text)
    assert named in refused.value.fields["text"]
    assert "只认“××”" in refused.value.fields["text"]


@pytest.mark.parametrize(
    "text",
    [
        "您好，您反映的××问题已核实。",
        "集合 { 只有一边",
        "（括号）【标题】〔2026〕1号",
        "补贴 $100，增长 5%(同比)",
        "《办法》[1][2] 附件 a<b",
    ],
)
def test_blanks_and_other_brackets_stand(text: str) -> None:
    check_template(text)


def test_brackets_around_the_name_of_a_field_are_doubtful_and_others_are_not() -> None:
    assert doubtful_brackets("【姓名】您好，【 承办单位 】已核实。【姓名】【法律依据】【标题三】") == [
        "【姓名】",
        "【 承办单位 】",
    ]


@pytest.mark.parametrize("line", ["按装 → {安装}", "[[name]]"])
def test_a_list_of_words_takes_no_field_either(line: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_list(WordList.TYPO, line)
    assert "像是要自动填写的字段" in next(iter(refused.value.fields.values()))


@pytest.mark.parametrize(
    ("text", "answers", "replies"),
    [
        ("", False, False),
        (".", False, False),
        ("……！？。。。。。。。。", False, False),
        ("已 办 结 。", False, False),
        ("已整改完毕", True, False),
        ("12月3日前完工", True, False),
        ("done 2026-11-27", True, True),
        ("路灯已于11月27日修好。", True, True),
    ],
)
def test_what_says_nothing_is_no_answer_and_no_reply(text: str, answers: bool, replies: bool) -> None:
    for check, holds in ((check_feedback, answers), (check_submission, replies)):
        with contextlib.nullcontext() if holds else pytest.raises(Invalid) as refused:
            check(text)
        said = refused.value.fields["text"] if refused else ""
        assert holds or said.startswith(("反馈不足 5 个字", "答复不足 10 个字", "请填写答复"))
