"""What holds on PostgreSQL alone."""

from __future__ import annotations

from sqlalchemy import create_engine, text

from opinion_app.search.bigrams import parse_query
from opinion_app.search.index import Count, case_index
from tests.support import postgres


def test_chinese_is_found_where_the_database_knows_no_language(postgres_server: postgres.Server) -> None:
    administrator = create_engine(postgres_server.url("postgres"), isolation_level="AUTOCOMMIT")
    with administrator.connect() as connection:
        connection.execute(text("CREATE DATABASE no_language TEMPLATE template0 LOCALE 'C' ENCODING 'UTF8'"))
    engine = create_engine(postgres_server.url("no_language"))
    with engine.connect() as connection:
        case_index.create(connection)
        case_index.put(connection, 1, ["房屋拆迁补偿，LY2026-000123"])
        for asked in ("拆迁", "房屋拆迁补偿", "迁", "2026-000123", "ＬＹ2026"):
            assert case_index.count(connection, parse_query(asked)) == Count(1, has_more=False)
    engine.dispose()
    postgres_server.drop("no_language")
    administrator.dispose()


def test_a_rebuild_may_take_longer_than_a_statement_of_a_page(bare_postgres_url: str) -> None:
    engine = create_engine(bare_postgres_url, connect_args={"options": "-c statement_timeout=60000"})
    with engine.connect() as connection:
        case_index.create(connection)
        case_index.rebuild(connection, [(1, ["拆迁"])])
        assert connection.scalar(text("SHOW statement_timeout")) == "0"
        connection.rollback()
        assert connection.scalar(text("SHOW statement_timeout")) == "1min"
    engine.dispose()
