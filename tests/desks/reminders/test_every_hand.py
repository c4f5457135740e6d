"""Every act of the life that gives a case into other hands says what is due and when, by mail where no digest would in time.

The acts are taken from the table of the life: one that moves a case to another desk and is not among these fails the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.reminders.operations import queue_digests, queue_rungs
from opinion_app.desks.reminders.rehearsal import rehearse
from opinion_app.flow import clocks
from opinion_app.flow.cases import facts_of
from opinion_app.flow.outbox import RUNG
from opinion_app.flow.roster import roster
from opinion_app.records.case import Case
from opinion_app.records.job import JobRun
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.deadline_rules import OwedBy
from opinion_app.rules.facts import AssignmentFacts, CaseFacts
from opinion_app.rules.life import ACTS, holder
from opinion_app.rules.recipients import Owing, recipients
from opinion_app.rules.words import (
    OFFICE_GATES,
    AnswerMethod,
    AssignmentState,
    Kind,
    NoticeChannel,
    Procedure,
    Role,
    Stage,
    UnitRole,
    Urgency,
)
from opinion_app.rules.zone import local_date, parse_moment
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.handling import operations as handling
from opinion_app.steps.reply import operations as reply
from opinion_app.steps.review import operations as review
from opinion_app.steps.triage import assigning, merging
from opinion_app.steps.triage import operations as triage
from opinion_app.steps.triage.assigning import Allotment
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import REPLY, Office, give_addresses, make_office
from tests.builders.office import make_case, make_person

CAME, DAY = parse_moment("2026-11-23T09:00"), "2026-11-26"  # an 咨询 of that Monday is due on the Thursday
ACTED = parse_moment(f"{DAY}T09:30")
Do = Callable[[Office, Case, datetime], None]
SORTS = {kind: Classification(kind, "城建", Urgency.NORMAL, Procedure.ORDINARY) for kind in (Kind.INQUIRY, Kind.HELP)}


def assign(office: Office, case: Case, at: datetime) -> None:
    assigning.assign(
        office.session, case, office.clerk, at, SORTS[case.kind], Allotment(office.finance.id, [], "请办"), know_late=True
    )


def reply_alone(office: Office, case: Case, at: datetime) -> None:
    """Nothing but the reply is owed."""
    kept = clocks.reply_clock(office.session, case.id)
    for clock in clocks.open_clocks(office.session, case.id):
        if clock is not kept:
            clocks.end_clock(clock, at, "", clock.state.MET)
    office.session.flush()


def accept(office: Office, case: Case, at: datetime) -> None:
    triage.accept(office.session, case, office.clerk, at, SORTS[case.kind])


def propose(office: Office, case: Case, at: datetime) -> None:
    triage.propose(office.session, case, office.clerk, at, "请批示", None)


def instruct(office: Office, case: Case, at: datetime) -> None:
    triage.instruct(office.session, case, office.leader, at, "请速办")


def ask_return(office: Office, case: Case, at: datetime) -> None:
    handling.ask_return(office.session, case, office.finance_head, at, "不属我单位职责范围，请另派")


def agree(office: Office, case: Case, at: datetime) -> None:
    assigning.decide_return(office.session, case, office.clerk, at, agree=True, opinion="同意")


def reassign(office: Office, case: Case, at: datetime) -> None:
    assigning.reassign(office.session, case, office.clerk, at, office.roads.id, "职责调整", know_late=True)


def sign_for(office: Office, case: Case, at: datetime) -> None:
    handling.sign_for(office.session, case, office.finance_head, at, office.finance_handler.id)


def name_another(office: Office, case: Case, at: datetime) -> None:
    other = office.session.scalars(select(Person).where(Person.login == "other")).one()
    handling.name_handler(office.session, case, office.finance_head, at, other.id)


def submit(office: Office, case: Case, at: datetime) -> None:
    reply.save_draft(office.session, case, office.finance_handler, at, REPLY)
    reply.submit(office.session, case, office.finance_handler, at)


def head(office: Office, case: Case, at: datetime, *, passed: bool = True) -> None:
    review.check_unit_head(office.session, case, office.finance_head, at, passed=passed, opinion="请补充")


def gates(office: Office, case: Case, at: datetime, *, passed: bool = True) -> None:
    review.check_gates(office.session, case, office.reviewer, at, dict.fromkeys(OFFICE_GATES, passed), "请补充")


def sign_off(office: Office, case: Case, at: datetime, *, passed: bool = True) -> None:
    review.sign_off(office.session, case, office.leader, at, passed=passed, opinion="请补充")


def answer(office: Office, case: Case, at: datetime) -> None:
    closing.answer(office.session, case, office.clerk, at, AnswerMethod.ONLINE)


def decline(office: Office, case: Case, at: datetime) -> None:
    triage.decline(office.session, case, office.clerk, at, "不属受理范围", "请向法院反映", "县法院", None)


def merge(office: Office, case: Case, at: datetime) -> None:
    other = make_case(office.session, office.clerk, now=CAME, kind=case.kind)
    merging.merge(office.session, case, office.clerk, at, other.number, "同一诉求")


def unmerge(office: Office, case: Case, at: datetime) -> None:
    merging.unmerge(office.session, case, office.clerk, at, "不是同一诉求")


def reopen(office: Office, case: Case, at: datetime) -> None:
    closing.reopen(office.session, case, office.clerk, at, "来信人补充了情况")


def refused(act: Callable[..., None]) -> Do:
    return lambda office, case, at: act(office, case, at, passed=False)


HANDLED: tuple[Do, ...] = (assign, sign_for)
REVIEWED: tuple[Do, ...] = (*HANDLED, submit)
SIGNED: tuple[Do, ...] = (*REVIEWED, head, gates, sign_off)
# The act, what is done before it, itself, who has the case by it.
HANDS: list[tuple[str, tuple[Do, ...], Do, set[str]]] = [
    ("assign", (), assign, {"finance_head"}),
    ("propose", (), propose, {"leader"}),
    ("instruct", (propose,), instruct, {"clerk", "clerk2"}),
    ("decide_return", (assign, ask_return), agree, {"clerk", "clerk2"}),
    ("decide_return", (assign, propose, ask_return), agree, {"leader"}),
    ("reassign", HANDLED, reassign, {"roads_head"}),
    ("sign_for", (assign,), sign_for, {"finance_handler"}),
    ("name_handler", HANDLED, name_another, {"other"}),
    ("submit_reply", HANDLED, submit, {"finance_head"}),
    ("check_unit_head", REVIEWED, head, {"reviewer"}),
    ("check_unit_head", REVIEWED, refused(head), {"finance_handler"}),
    ("check_gates", (*REVIEWED, head), gates, {"leader"}),
    ("check_gates", (*REVIEWED, head), refused(gates), {"finance_handler"}),
    ("sign_off", (*REVIEWED, head, gates), sign_off, {"clerk", "clerk2"}),
    ("sign_off", (*REVIEWED, head, gates), refused(sign_off), {"finance_handler"}),
    ("unmerge", (accept, merge), unmerge, {"clerk", "clerk2"}),
    ("unmerge", (*HANDLED, reply_alone, merge), unmerge, {"finance_handler"}),
    ("reopen", (*SIGNED, answer), reopen, {"finance_handler"}),
    ("reopen", (decline,), reopen, {"clerk", "clerk2"}),
    ("reopen", (propose, decline), reopen, {"leader"}),
]
ANEW = {"reopen"}  # its time begins anew, so that nothing of it presses


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    with transaction() as session:
        made = make_office(session)
        make_person(session, "clerk2", Role.CLERK)
        make_person(session, "other", Role.HANDLER, unit=made.finance)
        give_addresses(session)
        yield made


def brought_there(office: Office, kind: Kind, before: tuple[Do, ...]) -> Case:
    """A case of which by that Thursday morning all that came before is done and only the reply is owed; the digest is out."""
    case = make_case(office.session, office.clerk, now=CAME, kind=kind)
    for step in before:
        step(office, case, CAME)
    reply_alone(office, case, CAME)
    slot = parse_moment(f"{DAY}T08:30")
    queue_digests(office.session, slot)
    done = {"started_at": slot, "finished_at": slot, "succeeded": True, "runner": "r1", "report": ""}
    office.session.add(JobRun(job="digest", slot=slot, **done))
    queue_rungs(office.session, parse_moment(f"{DAY}T08:31"))
    return case


def told(office: Office, case: Case, channel: NoticeChannel) -> list[tuple[str, str, str]]:
    """Who was told of the case since it was acted on: whom, subject, text."""
    query = select(Notice).where(Notice.channel == channel, Notice.created_at >= ACTED, Notice.subject.contains(case.number))
    rows = office.session.scalars(query.order_by(Notice.id)).all()
    return [(row.person.login, row.subject, row.lines[0]["text"]) for row in rows if row.person is not None]


def owing(office: Office, case: Case) -> set[int]:
    """Who owes the next step by the rules."""
    held, people = Owing(OwedBy.HOLDER.value), roster(office.session, local_date(ACTED))
    return {one.person_id for one in recipients(held, facts_of(office.session, case), people)}


def named(office: Office, ids: set[int]) -> set[str]:
    return {person.login for person in office.session.scalars(select(Person).where(Person.id.in_(ids)))}


@pytest.mark.parametrize(("name", "before", "act", "hands"), HANDS)
def test_n02_on_the_day_it_is_due_each_hand_it_comes_into_hears_the_date_by_mail_and_once(
    office: Office, name: str, before: tuple[Do, ...], act: Do, hands: set[str]
) -> None:
    case = brought_there(office, Kind.INQUIRY, before)
    had = owing(office, case) if case.stage.is_open else set[int]()
    act(office, case, ACTED)
    assert hands <= named(office, owing(office, case)), "the case is theirs by the rules"
    if name in ANEW:
        return
    drafts = rehearse(office.session, parse_moment(f"{DAY}T09:31")).drafts
    expected = {draft.name for draft in drafts if draft.category == RUNG and not draft.waiting}
    before_run = len(told(office, case, NoticeChannel.IN_APP))
    queue_rungs(office.session, parse_moment(f"{DAY}T09:31"))
    by_run = told(office, case, NoticeChannel.IN_APP)[before_run:]
    assert {login for login, *_ in by_run} == {
        person.login for person in office.session.scalars(select(Person).where(Person.name.in_(expected)))
    }, "the rehearsal names whom the run tells"
    for at in ("12:00", "17:59"):
        queue_rungs(office.session, parse_moment(f"{DAY}T{at}"))
    mails = told(office, case, NoticeChannel.MAIL)
    by_mail = [login for login, subject, text in mails if "今天到期" in subject and "今天到期" in text]
    assert hands | named(office, owing(office, case) - had) <= set(by_mail)
    assert len(mails) == len({login for login, *_ in mails}), f"nobody twice: {mails}"


@pytest.mark.parametrize(("name", "before", "act", "hands"), HANDS)
def test_n02_what_is_not_due_yet_is_told_inside_with_its_date(
    office: Office, name: str, before: tuple[Do, ...], act: Do, hands: set[str]
) -> None:
    case = brought_there(office, Kind.HELP, before)
    act(office, case, ACTED)
    queue_rungs(office.session, parse_moment(f"{DAY}T09:31"))
    dated = {login for login, _subject, text in told(office, case, NoticeChannel.IN_APP) if "答复：还剩" in text}
    assert hands <= dated
    if name not in ANEW | {"assign", "reassign"}:  # a reopened case is told by mail whatever its date, a unit's own dates press
        assert told(office, case, NoticeChannel.MAIL) == []


def test_every_act_that_moves_a_case_to_another_desk_is_among_these() -> None:
    part = AssignmentFacts(1, 7, UnitRole.LEAD, AssignmentState.SIGNED)
    case = CaseFacts(1, "LY2026-000001", Stage.RECEIVED)

    def desk(stage: Stage) -> tuple[str, int | None] | None:
        at = holder(replace(case, stage=stage, assignments=() if stage is Stage.RECEIVED else (part,)))
        return (at.desk, at.unit_id) if at is not None else None

    moving = {
        act.name
        for act in ACTS.values()
        for stage in act.stages
        for to in act.to
        if desk(to) is not None and desk(to) != desk(stage)
    }
    assert moving - {name for name, *_ in HANDS} == set()
