"""Measures the text index on generated documents, on SQLite and on PostgreSQL: python -m bench.search_bench [--rows N].

The PostgreSQL server is a private one of the tests (64 MB of buffers, no fsync) unless --postgres names a database.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import accumulate
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import Connection, Engine, Integer, column, create_engine, select, table, text

from opinion_app.records.engine import prepare
from opinion_app.search.bigrams import parse_query
from opinion_app.search.index import TextIndex
from tests.support import postgres

# Planted words and the share of documents that have them, so that every run knows what is common and what is rare.
PLANTED = {"您好": 0.6, "拆迁": 0.16, "房屋拆迁补偿": 0.02, "噪音": 0.01, "窨井": 0.00003, "魑": 0.0001}
ASKED = {
    "two characters, 60 %": "您好",
    "two characters, 18 %": "拆迁",
    "two characters, 1 %": "噪音",
    "two characters, rare": "窨井",
    "two characters, absent": "龘靐",
    "six characters, 2 %": "房屋拆迁补偿",
    "two words": "拆迁 噪音",
    "number": "LY2026-050123",
    "tail of a number": "050123",
    "part of a number": "2026-050123",
    "two digits": "20",
    "one character, common": "好",
    "one character, rare": "魑",
    "common word + character": "拆迁 好",
    "20 characters pasted": "",
}
INDEX = TextIndex("bench_index")
OWNERS = table("bench_owners", column("id", Integer), column("unit", Integer))
RUNS = 15


def documents(rows: int) -> Iterator[tuple[int, list[str]]]:
    """Made-up cases of 30 to 200 words (290 characters in the middle), words as unequal as in any language."""
    chance = random.Random(2026)  # noqa: S311
    characters = [chr(0x4E00 + number) for number in range(3000)]
    weights = [1 / (rank + 20) for rank in range(3000)]
    lengths = chance.choices((1, 2, 3, 4), (2, 6, 1, 1), k=12_000)
    words = ["".join(chance.choices(characters, weights, k=length)) for length in lengths]
    shares = list(accumulate(1 / (rank + 30) for rank in range(len(words))))
    for number in range(1, rows + 1):
        chosen = chance.choices(words, cum_weights=shares, k=chance.randint(30, 200))
        for word, share in PLANTED.items():
            if chance.random() < share:
                chosen.insert(chance.randrange(len(chosen)), word)
        body = "，".join("".join(chosen[start : start + 8]) for start in range(6, len(chosen), 8))
        yield number, [f"LY2026-{number:06d}", "".join(chosen[:6]), body]


def main() -> None:
    """Builds and measures on each engine in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--postgres", help="SQLAlchemy address of an empty database")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    chosen = parser.parse_args()
    made = list(documents(chosen.rows))
    ASKED["20 characters pasted"] = made[len(made) // 2][1][2][10:30].replace("，", "")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if chosen.only != "postgresql":
            measure(create_engine(f"sqlite:///{folder / 'bench.db'}"), made)
        if chosen.only != "sqlite":
            server = None if chosen.postgres else stack.enter_context(postgres.running())
            measure(create_engine(server.url(server.create()) if server else chosen.postgres), made)


def measure(engine: Engine, made: list[tuple[int, list[str]]]) -> None:
    """Builds the index, prints the table for this engine and takes the index away."""
    prepare(engine)
    with engine.begin() as connection:
        build(connection, made)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        size = settle(connection)
    print(f"\n{engine.dialect.name}: {len(made):,} documents, index and folded text {size / 2**20:,.0f} MB")
    measure_writes(engine, made)
    print(f"{'milliseconds, median / 95th':28}{'newest 50':>16}{'count to 1000':>16}{'count all':>16}{'hits':>9}", end="")
    print(f"{'own 3 %: newest':>18}{'own 3 %: count':>18}")
    with engine.connect() as connection:
        for name, asked in ASKED.items():
            measure_query(connection, name, asked)
    with engine.begin() as connection:
        INDEX.drop(connection)
        connection.execute(text("DROP TABLE bench_owners"))
    engine.dispose()


def build(connection: Connection, made: list[tuple[int, list[str]]]) -> None:
    """Makes the index, and beside it a table of cases of 33 units as the caller's own filter."""
    INDEX.create(connection)
    connection.execute(text("CREATE TABLE bench_owners (id INTEGER PRIMARY KEY, unit INTEGER NOT NULL)"))
    owners = [{"id": number, "unit": number * 7919 % 33} for number, _ in made]
    connection.execute(text("INSERT INTO bench_owners (id, unit) VALUES (:id, :unit)"), owners)
    connection.execute(text("CREATE INDEX bench_owners_unit ON bench_owners (unit)"))
    start = time.perf_counter()
    INDEX.rebuild(connection, made)
    print(f"\nbuilt in {time.perf_counter() - start:.0f} s")


def settle(connection: Connection) -> int:
    """Brings the planner's figures up to date and says how many bytes the index takes."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("VACUUM ANALYZE"))
        return int(connection.scalar(text(f"SELECT pg_total_relation_size('{INDEX.name}')")) or 0)
    connection.execute(text("ANALYZE"))
    pages, page_size = (connection.scalar(text(f"PRAGMA {name}")) or 0 for name in ("page_count", "page_size"))
    return int(pages) * int(page_size)


def measure_writes(engine: Engine, made: list[tuple[int, list[str]]]) -> None:
    """New documents, one transaction each, the way cases are registered; then changes of old ones."""
    for name, first in (("new", len(made) + 1), ("changed", 1)):
        times = []
        for number, (_, texts) in enumerate(made[-200:], start=first):
            start = time.perf_counter()
            with engine.begin() as connection:
                INDEX.put(connection, number, texts)
            times.append((time.perf_counter() - start) * 1000)
        print(f"one {name} document in its own transaction: {spread(times)} ms, longest {max(times):.0f} ms")
    with engine.begin() as connection:
        for number in range(len(made) + 1, len(made) + 201):
            INDEX.remove(connection, number)


def measure_query(connection: Connection, name: str, asked: str) -> None:
    """One line of the table."""
    query = parse_query(asked)
    own = select(OWNERS.c.id).where(OWNERS.c.unit == 5)
    exact = INDEX.count(connection, query, cap=None).number
    cells = [
        timed(lambda: INDEX.newest(connection, query, 50)),
        timed(lambda: INDEX.count(connection, query)),
        timed(lambda: INDEX.count(connection, query, cap=None)),
    ]
    owned = [
        timed(lambda: INDEX.newest(connection, query, 50, visible=own)),
        timed(lambda: INDEX.count(connection, query, visible=own)),
    ]
    print(f"{name:28}{''.join(f'{cell:>16}' for cell in cells)}{exact:>9,}{''.join(f'{cell:>18}' for cell in owned)}")


def timed(act: Callable[[], object]) -> str:
    """How long an act takes, in milliseconds."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        act()
        times.append((time.perf_counter() - start) * 1000)
    return spread(times)


def spread(times: list[float]) -> str:
    """Median and 95th percentile."""
    return f"{median(times):.1f} / {quantiles(times, n=20)[-1]:.1f}"


if __name__ == "__main__":
    main()
