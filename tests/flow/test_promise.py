"""The writer reads why the promised day is that day, and it is true of every way a date comes about (D11, D13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from opinion_app.flow import progress
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clock_dates import span_of
from opinion_app.flow.clocks import reply_clock
from opinion_app.records.case import Case
from opinion_app.records.submission import Progress
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import ClockFacts
from opinion_app.rules.deadline import derive
from opinion_app.rules.promised import ELSEWHERE
from opinion_app.rules.registration import LetterFacts
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import Procedure, Source, Urgency
from opinion_app.rules.zone import local_date
from opinion_app.steps.closing import operations as closing
from opinion_app.steps.handling import suspending
from opinion_app.steps.triage import merging, operations
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import Office, answered, make_office
from tests.builders.office import NOW, make_case

DAY = timedelta(days=1)
LETTER = LetterFacts("县信访局", "信转〔2026〕1号", date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 30), report_owed=True)


def followed(session: Session, case: Case) -> Case:
    session.add(Progress(number=case.number, code_hash="x", step="", history=[], updated_at=NOW))
    session.flush()
    progress.promise(session, case)
    return case


def received(session: Session, office: Office) -> Case:
    return followed(session, make_case(session, office.clerk))


def reopened(session: Session, office: Office) -> Case:
    case = followed(session, answered(office))
    closing.reopen(session, case, office.clerk, NOW + 10 * DAY, "来信人不满意")
    return case


def declined_and_reopened(session: Session, office: Office) -> Case:
    case = received(session, office)
    operations.decline(session, case, office.clerk, NOW + DAY, "不属本机关", "请向县局反映。", "县局窗口", None)
    closing.reopen(session, case, office.clerk, NOW + 2 * DAY, "补充了材料")
    return case


def completed(session: Session, office: Office) -> Case:
    case = followed(session, make_case(session, office.clerk, procedure=Procedure.DISCLOSURE))
    suspending.suspend(session, case, office.clerk, NOW + DAY, SuspensionGround.CORRECTION, NOW + DAY, "缺内容", "请补充")
    suspending.restart(session, case, office.clerk, NOW + 9 * DAY, NOW + 9 * DAY, "已补正")
    return case


def accepted(session: Session, office: Office) -> Case:
    case = followed(session, make_case(session, office.clerk, procedure=Procedure.PETITION))
    petition = Classification(case.kind, "城建", case.urgency, case.procedure)
    operations.accept(session, case, office.clerk, NOW + 3 * DAY, petition)
    return case


def accepted_again(session: Session, office: Office) -> Case:
    case = declined_and_reopened(session, office)
    petition = Classification(case.kind, "城建", Urgency.NORMAL, Procedure.PETITION)
    operations.accept(session, case, office.clerk, NOW + 5 * DAY, petition, know_late=True)
    return case


def adopted(session: Session, office: Office) -> Case:
    early = make_case(session, office.clerk, now=NOW - 6 * DAY)
    case = received(session, office)
    merging.merge(session, early, office.clerk, NOW + DAY, case.number, "同一件事")
    return case


def borrowed(session: Session, office: Office) -> Case:
    """A petition that is not accepted has no date but the merged case's."""
    case = followed(session, make_case(session, office.clerk, procedure=Procedure.PETITION))
    merging.merge(session, make_case(session, office.clerk), office.clerk, NOW + DAY, case.number, "同一件事")
    return case


def bound(session: Session, office: Office) -> Case:
    letter = make_case(session, office.clerk, source=Source.FORWARDED_LETTER, letter=LETTER, procedure=Procedure.NOTICE)
    case = received(session, office)
    merging.merge(session, letter, office.clerk, NOW + DAY, case.number, "同一件事")
    return case


def merged_for_nothing(session: Session, office: Office) -> Case:
    """The other's date is the later one and plays no part."""
    case = received(session, office)
    merging.merge(session, make_case(session, office.clerk, now=NOW + DAY), office.clerk, NOW + DAY, case.number, "同一件事")
    return case


def resumed(session: Session, office: Office) -> Case:
    case = received(session, office)
    suspending.suspend(session, case, office.clerk, NOW + DAY, SuspensionGround.HEARING, NOW + DAY, "听证")
    suspending.resume(session, case, office.clerk, NOW + 2 * DAY, NOW + 2 * DAY, "听证结束")
    return case


