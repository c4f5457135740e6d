"""An open connection to a database of each engine that holds nothing but the text index for cases.

The index stands alone: its tests need none of the tables that the migrations make.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from opinion_app.search.index import case_index, drop
from tests.support import postgres
from tests.support.databases import ENGINES


@pytest.fixture(scope="session")
def bare_postgres_url(postgres_server: postgres.Server) -> str:
    return postgres_server.url(postgres_server.create())


@pytest.fixture(params=ENGINES)
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'search.db'}"
    url: str = request.getfixturevalue("bare_postgres_url")
    return url


@pytest.fixture
def connection(bare_url: str) -> Iterator[Connection]:
    engine = create_engine(bare_url)
    with engine.connect() as opened:
        case_index.create(opened)
        opened.execute(text("CREATE TABLE owners (case_id BIGINT PRIMARY KEY, unit TEXT NOT NULL)"))
        yield opened
        opened.rollback()
        drop(opened)
        opened.execute(text("DROP TABLE IF EXISTS owners"))
        opened.commit()
    engine.dispose()
