"""A unit whose case goes to another, or into another case, hears that it has nothing more to do with it."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from opinion_app.records.notice import Notice
from opinion_app.records.transaction import transaction
from opinion_app.rules.words import NoticeChannel
from opinion_app.steps.triage import merging
from opinion_app.steps.triage.assigning import reassign
from tests.builders.life import handling_case, make_office
from tests.builders.office import NOW


def test_a_unit_whose_case_is_taken_from_it_is_told_inside(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        case, other = handling_case(office), handling_case(office)
        reassign(session, case, office.clerk, NOW, office.roads.id, "属于村镇建设")
        merging.merge(session, other, office.clerk, NOW, case.number, "同一件事")
        query = select(Notice.person_id, Notice.subject, Notice.channel).where(Notice.subject.contains("不用再"))
        told = {tuple(row) for row in session.execute(query)}
        inside = NoticeChannel.IN_APP
        gone, merged = f"{case.number} 已改派，您单位不用再办理", f"{other.number} 已并入另一件，您单位不用再单独答复"
        assert told == {
            (office.finance_handler.id, gone, inside),
            (office.finance_handler.id, merged, inside),
            (office.roads_head.id, merged, inside),
        }
