"""The text index on both engines: what is found, in what order, how many, and that it follows the transaction."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Select, column, inspect, select, table

from opinion_app.search import index as index_module
from opinion_app.search.bigrams import MAX_DOCUMENT, fold_document, parse_query
from opinion_app.search.index import Count, case_index, publication_index

OWNERS = table("owners", column("case_id"), column("unit"))


def found(connection: Connection, asked: str, visible: Select[int] | None = None) -> list[int]:
    return case_index.newest(connection, parse_query(asked), 50, visible=visible)


def own(connection: Connection, unit: str, ids: range) -> Select[int]:
    connection.execute(OWNERS.insert(), [{"case_id": number, "unit": unit} for number in ids])
    return select(OWNERS.c.case_id).where(OWNERS.c.unit == unit)


@pytest.mark.parametrize(
    "asked",
    [
        "拆迁", "房屋拆迁补偿", "屋拆 迁补", "补", "补偿", "LY2026-000123", "ly2026", "000123", "2026-000123",
        "23", "3", "Y2026",
        "１２号楼", "号楼", "拆迁 噪音", "扰民，拆迁", "𠮷", "𠮷野", "𪚥", "𰻝𰻝面", "wg-5.cn/a", "café", "夜间",
    ],
)  # fmt: skip
def test_words_are_found_inside_the_text(connection: Connection, asked: str) -> None:
    texts = [
        "LY2026-000123",
        None,
        "房屋拆迁补偿",
        "12号楼夜\n间噪音扰民，𠮷野家、𪚥、𰻝𰻝面 Café http://wg-5.cn/a?b=1",
    ]
    case_index.put(connection, 7, texts)
    assert found(connection, asked) == [7]
    assert case_index.count(connection, parse_query(asked)) == Count(1, has_more=False)


@pytest.mark.parametrize(
    "asked",
    [
        "屋迁", "拆迁房屋", "偿噪", "拆迁 缺席", "LY2026-000124", "2026-00123", "00023", "2号噪", "迁补 拆屋",
        "面𰻝", "补拆", "9@0",
        "", " ，", '"', "*", "😀", "\x00",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(connection: Connection, asked: str) -> None:
    case_index.put(connection, 7, ["LY2026-000123", "房屋拆迁补偿", "噪音扰民，𰻝𰻝面，2号，拆迁补，房屋拆"])
    assert found(connection, asked) == []
    assert case_index.count(connection, parse_query(asked)) == Count(0, has_more=False)
    assert connection.scalars(case_index.match(parse_query(asked), connection.dialect)).all() == []


_texts = st.text(alphabet="房屋拆迁补偿𠮷𰻝Aa1２-./ ，\n😀é", max_size=40)
_asked = st.text(alphabet="房屋拆迁补偿𠮷𰻝a12-./ ，\n", max_size=6)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(_texts, _texts), max_size=8), st.lists(_asked, min_size=1, max_size=6))
def test_counts_are_those_of_python(connection: Connection, documents: list[tuple[str, str]], asked: list[str]) -> None:
    case_index.rebuild(connection, enumerate(documents))
    case_index.put_many(connection, list(enumerate(documents))[::2])
    for words in asked:
        query = parse_query(words)
        right = {id_ for id_, texts in enumerate(documents) if query and query.matches(fold_document(texts))}
        assert set(connection.scalars(case_index.match(query, connection.dialect))) == right
        assert case_index.newest(connection, query, 100) == sorted(right, reverse=True)
        assert case_index.count(connection, query).number == len(right)


def test_no_operator_of_an_engine_can_be_typed(connection: Connection) -> None:
    case_index.put(connection, 1, ["拆迁"])
    case_index.put(connection, 2, ["拆迁 or near not and grams"])
    for asked in (
        '拆迁" OR "噪音',
        "拆迁 NOT 噪音 | or",
        "grams:拆迁",
        "{grams}:拆迁",
        "^拆迁 & or",
        "NEAR(拆迁 or)",
        "拆迁';-- or",
    ):
        assert set(found(connection, asked)) <= {1, 2}
    assert found(connection, "拆迁 OR near") == [2]
    assert found(connection, "拆迁*") == [2, 1]


def test_newest_come_first_and_page_by_page(connection: Connection) -> None:
    case_index.put_many(connection, ((number, [f"拆迁{number}"]) for number in range(1, 5001)))
    query = parse_query("拆迁")
    assert case_index.newest(connection, query, 3) == [5000, 4999, 4998]
    assert case_index.newest(connection, query, 3, before=4998) == [4997, 4996, 4995]
    assert case_index.newest(connection, query, 3, before=2) == [1]
    assert case_index.newest(connection, query, 3, before=1) == []
    assert case_index.newest(connection, parse_query("迁1"), 2000, before=1001)[:2] == [1000, 199]
    assert case_index.newest(connection, parse_query("拆迁17"), 200)[-3:] == [171, 170, 17]


def test_counting_stops_at_the_cap(connection: Connection) -> None:
    case_index.put_many(connection, ((number, ["拆迁"]) for number in range(1, 1002)))
    query = parse_query("拆迁")
    assert case_index.count(connection, query) == Count(1000, has_more=True)
    assert case_index.count(connection, query, cap=1001) == Count(1001, has_more=False)
    assert case_index.count(connection, query, cap=None) == Count(1001, has_more=False)


def test_only_what_the_caller_may_see_is_found_and_counted(connection: Connection) -> None:
    case_index.put_many(connection, ((number, ["房屋拆迁"]) for number in range(1, 41)))
    visible = own(connection, "城管", range(1, 4))
    own(connection, "环保", range(4, 41))
    assert found(connection, "拆迁", visible) == [3, 2, 1]
    assert found(connection, "房屋拆迁", visible) == [3, 2, 1]
    assert case_index.count(connection, parse_query("拆迁"), visible) == Count(3, has_more=False)
    assert case_index.count(connection, parse_query("拆迁"), visible, cap=2) == Count(2, has_more=True)
    assert case_index.newest(connection, parse_query("拆迁"), 1, before=3, visible=visible) == [2]


def test_matches_can_be_put_into_another_statement(connection: Connection) -> None:
    case_index.put_many(connection, ((number, ["房屋拆迁" if number % 2 else "噪音"]) for number in range(1, 7)))
    own(connection, "城管", range(1, 7))
    matching = case_index.match(parse_query("房屋拆迁"), connection.dialect)
    rows = connection.scalars(select(OWNERS.c.case_id).where(OWNERS.c.case_id.in_(matching)).order_by(OWNERS.c.case_id))
    assert rows.all() == [1, 3, 5]


def test_a_changed_text_is_found_by_its_new_words_only(connection: Connection) -> None:
    case_index.put(connection, 1, ["房屋拆迁"])
    case_index.put(connection, 1, ["房屋补偿"])
    assert found(connection, "拆迁") == []
    assert found(connection, "补偿") == [1]
    assert found(connection, "房屋") == [1]
    case_index.put(connection, 1, [])
    assert found(connection, "房屋") == []


def test_the_last_of_several_texts_for_one_id_stands(connection: Connection) -> None:
    assert case_index.put_many(connection, [(1, ["拆迁"]), (1, ["噪音"])]) == 2
    assert found(connection, "拆迁") == []
    assert found(connection, "噪音") == [1]


def test_nothing_to_put_is_no_error(connection: Connection) -> None:
    assert case_index.put_many(connection, []) == 0


def test_a_removed_document_is_found_no_more(connection: Connection) -> None:
    case_index.put_many(connection, [(1, ["拆迁"]), (2, ["拆迁"])])
    case_index.remove(connection, 1)
    case_index.remove(connection, 99)
    assert found(connection, "拆迁") == [2]
    case_index.put(connection, 1, ["拆迁"])
    assert found(connection, "拆迁") == [2, 1]


def test_the_index_follows_the_transaction(connection: Connection) -> None:
    case_index.put(connection, 1, ["房屋拆迁"])
    connection.commit()
    case_index.put(connection, 1, ["噪音"])
    case_index.put(connection, 2, ["房屋拆迁"])
    connection.rollback()
    assert found(connection, "拆迁") == [1]
    assert found(connection, "噪音") == []
    with connection.begin_nested() as savepoint:
        case_index.remove(connection, 1)
        savepoint.rollback()
    assert found(connection, "拆迁") == [1]


def test_a_rebuild_forgets_what_is_not_given(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "_BATCH", 2)
    case_index.put_many(connection, [(1, ["拆迁"]), (9, ["拆迁"])])
    assert case_index.rebuild(connection, ((number, ["拆迁"]) for number in range(1, 6))) == 5
    assert found(connection, "拆迁") == [5, 4, 3, 2, 1]
    assert case_index.rebuild(connection, []) == 0
    assert found(connection, "拆迁") == []


def test_the_largest_and_strangest_document_can_be_entered(connection: Connection) -> None:
    wide = "".join(chr(0x20000 + number % 40_000) for number in range(MAX_DOCUMENT + 10))
    case_index.put(connection, 1, [wide])
    case_index.put(connection, 2, ["x" * (MAX_DOCUMENT + 10)])
    assert found(connection, wide[50_000:50_060]) == [1]
    assert found(connection, "x" * 150) == [2]
    case_index.remove(connection, 1)
    assert found(connection, wide[:20]) == []


def test_making_and_removing_can_be_repeated(connection: Connection) -> None:
    for _ in range(2):
        index_module.drop(connection)
    assert not {name for name in inspect(connection).get_table_names() if "_index" in name}
    for _ in range(2):
        index_module.create(connection)
    publication_index.put(connection, 1, ["拆迁"])
    assert found(connection, "拆迁") == []
    assert publication_index.newest(connection, parse_query("拆迁"), 5) == [1]
