"""What goes public is the original with masks in it and nothing else; what may be decided, and on which basis."""

from __future__ import annotations

import hashlib
import json
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pytest

from opinion_app.rules.errors import Invalid
from opinion_app.rules.machine_text import sheet_cell, xml_text
from opinion_app.rules.masking import Action, Decision, select
from opinion_app.rules.masking import Kind as MaskKind
from opinion_app.rules.progress import DECLINED, HANDLING, MERGED, RECEIVED, ahead
from opinion_app.rules.publication import (
    LEFT_OUT,
    PARTS,
    Finds,
    Snapshot,
    check_all_decided,
    check_basis,
    check_disclosure,
    check_kept,
    check_left_out,
    make,
    not_decided,
    propose,
    typed,
)
from opinion_app.rules.query_code import ALPHABET, LENGTH, code_for, code_hash
from opinion_app.rules.words import ConsentBasis, Disclosure

ORIGINAL = Snapshot("路灯不亮", "我的电话13800001234，请修路灯。", "路灯已经修好，请放心。")
FINDS = propose(ORIGINAL, (), ())
PHONE = FINDS["question"][0]


def decided(*decisions: Decision) -> dict[str, tuple[Decision, ...]]:
    return dict.fromkeys(PARTS, ()) | {"question": decisions}


def test_only_masks_are_written() -> None:
    made = make(ORIGINAL, FINDS, decided(Decision(PHONE, Action.MASK)))
    assert made.question == "我的电话138****1234，请修路灯。"
    assert (made.title, made.answer, made.writer) == (ORIGINAL.title, ORIGINAL.answer, "网友")


def test_a_decision_cannot_bring_in_words_of_its_own() -> None:
    forged = replace(PHONE, replacement="，我很满意，")
    with pytest.raises(Invalid, match="原文不符"):
        make(ORIGINAL, FINDS, decided(Decision(forged, Action.MASK)))


def test_every_character_counts_for_the_hash() -> None:
    changed: list[dict[str, Any]] = [{name: "别的文字"} for name in ("title", "question", "answer", "writer")]
    changed += [{"files": "照片.jpg", "digests": ("a" * 64,)}, {"files": "照片.jpg", "digests": ("b" * 64,)}]
    changed += [{"note": "日期写错"}, {"left_out": "日期写错"}]
    assert len({ORIGINAL.hash, *(replace(ORIGINAL, **values).hash for values in changed)}) == 9


def test_a_hash_that_is_kept_already_stays_the_same() -> None:
    packed = json.dumps([ORIGINAL.title, ORIGINAL.question, ORIGINAL.answer, "网友"])
    assert ORIGINAL.hash == hashlib.sha256(packed.encode()).hexdigest()


def test_typed_words_are_found_wherever_they_stand() -> None:
    found = typed(ORIGINAL, ["路灯", " ", "路灯"])
    assert [len(found[part]) for part in PARTS] == [1, 1, 1, 0, 0, 0]
    with pytest.raises(Invalid):
        typed(ORIGINAL, ["水管"])


@pytest.mark.parametrize("basis", list(ConsentBasis))
@pytest.mark.parametrize(
    ("reason", "personal"), [("不是个人信息", False), ("单位对外公开的信息", False), ("留言人同意公开", True), ("找得到人", True)]
)
def test_only_separate_consent_lets_personal_data_stay(basis: ConsentBasis, reason: str, personal: bool) -> None:
    refused = personal and basis is not ConsentBasis.ASKED
    with pytest.raises(Invalid, match="单独同意") if refused else nullcontext():
        check_kept(decided(Decision(replace(PHONE, kind=MaskKind.PLATE), Action.KEEP, reason)), basis)
    check_kept(decided(Decision(PHONE, Action.MASK)), basis)


