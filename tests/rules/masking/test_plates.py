"""Number plates, ordinary, new-energy, police and armed police, and the things that merely look like one."""

import pytest

from opinion_app.rules.masking import Confidence, Kind, find


@pytest.mark.parametrize(
    "plate",
    [
        "湘A12345",
        "湘A·1B2C3",
        "湘Ａ１２３４５",
        "湘a12345",
        "湘A 12345",
        "湘A-12345",
        "湘 A12345",
        "湘·A12345",
        "湘AD12345",
        "湘A12345D",
        "湘A1234警",
        "湘A1234学",
        "粤Z1234港",
        "湘A\u200b12345",
        "湘A①②③④⑤",
        "湘A 1 2 3 4 5",
    ],
)
def test_a_plate_is_found(plate: str) -> None:
    found = find(f"车主驾驶{plate}，超速")
    assert [(each.kind, each.text, each.confidence) for each in found] == [(Kind.PLATE, plate, Confidence.HIGH)]
    assert found[0].replacement == plate.replace("Ａ", "A").upper().replace(" ", "").replace("·", "")[:2] + "*****"


def test_armed_police_and_announced_plates_are_found_with_less_confidence() -> None:
    assert [(each.text, each.confidence) for each in find("车辆WJ湘12345")] == [("WJ湘12345", Confidence.MEDIUM)]
    assert [(each.text, each.replacement) for each in find("车牌号：A12345")] == [("A12345", "*****")]
    assert [each.confidence for each in find("湘A123ABC")] == [Confidence.LOW]


@pytest.mark.parametrize("text", ["京A股", "湘ABCDE1", "苏A123", "云B1234号", "湘A123456789", "车牌：ABCD12", "湘A1234567号"])
def test_what_is_no_plate_stays_readable(text: str) -> None:
    assert find(text) == ()
