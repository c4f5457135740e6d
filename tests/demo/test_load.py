"""The demonstration office loads on both engines and is an office one can work in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from opinion_app.demo import prepare
from opinion_app.demo.acts.table import ACTS
from opinion_app.demo.greeting import KEPT
from opinion_app.demo.load import load_demo
from opinion_app.demo.play import cues
from opinion_app.demo.stories import stories
from opinion_app.demo.times import Almanac
from opinion_app.files.store import AttachmentStore
from opinion_app.flow.trail import verify_trail
from opinion_app.records.attachment import Attachment
from opinion_app.records.case import Case
from opinion_app.records.current import settings_of
from opinion_app.records.move import Move
from opinion_app.records.person import Person
from opinion_app.records.publication import Publication, PublicFigure
from opinion_app.records.rating import Rating
from opinion_app.records.transaction import transaction
from opinion_app.rules.calendar_seed import seed_calendar
from opinion_app.rules.errors import Refused
from opinion_app.rules.passwords import check_password, verify_password
from opinion_app.rules.words import Kind, PublicationState, RiskLevel, Role, Source, Stage
from tests.builders.office import make_case, make_person
from tests.demo.conftest import Demo
from tests.support.signed_in import signed_in


def test_the_trail_of_the_played_office_is_whole(demo: Demo) -> None:
    with demo.app.app_context(), transaction() as session:
        entries, broken = verify_trail(session)

    assert entries > 300
    assert broken is None


def test_cases_stand_in_every_stage_and_at_every_kind_of_deadline(demo: Demo) -> None:
    with demo.app.app_context(), transaction() as session:
        cases = session.execute(select(Case.stage, Case.kind, Case.source, Case.next_due_at, Case.risk_level)).all()

    assert len(cases) >= 60
    assert {row.stage for row in cases} == set(Stage)
    assert {row.kind for row in cases} == set(Kind)
    assert {row.source for row in cases} == set(Source)
    assert len([row for row in cases if row.next_due_at and row.next_due_at < demo.now]) >= 5
    assert len([row for row in cases if row.next_due_at and row.next_due_at > demo.now]) >= 10
    assert {row.risk_level for row in cases} >= set(RiskLevel)


MORNINGS = {
    "a Sunday": datetime(2026, 11, 22, 3, 0, tzinfo=UTC),
    "before dawn": datetime(2026, 11, 24, 19, 0, tzinfo=UTC),
    "in the holiday week": datetime(2026, 10, 4, 4, 0, tzinfo=UTC),
    "in a year without a calendar": datetime(2027, 1, 6, 2, 0, tzinfo=UTC),
    "in a leap year": datetime(2028, 2, 29, 10, 0, tzinfo=UTC),
}


@pytest.mark.parametrize("now", MORNINGS.values(), ids=MORNINGS)
def test_every_story_is_over_by_now_whatever_day_it_is(now: datetime) -> None:
    tales = {story.key: story for story in stories()}
    played = cues(tales, Almanac(seed_calendar(), now))

    assert len(played) > 500
    assert max(cue.at for cue in played) <= now
    assert not {cue.act for cue in played} - set(ACTS)


@pytest.mark.parametrize("weekday", range(5))
def test_a_case_is_returned_within_a_day_of_its_assignment_whatever_weekday_it_is(weekday: int) -> None:
    for week in range(0, 52, 4):
        played = cues({story.key: story for story in stories()}, Almanac(seed_calendar(), _noon(week, weekday)))
        held = {story: [cue for cue in played if cue.story == story] for story in {cue.story for cue in played}}
        waits = [
            asked.at - max(cue.at for cue in life if cue.act == "assign" and cue.at <= asked.at)
            for life in held.values()
            for asked in life
            if asked.act == "ask_return"
        ]

        assert len(waits) >= 3
        assert max(waits) < timedelta(hours=24)


def _noon(week: int, weekday: int) -> datetime:
    return datetime(2026, 1, 5, 4, 0, tzinfo=UTC) + timedelta(weeks=week, days=weekday)


def test_enough_replies_are_public(demo: Demo) -> None:
    with demo.app.app_context(), transaction() as session:
        published = session.scalars(select(Publication).where(Publication.state == PublicationState.PUBLISHED)).all()
        texts = [row.title + row.question + row.answer for row in published]

    assert len(texts) >= 12
    assert not [text for text in texts if "139875" in text]


def test_writers_rated_what_was_published_and_the_figures_say_so(demo: Demo) -> None:
    with demo.app.app_context(), transaction() as session:
        rated = session.scalars(select(Rating.useful).where(Rating.case_id.is_not(None))).all()
        figures = session.execute(select(func.sum(PublicFigure.rated), func.sum(PublicFigure.content))).one()

    assert len(rated) >= 8
    assert set(rated) == {True, False}
    assert tuple(figures) == (len(rated), len(rated) - 2)
    with demo.app.test_client() as client:
        assert "满意、基本满意" in client.get("/stats").text


def test_nothing_happened_in_the_future_or_before_its_case(demo: Demo) -> None:
    with demo.app.app_context(), transaction() as session:
        latest = session.scalar(select(func.max(Move.at)))
        early = session.scalars(select(Move.id).join(Case, Case.id == Move.case_id).where(Move.at < Case.received_at)).all()

    assert latest is not None
    assert latest <= demo.now
    assert not early


def test_every_role_can_sign_in_at_once(demo: Demo) -> None:
    with demo.app.app_context(), transaction() as session:
        people = {person.login: person for person in session.scalars(select(Person))}
        roles = frozenset().union(*(person.roles for person in people.values()))

        assert roles == frozenset(Role)
        assert not [login for login, person in people.items() if person.must_change_password]


def test_attachments_lie_where_their_rows_say(demo: Demo) -> None:
    with demo.app.app_context(), transaction() as session:
        store = AttachmentStore(settings_of().data_dir / "attachments")
        rows = session.execute(select(Attachment.stored_name, Attachment.media_type, Attachment.size)).all()
        sizes = {row.stored_name: store.path(row.stored_name).stat().st_size for row in rows}

    assert sizes == {row.stored_name: row.size for row in rows}
    assert {row.media_type for row in rows} >= {"image/png", "application/pdf"}


def test_every_list_opens_for_every_role(demo: Demo) -> None:
    with demo.app.app_context(), transaction() as session:
        people = {role: next(p.id for p in session.scalars(select(Person)) if role in p.roles) for role in Role}
    paths = [
        rule.rule
        for rule in demo.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments and rule.rule.startswith("/office")
    ]
    failed = []
    for role, person_id in people.items():
        client = signed_in(demo.app, person_id)
        failed += [(role, path, code) for path in paths if (code := client.get(path).status_code) >= 500]

    assert paths
    assert not failed


def test_every_case_opens_for_the_clerk_or_is_hidden(demo: Demo) -> None:
    with demo.app.app_context(), transaction() as session:
        clerk = session.scalar(select(Person.id).where(Person.login == "liwenjing"))
        cases = session.execute(select(Case.number, Case.restricted)).all()
    assert clerk is not None
    client = signed_in(demo.app, clerk)
    answers = {row.number: (row.restricted, client.get(f"/office/cases/{row.number}").status_code) for row in cases}

    assert {code for restricted, code in answers.values() if not restricted} == {200}
    assert {code for restricted, code in answers.values() if restricted} <= {404}


def test_loading_again_keeps_the_cases_and_renews_the_passwords(demo: Demo) -> None:
    with demo.app.app_context():
        with transaction() as session:
            before = session.scalar(select(func.count()).select_from(Case))
        again = load_demo(demo.now)
        with transaction() as session:
            after = session.scalar(select(func.count()).select_from(Case))
            person = session.scalar(select(Person).where(Person.login == again[0].login))

            assert after == before
            assert person is not None
            check_password(again[0].password, again[0].login)
            assert verify_password(person.password_hash, again[0].password)


@pytest.mark.usefixtures("core")
def test_a_real_office_is_never_touched(demo: Demo) -> None:
    with transaction() as session:
        make_case(session)

    with pytest.raises(Refused, match="不能装入示范数据"):
        load_demo(demo.now)


def test_a_second_start_prints_the_same_accounts(demo: Demo) -> None:
    with demo.app.app_context():
        (settings_of().data_dir / KEPT).unlink(missing_ok=True)
        first, second = prepare(demo.now), prepare(demo.now)

        assert first == second
        assert "liwenjing" in first
        assert (settings_of().data_dir / KEPT).stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("core")
def test_an_office_of_ones_own_is_left_alone(demo: Demo) -> None:
    with transaction() as session:
        make_person(session, "somebody", Role.CLERK)

    assert prepare(demo.now) == ""
    assert not (settings_of().data_dir / KEPT).exists()
