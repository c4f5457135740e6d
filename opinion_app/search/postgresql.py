"""The text index on PostgreSQL: a tsvector of grams under GIN, longer words proven on the folded text.

The tsvector is made of the grams themselves, with no parser and no dictionary, so nothing depends on the locale of the
database; unlike an array of text it answers for the beginning of a gram, which single characters need. Large values lie
out of line, so that the table itself is small and the ids of a common word are read from few pages.
"""

from collections.abc import Sequence

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    Text,
    bindparam,
    cast,
    column,
    delete,
    func,
    literal,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR, insert

from opinion_app.search.bigrams import Query, grams
from opinion_app.search.engine import Document, Ids, is_visible

# Every document also has the mark of its block of 2,048 ids ("@48"), which lets the index find the newest alone. No
# query can contain such a mark: "@" is not part of a gram.
BLOCK_SIZE = 2048
NEWEST_BLOCKS = 2


class PostgresqlEngine:
    """The index ``name``: one table with the folded text and its grams."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._table = table(name, column("id", BigInteger), column("folded", Text), column("grams", TSVECTOR))

    def create(self, connection: Connection) -> None:
        connection.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS {self.name} (id bigint PRIMARY KEY, "
                'folded text COLLATE "C" NOT NULL, grams tsvector NOT NULL) WITH (toast_tuple_target = 128)'
            )
        )
        self._create_gin(connection)

    def _create_gin(self, connection: Connection) -> None:
        # New entries wait in a list that every search reads whole. 256 kB of it cost a search under a millisecond; the
        # default of 4 MB costs ten and holds a writer up for most of a second when full; none slows down all writing.
        connection.execute(
            text(
                f"CREATE INDEX IF NOT EXISTS {self.name}_grams ON {self.name} USING gin (grams) "
                "WITH (fastupdate = on, gin_pending_list_limit = 256)"
            )
        )

    def drop(self, connection: Connection) -> None:
        connection.execute(text(f"DROP TABLE IF EXISTS {self.name}"))

    def write(self, connection: Connection, documents: Sequence[Document]) -> None:
        vector = func.array_to_tsvector(func.string_to_array(bindparam("all_grams", type_=Text), " "))
        new = insert(self._table).values(id=bindparam("id"), folded=bindparam("folded"), grams=vector)
        newer = new.on_conflict_do_update(
            index_elements=["id"],
            set_={"folded": new.excluded.folded, "grams": new.excluded.grams},
            where=self._table.c.folded != new.excluded.folded,
        )
        connection.execute(newer, [_as_row(document) for document in documents])

    def remove(self, connection: Connection, ids: Sequence[int]) -> None:
        connection.execute(delete(self._table).where(self._table.c.id.in_(ids)))

    def begin_rebuild(self, connection: Connection) -> None:
        # The service's limit on the time of a statement is not meant for making an index over all documents.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
        connection.execute(text(f"DROP INDEX IF EXISTS {self.name}_grams"))
        connection.execute(text(f"TRUNCATE {self.name}"))

    def end_rebuild(self, connection: Connection) -> None:
        self._create_gin(connection)

    def match(self, query: Query) -> Ids:
        hits = self._hits(query, literal(_expression(query), Text))
        return select(hits.c.id)

    def newest(self, connection: Connection, query: Query, limit: int, before: int | None, visible: Ids | None) -> list[int]:
        recent = _in_newest_blocks(_expression(query), self._highest_id() if before is None else literal(before - 1))
        found = list(connection.scalars(self._newest(self._hits(query, recent), limit, before, visible)))
        if len(found) < limit:
            everything = self._hits(query, literal(_expression(query), Text))
            found = list(connection.scalars(self._newest(everything, limit, before, visible)))
        return found

    def _highest_id(self) -> ColumnElement[int]:
        return select(func.max(self._table.c.id)).scalar_subquery()

    def _newest(self, hits: CTE, limit: int, before: int | None, visible: Ids | None) -> Ids:
        # OFFSET 0 makes the order come first: ``visible`` is asked from the newest on, only until the page is full.
        ordered = select(hits.c.id).order_by(hits.c.id.desc()).offset(0).subquery()
        found = select(ordered.c.id).order_by(ordered.c.id.desc()).limit(limit)
        if before is not None:
            found = found.where(ordered.c.id < before)
        if visible is not None:
            found = found.where(is_visible(ordered, ordered.c.id, visible))
        return found

    def sample(self, query: Query, limit: int | None, visible: Ids | None, hidden: Ids | None = None) -> Ids:
        found = self._search(query, literal(_expression(query), Text))
        if visible is not None:
            found = found.where(is_visible(self._table, self._table.c.id, visible))
        if hidden is not None:
            found = found.where(self._table.c.id.not_in(hidden))
        return found.limit(limit)

    def _hits(self, query: Query, expression: ColumnElement[str]) -> CTE:
        # Materialized, or the planner may walk all newest rows to the first page of a rare word.
        return self._search(query, expression).cte().prefix_with("MATERIALIZED", dialect="postgresql")

    def _search(self, query: Query, expression: ColumnElement[str]) -> Ids:
        # Hidden in a subquery the expression is unknown to the planner, which then always asks the index; reading and
        # unpacking all vectors, which it takes for cheap, needs ten times as long for a common word.
        asked = select(cast(expression, TSQUERY)).scalar_subquery()
        found = select(self._table.c.id).where(self._table.c.grams.op("@@")(asked))
        for word in query.unproven(phrases=False):
            found = found.where(func.strpos(self._table.c.folded, word) > 0)
        return found


def _as_row(document: Document) -> dict[str, object]:
    marks = {f"@{document.id // BLOCK_SIZE}", *grams(document.folded)}
    return {"id": document.id, "folded": document.folded, "all_grams": " ".join(marks)}


def _expression(query: Query) -> str:
    """The query as a tsquery. Grams hold letters, digits and wide characters only, so the quotes cannot be broken."""
    return " & ".join(f"'{gram}'" + (":*" if term.is_prefix else "") for term in query.terms() for gram in term.grams)


def _in_newest_blocks(expression: str, highest_id: ColumnElement[int]) -> ColumnElement[str]:
    marks = " | ".join(["'@%s'"] * NEWEST_BLOCKS)
    blocks = [highest_id // BLOCK_SIZE - age for age in range(NEWEST_BLOCKS)]
    return func.format(literal(f"%s & ({marks})", Text), literal(expression, Text), *blocks)
