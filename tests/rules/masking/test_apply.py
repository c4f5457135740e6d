"""Decisions: all must be made, masks replace what was found and nothing else, and a stale decision is refused."""

import pytest

from opinion_app.rules.errors import Invalid, Refused
from opinion_app.rules.masking import Action, Decision, Find, Kind, apply, find, only_masks, select, undecided

TEXT = "手机13800001234，邮箱zhang@qq.com，车牌湘A12345"


def masking(finds: tuple[Find, ...]) -> list[Decision]:
    return [Decision(each, Action.MASK) for each in finds]


def test_masked_finds_are_replaced_and_kept_ones_stay() -> None:
    mobile, mail, plate = find(TEXT)
    decisions = [Decision(mobile, Action.MASK), Decision(mail, Action.KEEP, "公开"), Decision(plate, Action.MASK)]
    assert apply(TEXT, decisions) == "手机138****1234，邮箱zhang@qq.com，车牌湘A*****"
    assert undecided(find(TEXT), decisions) == ()
    assert undecided(find(TEXT), decisions[:1]) == (mail, plate)


@pytest.mark.parametrize("reason", ["", " ", "\n　"])
def test_keeping_needs_a_reason(reason: str) -> None:
    with pytest.raises(Invalid, match="填写理由"):
        Decision(find(TEXT)[0], Action.KEEP, reason)


def test_an_identity_follows_kind_place_and_wording() -> None:
    first, again = find(TEXT)[0], find(TEXT)[0]
    assert first.identity == again.identity
    assert "13800001234" not in first.identity
    others = {find(text)[0].identity for text in ("手机13800001235", "机13800001234", "手机138 0000 1234")}
    assert first.identity not in others
    assert len(others) == 3


def test_a_person_may_add_a_span_and_a_decision_on_another_wording_is_refused() -> None:
    chosen = select("住在村口第三家", 2, 7)
    assert (chosen.kind, chosen.replacement) == (Kind.OTHER, "***")
    assert apply("住在村口第三家", [Decision(chosen, Action.MASK)]) == "住在***"
    with pytest.raises(Refused, match="重新检查"):
        apply("住在村口第四家", [Decision(chosen, Action.MASK)])


@pytest.mark.parametrize(("start", "end"), [(0, 0), (-1, 2), (3, 2), (0, 99)])
def test_a_span_outside_the_text_is_refused(start: int, end: int) -> None:
    with pytest.raises(Invalid, match="重新选择"):
        select("张三", start, end)


def test_overlapping_decisions_never_uncover_a_character() -> None:
    whole, part, across = select(TEXT, 2, 13, Kind.MOBILE), select(TEXT, 4, 6), select(TEXT, 10, 18)
    assert apply(TEXT, masking((whole, part))).startswith("手机138****1234，")
    assert apply(TEXT, masking((part, across, whole))) == "手机***ang@qq.com，车牌湘A12345"
    kept_in_part = [Decision(whole, Action.KEEP, "公开"), Decision(part, Action.MASK)]
    assert apply(TEXT, kept_in_part).startswith("手机13***0001234")


def test_only_masks_accepts_masks_and_refuses_any_other_wording() -> None:
    finds = find(TEXT)
    masked = apply(TEXT, masking(finds))
    assert only_masks(TEXT, masked, finds)
    assert only_masks(TEXT, TEXT, finds)
    assert only_masks(TEXT, apply(TEXT, masking(finds[:1])), finds)
    assert not only_masks(TEXT, masked, finds[:2])
    assert not only_masks(TEXT, masked + "。", finds)
    assert not only_masks(TEXT, masked.replace("车牌", "车"), finds)
    assert not only_masks(TEXT, masked.replace("138****1234", "139****1234"), finds)
    assert not only_masks(TEXT, "", finds)
    assert only_masks("", "", ())


def test_only_masks_follows_a_text_whose_mask_looks_like_it() -> None:
    original = "张****张"
    spans = (select(original, 0, 2, Kind.NAME), select(original, 2, 3, Kind.NAME))
    assert only_masks(original, apply(original, masking(spans)), spans)
    assert only_masks(original, apply(original, masking(spans[:1])), spans)


def test_masking_a_masked_text_again_finds_nothing_new() -> None:
    masked = apply(TEXT, masking(find(TEXT)))
    assert find(masked) == ()
