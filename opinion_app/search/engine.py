"""What an engine of the text index must be able to do: the contract that SQLite and PostgreSQL both keep."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from sqlalchemy import ColumnElement, Connection, FromClause, Select

from opinion_app.search.bigrams import Query

Ids = Select[int]


class Document(NamedTuple):
    """One row of an index: the id of the case or publication and its folded text."""

    id: int
    folded: str


class Engine(Protocol):
    """One index in one kind of database. Nothing here begins, commits or rolls back."""

    def create(self, connection: Connection) -> None:
        """Makes the tables where they do not exist."""

    def drop(self, connection: Connection) -> None:
        """Removes the tables where they exist."""

    def write(self, connection: Connection, documents: Sequence[Document]) -> None:
        """Adds documents, ids all different, or puts them in the place of the old ones."""

    def remove(self, connection: Connection, ids: Sequence[int]) -> None:
        """Takes documents out; ids that are not there do no harm."""

    def begin_rebuild(self, connection: Connection) -> None:
        """Empties the index and makes it ready for many rows."""

    def end_rebuild(self, connection: Connection) -> None:
        """Makes the index quick to read after many rows."""

    def match(self, query: Query) -> Ids:
        """The ids of all documents that have the words, in no order, to be used inside other statements."""

    def newest(self, connection: Connection, query: Query, limit: int, before: int | None, visible: Ids | None) -> list[int]:
        """The highest ids below ``before``, highest first."""

    def sample(self, query: Query, limit: int | None, visible: Ids | None, hidden: Ids | None = None) -> Ids:
        """Any ``limit`` of the ids, those of ``hidden`` left out: what counting needs."""


def is_visible(found: FromClause, id_column: ColumnElement[int], visible: Ids) -> ColumnElement[bool]:
    """The caller's own filter, asked row by row, so that a search for a common word stops when the page is full."""
    (own_id,) = visible.selected_columns
    return visible.where(own_id == id_column).correlate(found).exists()
