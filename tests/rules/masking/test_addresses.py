"""House numbers down to the door; a building alone is doubtful, and dates, lines and documents are no houses."""

import pytest

from opinion_app.rules.masking import Confidence, Kind, find

HIGH, MEDIUM, LOW = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW


def houses(text: str) -> list[tuple[str, Confidence]]:
    return [(each.text, each.confidence) for each in find(text) if each.kind is Kind.ADDRESS]


@pytest.mark.parametrize(
    ("text", "house", "confidence"),
    [
        ("住在柳园路12号3栋2单元501室", "12号3栋2单元501室", HIGH),
        ("住在柳园路12号，3栋2单元501室", "12号，3栋2单元501室", HIGH),
        ("柳园大道１２号", "１２号", MEDIUM),
        ("柳园路十二号三栋二单元五〇一室", "十二号三栋二单元五〇一室", HIGH),
        ("柳园小区3栋501", "3栋501", HIGH),
        ("柳园小区B7栋1103", "B7栋1103", HIGH),
        ("柳园小区3栋 501房，", "3栋 501房", HIGH),
        ("柳园小区5#302", "5#302", HIGH),
        ("柳园小区5#楼302室", "5#楼302室", HIGH),
        ("柳园小区3-2-501", "3-2-501", HIGH),
        ("柳园小区3栋-2-501", "3栋", LOW),
        ("柳园小区1单元1204", "1单元1204", HIGH),
        ("柳园小区2栋1单元", "2栋1单元", HIGH),
        ("柳园小区46栋一楼", "46栋一楼", MEDIUM),
        ("柳园小区A座1203室", "A座1203室", HIGH),
        ("柳园小区3栋5楼2号", "3栋5楼2号", MEDIUM),
        ("柳树村三组12号", "三组12号", MEDIUM),
        ("柳树村12号", "12号", MEDIUM),
        ("到501室找人", "501室", MEDIUM),
        ("1号楼门口的灯坏了", "1号楼", LOW),
        ("3栋的居民", "3栋", LOW),
        ("柳园宿舍北栋504开的餐馆", "北栋504", HIGH),
        ("504住户半夜打牌", "504", MEDIUM),
        ("我是柳园15号的居民", "15号", MEDIUM),
        ("柳树村十四栋，楼下", "十四栋", LOW),
        ("家住丽景苑3-502，", "3-502", HIGH),
        ("大田坝村1组22-1", "1组22-1", MEDIUM),
        ("柳树村第三小组门牌号45", "45", MEDIUM),
    ],
)
def test_a_house_is_found(text: str, house: str, confidence: Confidence) -> None:
    assert houses(text)[0] == (house, confidence)


def test_the_kind_of_number_stays_and_the_number_goes() -> None:
    assert find("柳园路12号3栋2单元501室")[0].replacement == "**号**栋**单元**室"
    assert find("柳园小区3-2-501")[0].replacement == "**-**-**"
    assert houses("柳园小区3栋-2-501") == [("3栋", LOW), ("2-501", HIGH)]


def test_two_houses_are_two_finds() -> None:
    assert houses("3栋501室 4栋502室") == [("3栋501室", HIGH), ("4栋502室", HIGH)]
    assert houses("1栋、6栋") == [("1栋", LOW), ("6栋", LOW)]


@pytest.mark.parametrize(
    "text",
    [
        "5月12号停水，12号召开会议，街道12号召开会议",
        "柳园路12号线，5号令，〔2026〕12号文件",
        "两栋楼、一座桥、二楼大厅、教研室、三组",
        "共3户，1路公交，107国道，K25",
        "一栋三层的房子",
    ],
)
def test_other_numbers_are_no_houses(text: str) -> None:
    assert houses(text) == []


@pytest.mark.parametrize("text", ["1号楼东侧的灯坏了", "园区3-100人", "大田坝村1组22-1亩", "增加1组22-11-3"])
def test_what_only_looks_like_a_door_is_none(text: str) -> None:
    assert houses(text) == []
