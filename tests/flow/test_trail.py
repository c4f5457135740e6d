"""The trail on real databases: sealed at the commit, gone with a rollback, broken by any tampering."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update

from opinion_app.flow import trail
from opinion_app.records.trail import TrailEntry, TrailValue
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Stage
from tests.builders.office import NOW


def write(count: int) -> None:
    """Put entries on the trail, one transaction each."""
    for n in range(count):
        with transaction() as session:
            values = {"电话": (None, f"1380000{n:04d}"), "环节": (Stage.RECEIVED, Stage.ASSIGNED), "时间": (None, NOW)}
            trail.record(session, "test", f"thing:{n}", None, NOW, values)


def test_what_was_rolled_back_is_not_on_the_trail(core: Flask) -> None:
    write(1)

    def fail() -> None:
        with transaction() as session:
            trail.record(session, "test", "undone", None, NOW)
            session.execute(text("select 1"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    write(1)
    with transaction() as session:
        assert trail.verify_trail(session) == (2, None)
        assert "undone" not in session.scalars(select(TrailEntry.subject)).all()


def test_an_entry_survives_the_rollback_of_a_savepoint(core: Flask) -> None:
    with transaction() as session:
        trail.record(session, "test", "outer", None, NOW)
        session.execute(text("select 1"))
        nested = session.begin_nested()
        nested.rollback()
    with transaction() as session:
        assert session.scalars(select(TrailEntry.subject)).all() == ["outer"]


def test_values_are_written_in_words(core: Flask) -> None:
    write(1)
    with transaction() as session:
        held = {row.name: (row.old, row.new) for row in session.scalars(select(TrailValue))}
    assert held["环节"] == ("已登记", "已交办")
    assert held["时间"] == (None, NOW.isoformat())


def test_erasing_a_persons_values_keeps_the_chain_whole(core: Flask) -> None:
    write(2)
    with transaction() as session:
        session.execute(update(TrailValue).where(TrailValue.name == "电话").values(old=None, new=None))
    with transaction() as session:
        assert trail.verify_trail(session) == (2, None)


def test_a_changed_value_is_found(core: Flask) -> None:
    write(2)
    with transaction() as session:
        session.execute(update(TrailValue).where(TrailValue.name == "电话", TrailValue.seq == 2).values(new="139"))
    with transaction() as session:
        broken = trail.verify_trail(session)[1]
    assert broken is not None
    assert broken.seq == 2


def test_a_removed_value_is_found(core: Flask) -> None:
    write(2)
    with transaction() as session:
        session.execute(delete(TrailValue).where(TrailValue.name == "电话", TrailValue.seq == 1))
    with transaction() as session:
        broken = trail.verify_trail(session)[1]
    assert broken is not None
    assert "缺失" in broken.reason


def test_a_removed_end_is_found(core: Flask) -> None:
    write(3)
    with transaction() as session:
        session.execute(delete(TrailValue).where(TrailValue.seq == 3))
        session.execute(delete(TrailEntry).where(TrailEntry.seq == 3))
    with transaction() as session:
        broken = trail.verify_trail(session)[1]
    assert broken is not None
    assert "截断" in broken.reason


def test_an_empty_trail_holds(core: Flask) -> None:
    with transaction() as session:
        assert trail.verify_trail(session) == (0, None)
