"""What the writers left with the office is proposed in their publication, also that of those merged into it."""

from __future__ import annotations

from opinion_app.rules.registration import Writer
from opinion_app.steps.publish import queries
from tests.steps.publish.conftest import Office


def test_what_a_writer_left_is_proposed_however_the_answer_writes_it(office: Office) -> None:
    writer = Writer("徐志远", "13712345678", email="xiaolizi@163.com", address="老街油坊巷口第三家")
    case = office.closed(writer=writer, answer="您好！住老街油坊巷口第三家的网友（137【1234】5678、xiaolizi），路灯已经修好。")
    other = office.closed(writer=Writer("陈某", "13900001234", address="东风路口旧粮站楼上"))
    assert queries.material(office.session, other).finds["answer"] == ()
    assert [find.text for find in queries.material(office.session, case).finds["answer"]] == [
        "老街油坊巷口第三家",
        "137【1234】5678",
        "xiaolizi",
    ]


def test_what_the_writer_of_a_merged_case_left_is_proposed_too(office: Office) -> None:
    case = office.closed(answer="您好！东风路口旧粮站楼上的网友也反映过，路灯已经修好。")
    other = office.closed(writer=Writer("陈某", "13900001234", address="东风路口旧粮站楼上"))
    other.merged_into_id = case.id
    office.session.flush()
    assert [find.text for find in queries.material(office.session, case).finds["answer"]] == ["东风路口旧粮站楼上"]
