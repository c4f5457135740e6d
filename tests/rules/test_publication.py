"""What goes public is the original with masks in it and nothing else; what may be decided, and on which basis."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from opinion_app.rules.errors import Invalid
from opinion_app.rules.machine_text import sheet_cell, xml_text
from opinion_app.rules.masking import Action, Decision, select
from opinion_app.rules.progress import DECLINED, HANDLING, MERGED, RECEIVED, ahead
from opinion_app.rules.publication import PARTS, Snapshot, check_disclosure, check_kept, make, propose, typed
from opinion_app.rules.query_code import ALPHABET, LENGTH, code_for, code_hash
from opinion_app.rules.words import ConsentBasis, Disclosure

ORIGINAL = Snapshot("路灯不亮", "我的电话13800001234，请修路灯。", "路灯已经修好，请放心。")
FINDS = propose(ORIGINAL, (), ())
PHONE = FINDS["question"][0]


def decided(*decisions: Decision) -> dict[str, tuple[Decision, ...]]:
    return {"title": (), "question": decisions, "answer": (), "files": ()}


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
    assert len({ORIGINAL.hash, *(replace(ORIGINAL, **values).hash for values in changed)}) == 7


def test_typed_words_are_found_wherever_they_stand() -> None:
    found = typed(ORIGINAL, ["路灯", " ", "路灯"])
    assert [len(found[part]) for part in PARTS] == [1, 1, 1, 0]
    with pytest.raises(Invalid):
        typed(ORIGINAL, ["水管"])


def test_without_consent_only_what_is_not_personal_is_kept() -> None:
    for reason in ("不是个人信息", "单位对外公开的信息"):
        check_kept(decided(Decision(PHONE, Action.KEEP, reason)), ConsentBasis.MASKED)
    personal = decided(Decision(PHONE, Action.KEEP, "留言人同意公开"))
    check_kept(personal, ConsentBasis.ASKED)
    with pytest.raises(Invalid):
        check_kept(personal, ConsentBasis.MASKED)


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
    assert Snapshot.from_json(json.loads(json.dumps(ORIGINAL.as_json()))) == ORIGINAL


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
