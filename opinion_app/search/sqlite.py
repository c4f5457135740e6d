"""The text index on SQLite: FTS5 over the grams, read as phrases, newest first without sorting.

The FTS5 table is contentless: it keeps the grams' positions and no text. Version 3.40 of SQLite can delete from such a
table only when told the old grams, which are made anew from the folded text kept beside it. The tokenizer is ``ascii``,
which takes every character outside ASCII as part of a word and folds nothing: all of that is decided in bigrams.
"""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Connection, Text, column, delete, func, select, table, text
from sqlalchemy.dialects.sqlite import insert

from opinion_app.search.bigrams import Query, Term, grams
from opinion_app.search.engine import Document, Ids, is_visible


class SqliteEngine:
    """The index ``name`` (FTS5) with its folded texts in ``<name>_text``."""

    def __init__(self, name: str) -> None:
        self.name = name
        # FTS5 takes its commands in a column that has the table's own name.
        self._fts = table(name, column(name, Text), column("rowid", BigInteger), column("grams", Text))
        self._texts = table(f"{name}_text", column("id", BigInteger), column("folded", Text))

    def create(self, connection: Connection) -> None:
        connection.execute(text(f"CREATE TABLE IF NOT EXISTS {self.name}_text (id INTEGER PRIMARY KEY, folded TEXT NOT NULL)"))
        connection.execute(
            text(f"CREATE VIRTUAL TABLE IF NOT EXISTS {self.name} USING fts5(grams, content='', columnsize=0, tokenize='ascii')")
        )

    def drop(self, connection: Connection) -> None:
        connection.execute(text(f"DROP TABLE IF EXISTS {self.name}"))
        connection.execute(text(f"DROP TABLE IF EXISTS {self.name}_text"))

    def write(self, connection: Connection, documents: Sequence[Document]) -> None:
        self._forget_grams(connection, [document.id for document in documents])
        new = insert(self._texts)
        newer = new.on_conflict_do_update(index_elements=["id"], set_={"folded": new.excluded.folded})
        connection.execute(newer, [document._asdict() for document in documents])
        connection.execute(insert(self._fts), [_as_row(document) for document in documents])

    def remove(self, connection: Connection, ids: Sequence[int]) -> None:
        self._forget_grams(connection, ids)
        connection.execute(delete(self._texts).where(self._texts.c.id.in_(ids)))

    def _forget_grams(self, connection: Connection, ids: Sequence[int]) -> None:
        stored = select(self._texts.c.id, self._texts.c.folded).where(self._texts.c.id.in_(ids))
        old = [_as_row(Document(*row)) for row in connection.execute(stored)]
        if old:
            connection.execute(insert(self._fts), [{self.name: "delete", **row} for row in old])

    def begin_rebuild(self, connection: Connection) -> None:
        connection.execute(insert(self._fts).values({self.name: "delete-all"}))
        connection.execute(delete(self._texts))

    def end_rebuild(self, connection: Connection) -> None:
        connection.execute(insert(self._fts).values({self.name: "optimize"}))

    def match(self, query: Query) -> Ids:
        found = select(self._fts.c.rowid).where(self._fts.c.grams.op("MATCH")(_expression(query)))
        for word in query.unproven(phrases=True):
            # A subquery of its own keeps the planner from walking the texts first.
            folded = select(self._texts.c.folded).where(self._texts.c.id == self._fts.c.rowid)
            found = found.where(func.instr(folded.correlate(self._fts).scalar_subquery(), word) > 0)
        return found

    def newest(self, connection: Connection, query: Query, limit: int, before: int | None, visible: Ids | None) -> list[int]:
        found = self.sample(query, limit, visible).order_by(self._fts.c.rowid.desc())
        if before is not None:
            found = found.where(self._fts.c.rowid < before)
        return list(connection.scalars(found))

    def sample(self, query: Query, limit: int | None, visible: Ids | None, hidden: Ids | None = None) -> Ids:
        found = self.match(query)
        if visible is not None:
            found = found.where(is_visible(self._fts, self._fts.c.rowid, visible))
        if hidden is not None:
            found = found.where(self._fts.c.rowid.not_in(hidden))
        return found.limit(limit)


def _as_row(document: Document) -> dict[str, object]:
    return {"rowid": document.id, "grams": " ".join(grams(document.folded))}


def _expression(query: Query) -> str:
    """The query in FTS5's language. Grams are letters, digits and wide characters: they cannot break the quotes."""
    return " AND ".join(_phrase(term) for term in query.terms())


def _phrase(term: Term) -> str:
    return f'"{" ".join(term.grams)}"' + ("*" if term.is_prefix else "")
