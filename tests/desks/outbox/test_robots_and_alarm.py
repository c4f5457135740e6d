"""Channels beside mail: robots get number, kind, unit, due and link; the alarm goes by another way when mail is down (N15)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from time import monotonic

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.desks.outbox.alarm import Before, alarms, foreseen, raise_alarms
from opinion_app.desks.outbox.delivery import ByRobot, ByServer, Delivered, Post, Watch, deliver
from opinion_app.desks.outbox.operations import Sender
from opinion_app.desks.reminders.operations import queue_rungs
from opinion_app.desks.reminders.rehearsal import rehearse
from opinion_app.flow.outbox import Letter, queue, tell
from opinion_app.notify.robot import RobotPost
from opinion_app.notify.smtp import Patience, SmtpPost
from opinion_app.records.case import Correspondent
from opinion_app.records.job import JobRun, Lease
from opinion_app.records.notice import Notice
from opinion_app.records.office import put_setting
from opinion_app.records.transaction import transaction
from opinion_app.rules.delivery import GIVE_UP_AFTER, Outcome
from opinion_app.rules.mail_server import server_of
from opinion_app.rules.timetable import Daily, timetable
from opinion_app.rules.words import NoticeChannel, NoticeState, Role, Urgency
from tests.builders.office import NOW, make_case, make_person, make_unit
from tests.support.dripping import dripping_server
from tests.support.mail_server import MailServer, mail_server
from tests.support.robot_server import Robot, robot_server

SENDER = Sender("opinion@office.test", "http://office.test")
SHORT = Patience(connect=2, command=1, confirmation=1)
LATER = NOW + timedelta(minutes=50)


@pytest.fixture
def robot() -> Iterator[Robot]:
    with robot_server() as running:
        yield running


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def run(server: MailServer, now: datetime, most: int | None = None, alarm: str = "") -> Delivered:
    """A run of each channel, counted together."""
    posts: tuple[Post, ...] = (ByRobot(RobotPost()), ByServer(SmtpPost(server_of(server.url), SHORT), SENDER.address))
    sender = replace(SENDER, alarm_url=alarm)
    done = [deliver(post, "r1", sender, Watch(lambda: now, count().__next__), most=most) for post in posts]
    counts = Counter(done[0].counts) + Counter(done[1].counts)
    return Delivered(dict(counts), done[1].stopped)


def states() -> dict[str, set[str]]:
    with transaction() as session:
        rows = session.execute(select(Notice.channel, Notice.state))
        found: dict[str, set[str]] = {}
        for channel, state in rows:
            found.setdefault(channel.value, set()).add(state.value)
        return found


def test_a_person_and_a_unit_are_told_by_their_robots_without_a_word_of_the_writer(
    core: Flask, server: MailServer, robot: Robot
) -> None:
    with transaction() as session:
        unit = make_unit(session, "党政办", robot_url=robot.url, is_office=True)
        for name in ("one", "two"):
            make_person(session, name, Role.CLERK, unit=unit, email=f"{name}@office.test")
        make_person(session, "own", Role.CLERK, robot_url=robot.url)
        make_case(session, None, urgency=Urgency.URGENT)
        queue_rungs(session, LATER)
    done = run(server, LATER)
    assert done.counts == {Outcome.SENT: 4}, "two letters, one word to the unit, one to the person"
    assert len(robot.told) == 2
    said = str(robot.told)
    assert "LY2026-000001" in said
    assert "http://office.test/office/cases/LY2026-000001" in said
    assert "路灯" not in said
    assert "刘一帆" not in said
    assert states() == {"in_app": {"shown"}, "mail": {"sent"}, "robot": {"sent"}}


def test_n06_a_robot_that_refuses_is_tried_again_alone_and_a_wrong_address_never(
    core: Flask, server: MailServer, robot: Robot
) -> None:
    robot.status = 503
    with transaction() as session:
        people = [
            make_person(session, "own", Role.CLERK, robot_url=robot.url, email="own@office.test"),
            make_person(session, "wrong", Role.CLERK, robot_url="https://example.com/x"),
        ]
        queue(session, Letter("test", "t", "通报", [{"number": "LY1", "text": "到期"}], "/office/"), people, NOW, mail=True)
    assert run(server, NOW).counts == {Outcome.DEFERRED: 1, Outcome.REFUSED: 1, Outcome.SENT: 1}
    assert len(server.taken) == 1
    robot.status = 200
    assert run(server, NOW + timedelta(minutes=2)).counts == {Outcome.SENT: 1}
    assert len(robot.told) == 2
    assert states()["robot"] == {"sent", "failed"}


def test_n13_no_run_sends_more_than_it_may(core: Flask, server: MailServer) -> None:
    with transaction() as session:
        people = [make_person(session, f"p{n}", Role.CLERK, email=f"p{n}@office.test") for n in range(5)]
        queue(session, Letter("test", "t", "通报", [{"text": "到期"}], "/office/"), people, NOW, mail=True)
    done = run(server, NOW, most=2)
    assert (done.counts, done.stopped) == ({Outcome.SENT: 2}, "本轮已发满限额，下轮接着发")
    assert run(server, NOW).counts == {Outcome.SENT: 3}


def test_n15_when_mail_is_down_the_alarm_goes_by_another_way_once_a_day(core: Flask, server: MailServer, robot: Robot) -> None:
    with transaction() as session:
        admin = make_person(session, "admin", Role.ADMINISTRATOR, email="admin@office.test")
        queue(session, Letter("test", "t", "通报", [{"text": "到期"}], "/office/"), [admin], NOW, mail=True)
        assert alarms(session, NOW + timedelta(minutes=20)) == []
        name = admin.name
    server.closed = True
    run(server, NOW)
    later = NOW + timedelta(minutes=31)
    with transaction() as session:
        ahead = foreseen(session, later, robot.url, Before(tried=True))
        assert [(one.names, one.to_robot, one.if_stuck) for one in ahead] == [((name,), False, True), ((), True, True)]
        assert {one.words for one in ahead} == {"有邮件等了半小时以上还没有发出，请检查邮件服务器"}, "how many the trial shows"
        in_words = {one.words for one in foreseen(session, later, "", Before())}
        assert in_words == {alarm.words for alarm in alarms(session, later)} == {f"有 1 封{ahead[0].words[1:]}"}
        given_up = later + GIVE_UP_AFTER
        ended = frozenset(rehearse(session, given_up).ended)
        assert foreseen(session, given_up, "", Before(tried=True, ended=ended)) == [], "it waits no longer, however it ends"
    for moment in (later, later + timedelta(minutes=5)):
        with transaction() as session:
            assert [alarm.kind for alarm in raise_alarms(session, moment, robot.url)] == ["mail"]
    run(server, later + timedelta(minutes=5), alarm=robot.url)
    assert len(robot.told) == 1
    assert "邮件" in str(robot.told)
    with transaction() as session:
        inside = session.scalars(select(Notice).where(Notice.category == "alarm", Notice.channel == NoticeChannel.IN_APP)).all()
        assert [notice.state for notice in inside] == [NoticeState.SHOWN]
        assert foreseen(session, later + timedelta(minutes=6), robot.url, Before()) == [], "told today"
        assert raise_alarms(session, NOW, "") == []


def test_n15_a_job_that_fails_again_and_again_is_told(core: Flask) -> None:
    with transaction() as session:
        make_person(session, "admin", Role.ADMINISTRATOR)
        for minute in range(3):
            at = datetime(2026, 11, 23, 2, minute, tzinfo=UTC)
            session.add(JobRun(job="rungs", slot=at, started_at=at, finished_at=at, succeeded=False, report="boom", runner="r"))
        session.flush()
        found = raise_alarms(session, datetime(2026, 11, 23, 2, 10, tzinfo=UTC), "")
        assert [alarm.words for alarm in found] == ["定时作业“即时催办”半小时内失败 3 次"]
        assert alarms(session, datetime(2026, 11, 23, 3, 0, tzinfo=UTC)) == []


def test_n14_an_alarm_is_foreseen_as_it_is_raised_and_of_jobs_only_while_the_clock_beats(core: Flask) -> None:
    at, long_ago = NOW + timedelta(hours=3), NOW
    with transaction() as session:
        make_person(session, "admin", Role.ADMINISTRATOR, name="安管理")
        make_person(session, "clerk", Role.CLERK, name="陈受理")
        session.add(JobRun(job="outbox", slot=long_ago, started_at=long_ago, report="", runner="r"))
        session.add(Lease(name="clock", holder="r", beat=1, taken_at=long_ago, beaten_at=at))
        session.flush()
        unheard_too = Before(unheard=2)
        seen = {(one.words, one.names) for one in foreseen(session, at, "", unheard_too)}
        names = ("安管理", "陈受理")
        assert {(alarm.words, names) for alarm in alarms(session, at)} == {one for one in seen if "通知到人" not in one[0]}
        assert [words for words, _ in seen if "2 项到了提醒时间" in words] != []
        tomorrow = foreseen(session, at + timedelta(days=1), "", Before())
        assert tomorrow == [], "by then the clock has done its jobs"


def test_n15_a_digest_that_fails_at_every_trial_is_told_though_it_has_one_row_a_day(core: Flask) -> None:
    slot = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # 08:30
    with transaction() as session:
        run_ = JobRun(job="digest", slot=slot, started_at=slot, finished_at=slot, succeeded=False, report="boom", runner="r")
        session.add(run_)
        session.flush()
        assert alarms(session, slot + timedelta(minutes=5)) == [], "it is tried again first"
        run_.started_at = run_.finished_at = slot + timedelta(minutes=15)
        session.flush()
        found = alarms(session, slot + timedelta(minutes=16))
        assert [(alarm.kind, alarm.words) for alarm in found] == [("job:digest", "定时作业“待办通报”没有成功，正在重试")]
        run_.succeeded = True
        session.flush()
        assert alarms(session, slot + timedelta(minutes=17)) == []


def test_n15_a_writer_s_full_mailbox_is_no_alarm_even_while_no_other_mail_leaves(core: Flask) -> None:
    with transaction() as session:
        case = make_case(session, None)
        writer = session.scalars(select(Correspondent).where(Correspondent.case_id == case.id)).one()
        letter = {"channel": NoticeChannel.MAIL, "category": "answered", "created_at": NOW, "attempts": 4}
        session.add(Notice(key="writer", writer_id=writer.id, next_attempt_at=NOW + timedelta(hours=4), **letter))
        session.flush()
        assert alarms(session, NOW + timedelta(hours=2)) == []


def queued(session: Session, names: Iterable[str], at: datetime = NOW) -> None:
    people = [make_person(session, name, Role.CLERK, email=f"{name}@office.test") for name in names]
    queue(session, Letter("test", f"t:{at.isoformat()}", "通报", [{"text": "到期"}], "/office/"), people, at, mail=True)


def leading(session: Session, since: datetime) -> None:
    """A clock that leads since then and has done what is done once a day."""
    session.add(Lease(name="clock", holder="pc:1:a", beat=1, taken_at=since, beaten_at=since))
    for entry in timetable():
        if isinstance(entry.schedule, Daily):
            session.add(JobRun(job=entry.name, slot=NOW, started_at=NOW, finished_at=NOW, succeeded=True, report="", runner="r"))


def kinds(at: datetime) -> list[str]:
    with transaction() as session:
        return [alarm.kind for alarm in alarms(session, at)]


@pytest.mark.parametrize(
    ("mood", "minutes", "state"), [("gone", (0,), NoticeState.FAILED), ("after", (0, 2, 4, 6, 8), NoticeState.UNKNOWN)]
)
def test_n15_a_server_that_answers_but_lets_nothing_through_is_told(
    core: Flask, server: MailServer, robot: Robot, mood: str, minutes: tuple[int, ...], state: NoticeState
) -> None:
    with transaction() as session:
        queued(session, ("a", "b", "c"))
    server.moods = lambda: mood
    for minute in minutes:
        run(server, NOW + timedelta(minutes=minute))
    assert states()["mail"] == {state.value}
    after = NOW + timedelta(minutes=minutes[-1] + 1)
    with transaction() as session:
        assert [alarm.kind for alarm in raise_alarms(session, after, robot.url)] == ["refused"]
    run(server, after, alarm=robot.url)
    assert "3 人的邮件都没有送到" in str(robot.told)
    assert kinds(after + timedelta(hours=1)) == [], "told while it happens, not for ever"


def test_n15_one_wrong_mailbox_among_others_is_no_alarm(core: Flask, server: MailServer) -> None:
    with transaction() as session:
        queued(session, ("gone1", "gone2", "gone3", "fine"))
    run(server, NOW)
    assert kinds(NOW + timedelta(minutes=1)) == []


def test_n15_mail_that_is_due_and_never_tried_is_told_unless_the_queue_is_being_worked_off(
    core: Flask, server: MailServer
) -> None:
    later = NOW + timedelta(minutes=31)
    with transaction() as session:
        queued(session, ("a", "b"))
        leading(session, later - timedelta(minutes=5))
    assert kinds(later) == [], "a clock just started is given time"
    assert kinds(later + timedelta(minutes=10)) == ["mail"]
    run(server, later + timedelta(minutes=10), most=1)
    assert kinds(later + timedelta(minutes=11)) == [], "it is slow, and it goes on"


def test_n15_a_job_that_began_and_does_not_end_is_told(core: Flask) -> None:
    with transaction() as session:
        for job, at in (("rungs", NOW), ("outbox", NOW - timedelta(minutes=1)), ("inbox", NOW + timedelta(minutes=9))):
            ended = NOW + timedelta(minutes=11) if job == "rungs" else None
            session.add(
                JobRun(job=job, slot=at, started_at=at, finished_at=ended, succeeded=ended and True, report="", runner="r")
            )
        leading(session, NOW - timedelta(minutes=5))
    later = NOW + timedelta(minutes=12)
    assert kinds(NOW + timedelta(minutes=4)) == []
    with transaction() as session:
        assert [alarm.words for alarm in alarms(session, later)] == [
            "定时作业“即时催办”应运行而未运行",
            "定时作业“发送邮件”运行了 13 分钟还没有结束",
        ]


def test_n15_an_alarm_leaves_though_mail_is_stuck_and_before_every_other_word(core: Flask, robot: Robot) -> None:
    with transaction() as session:
        make_person(session, "admin", Role.ADMINISTRATOR)
        people = [make_person(session, f"p{n}", Role.CLERK, robot_url=robot.url, email=f"p{n}@office.test") for n in range(3)]
        queue(session, Letter("test", "t", "通报", [{"text": "到期"}], "/office/"), people, NOW - timedelta(hours=1), mail=True)
        leading(session, NOW - timedelta(hours=1))
        assert raise_alarms(session, NOW, robot.url) != []
    post = ByRobot(RobotPost())
    done = deliver(post, "r1", replace(SENDER, alarm_url=robot.url), Watch(lambda: NOW, count().__next__), most=2)
    assert (done.counts, len(robot.told)) == ({Outcome.SENT: 2}, 2)
    assert "告警" in str(robot.told[0])
    assert states()["mail"] == {"pending"}, "no mail server was needed"


def test_n06_a_robot_that_never_stops_answering_is_left(core: Flask) -> None:
    with dripping_server("greeting", b"x") as server:
        begun = monotonic()
        address = server.url.replace("smtp://", "json://") + "/"
        assert RobotPost(seconds=0.3).deliver(address, "通报", "到期").outcome is Outcome.UNKNOWN
        assert monotonic() - begun < 3


def test_n15_what_is_not_due_or_fell_due_before_a_restore_was_not_missed(core: Flask) -> None:
    with transaction() as session:
        leading(session, NOW - timedelta(hours=1))
    early, morning = NOW + timedelta(hours=21), NOW + timedelta(hours=23)  # Tuesday at 07:00 and at 09:00
    assert {"still:backup", "still:digest"} & set(kinds(early)) == {"still:backup"}
    assert {"still:backup", "still:digest"} & set(kinds(morning)) == {"still:backup", "still:digest"}
    with transaction() as session:
        put_setting(session, "restored_at", (morning - timedelta(minutes=5)).isoformat())
    assert {"still:backup", "still:digest"} & set(kinds(morning)) == {"still:backup"}


def test_a_persons_own_group_robot_hears_of_no_case_that_no_group_may_hear_of(
    core: Flask, server: MailServer, robot: Robot
) -> None:
    with transaction() as session:
        clerk = make_person(session, "own", Role.CLERK, email="own@office.test", robot_url=robot.url, handles_accusations=True)
        secret = make_case(session, None, urgency=Urgency.URGENT)
        secret.restricted = True
        number, plain = secret.number, make_case(session, None, urgency=Urgency.URGENT).number
        tell(session, secret, [clerk], "请尽快办理", "k", NOW, mail=True)
        queue_rungs(session, LATER)
    run(server, LATER)
    said = "".join(str(one) for one in robot.told)
    assert plain in said
    assert number not in said
    assert number in "".join(str(taken.message) for taken in server.taken)
    with transaction() as session:
        kept = session.scalars(select(Notice).where(Notice.channel == NoticeChannel.ROBOT, Notice.last_error != "")).all()
        assert {row.last_error for row in kept} == {"这件不宜在群里说，只在站内和邮件提醒"}
        assert {row.state for row in kept} == {NoticeState.CANCELLED}
