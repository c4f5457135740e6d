"""The disk is full while a snapshot is written: neither publication nor decision is there; with room again it goes out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from opinion_app.records.case import Case
from opinion_app.records.move import Move
from opinion_app.records.publication import MaskingDecision, Publication
from opinion_app.records.trail import TrailEntry
from opinion_app.records.transaction import transaction
from opinion_app.rules.facts import Actor
from opinion_app.rules.words import Role
from opinion_app.steps.publish import bench, operations, queries
from opinion_app.steps.publish.chosen import Chosen, Review
from tests.builders.office import NOW, make_actor, make_unit
from tests.builders.published import make_closed

LONG = "村口的路灯坏了半个月，请修一下。" * 500
NO_LIMIT = 1_073_741_823  # pages
# What PostgreSQL says when a table cannot grow (disk_full), at the very table.
REFUSE = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$
"""


def publish(session: Session, case: Case, clerk: Actor) -> None:
    """Mask everything and let it out."""
    laid = bench.lay_out(queries.material(session, case), {}, "", "网友", everything=True)
    assert laid.snapshot is not None
    chosen = Chosen(laid.decisions, "网友", laid.snapshot.hash)
    operations.publish(session, case, clerk, NOW, chosen, Review("不涉密", "可以公开"))


@contextmanager
def no_room(table: str) -> Iterator[None]:
    """SQLite may not grow by a page; in PostgreSQL nothing can be added to `table`."""
    with transaction() as session:
        lite = session.get_bind().dialect.name == "sqlite"
        if not lite:
            session.execute(text(REFUSE))
            session.execute(text(f"CREATE TRIGGER no_room BEFORE INSERT ON {table} EXECUTE FUNCTION no_room()"))
    try:
        yield
    finally:
        with transaction() as session:
            if lite:
                session.execute(text(f"PRAGMA max_page_count={NO_LIMIT}"))
            else:
                session.execute(text("DROP FUNCTION no_room CASCADE"))


def stop_growing(session: Session) -> None:
    """For SQLite, whose limit is the connection's own."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA max_page_count=1"))  # that is, as many as there are


def try_without_room(case_id: int, clerk: Actor) -> None:
    """Publish in a transaction of its own that finds no room."""
    with transaction() as session:
        stop_growing(session)
        publish(session, session.get_one(Case, case_id), clerk)


def written(session: Session) -> tuple[int, ...]:
    """How many rows a publication leaves, by table."""
    tables = (Publication, MaskingDecision, TrailEntry)
    counts = [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]
    published = session.scalar(select(func.count(Move.id)).where(Move.act == "publish")) or 0
    return (*counts, published)


@pytest.mark.parametrize("table", ["publications", "masking_decisions", "moves", "trail"])
def test_a_full_disk_leaves_neither_publication_nor_decision(core: Flask, table: str) -> None:
    with transaction() as session:
        clerk = make_actor(session, "clerk", Role.CLERK)
        case_id = make_closed(session, clerk, make_unit(session, "村镇建设办"), body=LONG).id
    with transaction() as session:
        before = written(session)
    with no_room(table):
        with pytest.raises(OperationalError, match=r"full|DiskFull|53100"):
            try_without_room(case_id, clerk)
        with transaction() as session:
            assert written(session) == before
    with transaction() as session:
        publish(session, session.get_one(Case, case_id), clerk)
    with transaction() as session:
        assert [now - then for now, then in zip(written(session), before, strict=True)] == [1, 1, 1, 1]
