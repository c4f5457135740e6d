"""Letters about an act that carry dates are looked at before they leave like every other (N03)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.outbox.operations import Sender, claim, confirm
from opinion_app.desks.reminders.operations import queue_digests, queue_rungs
from opinion_app.desks.reminders.rehearsal import rehearse
from opinion_app.desks.supervising.operations import ask
from opinion_app.flow import clocks, supervise
from opinion_app.flow.supervise import Asked
from opinion_app.records.case import Case
from opinion_app.records.notice import Notice
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.rules.delivery import Attempt, Outcome
from opinion_app.rules.reminder_words import SupervisionKind
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import OFFICE_GATES, Kind, NoticeChannel, NoticeState, Procedure, Role, Urgency
from opinion_app.rules.zone import parse_moment
from opinion_app.steps.handling import suspending
from opinion_app.steps.handling.operations import sign_for
from opinion_app.steps.reply import operations as reply
from opinion_app.steps.review import operations as review
from opinion_app.steps.triage import assigning, merging
from opinion_app.steps.triage import operations as triage
from opinion_app.steps.triage.assigning import Allotment
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import REPLY, Office, give_addresses, make_office
from tests.builders.office import make_case, make_person

CAME, DAY, NEXT = parse_moment("2026-11-23T09:00"), "2026-11-26", "2026-11-27"
SENDER = Sender("opinion@office.test", "http://office.test")
INQUIRY = Classification(Kind.INQUIRY, "城建", Urgency.NORMAL, Procedure.ORDINARY)
Left = list[tuple[str, str, str]]


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    with transaction() as session:
        made = make_office(session)
        give_addresses(session)
        yield made


def due_today(office: Office) -> Case:
    """A case whose reply is due today and was in nobody's digest but the clerks', whose letters have left."""
    case = make_case(office.session, office.clerk, now=CAME, kind=Kind.INQUIRY)
    kept = clocks.reply_clock(office.session, case.id)
    for clock in clocks.open_clocks(office.session, case.id):
        if clock is not kept:
            clocks.end_clock(clock, CAME, "", clock.state.MET)
    queue_digests(office.session, parse_moment(f"{DAY}T08:30"))
    queue_rungs(office.session, parse_moment(f"{DAY}T08:31"))
    post(office, f"{DAY}T08:40")
    return case


def given(office: Office) -> Case:
    """The same, given to the finance unit while the mail server does not answer."""
    case = due_today(office)
    allotment = Allotment(office.finance.id, [], "请办")
    assigning.assign(office.session, case, office.clerk, parse_moment(f"{DAY}T09:10"), INQUIRY, allotment)
    assert [login for login, *_ in post(office, f"{DAY}T09:11", Outcome.UNREACHABLE)] == ["finance_head", "finance_handler"]
    return case


def post(office: Office, at: str, outcome: Outcome = Outcome.SENT) -> Left:
    """What the outbox sends at a moment: to whom, subject, text; each is what a rehearsal of that moment names."""
    moment, left = parse_moment(at), list[tuple[str, str, str]]()
    waiting = [draft for draft in rehearse(office.session, moment).drafts if draft.waiting]
    while (taken := claim(office.session, "r1", SENDER, moment)) is not None:
        notice = office.session.get_one(Notice, taken.notice_id)
        left.append((taken.recipient.partition("@")[0], taken.subject, notice.lines[0]["text"]))
        confirm(office.session, taken, "r1", Attempt(outcome, "x"), moment)
    assert [(draft.subject, draft.lines[0]["text"]) for draft in waiting] == [(subject, text) for _, subject, text in left]
    return left


def why(office: Office, login: str) -> list[str]:
    """Why letters to somebody were cancelled."""
    query = select(Notice).join(Person, Person.id == Notice.person_id).where(Person.login == login)
    found = office.session.scalars(query.where(Notice.state == NoticeState.CANCELLED).order_by(Notice.id))
    return [notice.last_error for notice in found]


GIVEN = "交办给您单位主办，请签收"


def test_n03_a_letter_that_leaves_the_next_day_says_that_it_is_late(office: Office) -> None:
    case = given(office)
    late = "已逾期 1 个工作日（11月26日 周四 到期）"
    text = f"{GIVEN}。答复：{late}；提交答复稿：{late}"
    said = f"{case.number} {GIVEN}（已逾期 1 个工作日）", text
    assert post(office, f"{NEXT}T07:00") == [("finance_head", *said), ("finance_handler", *said)]


def test_n03_a_date_that_moved_is_told_as_it_is_now(office: Office) -> None:
    case = given(office)
    clock = clocks.reply_clock(office.session, case.id)
    assert clock is not None
    for other in clocks.open_clocks(office.session, case.id):
        other.due_at = parse_moment("2026-12-04T23:59:59")
    office.session.flush()
    [(_login, subject, text), _] = post(office, f"{DAY}T10:00")
    assert subject == f"{case.number} {GIVEN}"
    assert text == f"{GIVEN}。答复：还剩 6 个工作日（12月4日 周五 到期）"


def test_n03_a_case_that_ended_meanwhile_is_not_told_of(office: Office) -> None:
    case = given(office)
    other = make_case(office.session, office.clerk, now=CAME, kind=Kind.INQUIRY)
    merging.merge(office.session, case, office.clerk, parse_moment(f"{DAY}T09:20"), other.number, "同一诉求", know_late=True)
    assert post(office, f"{DAY}T10:00") == []
    assert why(office, "finance_head") == ["这一步已经办理、改派或不再需要"]


def test_n03_what_stands_still_is_left_out_and_the_rest_of_the_letter_holds(office: Office) -> None:
    case = given(office)
    at = parse_moment(f"{DAY}T09:20")
    suspending.suspend(office.session, case, office.clerk, at, SuspensionGround.HEARING, at, "听证")
    said = f"{case.number} {GIVEN}", f"{GIVEN}。签收：还剩 1 个工作日（11月27日 周五 到期）"
    assert post(office, f"{DAY}T10:00") == [("finance_head", *said), ("finance_handler", *said)]


def test_n03_of_a_chain_of_hands_only_the_last_is_asked_and_nobody_hears_of_the_date_twice(office: Office) -> None:
    case = given(office)
    at = parse_moment(f"{DAY}T09:20")
    sign_for(office.session, case, office.finance_head, at, office.finance_handler.id)
    reply.save_draft(office.session, case, office.finance_handler, at, REPLY)
    reply.submit(office.session, case, office.finance_handler, at)
    review.check_unit_head(office.session, case, office.finance_head, at, passed=True)
    review.check_gates(office.session, case, office.reviewer, at, dict.fromkeys(OFFICE_GATES, True))
    review.sign_off(office.session, case, office.leader, at, passed=True)
    queue_rungs(office.session, parse_moment(f"{DAY}T09:21"))
    reply_due = "答复：今天到期（11月26日 周四 到期）"
    assert post(office, f"{DAY}T10:00") == [
        # the unit is copied as long as the reply is owed, and heard of its date by nothing that left
        ("finance_handler", f"{case.number} 时限提醒（今天到期）", reply_due),
        ("finance_head", f"{case.number} 时限提醒（今天到期）", reply_due),
        ("clerk", f"{case.number} 答复已签发，请答复留言人（今天到期）", f"答复已签发，请答复留言人。{reply_due}"),
    ]
    assert why(office, "reviewer") == why(office, "leader") == ["这一步已经办理、改派或不再需要"]


def test_n01_whoever_heard_of_the_date_by_a_letter_that_left_is_not_reminded_by_one_whose_step_is_done(office: Office) -> None:
    case = given(office)
    post(office, f"{DAY}T09:15")
    at = parse_moment(f"{DAY}T09:20")
    sign_for(office.session, case, office.finance_head, at, office.finance_handler.id)
    reply.save_draft(office.session, case, office.finance_handler, at, REPLY)
    reply.submit(office.session, case, office.finance_handler, at)
    post(office, f"{DAY}T09:21", Outcome.UNREACHABLE)
    review.check_unit_head(office.session, case, office.finance_head, at, passed=True)
    assert [login for login, *_ in post(office, f"{DAY}T10:00")] == ["reviewer"]
    assert why(office, "finance_head") == why(office, "finance_handler") == ["这一步已经办理、改派或不再需要"]


def test_n03_a_proposal_is_not_sent_once_the_leader_has_spoken(office: Office) -> None:
    case = due_today(office)
    triage.propose(office.session, case, office.clerk, parse_moment(f"{DAY}T09:10"), "请批示", None)
    [(login, subject, _text)] = post(office, f"{DAY}T09:11", Outcome.UNREACHABLE)
    assert (login, subject) == ("leader", f"{case.number} 呈您批示（今天到期）")
    triage.instruct(office.session, case, office.leader, parse_moment(f"{DAY}T09:20"), "请速办")
    said = f"{case.number} 领导已批示，请接着办理（今天到期）"
    assert [(login, subject) for login, subject, _text in post(office, f"{DAY}T10:00")] == [("clerk", said)]


def test_r4_a_letter_that_may_have_left_goes_as_it_is_or_not_at_all(office: Office) -> None:
    case = due_today(office)
    allotment = Allotment(office.finance.id, [], "请办")
    assigning.assign(office.session, case, office.clerk, parse_moment(f"{DAY}T09:10"), INQUIRY, allotment)
    first = post(office, f"{DAY}T09:11", Outcome.UNKNOWN)
    assert [login for login, *_ in first] == ["finance_head", "finance_handler"]
    sign_for(office.session, case, office.finance_head, parse_moment(f"{DAY}T09:20"), office.finance_handler.id)
    again = post(office, f"{DAY}T10:00")
    assert [(login, subject) for login, subject, _text in again] == [("finance_handler", f"{case.number} 由您承办（今天到期）")]
    assert why(office, "finance_head") == ["这一步已经办理、改派或不再需要（此前一次发送结果不明，可能已送达）"]


def supervised(office: Office, kind: SupervisionKind, due: str = "") -> Case:
    """A case in the unit's hands, urged or supervised while the mail server does not answer."""
    case = given(office)
    at = parse_moment(f"{DAY}T09:20")
    sign_for(office.session, case, office.finance_head, at, office.finance_handler.id)
    post(office, f"{DAY}T09:21")
    asked = Asked(kind, "请抓紧办理", office.finance.id, date.fromisoformat(due) if due else None)
    ask(office.session, case, asked, office.clerk, parse_moment(f"{DAY}T09:30"))
    post(office, f"{DAY}T09:31", Outcome.UNREACHABLE)
    return case