@pytest.mark.parametrize(
    ("disclosure", "basis", "never", "wish", "grounds", "field"),
    [
        (Disclosure.WITHHELD, None, True, False, "举报", ""),
        (Disclosure.WITHHELD, None, False, False, "", "grounds"),
        (Disclosure.PUBLIC, ConsentBasis.ASKED, True, True, "理由", "disclosure"),
        (Disclosure.PUBLIC, None, False, True, "理由", "basis"),
        (Disclosure.PUBLIC, ConsentBasis.WISH, False, False, "理由", "basis"),
        (Disclosure.PUBLIC, ConsentBasis.WISH, False, True, "理由", ""),
        (Disclosure.PARTIAL, ConsentBasis.MASKED, False, False, "理由", ""),
    ],
)
def test_the_decision_on_publication(
    disclosure: Disclosure, basis: ConsentBasis | None, never: bool, wish: bool, grounds: str, field: str
) -> None:
    refused = ""
    try:
        check_disclosure(disclosure, basis, never_public=never, wish_public=wish, grounds=grounds)
    except Invalid as refusal:
        refused = next(iter(refusal.fields))
    assert refused == field


def test_text_for_machines() -> None:
    assert xml_text("a\x00b\x0bc\ufffe中\U0001f600\n") == "abc中\U0001f600\n"
    assert [sheet_cell(text) for text in ("=1", " +1", "-1", "@x", "\t=1", "\uff1d1", "一=1")] == [
        "'=1",
        "' +1",
        "'-1",
        "'@x",
        "'\t=1",
        "'\uff1d1",
        "一=1",
    ]


def test_the_code_of_a_form_is_always_the_same_and_bound_to_its_number() -> None:
    code = code_for("s" * 40, "key")
    assert code == code_for("s" * 40, "key")
    assert code != code_for("t" * 40, "key")
    assert len(code) == LENGTH
    assert set(code) <= set(ALPHABET)
    assert code_hash("s", "LY1", code) == code_hash("s", "LY1", f" {code[:4].lower()}-{code[4:]} ")
    assert code_hash("s", "LY1", code) != code_hash("s", "LY2", code)


def test_what_lies_ahead() -> None:
    assert [step.title for step in ahead(RECEIVED.title)] == ["已受理", "办理中", "已答复"]
    assert [step.title for step in ahead(HANDLING.title)] == ["已答复"]
    assert [step.title for step in ahead(MERGED.title)] == ["已答复"]
    assert ahead(DECLINED.title) == ()


def test_a_snapshot_that_was_kept_is_the_same_snapshot() -> None:
    told = replace(ORIGINAL, note="日期写错，现改正。", left_out=LEFT_OUT)
    assert Snapshot.from_json(json.loads(json.dumps(told.as_json()))) == told
    before = {name: value for name, value in ORIGINAL.as_json().items() if name not in ("note", "left_out")}
    assert Snapshot.from_json(json.loads(json.dumps(before))) == ORIGINAL


def test_names_of_files_are_masked_like_texts() -> None:
    named = replace(ORIGINAL, question="请修路灯，谢谢。", files="张建国身份证.jpg\n现场.pdf", digests=("a" * 64, "b" * 64))
    finds = propose(named, ["张建国"], ())
    made = make(named, finds, {part: tuple(Decision(each, Action.MASK) for each in finds[part]) for part in PARTS})
    assert made.file_names == ["张**身份证.jpg", "现场.pdf"]
    across = select(named.files, 8, 14)
    with pytest.raises(Invalid, match="两个附件名称"):
        make(named, dict.fromkeys(PARTS, ()), {"files": (Decision(across, Action.MASK),)})


def test_without_files_there_are_no_names() -> None:
    assert ORIGINAL.file_names == []


def test_the_note_on_a_correction_is_searched_with_names_and_kept_numbers() -> None:
    told = replace(ORIGINAL, note="廖雪琴反映的日期写错，请拨打0875-7120001或13900001111。")
    finds = propose(told, ["廖雪琴"], ["0875-7120001"])
    assert [find.text for find in finds["note"]] == ["廖雪琴", "13900001111"]
    made = make(told, finds, masking(finds))
    assert made.note == "廖**反映的日期写错，请拨打0875-7120001或139****1111。"


