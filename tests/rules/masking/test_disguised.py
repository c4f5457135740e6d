"""Numbers and addresses in odd writing: brackets between, letters for digits, run together, lines told by their neighbourhood."""

import pytest

from opinion_app.rules.masking import Confidence, Kind, find, values


def finds(text: str) -> list[tuple[Kind, str]]:
    return [(each.kind, each.text) for each in find(text)]


ODD = (
    "139【1234】5678 139[1234]5678 139{1234}5678 139「1234」5678 139<1234>5678 139。1234。5678 139;1234;5678 139:1234:5678 "
    "139'1234'5678 139=1234=5678 1391【2345】678 【139】12345678 139【一二三四】5678 １３９：１２３４：５６７８ "
    "⑬912345678 ⒀912345678 ⒔9-1234-5678 l39l2345678 I39I2345678 139I2345678 139123O5678"
)


@pytest.mark.parametrize("written", ODD.split())
def test_a_mobile_in_odd_writing_is_found(written: str) -> None:
    found = find(f"请打{written}找我")
    assert [(each.kind, each.text) for each in found] == [(Kind.MOBILE, written)]
    assert set(found[0].replacement) == {"*"} or found[0].replacement.startswith("13")


@pytest.mark.parametrize("text", ["路灯（139【1234】5678）", "路灯（139【1234】5678，", "（路灯，139:1234:5678）"])
def test_brackets_around_it_are_not_masked(text: str) -> None:
    assert [each.text[0] + each.text[-1] for each in find(text)] == ["18"]


def test_how_sure_it_is_depends_on_the_word_before() -> None:
    texts = ("电话139【1234】5678", "139【1234】5678", "工单编号139【1234】5678")
    assert [find(text)[0].confidence for text in texts] == [Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW]


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        ("按镇政发第139【2024】1234号文件办理", Confidence.LOW),
        ("电话139【2024】1234号", Confidence.HIGH),
        ("139【2024】1234，请回电", Confidence.MEDIUM),
        ("139【3024】1234号", Confidence.MEDIUM),
    ],
)
def test_what_may_be_the_number_of_a_document_can_be_kept(text: str, confidence: Confidence) -> None:
    assert [each.confidence for each in find(text)] == [confidence]


@pytest.mark.parametrize("text", ["电话1391234567813812345678", "1391234567813812345678", "139123456781381234567 8"])
def test_two_mobiles_run_together_are_two(text: str) -> None:
    assert ["".join(each.text.split()) for each in find(text)] == ["13912345678", "13812345678"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("☎65123456", "65123456"),
        ("☎️ 6512 3456", "6512 3456"),
        ("办公室65123456", "65123456"),
        ("家里6512345", "6512345"),
        ("65123456(家)", "65123456"),
        ("65123456（办公室）", "65123456"),
        ("请打65123456-801", "65123456-801"),
    ],
)
def test_a_line_is_told_by_what_stands_around_it(text: str, line: str) -> None:
    assert finds(text) == [(Kind.LANDLINE, line)]
    assert find(text)[0].replacement == "********"


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("账号43050175363600000123", "43050175363600000123"),
        ("账号：43050175363600000123。", "43050175363600000123"),
        ("对公账户4305 0175 3636 0000 0123", "4305 0175 3636 0000 0123"),
        ("账号【123】【456】【78901234】", "【123】【456】【78901234】"),
    ],
)
def test_an_account_of_a_firm_is_found_whole(text: str, account: str) -> None:
    assert [(each.kind, each.text, each.confidence) for each in find(text)] == [(Kind.BANK_CARD, account, Confidence.LOW)]


def test_two_numbers_after_account_stay_two() -> None:
    assert [each.text for each in find("账号6222021234567890128 13912345678")] == ["6222021234567890128", "13912345678"]


@pytest.mark.parametrize("number", ["62220212345678901281234", "<139>(1234)[56789]"])
def test_any_long_run_after_telephone_is_proposed_with_little_confidence(number: str) -> None:
    assert [(each.text, each.confidence) for each in find(f"电话{number}，")] == [(number, Confidence.LOW)]


@pytest.mark.parametrize(
    ("text", "house"),
    [
        ("阳光花园A1203", "A1203"),
        ("房号A1203", "A1203"),
        ("家住3楼东户", "3楼东户"),
        ("学府家园3号楼1单元5楼左户", "3号楼1单元5楼左户"),
        ("老街12号门面", "12号"),
    ],
)
def test_doors_in_odd_writing(text: str, house: str) -> None:
    assert finds(text) == [(Kind.ADDRESS, house)]


@pytest.mark.parametrize(
    "text",
    [
        "时间10:00:00;11:00:00，12:30:45",
        "长政发[2019]1234号，2024。2025。2026。",
        "1。2。3。4。5。6。7。8。9。10。11。",
        "139.5元;1234元;5678元",
        "日期20261101-001",
        "办公室面积1234567.5平方米，办公室6512345元",
        "工单编号65123456-801",
        "电话工单编号123456789012345",
        "二楼三楼都住满了，从城西A1203次列车，12号门口",
        "坐标113.12345678，131.12345678",
        "I30 test lIlIlIlIlIl",
    ],
)
def test_what_only_looks_like_it_is_none(text: str) -> None:
    assert finds(text) == []


def test_a_number_of_the_office_is_left_alone_in_odd_writing_too() -> None:
    kept = ["13912345678", "13812345678", "65123456", "62220212345678901281234"]
    for text in ("139【1234】5678", "1391234567813812345678", "办公室65123456", "电话62220212345678901281234"):
        assert find(text, kept_numbers=kept) == ()


def test_a_number_in_brackets_is_known_again_without_them() -> None:
    seen = values(find("电话137【1234】5678"))
    assert [each.text for each in find("编号13712345678", repeated=seen)] == ["13712345678"]


def test_a_bare_86_is_a_country_code_after_a_plus_sign_only() -> None:
    assert finds("请打+8673188888888") == [(Kind.LANDLINE, "+8673188888888")]
    assert finds("请看8673188888888") == []