def test_n03_a_sheet_says_when_its_answer_is_due_as_of_the_moment_it_leaves(office: Office) -> None:
    case = supervised(office, SupervisionKind.SUPERVISE, DAY)
    left = post(office, f"{NEXT}T09:00")
    asked, copied = "督办单第 1 号，请及时办理", "督办单第 1 号已发给财政所，请知悉"
    words = {"finance_head": asked, "finance_handler": asked, "leader": copied}
    late, due = "（已逾期 1 个工作日）", "督办反馈：已逾期 1 个工作日（11月26日 周四 到期）"
    assert sorted(left) == sorted((login, f"{case.number} {said}{late}", f"{said}。{due}") for login, said in words.items())


def test_n03_a_sheet_that_was_answered_is_not_sent(office: Office) -> None:
    case = supervised(office, SupervisionKind.SUPERVISE, DAY)
    [sheet] = supervise.sheets(office.session, case.id)
    supervise.answer(office.session, case, sheet, office.finance_head, parse_moment(f"{DAY}T09:40"), "正在修")
    assert post(office, f"{DAY}T10:00") == []
    assert why(office, "leader") == ["已完成"]


def test_n03_an_urging_is_not_sent_once_the_case_was_taken_on(office: Office) -> None:
    case = supervised(office, SupervisionKind.URGE)
    at = parse_moment(f"{DAY}T09:40")
    reply.save_draft(office.session, case, office.finance_handler, at, REPLY)
    reply.submit(office.session, case, office.finance_handler, at)
    assert [subject for _login, subject, _text in post(office, f"{DAY}T10:00")] == [
        f"{case.number} 答复稿送审，请审核（今天到期）"
    ]
    assert set(why(office, "finance_handler")) == {"这一步已经办理、改派或不再需要"}


