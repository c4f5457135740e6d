"""The demonstration office loads on both engines and is an office one can work in."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from opinion_app.demo.load import load_demo
from opinion_app.files.store import AttachmentStore
from opinion_app.flow.trail import verify_trail
from opinion_app.records.attachment import Attachment
from opinion_app.records.case import Case
from opinion_app.records.current import settings_of
from opinion_app.records.move import Move
from opinion_app.records.person import Person
from opinion_app.records.publication import Publication
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import Refused
from opinion_app.rules.passwords import check_password, verify_password
from opinion_app.rules.words import PublicationState, Role
from tests.builders.office import make_case
from tests.demo.conftest import Demo
from tests.support.signed_in import signed_in


def test_the_trail_of_the_played_office_is_whole(demo: Demo) -> None:
    with demo.app.app_context(), transaction() as session:
        entries, broken = verify_trail(session)

    assert entries > 300
    assert broken is None


def test_enough_replies_are_public(demo: Demo) -> None:
    with demo.app.app_context(), transaction() as session:
        published = session.scalars(select(Publication).where(Publication.state == PublicationState.PUBLISHED)).all()
        texts = [row.title + row.question + row.answer for row in published]

    assert len(texts) >= 12
    assert not [text for text in texts if "139875" in text]


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
        for account in demo.accounts[:2]:
            check_password(account.password, account.login)
            assert verify_password(people[account.login].password_hash, account.password)
            assert not people[account.login].must_change_password


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
            assert verify_password(person.password_hash, again[0].password)


@pytest.mark.usefixtures("core")
def test_a_real_office_is_never_touched(demo: Demo) -> None:
    with transaction() as session:
        make_case(session)

    with pytest.raises(Refused, match="不能装入示范数据"):
        load_demo(demo.now)
