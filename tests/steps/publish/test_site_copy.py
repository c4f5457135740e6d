"""The static copy the clock keeps: it follows a publication and a withdrawal, and its state stands where one withdraws."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.flow.publications import take_down
from opinion_app.records.current import settings_of
from opinion_app.records.job import JobRun
from opinion_app.records.publication import Publication
from opinion_app.records.transaction import transaction
from opinion_app.rules.settings import Settings
from opinion_app.steps.publish import site_copy
from tests.builders.office import NOW, make_case
from tests.builders.published import make_publication
from tests.support.databases import make_settings


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """One engine is enough: what the command reads is tested on both."""
    return make_settings(
        tmp_path / "data", sqlite_url, site_copy_dir=str(tmp_path / "site"), site_copy_url="https://copy.example/"
    )


def follow(minutes: int) -> str:
    return site_copy.follow(settings_of(), NOW + timedelta(minutes=minutes), lambda: False)


def test_the_copy_follows_publication_and_withdrawal(core: Flask, tmp_path: Path) -> None:
    page = tmp_path / "site" / "replies" / "LY2026-000001.html"
    with transaction() as session:
        make_publication(session, make_case(session))
        assert site_copy.state(session, settings_of()) == site_copy.CopyState(kept=True, made_at=None)
    assert "已导出" in follow(1)
    assert "https://copy.example/replies/LY2026-000001.html" in page.read_text("utf-8")
    assert follow(2) == "没有变化"
    with transaction() as session:
        assert site_copy.state(session, settings_of()).made_at == NOW + timedelta(minutes=1)
        take_down(session, session.scalars(select(Publication)).one(), NOW)
    assert "已导出" in follow(3)
    assert not page.exists()


def test_a_copy_that_fails_is_tried_again_and_says_so(core: Flask, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "family.jpg").write_bytes(b"x")
    with pytest.raises(site_copy.CopyFailedError, match="不是空文件夹"):
        follow(1)
    with transaction() as session:
        run = JobRun(job="site_copy", slot=NOW, started_at=NOW, finished_at=NOW, succeeded=False)
        run.report = "CopyFailedError: 不是空文件夹"
        session.add(run)
        assert site_copy.state(session, settings_of()) == site_copy.CopyState(kept=True, made_at=None, failure="不是空文件夹")
