"""A 催办 or 督办 by hand that its unit cannot hear goes up the same way as every reminder, or is refused (N09)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from opinion_app.desks.outbox.operations import Sender, claim
from opinion_app.desks.supervising.operations import Issued, ask
from opinion_app.flow.supervise import Asked
from opinion_app.records.case import Case, CaseGrant
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.records.supervision import Supervision
from opinion_app.records.transaction import transaction
from opinion_app.rules import links
from opinion_app.rules.errors import Invalid
from opinion_app.rules.reminder_words import SupervisionKind
from opinion_app.rules.words import NoticeChannel, Role
from opinion_app.rules.zone import local_date
from tests.builders.life import Office, handling_case, make_office
from tests.builders.office import NOW, make_person, make_unit
from tests.support.client import client_for, pick

DUE = local_date(NOW) + timedelta(days=2)
FINANCE = ("finance_head", "finance_handler")
KINDS = pytest.mark.parametrize("kind", [SupervisionKind.URGE, SupervisionKind.SUPERVISE])


@dataclass
class House:
    """An office whose finance unit leads a case and lies under a unit with a head and an administrator beside it."""

    session: Session
    office: Office
    case: Case

    def away(self, *logins: str) -> None:
        """These people are on leave."""
        self.session.execute(update(Person).where(Person.login.in_(logins)).values(leave_from=local_date(NOW)))

    def ask(self, kind: SupervisionKind = SupervisionKind.SUPERVISE) -> Issued:
        """The clerk asks the finance unit."""
        return ask(self.session, self.case, Asked(kind, "请办", self.office.finance.id, DUE), self.office.clerk, NOW)

    def told(self) -> dict[str, dict[str, Any]]:
        """What each was told inside, by login."""
        query = select(Person.login, Notice).join(Notice, Notice.person_id == Person.id)
        query = query.where(Notice.subject.contains("督办") | Notice.subject.contains("催办"))
        rows = self.session.execute(query.where(Notice.channel == NoticeChannel.IN_APP)).all()
        return {login: notice.lines[0] | {"subject": notice.subject, "page": notice.link} for login, notice in rows}


@pytest.fixture
def house(core: Flask) -> Iterator[House]:
    with transaction() as session:
        office = make_office(session)
        above = make_unit(session, "经济发展办")
        office.finance.parent_id = above.id
        make_person(session, "above_head", Role.UNIT_HEAD, unit=above, name="高主任", email="above@office.test")
        make_person(session, "admin", Role.ADMINISTRATOR, name="管理员", email="admin@office.test")
        yield House(session, office, handling_case(office))


def is_blind(line: dict[str, Any], case: Case) -> bool:
    """Number and dates, and nothing that needs a right to see the case."""
    return (line["number"], line["kind"], line["link"], line["page"]) == (case.number, "", "", links.NOTICES)


@KINDS
def test_n09_where_the_unit_is_away_the_head_above_hears_number_and_date(house: House, kind: SupervisionKind) -> None:
    house.away(*FINANCE)
    issued = house.ask(kind)
    line = house.told()["above_head"]
    assert is_blind(line, house.case)
    assert (line["text"], line["reason"]) == (f"{kind.label}，请于 {DUE} 前反馈", "下属单位无人在岗")
    assert "高主任（只告知编号和日期）" in issued.words
    assert house.case.title not in str(line)


def test_n09_the_deputy_stands_in_before_anybody_above(house: House) -> None:
    deputy = make_person(house.session, "deputy", Role.HANDLER, unit=house.office.finance, name="戴副")
    house.session.execute(update(Person).where(Person.login == "finance_head").values(deputy_id=deputy.id))
    house.away(*FINANCE)
    house.ask(SupervisionKind.URGE)
    assert set(house.told()) == {"deputy"}
    assert house.told()["deputy"]["reason"] == "范所长不在岗，由您代办"


def test_n09_of_a_restricted_case_the_administrator_hears_number_and_date_and_no_unit_above(house: House) -> None:
    house.case.restricted = True
    grants = [
        CaseGrant(case_id=house.case.id, person_id=one.id, granted_at=NOW)
        for one in (house.office.clerk, house.office.finance_head)
    ]
    house.session.add_all(grants)
    house.away(*FINANCE, "clerk", "leader")
    issued = house.ask()
    assert set(house.told()) == {"admin"}
    assert is_blind(house.told()["admin"], house.case)
    assert issued.words == "督办单第 1 号已发出，已通知：管理员（只告知编号和日期）。"


def test_n09_what_who_may_not_see_the_case_is_told_leaves_by_mail_too(house: House) -> None:
    house.away(*FINANCE, "leader")
    house.ask(SupervisionKind.URGE)
    taken = claim(house.session, "r1", Sender("opinion@office.test", "http://office.test"), NOW)
    assert taken is not None
    assert taken.recipient == "above@office.test"


@KINDS
def test_n09_where_nobody_at_all_is_there_it_is_refused_and_nothing_is_written(house: House, kind: SupervisionKind) -> None:
    house.away(*house.session.scalars(select(Person.login)))
    with pytest.raises(Invalid) as refusal:
        house.ask(kind)
    assert f"没有在岗的人可以收到这份{kind.label}" in refusal.value.fields["unit_id"]
    assert house.session.scalar(select(func.count(Supervision.id))) == 0
    assert house.told() == {}


def test_n09_the_page_says_whom_it_told_or_keeps_what_was_typed(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        office = make_office(session)
        number = handling_case(office).number
    clerk, act = client_for(app, "clerk"), f"/office/cases/{number}/urge"
    assert clerk.send(pick(clerk.forms(act), "/urge"), text="请尽快答复").status_code == 303
    assert "第 1 次催办已发出，已通知：方承办、范所长。" in clerk.get(f"/office/cases/{number}").text
    with app.app_context(), transaction() as session:
        session.execute(update(Person).values(leave_from=local_date(NOW)))
    refused = clerk.send(pick(clerk.forms(act), "/urge"), text="第二次请尽快答复")
    assert refused.status_code == 422
    assert "没有在岗的人可以收到这份催办" in refused.text
    assert "第二次请尽快答复" in refused.text