def test_n03_number_and_date_alone_are_of_now_too(office: Office) -> None:
    above = make_person(office.session, "admin", Role.ADMINISTRATOR, email="admin@office.test")
    case = given(office)
    post(office, f"{DAY}T09:15")
    for actor in (office.finance_head, office.finance_handler, office.clerk, office.leader):
        office.session.get_one(Person, actor.id).active = False
    asked = Asked(SupervisionKind.URGE, "请办", office.finance.id, date.fromisoformat(DAY))
    ask(office.session, case, asked, office.clerk, parse_moment(f"{DAY}T09:30"))
    sheet = supervise.sheets(office.session, case.id)[0]
    assert sheet.clock is not None
    sheet.clock.due_at = parse_moment("2026-12-01T23:59:59")
    office.session.flush()
    left = [(login, subject, text) for login, subject, text in post(office, f"{DAY}T10:00") if login == above.login]
    assert left == [("admin", f"{case.number} 催办，请于 2026-12-01 前反馈", "催办，请于 2026-12-01 前反馈")]
    assert office.session.scalar(select(Notice.id).where(Notice.channel == NoticeChannel.MAIL, Notice.person_id == above.id))


def test_n09_the_mailbox_of_a_unit_hears_number_and_date_as_of_now_and_no_step(office: Office) -> None:
    office.finance.email = "czs@office.test"
    for actor in (office.finance_head, office.finance_handler):
        office.session.get_one(Person, actor.id).email = ""
    case = due_today(office)
    at, allotment = parse_moment(f"{DAY}T09:10"), Allotment(office.finance.id, [], "请办")
    assigning.assign(office.session, case, office.clerk, at, INQUIRY, allotment)
    dated = "有办理通知，2026年11月26日 周四 到期"
    assert post(office, f"{DAY}T09:11", Outcome.UNREACHABLE) == [("czs", f"{case.number} {dated}", dated)] * 2
    sign_for(office.session, case, office.finance_head, parse_moment(f"{DAY}T09:20"), office.finance_handler.id)
    left = post(office, f"{DAY}T10:00")
    assert ("czs", f"{case.number} {dated}", dated) in left, "from whoever handles it now"
    assert all(GIVEN not in subject + text for _login, subject, text in left)
