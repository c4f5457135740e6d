"""What a reply template may hold."""

from __future__ import annotations

import pytest

from opinion_app.rules.errors import Invalid
from opinion_app.rules.reply import check_template


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{不存在的字段}您好", "“{不存在的字段}”"),
        ("您好{{unknown}}", "“{{unknown}}”"),
        ("您好 ${x}，再见", "“${x}”"),
        ("｛编号｝", "“｛编号｝”"),
        ("{}", "“{}”"),
        ("{甲}{乙}{甲}", "“{甲}”、“{乙}”会"),
    ],
)
def test_a_field_nothing_fills_is_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_template(text)
    assert named in refused.value.fields["text"]
    assert "只认“××”" in refused.value.fields["text"]


@pytest.mark.parametrize(
    "text", ["您好，您反映的××问题已核实。", "一是{\n二是}", "集合 { 只有一边", "（括号）【标题】〔2026〕1号"]
)
def test_blanks_and_other_brackets_stand(text: str) -> None:
    check_template(text)
