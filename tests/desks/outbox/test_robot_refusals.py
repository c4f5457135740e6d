"""Robots that refuse behind a 200, or take nothing for half an hour, are named in the alarm; a notice fits one message (N15)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from apprise.plugins.wecombot import NotifyWeComBot
from flask import Flask

from opinion_app.desks.outbox.alarm import alarms
from opinion_app.desks.outbox.delivery import ByRobot, Watch, deliver
from opinion_app.desks.outbox.operations import Sender
from opinion_app.desks.reminders.operations import queue_rungs
from opinion_app.flow.outbox import Letter, queue
from opinion_app.notify.robot import RobotPost
from opinion_app.records.transaction import transaction
from opinion_app.rules.delivery import Outcome
from opinion_app.rules.words import Role, Urgency
from tests.builders.office import NOW, make_case, make_person, make_unit
from tests.support.robot_server import Robot, robot_server

SENDER = Sender("opinion@office.test", "http://office.test")
LATER = NOW + timedelta(minutes=50)


@pytest.fixture
def robot() -> Iterator[Robot]:
    with robot_server() as running:
        yield running


def test_n15_a_robot_that_refuses_is_named_in_the_alarm(core: Flask, robot: Robot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotifyWeComBot, "notify_url", robot.url.replace("json://", "http://") + "?key={key}")
    with transaction() as session:
        unit = make_unit(session, "党政办", robot_url="wecombot://secret-key-0001/", is_office=True)
        make_person(session, "one", Role.CLERK, unit=unit)
        make_case(session, None, urgency=Urgency.URGENT)
        queue_rungs(session, LATER)
    robot.answer = json.dumps({"errcode": 93000, "errmsg": "invalid webhook url"})
    done = deliver(ByRobot(RobotPost()), "r1", SENDER, Watch(lambda: LATER, count().__next__))
    assert done.counts == {Outcome.REFUSED: 1}
    with transaction() as session:
        assert [alarm.words for alarm in alarms(session, LATER) if alarm.kind == "robot"] == [
            "党政办的群机器人没有接收通知，请核对机器人地址和它的安全设置"
        ]
        assert not [alarm for alarm in alarms(session, LATER + timedelta(hours=1)) if alarm.kind == "robot"]


def test_n15_a_robot_that_takes_nothing_for_half_an_hour_is_named(core: Flask, robot: Robot) -> None:
    with transaction() as session:
        unit = make_unit(session, "党政办", robot_url=robot.url, is_office=True)
        make_person(session, "one", Role.CLERK, unit=unit)
        make_case(session, None, urgency=Urgency.URGENT)
        queue_rungs(session, LATER)
    robot.status = 503
    deliver(ByRobot(RobotPost()), "r1", SENDER, Watch(lambda: LATER, count().__next__))
    with transaction() as session:
        assert not [alarm for alarm in alarms(session, LATER + timedelta(minutes=20)) if alarm.kind == "robot"]
        assert [alarm for alarm in alarms(session, LATER + timedelta(minutes=40)) if alarm.kind == "robot"]


@pytest.mark.parametrize("answer", ['{"code":200,"msg":"success"}', '{"code":"0000"}', '{"errcode":93000}', "ok", ""])
def test_n06_a_program_of_the_offices_own_says_by_its_status_that_it_took_the_notice(
    core: Flask, robot: Robot, answer: str
) -> None:
    with transaction() as session:
        person = make_person(session, "one", Role.CLERK, robot_url=robot.url)
        queue(session, Letter("case", "own", "办理通知", [{"text": "到期"}], "/office/notices"), [person], NOW, mail=True)
    robot.answer = answer
    done = deliver(ByRobot(RobotPost()), "r1", SENDER, Watch(lambda: NOW, count().__next__))
    assert done.counts == {Outcome.SENT: 1}


def test_what_a_group_is_told_fits_into_one_message(core: Flask, robot: Robot) -> None:
    lines = [
        {"number": f"LY2026-{n:06}", "kind": "投诉", "unit": "党政办", "text": "答复：12月3日 周四到期，还有 2 个工作日"}
        for n in range(60)
    ]
    with transaction() as session:
        person = make_person(session, "one", Role.CLERK, robot_url=robot.url)
        queue(session, Letter("case", "long", "待办通报", lines, "/office/notices"), [person], NOW, mail=True)
    deliver(ByRobot(RobotPost()), "r1", SENDER, Watch(lambda: NOW, count().__next__))
    [told] = robot.told
    said = told["message"]
    shown = said.count("LY2026-")
    assert len(f"{told['title']}\r\n{said}".encode()) <= 2000
    assert shown > 10
    assert f"……还有 {60 - shown} 项，请登录系统查看" in said
    assert said.endswith("http://office.test/office/notices")
