"""A step that somebody else has while the letter about it waits is asked of them first, by one letter (N01, N03)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.people import operations as people
from opinion_app.desks.reminders.operations import queue_rungs
from opinion_app.flow import accounts, handing_on
from opinion_app.flow.looking import Looking
from opinion_app.flow.outbox import tell
from opinion_app.flow.recheck import asked_of_others
from opinion_app.flow.stand_ins import look_at_pressing_again
from opinion_app.records.actors import actor_of
from opinion_app.records.notice import Notice
from opinion_app.records.person import LeaderInCharge, Person
from opinion_app.rules.delivery import Outcome
from opinion_app.rules.recipients import Recipient
from opinion_app.rules.words import OFFICE_GATES, NoticeChannel, Role
from opinion_app.rules.zone import parse_moment
from opinion_app.steps.review import operations as review
from tests.builders.office import make_person, make_unit
from tests.desks.outbox.posted import DUE, kept, mailing, morning, post, round_
from tests.desks.outbox.test_given_away import under_review
from tests.desks.reminders.laddered import Office
from tests.support.queries import counting

AT = parse_moment(f"{DUE}T09:01")
ASKED = "LY2026-000001 答复稿送审，请审核（今天到期）"


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """The draft is with the head since nine on the day the reply is due, and the letter about it waits."""
    for made in mailing(core):
        morning(made, DUE)
        post(made, f"{DUE}T08:35")
        under_review(made)
        made.run(f"{DUE}T09:00")
        yield made


def roles(office: Office, login: str, *given: Role) -> None:
    accounts.set_roles(office.session, office.people[login], given, None, AT)


def told_inside(office: Office, after: str) -> list[str]:
    query = select(Person.login, Notice.subject).join(Person, Person.id == Notice.person_id).order_by(Notice.id)
    rows = office.session.execute(query.where(Notice.channel == NoticeChannel.IN_APP, Notice.created_at >= parse_moment(after)))
    return [f"{login} {subject}" for login, subject in rows]


def quiet(office: Office) -> None:
    assert [round_(office, f"{DUE}T{time}") for time in ("09:10", "17:00")] == [[], []], "the letter said the date"


@pytest.mark.parametrize("change", ["two heads", "moved"])
def test_n01_a_new_head_is_asked_before_the_ladder_looks_and_told_the_date_by_that_alone(office: Office, change: str) -> None:
    roles(office, "deputy", Role.UNIT_HEAD)
    if change == "moved":
        office.people["head"].unit_id = None
        office.session.flush()
        look_at_pressing_again(office.session, AT)
    else:
        roles(office, "head", Role.HANDLER)
    if change == "two heads":
        roles(office, "handler", Role.HANDLER, Role.UNIT_HEAD)
    asked = [f"deputy {ASKED}", *([f"handler {ASKED}"] if change == "two heads" else [])]
    assert round_(office, f"{DUE}T09:02") == asked
    assert sorted(told_inside(office, f"{DUE}T09:01")) == asked
    quiet(office)


def test_n01_a_third_head_while_no_mail_leaves_is_asked_inside_at_once_and_by_one_letter_in_the_end(office: Office) -> None:
    roles(office, "deputy", Role.UNIT_HEAD)
    roles(office, "head", Role.HANDLER)
    office.run(f"{DUE}T09:02")
    assert told_inside(office, f"{DUE}T09:01") == [f"deputy {ASKED}"], "no server is asked"
    post(office, f"{DUE}T09:02", Outcome.UNREACHABLE)
    roles(office, "handler", Role.HANDLER, Role.UNIT_HEAD)
    roles(office, "deputy", Role.HANDLER)
    office.run(f"{DUE}T09:03")
    assert told_inside(office, f"{DUE}T09:03") == [f"handler {ASKED}"]
    assert round_(office, f"{DUE}T09:04") == [f"handler {ASKED}"]
    assert kept(office, "deputy").last_error == "这一步已不由收件人办理"
    quiet(office)


def test_n01_another_leader_in_charge_is_asked_to_sign_by_one_letter(office: Office) -> None:
    post(office, f"{DUE}T09:00")
    head = actor_of(office.session, office.people["head"])
    reviewer = actor_of(office.session, make_person(office.session, "reviewer", Role.REVIEWER))
    review.check_unit_head(office.session, office.case, head, AT, passed=True)
    review.check_gates(office.session, office.case, reviewer, AT, dict.fromkeys(review.OFFICE_GATES, True))
    in_charge = office.session.scalars(select(LeaderInCharge)).one()
    in_charge.person = office.people["mayor"]
    office.session.flush()
    look_at_pressing_again(office.session, AT)
    assert round_(office, f"{DUE}T09:02") == ["mayor LY2026-000001 答复稿请签发（今天到期）"]
    quiet(office)


@pytest.mark.parametrize("change", ["roles", "left"])
def test_n09_where_nobody_is_head_any_more_the_step_is_asked_of_whoever_sees_to_it(office: Office, change: str) -> None:
    if change == "roles":
        roles(office, "head", Role.HANDLER)
    else:
        people.disable(office.session, office.people["head"], actor_of(office.session, office.people["clerk"]), AT)
    assert round_(office, f"{DUE}T09:02") == [f"clerk {ASKED}"]
    assert kept(office, "clerk").lines[0]["reason"] == "承办单位没有在岗的负责人，请您安排"
    quiet(office)


def test_n09_the_unit_above_hears_number_and_date_and_a_new_head_everything(office: Office) -> None:
    town = make_unit(office.session, "青川镇")
    office.people["head"].unit.parent_id = town.id  # type: ignore[union-attr]
    make_person(office.session, "above", Role.UNIT_HEAD, unit=town, email="above@office.test")
    roles(office, "head", Role.HANDLER)
    office.run(f"{DUE}T09:02")
    post(office, f"{DUE}T09:02", Outcome.UNREACHABLE)
    told = "above LY2026-000001 有一步无人办理，请您安排，2026年11月11日 周三 到期"
    assert told_inside(office, f"{DUE}T09:01") == [told]
    roles(office, "deputy", Role.UNIT_HEAD)
    assert round_(office, f"{DUE}T09:04") == [f"deputy {ASKED}"]
    quiet(office)


def test_n03_what_the_new_head_was_not_sent_before_gives_way_to_what_is_asked_now(office: Office) -> None:
    deputy = office.people["deputy"]
    tell(office.session, office.case, [deputy], "请尽快答复", "1", AT, mail=True)
    deputy.active = False
    post(office, f"{DUE}T09:01", Outcome.UNREACHABLE)
    deputy.active = True
    roles(office, "deputy", Role.UNIT_HEAD)
    roles(office, "head", Role.HANDLER)
    assert round_(office, f"{DUE}T09:02") == [f"deputy {ASKED}"]
    quiet(office)


def test_n05_one_letter_that_cannot_be_looked_at_keeps_no_other_back(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    deputy = office.people["deputy"]
    tell(office.session, office.case, [deputy], "请尽快答复", "k", AT, mail=True)
    broken = kept(office, "deputy")
    roles(office, "deputy", Role.UNIT_HEAD)
    roles(office, "head", Role.HANDLER)

    def asked(notice: Notice, look: Looking) -> tuple[Recipient, ...] | None:
        if notice.id == broken.id:
            raise ValueError("boom")
        return asked_of_others(notice, look)

    monkeypatch.setattr(handing_on, "asked_of_others", asked)
    done = queue_rungs(office.session, parse_moment(f"{DUE}T09:02"))
    assert [trouble.error for trouble in done.troubles] == [f"通知 {broken.id}：ValueError: boom"]
    assert told_inside(office, f"{DUE}T09:02") == [f"deputy {ASKED}"]


def test_n05_one_broken_letter_among_many_is_found_by_halves(
    core: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(31):
        tell(office.session, office.case, [office.people["clerk"]], "请尽快答复", f"k{number}", AT, mail=True)
    broken = kept(office, "clerk")
    roles(office, "deputy", Role.UNIT_HEAD)
    roles(office, "head", Role.HANDLER)

    def asked(notice: Notice, look: Looking) -> tuple[Recipient, ...] | None:
        if notice.id == broken.id:
            raise ValueError("boom")
        return asked_of_others(notice, look)

    with counting(core) as one_look:
        handing_on.hand_on(office.session, [broken], AT)
    monkeypatch.setattr(handing_on, "asked_of_others", asked)
    with counting(core) as sent:
        done = handing_on.ask_who_has_it_now(office.session, AT)
    assert ([trouble.error for trouble in done.troubles], done.notices) == ([f"通知 {broken.id}：ValueError: boom"], 2)
    assert len(sent) < 16 * len(one_look), "eleven looks, not thirty-three"


def test_n01_no_letter_is_made_for_who_was_asked_already(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    roles(office, "deputy", Role.UNIT_HEAD)
    roles(office, "head", Role.HANDLER)
    office.run(f"{DUE}T09:02")
    monkeypatch.setattr(handing_on, "letter_to", None)
    assert queue_rungs(office.session, parse_moment(f"{DUE}T09:03")).troubles == []


def test_n03_a_head_named_once_the_clerks_were_told_of_nobody_is_asked_as_a_head(core: Flask) -> None:
    for office in mailing(core):
        morning(office, DUE)
        post(office, f"{DUE}T08:35")
        roles(office, "head", Role.HANDLER)
        under_review(office)
        roles(office, "deputy", Role.UNIT_HEAD)
        sent = round_(office, f"{DUE}T09:02")
        inside = select(Notice.lines).where(Notice.person_id == office.people["deputy"].id, Notice.subject.contains("请审核"))
        [lines] = office.session.scalars(inside.where(Notice.channel == NoticeChannel.IN_APP))
        assert f"deputy {ASKED}" in sent
        assert not lines[0].get("reason")


def test_n14_a_run_counts_what_it_asks_of_others(office: Office) -> None:
    roles(office, "deputy", Role.UNIT_HEAD)
    roles(office, "head", Role.HANDLER)
    assert queue_rungs(office.session, parse_moment(f"{DUE}T09:02")).notices == 2, "inside, and by mail"


def test_n09_a_leader_in_charge_who_is_none_any_more_signs_nothing_and_the_other_leaders_are_asked(office: Office) -> None:
    """The unit still names them: what is sent to be signed now, and what waits for them already, goes to who can sign."""
    roles(office, "vice", Role.HANDLER)
    head = actor_of(office.session, office.people["head"])
    review.check_unit_head(office.session, office.case, head, AT, passed=True)
    reviewer = make_person(office.session, "reviewer", Role.REVIEWER, email="reviewer@office.test")
    review.check_gates(office.session, office.case, actor_of(office.session, reviewer), AT, dict.fromkeys(OFFICE_GATES, True))
    asked = "LY2026-000001 答复稿请签发（今天到期）"
    assert [line for line in round_(office, f"{DUE}T09:02") if asked in line] == [f"mayor {asked}"]
