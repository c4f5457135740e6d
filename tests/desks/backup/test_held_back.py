"""An older backup brings no reply out again that was withdrawn or corrected after it was made."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.backup import operations
from opinion_app.desks.backup.restoring import restore
from opinion_app.flow.publications import take_down
from opinion_app.flow.settings import setting
from opinion_app.records.case import Case
from opinion_app.records.publication import Publication, PublicationPlan
from opinion_app.records.published import VERSION
from opinion_app.records.trail import TrailValue
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import PlanState, PublicationState, Role
from opinion_app.search.bigrams import parse_query
from opinion_app.search.index import publication_index
from tests.builders.office import NOW, make_case, make_person
from tests.builders.published import make_publication

TITLES = ("一直公开的", "后来撤回的", "后来更正的")


@pytest.fixture
def backup(core: Flask, tmp_path: Path) -> Path:
    """A backup of three replies that are out and one that is set for later; then one is withdrawn and one corrected."""
    with transaction() as session:
        clerk = make_person(session, "clerk", Role.CLERK)
        for title in TITLES:
            make_publication(session, make_case(session), title=title)
        plan = PublicationPlan(case_id=1, publish_at=NOW, source_hash="", snapshot_hash="", texts={}, planned_at=NOW)
        plan.planned_by_id = clerk.id
        session.add(plan)
    operations.back_up(tmp_path / "b.zip", NOW)
    with transaction() as session:
        _kept, gone, corrected = session.scalars(select(Publication).order_by(Publication.id)).all()
        take_down(session, gone, NOW)
        corrected.title, corrected.snapshot_hash = "更正后的", "another"
    return tmp_path / "b.zip"


def test_what_was_withdrawn_or_corrected_stays_in(core: Flask, backup: Path) -> None:
    later = NOW + timedelta(days=1)
    done = restore(backup, later, force=True)
    assert (done.out, done.held_back) == (1, ("LY2026-000002", "LY2026-000003"))
    with transaction() as session:
        out = session.scalars(select(Publication.title).where(Publication.state == PublicationState.PUBLISHED)).all()
        assert out == ["一直公开的"]
        assert publication_index.newest(session.connection(), parse_query("后来"), 10) == []
        assert session.scalars(select(PublicationPlan.state)).all() == [PlanState.CANCELLED]
        assert session.scalars(select(Case.number).where(Case.to_publish).order_by(Case.id)).all() == [
            "LY2026-000001",  # was set for later
            "LY2026-000003",  # was corrected
        ]
        assert "LY2026-000002、LY2026-000003" in session.scalars(select(TrailValue.new)).all()


def test_in_an_empty_place_nobody_can_know_and_all_come_out(core: Flask, backup: Path) -> None:
    with transaction() as session:
        for model in (PublicationPlan, Publication):
            for row in session.scalars(select(model)):
                session.delete(row)
    done = restore(backup, NOW, force=True)
    assert (done.out, done.held_back) == (3, ())


def test_after_a_restoration_what_is_kept_of_the_public_pages_is_made_anew(core: Flask, tmp_path: Path) -> None:
    """A reply that went out after the backup is nowhere in the database now, but may still lie in the static copy."""
    with transaction() as session:
        make_person(session, "clerk", Role.CLERK)
        make_publication(session, make_case(session))
        before = setting(session, VERSION, 0)
    operations.back_up(tmp_path / "b.zip", NOW)
    restore(tmp_path / "b.zip", NOW, force=True)
    with transaction() as session:
        assert setting(session, VERSION, 0) != before
