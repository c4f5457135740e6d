"""The two text indexes (cases for the office, publications for the public): one interface on both databases."""

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, Dialect, false, func, literal, select

from opinion_app.search.bigrams import Query, fold_document
from opinion_app.search.engine import Document, Engine, Ids
from opinion_app.search.postgresql import PostgresqlEngine
from opinion_app.search.sqlite import SqliteEngine

Texts = Iterable[str | None]

# Beyond this many hits a person is told "1000+": nobody reads that far, and the exact figure costs a look at every row.
COUNT_CAP = 1000

_BATCH = 500


class Count(NamedTuple):
    """How many documents were found: ``number``, or more than that."""

    number: int
    has_more: bool


class TextIndex:
    """A full-text index of documents known by their id.

    Every method works inside the caller's transaction and leaves the commit to it, so that a row and its index entry
    are saved together or not at all. Where ids are given by time (they are), the highest id is the newest.

    ``visible`` is the caller's own filter: a select of one column, the id, without limit, grouping or distinct.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._engines: dict[str, Engine] = {"sqlite": SqliteEngine(name), "postgresql": PostgresqlEngine(name)}

    def create(self, connection: Connection) -> None:
        """Makes the index where it does not exist; for migrations."""
        self._engine(connection.dialect).create(connection)

    def drop(self, connection: Connection) -> None:
        """Removes the index where it exists; for migrations."""
        self._engine(connection.dialect).drop(connection)

    def put(self, connection: Connection, document_id: int, texts: Texts) -> None:
        """Enters a document or replaces it; a word is found when it occurs in any of its texts."""
        self.put_many(connection, [(document_id, texts)])

    def put_many(self, connection: Connection, rows: Iterable[tuple[int, Texts]]) -> int:
        """Enters or replaces many documents, some hundred at a time, and says how many rows there were."""
        remaining, done = iter(rows), 0
        while batch := list(islice(remaining, _BATCH)):
            latest = {document_id: Document(document_id, fold_document(texts)) for document_id, texts in batch}
            self._engine(connection.dialect).write(connection, list(latest.values()))
            done += len(batch)
        return done

    def remove(self, connection: Connection, document_id: int) -> None:
        """Takes a document out; one that is not there does no harm."""
        self._engine(connection.dialect).remove(connection, [document_id])

    def rebuild(self, connection: Connection, rows: Iterable[tuple[int, Texts]]) -> int:
        """Makes the whole index anew from all documents and says how many there were. Others wait until it is done."""
        engine = self._engine(connection.dialect)
        engine.begin_rebuild(connection)
        done = self.put_many(connection, rows)
        engine.end_rebuild(connection)
        return done

    def match(self, query: Query, dialect: Dialect) -> Ids:
        """All ids found, to be put into another statement as ``Case.id.in_(...)``; none for an empty query."""
        if not query:
            return select(literal(0, BigInteger)).where(false())
        return self._engine(dialect).match(query)

    def newest(
        self, connection: Connection, query: Query, limit: int, before: int | None = None, visible: Ids | None = None
    ) -> list[int]:
        """The newest ``limit`` ids found, newest first; with ``before`` those older than that id: the next page."""
        if not query:
            return []
        return self._engine(connection.dialect).newest(connection, query, limit, before, visible)

    def count(
        self,
        connection: Connection,
        query: Query,
        visible: Ids | None = None,
        cap: int | None = COUNT_CAP,
        *,
        hidden: Ids | None = None,
    ) -> Count:
        """How many documents are found, counted up to ``cap``, or to the end with None.

        ``hidden`` holds the ids that do not count, for callers to whom nearly everything is visible."""
        if not query:
            return Count(0, has_more=False)
        limit = None if cap is None else cap + 1
        sample = self._engine(connection.dialect).sample(query, limit, visible, hidden).subquery()
        number = connection.scalar(select(func.count()).select_from(sample)) or 0
        if cap is not None and number > cap:
            return Count(cap, has_more=True)
        return Count(number, has_more=False)

    def _engine(self, dialect: Dialect) -> Engine:
        return self._engines[dialect.name]


case_index = TextIndex("case_index")
publication_index = TextIndex("publication_index")


def create(connection: Connection) -> None:
    """Makes both indexes where they do not exist; for migrations."""
    for index in (case_index, publication_index):
        index.create(connection)


def drop(connection: Connection) -> None:
    """Removes both indexes where they exist; for migrations."""
    for index in (case_index, publication_index):
        index.drop(connection)
