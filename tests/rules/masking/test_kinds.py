"""Every kind and confidence has a word for the office, and an account keeps nothing readable."""

from opinion_app.rules.masking import Confidence, Kind, find


def test_every_kind_and_confidence_has_a_label() -> None:
    assert all(kind.label for kind in Kind)
    assert [each.label for each in Confidence] == ["低", "中", "高"]


def test_a_find_says_why_it_was_proposed() -> None:
    assert find("我叫柳青禾")[0].reason == "前有“姓名”“联系人”等字样"
