"""Loading the demonstration office into an empty database, in one transaction, whatever day it is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from opinion_app.demo.acts.table import ACTS
from opinion_app.demo.cast import Account, Cast, accounts, finish, found
from opinion_app.demo.play import Scene, cues
from opinion_app.demo.stories import Story, office, stories
from opinion_app.demo.times import Almanac
from opinion_app.desks.wording.operations import save_template
from opinion_app.files.store import AttachmentStore
from opinion_app.flow.calendar import load_days, work_calendar
from opinion_app.flow.deadline_table import seed_rules
from opinion_app.flow.figures import count_figures
from opinion_app.flow.settings import put_office, put_setting, setting
from opinion_app.records.calendar import CalendarYear
from opinion_app.records.case import Case
from opinion_app.records.current import settings_of
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.calendar_seed import SEED_SOURCE, seed_days
from opinion_app.rules.errors import Refused
from opinion_app.rules.passwords import hash_password, one_time_password
from opinion_app.rules.words import Kind
from opinion_app.rules.workdays import WorkCalendar

MARK = "demonstration"
FOUNDED = timedelta(days=200)
STILL_UNREAD = timedelta(days=1)


def is_demo(session: Session) -> bool:
    """Whether this database holds the demonstration office, loaded by `load_demo`."""
    return bool(setting(session, MARK, default=""))


def load_demo(now: datetime) -> list[Account]:
    """Load the made-up office and answer its accounts; in the context of an application over an up-to-date database.

    A database that holds the demonstration already keeps its cases; its people get new passwords. Raises Refused where
    somebody else's people or cases are in the database."""
    data = office()
    passwords = {entry["login"]: one_time_password() for entry in data["person"]}
    with ThreadPoolExecutor() as pool:  # before the transaction: a hash takes long and holds no lock
        hashes = dict(zip(passwords, pool.map(hash_password, passwords.values()), strict=True))
    settings = settings_of()
    store = AttachmentStore(settings.data_dir / "attachments")
    with transaction() as session:
        if is_demo(session):
            _renew(session, hashes, now)
        else:
            _refuse_a_real_office(session)
            _load(session, data, hashes, store, settings.secret_key, now)
    return accounts(data["person"], passwords)


def _refuse_a_real_office(session: Session) -> None:
    if session.scalar(select(Case.id).limit(1)) is not None or session.scalar(select(Person.id).limit(1)) is not None:
        raise Refused("数据库里已有人员或办理件，不能装入示范数据。请换一个空的数据目录。")


def _renew(session: Session, hashes: dict[str, str], now: datetime) -> None:
    for login, password_hash in hashes.items():
        session.execute(
            update(Person)
            .where(Person.login == login)
            .values(password_hash=password_hash, password_set_at=now, must_change_password=False)
        )


def _load(
    session: Session, data: dict[str, Any], hashes: dict[str, str], store: AttachmentStore, secret: str, now: datetime
) -> None:
    calendar = _prepare(session, data, now)
    cast = found(session, data, hashes, now - FOUNDED)
    _add_templates(session, data, cast, now - FOUNDED)
    _play(session, cast, Almanac(calendar, now), store, secret)
    finish(cast, data, calendar, now)
    _read_old_notices(session, now)
    count_figures(session, now)
    put_setting(session, MARK, now.isoformat())


def _prepare(session: Session, data: dict[str, Any], now: datetime) -> WorkCalendar:
    """Rules, calendar and the office's own settings, where they are not there yet."""
    seed_rules(session, now)
    if session.scalar(select(CalendarYear.year).limit(1)) is None:
        days = list(seed_days())
        load_days(session, days, {row.day.year for row in days}, now, SEED_SOURCE)
    put_office(session, data["office"])
    session.flush()
    return work_calendar(session)


def _add_templates(session: Session, data: dict[str, Any], cast: Cast, at: datetime) -> None:
    """The texts this office begins its replies with."""
    keeper = cast.actors[data["templates"]["keeper"]]
    for entry in data["template"]:
        said = {"title": entry["title"], "kind": Kind.of(entry["kind"]), "area": entry.get("area", ""), "text": entry["text"]}
        save_template(session, None, keeper, at, **said)


def _play(session: Session, cast: Cast, almanac: Almanac, store: AttachmentStore, secret: str) -> None:
    tales: dict[str, Story] = {story.key: story for story in stories()}
    for cue in cues(tales, almanac):
        story = tales[cue.story]
        ACTS[cue.act](Scene(session, story, tales, cast, almanac, store, secret, cue.at))


def _read_old_notices(session: Session, now: datetime) -> None:
    """People have read what they were told before yesterday."""
    session.execute(
        update(Notice).where(Notice.created_at < now - STILL_UNREAD, Notice.read_at.is_(None)).values(read_at=Notice.created_at)
    )
