"""What a person types to be masked is found however it is written elsewhere, and not within something longer."""

import pytest

from opinion_app.rules.errors import Invalid
from opinion_app.rules.masking import Action, Decision, find, read, values
from opinion_app.rules.masking.by_hand import places
from opinion_app.rules.publication import PARTS, Snapshot, make, typed


def found(text: str, word: str) -> list[str]:
    return [text[start:end] for start, end in places(read(text), word)]


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("王一诺", "王 一 诺"),
        ("王一诺", "王·一·诺"),
        ("王一诺", "王•一•诺"),
        ("王一诺", "王\u3000一\u200b诺"),
        ("王一诺", "王.一.诺"),
        ("王 一 诺", "王一诺"),
        ("老街12号门面", "老街１２号门面"),
        ("老街12号门面", "老街十二号门面"),
        ("老街12号门面", "老街一二号门面"),
        ("老街12号门面", "老街 12 号门面"),
        ("老街十二号门面", "老街12号门面"),
        ("老街501室", "老街五百零一室"),
        ("老街501室", "老街五零一室"),
        ("xiaolizi", "XiaoLiZi"),
        ("A12", "a１２"),
        ("12345678901", "1234 5678 901"),
        ("王", "王"),
    ],
)
def test_the_same_thing_is_found_in_other_writing(word: str, text: str) -> None:
    assert found(f"您好，{text}反映", word) == [text]


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("12号门面", "老街二十二号门面"),
        ("十二号", "212号门面"),
        ("li-zi", "xiaolizi2"),
        ("王", "黄河"),
        ("路灯", "路边的灯"),
        (" ", "路灯"),
    ],
)
def test_something_longer_or_else_is_not_found(word: str, text: str) -> None:
    assert found(text, word) in ([], [" "])


def test_the_very_same_characters_are_found_within_something_longer() -> None:
    assert found("二十二号和112号", "2号") == ["2号"]


def test_a_house_number_of_some_length_is_found_again_in_other_writing() -> None:
    house = find("住幸福小区3栋2单元501室")
    assert [each.text for each in find("您家三栋二单元五百零一室的水管", repeated=values(house))] == ["三栋二单元五百零一室"]
    assert [each.text for each in find("路灯13栋2单元501室", repeated=values(house))] == ["13栋2单元501室"]


def test_a_known_name_is_found_with_dots_between() -> None:
    assert [each.text for each in find("路边的柳·青·禾放心", ("柳青禾",))] == ["柳·青·禾"]


def test_nothing_of_a_typed_word_is_left_in_any_part() -> None:
    texts = Snapshot("路灯坏了", "我叫阿一诺住在老街12号门面，路灯坏了", "您好，阿 一·诺，老街十二号门面的路灯已修好，１２号门面")
    extra = typed(texts, ["阿一诺", "老街12号门面", "12号门面"])
    decisions = {part: tuple(Decision(each, Action.MASK) for each in extra[part]) for part in PARTS}
    made = make(texts, extra, decisions)
    assert made.answer == "您好，***，***的路灯已修好，***"


def test_what_is_masked_in_one_part_may_not_stand_in_another_in_other_writing() -> None:
    texts = Snapshot("路灯坏了", "我住在老街12号门面，路灯坏了", "您好，老街十二号门面的路灯已修好")
    extra = typed(texts, ["老街12号门面"])
    decisions = {part: tuple(Decision(each, Action.MASK) for each in extra[part]) for part in PARTS if part != "answer"}
    with pytest.raises(Invalid, match="答复里还能读到"):
        make(texts, dict.fromkeys(PARTS, ()), decisions)
