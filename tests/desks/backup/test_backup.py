"""A backup is whole while the office works, and comes back whole elsewhere, on either engine."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from opinion_app.core import create_core
from opinion_app.desks.backup import operations
from opinion_app.desks.backup.queries import backups_in
from opinion_app.desks.backup.restoring import restore
from opinion_app.files.backup_file import BackupDamaged
from opinion_app.files.store import AttachmentStore
from opinion_app.flow.trail import verify_trail
from opinion_app.flow.unjudged import note_digests_made
from opinion_app.records.attachment import Attachment
from opinion_app.records.base import db
from opinion_app.records.case import Case, Correspondent
from opinion_app.records.current import settings_of
from opinion_app.records.import_run import ImportRun
from opinion_app.records.job import JobRun
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person, SignInSession
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import Refused
from opinion_app.rules.file_kinds import STAFF_LIMITS
from opinion_app.rules.import_modes import ImportState
from opinion_app.rules.words import NoticeChannel, Role
from opinion_app.rules.zone import local_date, parse_moment
from opinion_app.search.bigrams import parse_query
from opinion_app.search.index import case_index
from tests.builders.office import NOW, make_case, make_person, make_unit
from tests.support.databases import ENGINES, hurry, make_settings, release

PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 2000


@pytest.fixture
def office(core: Flask) -> Flask:
    """A small office: two people who are each other's deputy, a case with a file, a notice and a job that ran."""
    stored = AttachmentStore(settings_of().data_dir / "attachments").save(io.BytesIO(PICTURE), "灯.png", STAFF_LIMITS)
    with transaction() as session:
        unit = make_unit(session, "财政所")
        first, second = make_person(session, "clerk", Role.CLERK), make_person(session, "handler", Role.HANDLER, unit=unit)
        first.deputy_id, second.deputy_id = second.id, first.id
        case = make_case(session)
        session.add(SignInSession(token_hash="x", person_id=first.id, started_at=NOW, seen_at=NOW))
        session.add(JobRun(job="digest", slot=NOW, started_at=NOW))
        session.add(
            Notice(key="digest:1", person_id=first.id, channel=NoticeChannel.IN_APP, category="digest", lines=[1], created_at=NOW)
        )
        session.add(
            Attachment(
                case_id=case.id,
                name="灯.png",
                stored_name=stored.stored_name,
                size=stored.size,
                sha256=stored.sha256,
                media_type=stored.media_type,
                added_at=NOW,
            )
        )
    return core


@pytest.fixture(params=ENGINES)
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """Another installation, with an empty database and another folder."""
    if request.param == "sqlite":
        url, drop = f"sqlite:///{tmp_path / 'elsewhere.db'}", None
    else:
        server = request.getfixturevalue("postgres_server")
        name = server.create()
        url, drop = server.url(name), lambda: server.drop(name)
    app = create_core(make_settings(tmp_path / "elsewhere", url))
    hurry(app)
    yield app
    release(app)
    if drop is not None:
        drop()


def test_an_import_under_way_is_no_lost_attachment_and_ends_with_a_restoration(office: Flask, tmp_path: Path) -> None:
    with transaction() as session:
        for state in ImportState:
            session.add(
                ImportRun(file_name="留言.xlsx", stored_name=f"{state.value}-sheet", sha256="", state=state, created_at=NOW)
            )
    made = operations.back_up(tmp_path / "b.zip", NOW)
    assert (made.attachments, made.missing) == (1, ())
    assert "已不在磁盘上" not in made.words

    restore(tmp_path / "b.zip", NOW, force=True)

    with transaction() as session:
        states = {run.stored_name: run.state for run in session.scalars(select(ImportRun))}
        told = session.scalars(select(ImportRun.message).where(ImportRun.stored_name == "running-sheet")).one()
    assert states.pop("done-sheet") is ImportState.DONE
    assert set(states.values()) == {ImportState.FAILED}
    assert "重新上传" in told


