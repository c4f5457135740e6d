"""What is measured in an office: its pages through a test client, and the work behind them, each beside a bare page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from flask import Flask, render_template_string
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bench.office_people import Staff
from opinion_app.desks.reminders.operations import queue_digests
from opinion_app.flow.register import register
from opinion_app.records.actors import actor_of
from opinion_app.records.base import db
from opinion_app.records.case import Case
from opinion_app.records.person import Person
from opinion_app.records.publication import Publication
from opinion_app.records.transaction import transaction
from opinion_app.rules.facts import Actor
from opinion_app.rules.registration import NewCase, Writer
from opinion_app.rules.words import Kind, Stage
from opinion_app.rules.workdays import WorkCalendar
from tests.support.signed_in import signed_in

FREQUENT, RARE, ABSENT = "拆迁", "窨井", "龘靐"  # 16 %, 0.003 % and none of the cases (bench.search_bench)
GOAL, SEARCH_GOAL_MS, REGISTER_GOAL_MS, MOST_QUERIES = 5.0, 50.0, 20.0, 12


@dataclass(frozen=True)
class Measured:
    """One thing to do again and again; `goal_ms` where the goal is no ratio, `rounds` where it takes seconds."""

    name: str
    act: Callable[[], object]
    goal_ms: float | None = None
    in_ratio: bool = True
    rounds: int | None = None


class Bench:
    """The office of one engine with people signed in."""

    def __init__(self, app: Flask, now: datetime) -> None:
        self.app, self.now = app, now
        staff = Staff()
        self.clerk = signed_in(app, staff.clerks[0])
        self.head = signed_in(app, staff.heads[staff.units[0]])
        self.leader = signed_in(app, staff.leaders[0])
        self.anybody = app.test_client()
        self.engine = ""
        self._serial = 0
        with app.app_context(), transaction() as session:
            self.engine = session.get_bind().dialect.name
            self.actor: Actor = actor_of(session, session.get_one(Person, staff.clerks[0]))
            self.handling = session.scalars(
                select(Case.number).where(Case.stage == Stage.HANDLING, ~Case.restricted).limit(50)
            ).all()
            self.public = session.scalars(select(Publication.number).order_by(Publication.id.desc()).limit(50)).all()
            published = session.scalar(select(func.count()).select_from(Publication)) or 0
            self.unit = staff.units[3]
        self.last_page = max(1, published // 20)

    def pages(self) -> list[Measured]:
        """Everything of the goal; search of a frequent word has its own on PostgreSQL."""
        search = SEARCH_GOAL_MS if self.engine == "postgresql" else None
        return [
            self._page("worklist, clerk", self.clerk, "/office/"),
            self._page("worklist, head of a unit", self.head, "/office/"),
            self._page("worklist, leader", self.leader, "/office/"),
            self._page("all cases, first page", self.clerk, "/office/cases"),
            self._page("filtered list (unit and kind)", self.clerk, f"/office/cases?unit={self.unit}&kind=help"),
            self._page("filtered list (overdue)", self.clerk, "/office/cases?due=overdue"),
            Measured("case page", self._any_case),
            self._page(f"search, frequent word ({FREQUENT})", self.clerk, f"/office/search?q={FREQUENT}", search),
            self._page(f"search, rare word ({RARE})", self.clerk, f"/office/search?q={RARE}"),
            self._page(f"search, absent word ({ABSENT})", self.clerk, f"/office/search?q={ABSENT}"),
            self._page("public list, first page", self.anybody, "/replies/"),
            self._page("public list, last page", self.anybody, f"/replies/?page={self.last_page}"),
            self._page(f"public search, frequent word ({FREQUENT})", self.anybody, f"/replies/?q={FREQUENT}"),
            Measured("public detail", self._any_reply),
            Measured("registering a case", self._register, REGISTER_GOAL_MS, in_ratio=False),
            Measured("digest run, whole office", self._digests, in_ratio=False, rounds=3),
        ]

    def _page(self, name: str, client: FlaskClient, path: str, goal_ms: float | None = None) -> Measured:
        return Measured(name, lambda: _get(client, path), goal_ms)

    def _any_case(self) -> None:
        self._serial += 1
        _get(self.clerk, f"/office/cases/{self.handling[self._serial % len(self.handling)]}")

    def _any_reply(self) -> None:
        self._serial += 1
        _get(self.anybody, f"/replies/{self.public[self._serial % len(self.public)]}")

    def _register(self) -> None:
        """One message by a clerk, in its own transaction: number, clocks, trail, index, commit to disk."""
        self._serial += 1
        new = replace(NEW, received_at=self.now - timedelta(minutes=1), body=f"{NEW.body}（第{self._serial}件）")
        with self.app.app_context(), transaction() as session:
            register(session, new, self.actor, self.now, "s" * 40)

    def _digests(self) -> None:
        """A morning's digests for everybody; the next working day each time, so that none is there already."""
        with self.app.app_context():
            session = db.session()
            queue_digests(session, self._morning())
            session.rollback()
            db.session.remove()

    def _morning(self) -> datetime:
        day = WorkCalendar().next_working_day(self.now.date())
        return self.now + timedelta(days=(day - self.now.date()).days)


def _get(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")


NEW = NewCase(
    title="村口路灯不亮，晚上出行不便",
    body="村口的路灯坏了半个月，晚上老人孩子出门不方便，希望尽快安排维修，并说明以后由谁负责管护。" * 3,
    received_at=datetime(2026, 1, 1, tzinfo=UTC),
    kind=Kind.HELP,
    area="城建",
    nickname="夜行人",
    writer=Writer("来信人", "13900000000"),
)


def bare(app: Flask) -> FlaskClient:
    """A Flask application with nothing but one page: one row by its index through the ORM, one small template."""
    plain = Flask("bare")
    with app.app_context():
        engine = db.engine

    @plain.get("/")
    def page() -> str:
        with Session(engine) as session:
            case = session.scalars(select(Case).where(Case.id == 1711)).one()
            return render_template_string("<!doctype html><title>{{ c.number }}</title><p>{{ c.title }}</p>", c=case)

    return plain.test_client()