def masking(finds: Finds) -> dict[str, tuple[Decision, ...]]:
    return {part: tuple(Decision(each, Action.MASK) for each in finds[part]) for part in PARTS}


@pytest.mark.parametrize(
    ("question", "answer", "found"),
    [
        ("我叫廖雪琴，请修路灯。", "经查廖雪琴已于3月退休，路灯已修好。", ["廖雪琴"]),
        ("我叫廖雪琴，请修路灯。", "经查廖 雪琴已于3月退休，路灯已修好。", ["廖 雪琴"]),
        ("路灯不亮。", "经核实，反映人廖雪琴。廖雪琴所说属实。", ["廖雪琴", "廖雪琴"]),
        ("电话7120345，请修路灯。", "已联系0875-7120345和7120345，路灯已修好。", ["0875-7120345", "7120345"]),
        ("电话0731-7120345，请修路灯。", "已联系7120345，编号0875-7120345的是别家。", ["7120345", "0875-7120345"]),
        ("请打13800001234。", "编号13800001234元，路灯已修好。", ["13800001234"]),
        ("身份证530103198001011235。", "编号A530103198001011235，路灯已修好。", ["530103198001011235"]),
        ("本人是王先生，请修路灯。", "王先生好，路灯已修好。王家村的也换了。", ["王"]),
        ("我住阳光路12号，请修路灯。", "本月12号已修好路灯，请放心。", []),
        ("QQ号12345，请修路灯。", "请拨打12345，路灯已修好。", []),
    ],
)
def test_what_is_found_in_one_text_is_looked_for_in_every_text(question: str, answer: str, found: list[str]) -> None:
    finds = propose(replace(ORIGINAL, question=question, answer=answer), (), ())
    assert [find.text for find in finds["answer"]] == found


def test_a_name_of_one_text_is_found_in_file_names_and_titles() -> None:
    texts = replace(ORIGINAL, title="廖雪琴来信", question="我叫廖雪琴。", files="证明廖雪琴.jpg", digests=("a" * 64,))
    finds = propose(texts, (), ())
    assert [len(finds[part]) for part in ("title", "files")] == [1, 1]


def test_a_number_of_the_office_is_not_proposed_because_something_else_looks_like_it() -> None:
    texts = replace(ORIGINAL, question="QQ号7120001，请修路灯。", answer="请拨打7120001，路灯已修好。")
    assert [find.text for find in propose(texts, (), ["0875-7120001"])["answer"]] == []


def test_a_line_of_another_town_with_the_same_digits_is_another_line() -> None:
    texts = replace(ORIGINAL, question="电话0731-7120001，请修路灯。", answer="路灯已修好，请拨打0875-7120001。")
    finds = propose(texts, (), ["0875-7120001"])
    assert finds["answer"] == ()
    assert make(texts, finds, masking(finds)).answer == texts.answer
    told = replace(texts, answer="路灯已修好，已回拨7120001。")
    finds = propose(told, (), ())
    assert [find.text for find in finds["answer"]] == ["7120001"]


LIAO = "经查廖雪琴已于3月退休，路灯已修好。"
TWO = "我很高兴，路灯已修好，高兴。"


@pytest.mark.parametrize(
    ("answer", "chosen", "where"),
    [
        (LIAO, [Action.MASK], ""),
        (LIAO, ["不是个人信息"], "答复里还能读到"),
        (LIAO, ["留言人同意公开"], "答复里还能读到"),
        (TWO, [Action.MASK, Action.MASK], ""),
        (TWO, ["不是个人信息", "不是个人信息"], ""),
        (TWO, ["不是个人信息", "留言人同意公开"], "答复里还能读到"),
    ],
)
def test_what_is_masked_in_one_place_stands_in_no_other(answer: str, chosen: list[str], where: str) -> None:
    """Only a name of two characters may be a word elsewhere, and only where a person said so of that place."""
    name = "高兴" if answer is TWO else "廖雪琴"
    texts = replace(ORIGINAL, question=f"我叫{name}，请修路灯。", answer=answer)
    finds = propose(texts, [name], ())
    decisions = masking(finds)
    decisions["answer"] = tuple(
        Decision(each, Action.MASK) if said is Action.MASK else Decision(each, Action.KEEP, said)
        for each, said in zip(finds["answer"], chosen, strict=True)
    )
    refused = ""
    try:
        make(texts, finds, decisions)
    except Invalid as refusal:
        refused = refusal.message
    assert where in refused
    assert bool(where) == bool(refused)


