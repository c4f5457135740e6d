"""The look before every attempt, not the first alone: what did not leave is made anew, what may have left stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, select

from opinion_app.desks.outbox.operations import Claimed, Sender, claim, confirm, retry
from opinion_app.desks.reminders.operations import queue_digests
from opinion_app.flow import clocks
from opinion_app.records.clock import Clock
from opinion_app.records.notice import Notice
from opinion_app.rules.delivery import CLAIM, Attempt, Outcome
from opinion_app.rules.words import NoticeChannel, NoticeState, Role
from opinion_app.rules.zone import parse_moment
from tests.builders.office import make_actor, make_person
from tests.desks.reminders.laddered import Office, laddered, with_case

SENDER = Sender("opinion@office.test", "http://office.test")
MORNING = parse_moment(
    "2026-11-12T08:31"
)  # the reply was due the day before: 催办通知 to handler and head, copied to the vice mayor
LATER = MORNING + timedelta(hours=2)
MINUTE = timedelta(minutes=1)
NOT_LEFT = (Outcome.UNREACHABLE, Outcome.DEFERRED)


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    for made in laddered():
        made.run("2026-11-12T08:30")
        yield made


def attempt(office: Office, now: datetime, *outcomes: Outcome) -> list[Claimed]:
    """Try every letter that waits, with one outcome after another, the last for all that are left; answers them by receiver."""
    done: list[Claimed] = []
    while (claimed := claim(office.session, "r1", SENDER, now)) is not None:
        confirm(office.session, claimed, "r1", Attempt(outcomes[min(len(done), len(outcomes) - 1)], "451 later"), now)
        done.append(claimed)
    return sorted(done, key=lambda letter: letter.recipient)


def mail(office: Office, login: str) -> Notice:
    query = select(Notice).where(Notice.channel == NoticeChannel.MAIL, Notice.person_id == office.people[login].id)
    return office.session.scalars(query.order_by(Notice.id)).one()


def closed(office: Office) -> None:
    clocks.stop_all(office.session, office.case, "办结", MORNING)
    office.session.flush()


@pytest.mark.parametrize("outcome", NOT_LEFT)
def test_n03_a_letter_that_did_not_leave_is_cancelled_when_the_case_is_closed_meanwhile(office: Office, outcome: Outcome) -> None:
    assert len(attempt(office, MORNING, outcome)) == 3
    closed(office)
    assert attempt(office, LATER, Outcome.SENT) == []
    for login in ("handler", "head", "vice"):
        assert (mail(office, login).state, mail(office, login).last_error) == (NoticeState.CANCELLED, "办结")


def test_n03_nor_is_it_sent_to_who_was_disabled_or_may_no_longer_see_the_case(office: Office) -> None:
    attempt(office, MORNING, Outcome.DEFERRED)
    office.people["handler"].active = False
    office.case.restricted = True
    office.session.flush()
    assert attempt(office, LATER, Outcome.SENT) == []
    assert mail(office, "handler").last_error == "收件人已停用"
    assert mail(office, "vice").last_error == "已改派或不再由收件人办理"


def test_n03_what_leaves_at_last_says_how_things_stand_then(office: Office) -> None:
    first = attempt(office, MORNING, Outcome.DEFERRED)
    friday = parse_moment("2026-11-13T08:40")
    second = attempt(office, friday, Outcome.SENT)
    assert [letter.message_id for letter in second] == [letter.message_id for letter in first]
    assert second[0].data != first[0].data
    assert mail(office, "handler").lines[0]["text"].endswith("已逾期 2 个工作日")
    assert second[0].data.decode() == mail(office, "handler").body, "what was sent is kept as it was sent"


def test_n12_a_digest_that_did_not_leave_gives_way_to_the_next_morning_s(core: Flask) -> None:
    for office in laddered():
        for day in ("11", "12"):
            morning = parse_moment(f"2026-11-{day}T08:30")
            queue_digests(office.session, morning)
            told = attempt(office, morning, Outcome.UNREACHABLE if day == "11" else Outcome.SENT)
        handed = [letter for letter in told if letter.recipient == "handler@office.test"]
        assert [letter.subject for letter in handed] == ["待办通报 11月12日：逾期 1 件"]
        query = select(Notice.last_error).where(Notice.state == NoticeState.CANCELLED)
        assert set(office.session.scalars(query)) == {"已由较新的通报代替"}


def test_n03_a_refused_letter_sent_again_by_hand_is_looked_at_too(office: Office) -> None:
    attempt(office, MORNING, Outcome.REFUSED)
    closed(office)
    retry(office.session, mail(office, "handler").id, make_actor(office.session, "boss", Role.ADMINISTRATOR), LATER)
    assert attempt(office, LATER, Outcome.SENT) == []
    assert mail(office, "handler").state is NoticeState.CANCELLED
    assert mail(office, "vice").state is NoticeState.FAILED


def test_r4_what_may_have_left_goes_once_more_with_the_same_bytes(office: Office) -> None:
    first = attempt(office, MORNING, Outcome.UNKNOWN)
    assert attempt(office, MORNING + timedelta(minutes=2), Outcome.DEFERRED) == [same(letter) for letter in first]
    tomorrow = MORNING + timedelta(days=1)
    assert attempt(office, tomorrow, Outcome.SENT) == [same(letter) for letter in first], "a later refusal calls nothing back"


def same(letter: Claimed) -> Claimed:
    return Claimed(letter.notice_id, letter.message_id, letter.recipient, letter.data, letter.channel, letter.subject, again=True)


def test_r4_what_may_have_left_is_cancelled_too_when_nothing_of_it_holds(office: Office) -> None:
    attempt(office, MORNING, Outcome.UNKNOWN)
    closed(office)
    assert attempt(office, LATER, Outcome.SENT) == []
    assert mail(office, "vice").last_error == "办结（此前一次发送结果不明，可能已送达）"
    assert mail(office, "vice").body, "the bytes the server may have taken can still be read"


def test_r2_a_claim_that_ran_out_keeps_its_bytes_whatever_follows(office: Office) -> None:
    left = claim(office.session, "killed", SENDER, MORNING)
    assert left is not None
    after = MORNING + CLAIM + timedelta(minutes=1)
    again = next(letter for letter in attempt(office, after, Outcome.DEFERRED) if letter.notice_id == left.notice_id)
    assert again == same(left)
    last = attempt(office, MORNING + timedelta(days=1), Outcome.SENT)
    assert {letter.notice_id: letter.data for letter in last}[left.notice_id] == left.data


@pytest.mark.parametrize("between", [Outcome.UNREACHABLE, None])
def test_r2_an_unknown_outcome_after_killed_claims_is_tried_once_more(office: Office, between: Outcome | None) -> None:
    """The killed process may have sent nothing: what it held takes nothing from the one time, however often it was killed."""
    left = claim(office.session, "killed", SENDER, MORNING)
    assert left is not None
    at = MORNING + CLAIM + timedelta(minutes=1)
    if between is None:
        assert claim(office.session, "killed too", SENDER, at) is not None
        at += CLAIM + timedelta(minutes=1)
    else:
        attempt(office, at, between)
        at += timedelta(hours=2)
    attempt(office, at, Outcome.UNKNOWN)
    last = attempt(office, at + timedelta(hours=2), Outcome.SENT)
    assert {letter.notice_id: letter.data for letter in last}[left.notice_id] == left.data


def test_r4_what_may_have_left_follows_its_receiver_to_another_mailbox_as_it_is(office: Office) -> None:
    first = attempt(office, MORNING, Outcome.UNKNOWN)
    office.people["handler"].email = "moved@office.test"
    office.session.flush()
    [moved] = [letter for letter in attempt(office, LATER, Outcome.SENT) if letter.recipient == "moved@office.test"]
    assert (moved.message_id, moved.data) == (first[0].message_id, first[0].data)


def test_r4_a_letter_of_several_is_not_sent_again_when_one_is_kept_from_its_reader(core: Flask) -> None:
    for office in laddered():
        lead = office.case.lead_unit_id
        assert lead is not None
        other, _clock = with_case(office.session, None, lead, office.people["handler"].id)
        office.run("2026-11-12T08:30")
        [both] = [one for one in attempt(office, MORNING, Outcome.UNKNOWN) if one.recipient == "handler@office.test"]
        assert len(office.session.get_one(Notice, both.notice_id).lines) == 2
        other.restricted = True
        office.session.flush()
        assert "handler@office.test" not in [letter.recipient for letter in attempt(office, LATER, Outcome.SENT)]
        held = office.session.get_one(Notice, both.notice_id)
        assert held.last_error == "其中有收件人已无权查看的事项，原信不再发送（此前一次发送结果不明，可能已送达）"


def test_n09_who_stands_in_for_a_receiver_who_went_on_leave_is_told_instead(office: Office) -> None:
    attempt(office, MORNING, Outcome.UNREACHABLE)
    handler = office.people["handler"]
    deputy = make_person(office.session, "deputy", Role.HANDLER, unit=handler.unit, email="deputy@office.test")
    handler.leave_from, handler.leave_until, handler.deputy_id = MORNING.date(), MORNING.date(), deputy.id
    office.session.flush()
    assert [letter.recipient for letter in attempt(office, LATER, Outcome.SENT)] == ["head@office.test", "vice@office.test"]
    assert mail(office, "handler").last_error == "收件人请假，改由代办人或单位其他人接收"
    office.people["deputy"] = deputy
    assert office.told("urge") == {"handler", "head", "vice"}
    office.run("2026-11-12T10:32")
    assert office.told("urge") == {"handler", "head", "vice", "deputy"}
    assert [letter.recipient for letter in attempt(office, LATER + 2 * MINUTE, Outcome.SENT)] == ["deputy@office.test"]
    office.run("2026-11-12T10:34")
    assert attempt(office, LATER + 5 * MINUTE, Outcome.SENT) == [], "and nobody twice"


def test_n03_the_subject_counts_what_is_left(core: Flask) -> None:
    for office in laddered():
        lead, handler = office.case.lead_unit_id, office.people["handler"].id
        assert lead is not None
        cases = [office.case, *(with_case(office.session, None, lead, handler)[0] for _ in range(2))]
        office.run("2026-11-12T08:30")
        [three] = [letter for letter in attempt(office, MORNING, Outcome.DEFERRED) if letter.recipient == "head@office.test"]
        clocks.stop_all(office.session, cases[0], "办结", MORNING)
        [two] = [letter for letter in attempt(office, LATER, Outcome.DEFERRED) if letter.recipient == "head@office.test"]
        clocks.stop_all(office.session, cases[1], "办结", MORNING)
        [one] = [
            letter
            for letter in attempt(office, LATER + timedelta(hours=1), Outcome.SENT)
            if letter.recipient == "head@office.test"
        ]
        assert [three.subject, two.subject, one.subject] == [
            "催办通知：3 件",
            "催办通知：2 件",
            f"催办通知：{cases[2].number} 答复",
        ]


def test_n08_what_waited_for_a_server_leaves_as_soon_as_it_can_at_whatever_hour(office: Office) -> None:
    attempt(office, MORNING, Outcome.UNREACHABLE)
    assert len(attempt(office, parse_moment("2026-11-14T23:40"), Outcome.SENT)) == 3, "a Saturday night"


def test_n01_one_letter_a_person_and_rung_however_many_cases(office: Office) -> None:
    copied = {column.name: getattr(office.clock, column.name) for column in Clock.__table__.c if column.name != "id"}
    fresh = copied | {"next_rung_at": parse_moment("2026-11-12T08:30"), "rung_version": copied["deadline_version"]}
    office.session.execute(insert(Clock), [fresh for _ in range(450)])
    before = len(office.session.scalars(select(Notice.id).where(Notice.channel == NoticeChannel.MAIL)).all())
    office.run("2026-11-12T08:31")
    query = select(Notice).where(Notice.channel == NoticeChannel.MAIL).order_by(Notice.id)
    made = office.session.scalars(query).all()[before:]
    assert sorted((notice.address, len(notice.lines)) for notice in made) == [
        (f"{login}@office.test", 450) for login in ("handler", "head", "vice")
    ]