Walk = Callable[[Session, Office], Case]
COUNTED: list[tuple[Walk, str, timedelta]] = [
    (received, "求助类来信自收到次日起 7 个工作日内答复，法定节假日不计", 0 * DAY),
    (merged_for_nothing, "求助类来信自收到次日起 7 个工作日内答复，法定节假日不计", 0 * DAY),
    (reopened, "求助类来信自重新办理次日起 7 个工作日内答复，法定节假日不计", 10 * DAY),
    (declined_and_reopened, "求助类来信自重新办理次日起 7 个工作日内答复，法定节假日不计", 2 * DAY),
    (completed, "求助类来信自收到补正材料次日起 20 个工作日内答复，法定节假日不计", 9 * DAY),
    (accepted, "求助类来信自受理次日起 60 日内答复", 3 * DAY),
    (accepted_again, "求助类来信自受理次日起 60 日内答复", 5 * DAY),
]


@pytest.mark.parametrize(("walk", "words", "since"), COUNTED, ids=[walk.__name__ for walk, _words, _since in COUNTED])
def test_d11_the_promise_names_what_its_day_is_counted_from(core: Flask, walk: Walk, words: str, since: timedelta) -> None:
    with transaction() as session:
        case = walk(session, make_office(session))
        told, clock = session.get_one(Progress, case.number), reply_clock(session, case.id)
        assert clock is not None
        counted = derive(ClockFacts(NOW + since, span_of(clock)), work_calendar(session)).due_at
        assert counted is not None
        assert told.promised_on == local_date(counted), "the day is what the words say"
        assert told.promise.removesuffix("；跨年日期为暂定，当年放假安排公布后可能调整") == words
        assert told.promised_guess is (told.promised_on.year == 2027)


@pytest.mark.parametrize("walk", [adopted, borrowed, bound])
def test_d13_a_day_taken_over_says_nothing_of_the_other_message_nor_that_there_is_one(core: Flask, walk: Walk) -> None:
    with transaction() as session:
        case = walk(session, make_office(session))
        told = session.get_one(Progress, case.number)
        assert told.promise == ELSEWHERE
        others = session.query(Case).filter(Case.id != case.id)
        assert not [other.number for other in others if other.number in f"{told.promise} {told.why} {told.history}"]
        assert told.promised_on is not None


def test_d13_a_day_that_whoever_sent_the_letter_has_set_is_told_as_theirs(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        letter = make_case(session, office.clerk, source=Source.FORWARDED_LETTER, letter=LETTER, procedure=Procedure.NOTICE)
        told = session.get_one(Progress, followed(session, letter).number)
        assert (told.promised_on, told.promise) == (date(2026, 11, 30), "按交办机关规定的日期办理")


def test_d13_a_letters_own_day_that_another_message_answers_by_is_told_as_a_rule(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        waiting = followed(session, make_case(session, office.clerk, procedure=Procedure.PETITION))
        letter = make_case(session, office.clerk, source=Source.FORWARDED_LETTER, letter=LETTER, procedure=Procedure.NOTICE)
        merging.merge(session, letter, office.clerk, NOW + DAY, waiting.number, "同一件事")
        told = session.get_one(Progress, waiting.number)
        assert (told.promised_on, told.promise) == (date(2026, 11, 30), ELSEWHERE)


def test_d11_a_suspension_that_is_over_leaves_what_it_counted_from(core: Flask) -> None:
    with transaction() as session:
        case = resumed(session, make_office(session))
        assert session.get_one(Progress, case.number).promise.startswith("求助类来信自收到次日起 7 个工作日内答复")


def test_n05_a_reply_whose_facts_contradict_each_other_keeps_its_day_and_holds_up_no_act(core: Flask) -> None:
    with transaction() as session:
        case = received(session, make_office(session))
        clock = reply_clock(session, case.id)
        assert clock is not None
        clock.pauses = [{"since": (NOW + DAY).isoformat(), "until": (NOW + 4 * DAY).isoformat()} for _ in range(2)]
        progress.promise(session, case)
        assert session.get_one(Progress, case.number).promise == ELSEWHERE