def test_what_a_person_typed_is_masked_within_a_longer_find_too() -> None:
    texts = replace(ORIGINAL, question="阳光小区3栋2单元501室的路灯坏了，请修一下。")
    finds = propose(texts, (), ())
    extra = masking(typed(texts, ["单元"]))
    assert make(texts, finds, masking(finds)).question == "阳光小区**栋**单元**室的路灯坏了，请修一下。"
    made = make(texts, finds, {part: (*masking(finds)[part], *extra[part]) for part in PARTS})
    assert made.question == "阳光小区***的路灯坏了，请修一下。"


def test_a_word_typed_within_what_is_kept_is_masked() -> None:
    texts = replace(ORIGINAL, question="柳树村三组12号的路灯坏了，请修一下。")
    finds = propose(texts, (), ())
    kept = {part: tuple(Decision(each, Action.KEEP, "不是个人信息") for each in finds[part]) for part in PARTS}
    made = make(texts, finds, {part: (*kept[part], *masking(typed(texts, ["三组"]))[part]) for part in PARTS})
    assert made.question == "柳树村***12号的路灯坏了，请修一下。"


def test_who_reads_a_part_is_told_what_is_left_out() -> None:
    assert propose(replace(ORIGINAL, left_out=LEFT_OUT), (), ())["left_out"] == ()
    check_left_out(Disclosure.PARTIAL, LEFT_OUT)
    check_left_out(Disclosure.PUBLIC, "")
    with pytest.raises(Invalid) as refusal:
        check_left_out(Disclosure.PARTIAL, "")
    assert "哪些内容没有公开" in refusal.value.fields["left_out"]


def kept(part: str, decision: Decision) -> dict[str, Any]:
    """A decision as it is stored."""
    find = decision.find
    place = {"start": find.start, "end": find.end, "action": decision.action.value}
    return {"part": part, "identity": find.identity, "reason": decision.reason} | place


@pytest.mark.parametrize(
    ("stored", "open_ones"),
    [
        ([], {"question": 1}),
        ([kept("question", Decision(PHONE, Action.MASK))], {}),
        ([kept("question", Decision(PHONE, Action.KEEP, "单位电话"))], {}),
        ([kept("answer", Decision(PHONE, Action.MASK))], {"question": 1}),
        # a stretch a person masked holds it, one that ends within it does not, and one that was kept holds nothing
        ([kept("question", Decision(select(ORIGINAL.question, 0, 15), Action.MASK))], {}),
        ([kept("question", Decision(select(ORIGINAL.question, 0, 9), Action.MASK))], {"question": 1}),
        ([kept("question", Decision(select(ORIGINAL.question, 0, 15), Action.KEEP, "不是"))], {"question": 1}),
    ],
)
def test_what_nobody_decided_on_is_counted_by_its_part(stored: list[dict[str, Any]], open_ones: dict[str, int]) -> None:
    assert not_decided(FINDS, stored) == open_ones
    with pytest.raises(Invalid, match="来信 1 处") if open_ones else nullcontext():
        check_all_decided(FINDS, stored)


@pytest.mark.parametrize(("basis", "wish", "holds"), [("wish", True, True), ("wish", False, False), ("asked", False, True)])
def test_a_wish_must_still_be_there(basis: str, wish: bool, holds: bool) -> None:
    with nullcontext() if holds else pytest.raises(Invalid, match="愿意公开"):
        check_basis(ConsentBasis.of(basis), wish_public=wish)
