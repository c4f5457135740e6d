"""The administrator's page about backups."""

from __future__ import annotations

import pytest
from flask import Flask

from opinion_app.records.current import settings_of
from opinion_app.records.job import JobRun
from opinion_app.records.trail import TrailEntry
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import Role
from tests.builders.office import NOW, make_person
from tests.support.client import Browser, client_for


@pytest.fixture
def admin(app: Flask) -> Browser:
    with app.app_context(), transaction() as session:
        make_person(session, "admin", Role.ADMINISTRATOR)
        make_person(session, "clerk", Role.CLERK)
    return client_for(app, "admin")


def test_a_backup_made_at_once_is_listed_and_on_the_trail(app: Flask, admin: Browser) -> None:
    assert "还没有备份" in admin.get("/office/backup").text

    assert admin.submit("/office/backup", to="/now").status_code == 303

    page = admin.get("/office/backup").text
    assert "完整" in page
    assert "还没有备份" not in page
    with app.app_context(), transaction() as session:
        assert "backup" in [row.act for row in session.query(TrailEntry)]


def test_damage_and_a_failed_night_are_told(app: Flask, admin: Browser) -> None:
    with app.app_context(), transaction() as session:
        session.add(JobRun(job="backup", slot=NOW, started_at=NOW, succeeded=False, report="磁盘已满"))
        folder = settings_of().data_dir / "backups"
        folder.mkdir(parents=True)
        (folder / "opinion-20261101-020000.zip").write_bytes(b"half")

    page = admin.get("/office/backup").text

    assert "文件损坏" in page
    assert "磁盘已满" in page


def test_only_the_administrator_may(app: Flask, admin: Browser) -> None:
    clerk = client_for(app, "clerk")

    assert clerk.get("/office/backup").status_code == 403
    assert clerk.press("/office/backup/now").status_code == 403
