"""Hints on replies: each table says what is found, where, and what is left alone."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opinion_app.rules.errors import Invalid
from opinion_app.rules.hints import DEFAULT_LISTS, Hint, HintKind, Letter, WordList, barred, look, pieces
from opinion_app.rules.hints.amounts import amounts
from opinion_app.rules.hints.matter import other_matter
from opinion_app.rules.hints.parts import SHORT, missing_parts
from opinion_app.rules.hints.wording import LONGEST, MOST, list_words, read_list

TODAY = date(2026, 11, 26)
QUESTION = "我家门口的路灯坏了半个月，11月3日晚上老人摔伤，医药费花了3200元，请问什么时候能修好？村委会说等通知。"
GOOD = (
    "网友您好！您反映的路灯不亮问题收悉。11月5日，村镇建设办到现场核实，线路老化属实。根据《城市道路照明设施管理规定》，"
    "我办将于2026年12月5日前更换三盏路灯，村委会负责日常巡查。如有疑问，请拨打村镇建设办电话0875-7120001。\n"
    "村镇建设办公室\n2026年11月26日"
)


def found(text: str, question: str = QUESTION) -> list[Hint]:
    return look(text, Letter(question), DEFAULT_LISTS, TODAY)


def marked(text: str, kind: HintKind, question: str = QUESTION) -> list[str]:
    return [text[each.start : each.end] for each in found(text, question) if each.kind is kind and each.has_place]


def test_a_whole_reply_has_no_hint() -> None:
    assert found(GOOD) == []
    assert found("  \n") == []


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("我镇高度重视，已按装新灯。", HintKind.EMPTY, ["高度重视"]),
        ("我镇高度重视，已按装新灯。", HintKind.TYPO, ["按装"]),
        ("您的来信已收悉。", HintKind.EMPTY, ["已收悉"]),
        ("您的来信已收悉。" + "现场核实三盏路灯线路老化，已经更换。" * 6, HintKind.EMPTY, []),
        ("这件事不归我们管。", HintKind.FORBIDDEN, ["不归我们管"]),
        ("请到工商局或环保局办理。", HintKind.OUTDATED, ["工商局", "环保局"]),
        ("请到国土资源局办理。", HintKind.OUTDATED, ["国土资源局"]),
        ("请您反映的问题", HintKind.TYPO, []),
        ("请到生态环境局、农业农村局办理。", HintKind.OUTDATED, []),
        ("依据民法典合同编办理。", HintKind.OUTDATED, []),
        ("近期安排维修。", HintKind.VAGUE, ["近期"]),
        ("将尽快处理，12月5日前完成。", HintKind.VAGUE, []),
        ("3个工作日内尽快处理。", HintKind.VAGUE, []),
        ("没有2月30日这一天，13月1日也没有。", HintKind.DATE, ["2月30日", "13月1日"]),
        ("闰年的2月29日是有的。", HintKind.DATE, []),
        ("2026年11月26日（周五）到现场。", HintKind.DATE, ["2026年11月26日（周五）"]),
        ("2026年11月29日（星期天）到现场。", HintKind.DATE, []),
        ("2026年11月26日（周四）到现场。", HintKind.DATE, []),
        ("计划2026年10月1日前修好。", HintKind.DATE, ["2026年10月1日"]),
        ("已于2026年10月1日前修好。", HintKind.DATE, []),
        ("您反映11月4日路灯不亮。", HintKind.DATE, ["11月4日"]),
        ("您反映11月3日路灯不亮。", HintKind.DATE, []),
        ("您反映2026.11.03路灯不亮，3.5公里长。", HintKind.DATE, []),
        ("您反映医药费2300元的问题。", HintKind.AMOUNT, ["2300元"]),
        ("您反映医药费3,200.00元、0.32万元的问题。", HintKind.AMOUNT, []),
        ("核实医药费为2300元。", HintKind.AMOUNT, []),
    ],
)
def test_words_are_found_where_they_stand(text: str, kind: HintKind, words: list[str]) -> None:
    assert marked(text, kind) == words


def test_without_dates_or_amounts_in_the_question_nothing_disagrees() -> None:
    text = "您反映11月4日花了2300元的问题。"
    assert marked(text, HintKind.DATE, "路灯坏了") == []
    assert marked(text, HintKind.AMOUNT, "路灯坏了") == []


def test_amounts_are_read_in_yuan() -> None:
    assert [int(value) for value, _start, _end in amounts("1亿元、2万元、3千元、1，200元、5块钱")] == [
        100_000_000,
        20_000,
        3_000,
        1_200,
        5,
    ]


OPENING = "网友您好！您反映的路灯不亮问题收悉。"


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("村镇建设办公室\n2026年11月26日", ""),
        "您好！来帖说的三组路灯，我办11月5日到场看过，换了三盏灯泡，线路改造排在明年春天。电话：0875-7120001。",
        "市民朋友：关于垃圾清运的建议很好，已交环卫站研究，拟从12月起每天早晚各清一次，咨询请打7120001。",
        "网友您好！您问的准生证办理，请带身份证、户口簿到镇便民服务中心三号窗口，当场办结，电话0875-7120002。",
        "尊敬的来信人：您要求在弯道增设站牌，因弯道视线不良有安全隐患，不能设站，请到前面两百米的老站乘车。热线12345。",
        "网友您好！水费一事，属于原来水表走字不准，多收的四十元已退到您的户头，请留意。联系电话13800001234。",
    ],
)
def test_a_good_reply_has_no_part_missing(text: str) -> None:
    asks = "您问的" in text or "的建议" in text
    assert list(missing_parts(text, QUESTION, to_check=not asks)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("网友您好！您", ""), "称呼"),
        (GOOD.replace("，请拨打村镇建设办电话0875-7120001", ""), "联系电话"),
        ("您好！社保卡补办请持身份证到镇上的农商银行网点申请，三十分钟可以制卡，费用二十元。电话0875-7120001。", "什么诉求"),
        (f"{OPENING}我办将安排电工更换灯泡，并请村委会做好日常巡查和登记工作。电话0875-7120001。", "核实到的情况"),
        (f"{OPENING}经到场查看，三组和四组路口的灯杆共五盏，其中三盏灯泡损坏，两盏线路老化。电话0875-7120001。", "处理意见"),
        (f"{OPENING}经到场查看，三组路口现有灯杆两根。您要求再增加五盏路灯的事不能办理，敬请谅解。电话0875-7120001。", "依据"),
    ],
)
def test_a_part_that_is_not_there_is_named_and_no_other(text: str, said: str) -> None:
    asked = "请问医保报销比例是多少？" if said == "什么诉求" else QUESTION
    messages = [each.message for each in missing_parts(text, asked, to_check=asked is QUESTION)]
    assert len(messages) == 1
    assert said in messages[0]


@pytest.mark.parametrize(
    "text",
    [
        "好的。",
        "已收悉。",
        "网友：您好！您反映的问题已转交相关部门调查处理，感谢您的来信。2026年11月26日",
        "您好，请拨打12345咨询。",
    ],
)
def test_a_very_short_reply_has_one_hint_and_not_six(text: str) -> None:
    assert [each.message for each in missing_parts(text, QUESTION)] == [SHORT]
    for part in ("诉求", "核实到的情况", "依据", "处理意见", "联系电话"):
        assert part in SHORT


def test_unit_and_date_have_fields_of_their_own_and_the_office_s_phone_stands_under_every_page() -> None:
    text = GOOD.split("如有疑问")[0]
    assert [each.message[:7] for each in missing_parts(text, QUESTION)] == ["没有留联系电话"]
    assert list(missing_parts(text, QUESTION, phone_is_shown=True)) == []


def test_only_a_letter_with_something_to_look_into_wants_what_was_found() -> None:
    text = f"{OPENING}我办将安排电工更换灯泡，并请村委会做好日常巡查和登记工作。电话0875-7120001。"
    assert list(missing_parts(text, QUESTION, to_check=False)) == []


def test_an_answer_about_another_matter_is_noticed() -> None:
    other = "社保卡补办可持居民身份证到农村商业银行营业网点申请，三十分钟制卡，也可以通过手机银行预约。"
    asked = QUESTION + "沿街商铺、小学生放学、骑电动车、下夜班的工人全靠手电筒照亮。"
    assert other_matter(asked, other)
    assert not other_matter(QUESTION, GOOD)
    assert not other_matter("路灯", other), "too little to judge by"
    assert HintKind.OTHER_MATTER in [each.kind for each in found(other, asked)]


def test_the_right_word_is_not_taken_for_the_listed_one_within_it() -> None:
    lists = {WordList.OUTDATED: {"卫健": "卫健委", "条例": "信访工作条例"}}
    placed = [each for each in look("请卫健委依据信访工作条例，卫健办依据老条例。", Letter(""), lists, TODAY) if each.has_place]
    assert [each.start for each in placed] == [13, 19]


def test_overlapping_hints_are_one() -> None:
    lists = {
        WordList.EMPTY: {"加强管理": "", "进一步加强": ""},
        WordList.FORBIDDEN: {"进一步加强管理": "写明措施"},
        WordList.TYPO: {},
    }
    placed = [each for each in look("我们将进一步加强管理。", Letter(""), lists, TODAY) if each.has_place]
    assert [(each.kind, each.message) for each in placed] == [
        (HintKind.FORBIDDEN, "“进一步加强管理”不宜用在答复里，可改为“写明措施”。")
    ]


def test_there_is_an_end_to_the_hints() -> None:
    assert len([each for each in found("高度重视，" * 4000) if each.has_place]) == 200


@pytest.mark.parametrize("run", ["1", "1380000123", "1,234", "2026年", "路灯坏了请尽快修理", "您反映1", "a", "（", "近期"])
def test_the_work_grows_with_the_text_and_no_faster(run: str) -> None:
    """Ten times the text, some ten times the work; a pattern that looks again from every place would take a hundred times."""
    took = []
    for length in (2_000, 20_000):
        text = (run * length)[:length]
        started = time.process_time()
        look(text, Letter(text), DEFAULT_LISTS, TODAY)
        took.append(time.process_time() - started)
    assert took[1] < max(40 * took[0], 0.5), took


@given(st.text(alphabet="高度重视尽快近期按装2026年11月3日元（周五），。 \n", max_size=80))
def test_the_pieces_make_up_the_text_and_places_lie_within_it(text: str) -> None:
    hints = found(text)
    assert "".join(words for words, _number in pieces(text, hints)) == text
    assert all(0 <= each.start <= each.end <= len(text) for each in hints)
    for words, number in pieces(text, hints):
        if number:
            assert words == text[hints[number - 1].start : hints[number - 1].end]


def test_only_what_the_office_made_binding_is_a_block() -> None:
    hints = found("我镇高度重视，近期处理。")
    barred(hints, frozenset())
    barred(hints, {HintKind.TYPO})
    with pytest.raises(Invalid) as refusal:
        barred(hints, {HintKind.EMPTY})
    assert "高度重视" in refusal.value.fields["text"]


def test_lists_are_read_as_they_are_written() -> None:
    read = read_list(WordList.TYPO, "按装 → 安装\n\n既使->即使\n布署=部署\n")
    assert read == {"按装": "安装", "既使": "即使", "布署": "部署"}
    assert read_list(WordList.TYPO, list_words(read)) == read
    assert read_list(WordList.EMPTY, "高度重视\n持续关注 → 写明措施") == {"高度重视": "", "持续关注": "写明措施"}
    for name, words in DEFAULT_LISTS.items():
        assert read_list(name, list_words(words)) == words


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (WordList.TYPO, "按装"),
        (WordList.TYPO, "按装 → 按装"),
        (WordList.EMPTY, "好"),
        (WordList.EMPTY, "好" * (LONGEST + 1)),
        (WordList.EMPTY, f"高度重视 → {'好' * (LONGEST + 1)}"),
        (WordList.EMPTY, "\n".join(f"词{number}" for number in range(MOST + 1))),
    ],
)
def test_a_line_that_is_none_is_named(name: WordList, text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_list(name, text)
    assert name.value in refusal.value.fields
