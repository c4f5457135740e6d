"""An open connection to an empty database of each engine, with the text index for cases in it.

The index stands alone: its tests need none of the tables that the migrations make.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from opinion_app.search.index import case_index
from tests.support import postgres
from tests.support.databases import ENGINES


@pytest.fixture
def empty_postgres_url(postgres_server: postgres.Server) -> Iterator[str]:
    name = postgres_server.create()
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'search.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


@pytest.fixture
def connection(empty_url: str) -> Iterator[Connection]:
    engine = create_engine(empty_url)
    with engine.connect() as opened:
        case_index.create(opened)
        opened.execute(text("CREATE TABLE owners (case_id BIGINT PRIMARY KEY, unit TEXT NOT NULL)"))
        yield opened
    engine.dispose()