def test_a_backup_comes_back_whole_elsewhere(office: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    made = operations.back_up(tmp_path / "b.zip", NOW)
    told = ("people", "trail", "notices", "job_runs")
    with transaction() as session:
        before = {name: session.scalar(text(f"SELECT count(*) FROM {name}")) for name in told}

    with elsewhere.app_context():
        restored = restore(tmp_path / "b.zip", NOW + timedelta(hours=1))
        with transaction() as session:
            after = {name: session.scalar(text(f"SELECT count(*) FROM {name}")) for name in before}
            case = session.scalars(select(Case)).one()
            stored_name = session.scalars(select(Attachment.stored_name)).one()
            assert (case.number, case.received_at, case.title) == ("LY2026-000001", NOW, "村口路灯不亮")
            assert session.scalars(select(Correspondent.name)).one() == "刘一帆"
            assert {p.login: p.deputy_id for p in session.scalars(select(Person))} == {"clerk": 2, "handler": 1}
            assert session.scalars(select(Notice.lines)).one() == [1]
            assert session.scalar(select(func.count(SignInSession.id)).where(SignInSession.ended_at.is_(None))) == 0
            assert case_index.newest(session.connection(), parse_query("路灯"), 10) == [case.id]
            assert verify_trail(session)[1] is None
            assert make_case(session).number == "LY2026-000002"
            make_person(session, "later", Role.CLERK)
        with AttachmentStore(settings_of().data_dir / "attachments").open(stored_name) as stream:
            assert stream.read() == PICTURE

    assert after == before | {"trail": (before["trail"] or 0) + 1}
    assert restored.rows == made.rows
    assert restored.other_secret
    assert made.attachments == restored.attachments == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # asked where it was restored, on each engine
@pytest.mark.parametrize(
    ("at", "made", "unheard"),
    [
        pytest.param("2026-11-24T11:00", False, ("LY2026-000001",), id="this-morning-is-lost"),
        pytest.param("2026-11-24T08:00", False, (), id="before-the-digest"),
        pytest.param("2026-11-24T11:00", True, (), id="told-before-the-backup"),
        pytest.param("2026-11-23T11:00", False, (), id="nothing-due"),
        pytest.param("2026-11-28T11:00", False, (), id="a-day-off"),
    ],
)
def test_r9_what_is_due_on_the_day_of_a_restoration_is_named_where_no_digest_tells_it(
    office: Flask, elsewhere: Flask, tmp_path: Path, at: str, made: bool, unheard: tuple[str, ...]
) -> None:
    now = parse_moment(at)
    if made:
        with transaction() as session:
            note_digests_made(session, local_date(now))
    operations.back_up(tmp_path / "b.zip", NOW)
    with elsewhere.app_context():
        assert restore(tmp_path / "b.zip", now).unheard == unheard


def test_a_backup_under_load_holds_all_that_was_told_before_it(office: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    told: list[str] = []
    stop = threading.Event()

    def write() -> None:
        with office.app_context():
            while not stop.is_set():
                with transaction() as session:
                    number = make_case(session).number
                told.append(number)

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    while len(told) < 10:
        pass
    before = list(told)
    operations.back_up(tmp_path / "b.zip", NOW)
    stop.set()
    for writer in writers:
        writer.join()

    with elsewhere.app_context():
        restore(tmp_path / "b.zip", NOW)
        with transaction() as session:
            numbers = set(session.scalars(select(Case.number)))
            assert numbers >= set(before)
            assert session.scalar(text("SELECT count(*) FROM moves WHERE act = 'register'")) == len(numbers)
            assert verify_trail(session)[1] is None


def test_a_used_target_is_refused_and_with_force_saved_first(office: Flask, tmp_path: Path) -> None:
    operations.back_up(tmp_path / "b.zip", NOW)
    with transaction() as session:
        make_case(session)
    db.session.remove()
    with pytest.raises(Refused, match="已有数据"):
        restore(tmp_path / "b.zip", NOW)

    restored = restore(tmp_path / "b.zip", NOW, force=True)

    assert restored.saved_before is not None
    assert not restored.other_secret
    with transaction() as session:
        assert session.scalar(select(func.count(Case.id))) == 1
    restore(restored.saved_before, NOW + timedelta(seconds=1), force=True)
    with transaction() as session:
        assert session.scalar(select(func.count(Case.id))) == 2


@pytest.fixture
def whole(office: Flask, tmp_path: Path) -> Path:
    path = tmp_path / "b.zip"
    operations.back_up(path, NOW)
    return path


def test_a_damaged_file_is_refused_before_anything_is_touched(whole: Path, office: Flask) -> None:
    data = bytearray(whole.read_bytes())
    place = data.index(PICTURE[:8]) + 500
    data[place] ^= 1
    whole.write_bytes(data)

    with pytest.raises(BackupDamaged):
        restore(whole, NOW, force=True)
    with transaction() as session:
        assert session.scalar(select(func.count(Case.id))) == 1


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_backup_is_refused(office: Flask, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)

    with pytest.raises(BackupDamaged):
        restore(path, NOW)


def changed(path: Path, **values: object) -> Path:
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, json.dumps(json.loads(content) | values) if name == "manifest.json" else content)
    return target


def test_a_newer_schema_or_format_is_refused(whole: Path) -> None:
    with pytest.raises(Refused, match="新"):
        restore(changed(whole, revision="9999"), NOW, force=True)
    with pytest.raises(Refused, match="更新版本"):
        restore(changed(whole, format=99), NOW, force=True)


def test_a_part_too_many_or_too_few_is_refused(whole: Path) -> None:
    with zipfile.ZipFile(whole, "a") as file:
        file.writestr("tables/extra.jsonl", "")

    with pytest.raises(BackupDamaged, match="清单"):
        restore(whole, NOW, force=True)


def test_a_failed_backup_leaves_nothing_and_none_is_overwritten(
    office: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(operations, "_write_attachments", full)
    with pytest.raises(OSError, match="No space"):
        operations.back_up(tmp_path / "b.zip", NOW)
    assert not list(tmp_path.glob("b.zip*"))

    monkeypatch.undo()
    operations.back_up(tmp_path / "b.zip", NOW)
    with pytest.raises(Refused, match="已存在"):
        operations.back_up(tmp_path / "b.zip", NOW)


def test_a_lost_attachment_is_named_and_stops_nothing(office: Flask, tmp_path: Path) -> None:
    store = AttachmentStore(settings_of().data_dir / "attachments")
    for name in list(store.names()):
        store.discard(name)

    made = operations.back_up(tmp_path / "b.zip", NOW)

    assert len(made.missing) == 1
    assert "已不在磁盘上" in made.words


def test_the_night_keeps_what_the_office_keeps(office: Flask) -> None:
    for days in (40, 30, 20, 3, 2, 1):
        operations.nightly(NOW - timedelta(days=days))

    assert "opinion-" in operations.nightly(NOW)
    kept = backups_in(operations.folder())
    assert [(NOW - backup.made_at).days for backup in kept] == [0, 1, 2, 3]
    assert all(backup.whole and backup.cases == 1 and backup.attachments == 1 for backup in kept)


def test_the_last_backups_stay_however_old(office: Flask) -> None:
    for days in (99, 98, 97, 96):
        operations.nightly(NOW - timedelta(days=days))

    operations.prune(NOW)

    assert len(backups_in(operations.folder())) == 3
