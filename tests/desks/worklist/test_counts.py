"""The figures of the worklist: each is the number of rows its view shows, and true again after every act."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.desks.worklist import queries
from opinion_app.desks.worklist.queries import Wanted, moment, nav_counts
from opinion_app.desks.worklist.tabs import Tab, tabs_of
from opinion_app.flow.cases import facts_of, gates_passed, latest_reply
from opinion_app.records.actors import actor_of
from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case, CaseGrant
from opinion_app.records.reply import Reply, ReplyCheck
from opinion_app.records.transaction import transaction
from opinion_app.rules.facts import Actor
from opinion_app.rules.permissions import can_see
from opinion_app.rules.reply import review_step
from opinion_app.rules.words import (
    OFFICE_GATES,
    AnswerMethod,
    AssignmentState,
    Disclosure,
    FindingKind,
    Gate,
    Kind,
    ReplyState,
    ReviewStep,
    Role,
    Stage,
    UnitRole,
)
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.handling import operations as handling
from opinion_app.steps.reply import operations as reply
from opinion_app.steps.review import operations as review
from opinion_app.steps.triage import assigning, merging
from opinion_app.steps.triage.assigning import Allotment
from tests.builders.life import HELP, REPLY, Office, approved, forwarded, make_office
from tests.builders.office import NOW, make_case, make_person, make_unit, seed

STEPS: dict[Stage, list[ReviewStep | None]] = {
    stage: [ReviewStep.UNIT_HEAD, ReviewStep.GATES, ReviewStep.SIGN_OFF] if stage is Stage.UNDER_REVIEW else [None]
    for stage in Stage
}


def scatter(session: Session, pick: random.Random) -> list[Actor]:
    """An office with cases in every stage, restricted and accusing ones among them; answers its people."""
    tops = [make_unit(session, f"单位{n}") for n in range(2)]
    units = [*tops, *(make_unit(session, f"下属{n}", parent_id=pick.choice(tops).id) for n in range(2))]
    held = [*([role] for role in Role for _ in range(3)), *(pick.sample(list(Role), 3) for _ in range(6))]
    people = [
        make_person(session, f"p{n}", *roles, unit=[*units, None][n % 5], handles_accusations=pick.random() < 0.3)
        for n, roles in enumerate(held)
    ]
    for _ in range(60):
        accused = pick.choice([None, None, None, *units])
        case = make_case(
            session,
            kind=Kind.ACCUSATION if accused else Kind.HELP,
            accused="某人" if accused else "",
            accused_unit_id=accused.id if accused else None,
            concerns_official=accused is not None and pick.random() < 0.6,
        )
        _place(session, case, pick, [unit.id for unit in units], [person.id for person in people])
    session.flush()
    return [actor_of(session, person) for person in people]


def _place(session: Session, case: Case, pick: random.Random, units: list[int], people: list[int]) -> None:
    case.stage = pick.choice([*Stage, *[Stage.UNDER_REVIEW] * 6])
    case.review_step = pick.choice(STEPS[case.stage])
    case.needs_leader, case.to_publish = pick.random() < 0.2, case.stage is Stage.CLOSED and pick.random() < 0.5
    case.next_due_at = pick.choice([None, *(NOW + timedelta(hours=hours) for hours in (-30, 1, 30, 700))])
    case.next_warn_at = pick.choice([None, NOW - timedelta(hours=1), NOW + timedelta(hours=9)])
    taking_part = pick.sample(units, pick.choice((0, 1, 2)))
    for place, unit in enumerate(taking_part):
        state = pick.choice([*[AssignmentState.SIGNED] * 4, *AssignmentState])
        role = UnitRole.SUPPORT if place else UnitRole.LEAD
        session.add(Assignment(case_id=case.id, unit_id=unit, role=role, state=state, assigned_at=NOW))
        if role is UnitRole.LEAD and state.is_active:
            case.lead_unit_id, case.handler_id = unit, pick.choice([None, *people])
    for person in pick.sample(people, 2) if case.restricted else ():
        session.add(CaseGrant(case_id=case.id, person_id=person, granted_at=NOW))


@pytest.mark.parametrize("start", range(3))
def test_every_figure_is_the_number_of_visible_cases_its_view_shows(core: Flask, start: int) -> None:
    with transaction() as session:
        seed(session)
        actors = scatter(session, random.Random(start))
        at = moment(session, NOW)
        facts = {case.id: facts_of(session, case) for case in session.scalars(select(Case))}
        counted: dict[str, int] = {}
        for actor in actors:
            figures = nav_counts(session, actor, NOW)
            for tab in tabs_of(actor):
                named = f"{actor} {tab.key}"
                pages = [Wanted(tab, page=number) for number in (1, 2)]
                listed = {case.id for page in pages for case in queries.rows_of(session, actor, page, at)}
                # the view by its condition alone, and then one case after another asked whether this person may see it
                waiting = session.scalars(select(Case.id).where(tab.condition(actor, at)))
                expected = {number for number in waiting if can_see(actor, facts[number])}
                assert listed == expected, named
                assert figures[tab.key] == len(expected), named
                counted[tab.key] = counted.get(tab.key, 0) + len(expected)

    often = ("received", "to_sign", "handling", "head_check", "gates", "sign_off", "open", "overdue")
    assert not [key for key in often if not counted[key]]


def test_d13_a_merged_letter_is_in_the_office_s_lists_of_dates_as_long_as_its_report_is_owed(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        letter, survivor = forwarded(office, date(2026, 12, 15)), approved(office)
        plain = make_case(session, office.clerk)
        for case in (letter, plain):
            merging.merge(session, case, office.clerk, NOW, survivor.number, "同一件事", know_late=True)
        found = {
            now: {tab.key for tab in tabs_of(office.clerk) if letter.id in shown(session, office.clerk, tab, now)}
            for now in (NOW, NOW + timedelta(days=21), NOW + timedelta(days=23))
        }
        assert list(found.values()) == [{"open"}, {"open", "soon"}, {"open", "overdue"}]
        late, due = NOW + timedelta(days=23), {tab.key: tab for tab in tabs_of(office.clerk)}
        assert nav_counts(session, office.clerk, late)["overdue"] == len(shown(session, office.clerk, due["overdue"], late)) == 2
        assert plain.id not in shown(session, office.clerk, due["open"], late), "it owes nothing"
        heads = [tab for tab in tabs_of(office.finance_head) if letter.id in shown(session, office.finance_head, tab, late)]
        assert not heads, "the report is the office's to make"
        closing.report_back(session, letter, office.clerk, late, "云政〔2026〕1号", date(2026, 12, 16), "已办结")
        assert not [tab.key for tab in due.values() if letter.id in shown(session, office.clerk, tab, late)]


def shown(session: Session, actor: Actor, tab: Tab, now: datetime) -> set[int]:
    """The cases in that view of the person, as many as its figure says."""
    session.flush()
    session.info.clear()
    listed = {case.id for case in queries.rows_of(session, actor, Wanted(tab), moment(session, now))}
    assert nav_counts(session, actor, now)[tab.key] == len(listed)
    return listed


class Life:
    """One case on its way, with the figures of everybody concerned after each act."""

    def __init__(self, session: Session) -> None:
        self.session, self.office = session, make_office(session)
        self.case = make_case(session, self.office.clerk)

    def now_at(self, *expected: tuple[Actor, str]) -> None:
        """The case waits in exactly these views of these people, the general ones aside; and with the step its checks say."""
        self.session.flush()
        office: Office = self.office
        people = (office.clerk, office.reviewer, office.leader, office.finance_head, office.finance_handler, office.roads_head)
        found = {
            (person.name, key)
            for person in people
            for key, figure in nav_counts(self.session, person, NOW).items()
            if figure and key not in ("open", "soon", "overdue")
        }
        assert found == {(person.name, key) for person, key in expected}
        latest = latest_reply(self.session, self.case.id)
        reviewed = self.case.stage is Stage.UNDER_REVIEW
        assert self.case.review_step is (review_step(gates_passed(latest)) if reviewed else None)
        self.session.info.clear()  # what a next request would not remember


def test_the_figures_follow_a_case_through_its_life(core: Flask) -> None:
    with transaction() as session:
        seed(session)
        life = Life(session)
        office, case = life.office, life.case
        clerk, head, handler, roads = office.clerk, office.finance_head, office.finance_handler, office.roads_head
        life.now_at((clerk, "received"))
        assigning.assign(session, case, clerk, NOW, HELP, Allotment(office.finance.id, [office.roads.id], ""))
        life.now_at((head, "to_sign"), (handler, "to_sign"), (roads, "to_sign"), (roads, "supporting"))
        handling.sign_for(session, case, head, NOW, handler.id)
        working = ((head, "handling"), (handler, "handling"), (handler, "mine"), (roads, "to_sign"), (roads, "supporting"))
        life.now_at(*working)
        reply.save_draft(session, case, handler, NOW, REPLY)
        reply.submit(session, case, handler, NOW)
        always = ((handler, "mine"), (roads, "to_sign"), (roads, "supporting"))
        life.now_at((head, "head_check"), *always)
        review.check_unit_head(session, case, head, NOW, passed=False, opinion="请补充")
        life.now_at(*working)
        reply.save_draft(session, case, handler, NOW, REPLY + "谢谢。")
        reply.submit(session, case, handler, NOW)
        review.check_unit_head(session, case, head, NOW, passed=True)
        life.now_at((office.reviewer, "gates"), *always)
        review.check_gates(session, case, office.reviewer, NOW, {OFFICE_GATES[0]: True})
        life.now_at((office.reviewer, "gates"), *always)
        review.check_gates(session, case, office.reviewer, NOW, dict.fromkeys(OFFICE_GATES, True))
        life.now_at((office.leader, "sign_off"), *always)
        review.sign_off(session, case, office.leader, NOW, passed=True)
        life.now_at((clerk, "to_answer"), (head, "unit_to_answer"), (handler, "unit_to_answer"), *always)
        closing.answer(session, case, clerk, NOW, AnswerMethod.ONLINE)
        life.now_at((clerk, "to_close"), *always)
        case.disclosure = Disclosure.PUBLIC
        closing.close(session, case, clerk, NOW)
        life.now_at((clerk, "to_publish"))


def test_an_act_that_is_no_check_leaves_the_review_where_it_is(core: Flask) -> None:
    with transaction() as session:
        seed(session)
        life = Life(session)
        office, case = life.office, life.case
        assigning.assign(session, case, office.clerk, NOW, HELP, Allotment(office.finance.id, [], ""))
        handling.sign_for(session, case, office.finance_head, NOW, office.finance_handler.id)
        reply.save_draft(session, case, office.finance_handler, NOW, REPLY)
        reply.submit(session, case, office.finance_handler, NOW)
        review.check_unit_head(session, case, office.finance_head, NOW, passed=True)
        handling.note(session, case, office.clerk, NOW, FindingKind.CONTACT, "已电话告知进展")
        assert case.review_step is ReviewStep.GATES
        assigning.reassign(session, case, office.clerk, NOW, office.roads.id, "职责调整")
        assert case.review_step is None


def test_a_check_of_another_wording_opens_no_gate(core: Flask) -> None:
    with transaction() as session:
        case = make_case(session)
        row = Reply(case_id=case.id, version_no=1, text="甲", text_hash="a", state=ReplyState.SUBMITTED, drafted_at=NOW)
        person = make_person(session, "head", Role.UNIT_HEAD)
        checks = [("b", Gate.UNIT_HEAD), ("a", Gate.POLITICAL)]
        row.checks = [
            ReplyCheck(gate=gate, passed=True, text_hash=text, checked_by_id=person.id, checked_at=NOW) for text, gate in checks
        ]
        session.add(row)
        session.flush()

        assert review_step(gates_passed(row)) is ReviewStep.UNIT_HEAD
