"""Names before 家 and 户, in a salutation, and cut short in one place while whole in another."""

from dataclasses import replace

import pytest

from opinion_app.rules.errors import Invalid
from opinion_app.rules.masking import Action, Confidence, Decision, Find, Kind, find, select
from opinion_app.rules.publication import PARTS, Snapshot, make, propose

Finds = dict[str, tuple[Find, ...]]
ORIGINAL = Snapshot("路灯的事", "路灯不亮，请处理。", "路灯已经修好，请放心。")


def names(text: str) -> list[str]:
    return [each.text for each in find(text) if each.kind is Kind.NAME]


def masking(finds: Finds) -> dict[str, tuple[Decision, ...]]:
    return {part: tuple(Decision(each, Action.MASK) for each in finds[part]) for part in PARTS}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("村民李秀月家漏水三次", "李秀月"),
        ("业主刘英才家门口有垃圾", "刘英才"),
        ("邻居陈亚男家的狗整夜叫", "陈亚男"),
        ("住户柳二娃户没有水", "柳二娃"),
        ("村民王建国家漏水", "王建国"),
        ("村民王强一家都搬走了", "王强"),
        ("村民王强三户没有水", "王强"),
        ("邻居李明等户没有水", "李明"),
        ("学生回家很晚", ""),
        ("群众向国家反映", ""),
        ("村民马上家访", ""),
        ("李秀月您好，我来问一下", "李秀月"),
        ("朱成功你好！您反映的问题", "朱成功"),
        ("尊敬的黄秀月：您好", "黄秀月"),
        ("尊敬的赵今朝：来信收悉", "赵今朝"),
        ("尊敬的领导：您好", ""),
        ("尊敬的张书记：您好", "张"),
        ("尊敬的房管局：您好", ""),
        ("尊敬的温泉：您好", ""),
        ("您好，我叫阿依古丽·买买提，住在镇上", "阿依古丽·买买提"),
        ("找任何女士都不行", ""),
        ("孙女士反映漏水", "孙"),
        ("我家孙女上学", ""),
    ],
)
def test_a_household_and_a_salutation_end_a_name(text: str, name: str) -> None:
    assert names(text) == ([name] if name else [])


@pytest.mark.parametrize(
    ("question", "answer", "masked"),
    [
        ("赵亚男在门口闹事，请处理", "赵亚男女士：您好，已处理", "赵**在门口闹事，请处理"),
        ("李秀月来了，请处理路灯", "您好，我叫李秀月，住城关", "李**来了，请处理路灯"),
    ],
)
def test_the_whole_name_wins_where_its_beginning_alone_was_seen(question: str, answer: str, masked: str) -> None:
    texts = replace(ORIGINAL, question=question, answer=answer)
    finds = propose(texts, (), ())
    assert make(texts, finds, masking(finds)).question == masked


def test_a_shorter_name_elsewhere_stays_another_name() -> None:
    assert [each.text for each in find("赵亚男在门口", repeated=[_named("赵亚男")])] == ["赵亚男"]
    assert [each.text for each in find("我叫赵亚，住在镇上", repeated=[_named("赵亚男")])] == ["赵亚"]
    doubtful = replace(_named("赵亚男"), confidence=Confidence.LOW)
    assert [each.text for each in find("业主赵亚男在门口", repeated=[doubtful])] == names("业主赵亚男在门口")


def _named(name: str) -> Find:
    return select(name, 0, len(name), Kind.NAME)


def test_nothing_goes_out_while_only_the_beginning_of_a_name_is_masked() -> None:
    texts = replace(ORIGINAL, question="李秀月来了，请处理路灯。", answer="李秀月女士，路灯已修好。")
    short, whole = (select(text, 0, end, Kind.NAME) for text, end in ((texts.question, 2), (texts.answer, 3)))
    finds: Finds = dict.fromkeys(PARTS, ()) | {"question": (short,), "answer": (whole,)}
    with pytest.raises(Invalid, match="来信里还能读到"):
        make(texts, finds, masking(finds))
    rest = select(texts.question, 2, 3)
    both = masking(finds | {"question": (short, rest)})
    assert make(texts, finds, both).question == "李*****来了，请处理路灯。"
