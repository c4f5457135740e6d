"""A unit whose case goes to another, or into another case, hears that it has nothing more to do with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from opinion_app.records.notice import Notice
from opinion_app.records.transaction import transaction
from opinion_app.rules import links
from opinion_app.rules.words import NoticeChannel
from opinion_app.steps.triage import merging, operations
from opinion_app.steps.triage.assigning import reassign
from tests.builders.life import Office, assigned, handling_case, make_office
from tests.builders.office import NOW


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


def told(office: Office, words: str) -> set[tuple[int | None, str, str]]:
    """Who hears those words inside the service, of which case, and where the letter leads to."""
    query = select(Notice).where(Notice.subject.contains(words), Notice.channel == NoticeChannel.IN_APP)
    rows = list(office.session.scalars(query))
    assert office.session.scalar(select(func.count(Notice.id)).where(Notice.subject.contains(words))) == len(rows), "no mail"
    return {(row.person_id, row.subject.split()[0], row.link) for row in rows}


def test_a_unit_whose_case_goes_to_another_is_told_and_led_to_no_page_it_may_not_see(office: Office) -> None:
    case = handling_case(office)
    reassign(office.session, case, office.clerk, NOW, office.roads.id, "属于村镇建设")
    assert told(office, "已改派，您单位不用再办理") == {(office.finance_handler.id, case.number, links.NOTICES)}


def test_units_hear_that_their_case_goes_into_another_and_that_it_is_taken_out_again(office: Office) -> None:
    case, other = handling_case(office), handling_case(office)
    merging.merge(office.session, other, office.clerk, NOW, case.number, "同一件事")
    both = {(who.id, other.number, links.case(other.number)) for who in (office.finance_handler, office.roads_head)}
    assert told(office, "已并入另一件，您单位不用再单独办理") == both
    merging.unmerge(office.session, other, office.clerk, NOW, "不是同一件事")
    assert told(office, "已拆分，请接着办理") == both


def test_units_hear_that_their_case_goes_to_another_authority(office: Office) -> None:
    case = assigned(office)
    operations.refer(office.session, case, office.clerk, NOW, "县水务局", "不属于本镇办理", None)
    units = {office.finance_head.id, office.finance_handler.id, office.roads_head.id}
    assert told(office, "已转出，您单位不用再办理") == {(who, case.number, links.case(case.number)) for who in units}
