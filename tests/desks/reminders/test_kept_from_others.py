"""Whoever may not know of a case is told of none of its acts: neither its kind nor a link to it (decisions 9).

The acts that give a case into other hands come from `test_every_hand`; beside them those that only tell of something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

import opinion_app
from opinion_app.desks.supervising.withdrawing import withdraw
from opinion_app.flow import assess, extension_requests, ratings
from opinion_app.flow.cases import facts_of
from opinion_app.flow.clock_changes import running_reply
from opinion_app.flow.clocks import end_clock
from opinion_app.flow.outbox import ACT
from opinion_app.flow.supervise import Asked, answer, issue, sheets
from opinion_app.records.actors import actor_of
from opinion_app.records.case import Case, CaseGrant
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.records.rating import Rating
from opinion_app.records.transaction import transaction
from opinion_app.rules.permissions import can_see
from opinion_app.rules.rating import Verdict
from opinion_app.rules.reminder_words import SupervisionKind
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import ClockState, Kind, Role
from opinion_app.rules.zone import local_date
from opinion_app.steps.handling import extending, suspending
from opinion_app.steps.handling import operations as handling
from opinion_app.steps.handling.extending import More
from opinion_app.steps.triage import assigning, merging
from opinion_app.steps.triage import operations as triage
from opinion_app.steps.triage.assigning import Allotment
from tests.builders.life import Office, give_addresses, make_office
from tests.builders.office import make_case, make_person
from tests.desks.reminders import test_every_hand as hands
from tests.desks.reminders.test_every_hand import CAME, HANDLED, Do
from tests.flow.test_assess import sheet

AT = CAME + timedelta(hours=1)


def assign(office: Office, case: Case, at: datetime) -> None:
    allotment = Allotment(office.finance.id, [office.roads.id], "请办")
    assigning.assign(office.session, case, office.clerk, at, hands.SORTS[case.kind], allotment, know_late=True)


def report_support(office: Office, case: Case, at: datetime) -> None:
    handling.sign_for(office.session, case, office.roads_head, at, office.roads_head.id)
    handling.report_support(office.session, case, office.roads_head, at, "线路老化需更换")


def keep(office: Office, case: Case, at: datetime) -> None:
    assigning.decide_return(office.session, case, office.clerk, at, agree=False, opinion="职责清单写明由你单位办理")


def add_unit(office: Office, case: Case, at: datetime) -> None:
    assigning.add_unit(office.session, case, office.clerk, at, office.roads.id, "请协助")


def merge(office: Office, case: Case, at: datetime) -> None:
    """Into another one that is kept from the same people."""
    other = make_case(office.session, office.clerk, now=CAME, kind=Kind.HELP)
    if case.restricted:
        other.restricted = True
        office.session.add(CaseGrant(case_id=other.id, person_id=office.clerk.id, granted_at=CAME))
        office.session.flush()
    merging.merge(office.session, case, office.clerk, at, other.number, "同一件事")


def refer(office: Office, case: Case, at: datetime) -> None:
    triage.refer(office.session, case, office.clerk, at, "县水务局", "不属于本镇办理", None)


def suspend(office: Office, case: Case, at: datetime) -> None:
    suspending.suspend(office.session, case, office.clerk, at, SuspensionGround.HEARING, at, "听证")


def resume(office: Office, case: Case, at: datetime) -> None:
    suspending.resume(office.session, case, office.clerk, at, at, "不用补了")


def ask_more(office: Office, case: Case, at: datetime) -> None:
    extending.ask(office.session, case, office.finance_head, at, More(amount=1), "采购灯具")


def grant(office: Office, case: Case, at: datetime) -> None:
    extending.decide(office.session, case, office.leader, at, agree=True, opinion="同意")


def voided(office: Office, case: Case, at: datetime) -> None:
    end_clock(running_reply(office.session, case), at, "", ClockState.MET)
    extension_requests.void_stale(office.session, case, at)


def supervise(office: Office, case: Case, at: datetime) -> None:
    asked = Asked(SupervisionKind.SUPERVISE, "请说明原因", office.finance.id, local_date(CAME) + timedelta(days=2))
    assert issue(office.session, case, asked, office.leader, at) is not None


def feed_back(office: Office, case: Case, at: datetime) -> None:
    answer(office.session, case, sheets(office.session, case.id)[0], office.finance_head, at, "正在抢修")


def take_back(office: Office, case: Case, at: datetime) -> None:
    by = actor_of(office.session, office.session.scalars(select(Person).where(Person.login == "leader2")).one())
    withdraw(office.session, case, sheets(office.session, case.id)[0].id, "已当面说明", by, at)


def assessed(office: Office, case: Case, at: datetime) -> None:
    assess.assess(office.session, case, office.clerk, at, sheet())


def approve(office: Office, case: Case, at: datetime) -> None:
    assess.approve(office.session, case, office.leader, at, passed=True, know_late=True)


def rate(office: Office, case: Case, at: datetime) -> None:
    bad = dict.fromkeys(("resolved", "time", "attitude"), Verdict.DISCONTENT)
    row = Rating(number=case.number, round=0, useful=False, reopen=False, submitted_at=at, comment="没修好", **bad)
    office.session.add(row)
    ratings.take_in(office.session, row, at)


# The act, what is done before it, itself, who does it and so may see the case that is kept from all others.
def name_one(office: Office, case: Case, at: datetime) -> None:
    """People are named for restricted cases alone."""
    if not case.restricted:
        case.restricted = True
        office.session.add(CaseGrant(case_id=case.id, person_id=office.clerk.id, granted_at=at))
        office.session.flush()
    triage.grant(office.session, case, office.clerk, at, "finance_head", "由其承办")


TOLD: list[tuple[str, tuple[Do, ...], Do, str]] = [
    ("instruct", HANDLED, hands.instruct, "leader"),
    ("ask_return", (assign,), hands.ask_return, "finance_head"),
    ("decide_return", (assign, hands.ask_return), keep, "clerk"),
    ("report_support", (assign, hands.sign_for), report_support, "roads_head"),
    ("add_unit", HANDLED, add_unit, "clerk"),
    ("merge", HANDLED, merge, "clerk"),
    ("refer", (assign,), refer, "clerk"),
    ("suspend", HANDLED, suspend, "clerk"),
    ("resume", (*HANDLED, suspend), resume, "clerk"),
    ("ask_extension", HANDLED, ask_more, "finance_head"),
    ("decide_extension", (*HANDLED, ask_more), grant, "leader"),
    ("void_extension", (*HANDLED, ask_more), voided, "clerk"),
    ("supervise_feedback", (*HANDLED, supervise), feed_back, "finance_head"),
    ("withdraw_sheet", (*HANDLED, supervise), take_back, "leader2"),
    ("assess", HANDLED, assessed, "clerk"),
    ("grant", HANDLED, name_one, "clerk"),
    ("approve_assessment", (*HANDLED, assessed), approve, "leader"),
    ("rated", (*hands.SIGNED, hands.answer), rate, "clerk"),
]
DOES = {
    "assign": "clerk",
    "propose": "clerk",
    "instruct": "leader",
    "decide_return": "clerk",
    "reassign": "clerk",
    "sign_for": "finance_head",
    "name_handler": "finance_head",
    "submit_reply": "finance_handler",
    "check_unit_head": "finance_head",
    "check_gates": "reviewer",
    "sign_off": "leader",
    "unmerge": "clerk",
    "reopen": "clerk",
}
GIVEN = [(name, before, act, DOES[name]) for name, before, act, _hands in hands.HANDS]
# Of a case that is never public nothing goes out, so that nobody is asked to look at what would (rules/permissions.never_public).
OUT_ONLY = {"plan_held", "check_history", "sign_history", "decide_disclosure", "ask_review"}


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    with transaction() as session:
        made = make_office(session)
        make_person(session, "clerk2", Role.CLERK)
        make_person(session, "leader2", Role.LEADER)
        make_person(session, "other", Role.HANDLER, unit=made.finance)
        make_person(session, "admin", Role.ADMINISTRATOR)
        give_addresses(session)
        yield made


def acted_on(office: Office, before: tuple[Do, ...], act: Do, kept_for: str = "") -> list[Notice]:
    """What is told by an act on a case, one that is kept from all but `kept_for` where somebody is named."""
    case = make_case(office.session, office.clerk, now=CAME, kind=Kind.HELP)
    for step in before:
        step(office, case, CAME)
    if kept_for:
        case.restricted = True
        person = office.session.scalars(select(Person).where(Person.login == kept_for)).one()
        office.session.add(CaseGrant(case_id=case.id, person_id=person.id, granted_at=CAME))
        office.session.flush()
    act(office, case, AT)
    own = Notice.case_id == case.id, Notice.category == ACT, Notice.created_at >= AT, Notice.person_id.is_not(None)
    return list(office.session.scalars(select(Notice).where(*own)))


def says_too_much(office: Office, notice: Notice) -> bool:
    """Whether a notice names kind or page of a case to somebody who may not see it."""
    case = office.session.get_one(Case, notice.case_id)
    person = office.session.get_one(Person, notice.person_id)
    hidden = not can_see(actor_of(office.session, person), facts_of(office.session, case))
    told = any(line.get("kind") or case.number in str(line.get("link", "")) for line in notice.lines)
    return hidden and (told or case.number in notice.link)


def test_of_an_act_on_a_case_that_is_kept_from_them_nobody_hears_kind_or_link(office: Office) -> None:
    for name, before, act, who in (*TOLD, *GIVEN):
        assert acted_on(office, before, act), f"{name} tells nobody of a case that everybody may see"
        assert [row for row in acted_on(office, before, act, who) if says_too_much(office, row)] == [], name
    [said] = acted_on(office, (*hands.SIGNED, hands.answer), rate, "clerk")
    assert (said.person_id, said.lines[0]["kind"]) == (office.clerk.id, "求助"), "whoever is named for the case hears"


def test_every_act_that_tells_somebody_is_among_these() -> None:
    """Taken from the keys of the letters: an act that tells and is walked by no row fails here."""
    root = Path(opinion_app.__file__).parent
    source = "".join(path.read_text() for room in ("flow", "steps", "desks") for path in (root / room).rglob("*.py"))
    telling = set(re.findall(r'f"(\w+):\{(?:done|row|request)\.id\}', source))
    assert len(telling) > 20
    assert telling - {name for name, *_ in (*TOLD, *GIVEN)} == OUT_ONLY
