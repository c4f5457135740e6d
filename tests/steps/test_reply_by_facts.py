"""Which rule a case's reply runs under follows from the case as it is, never from the way there (D12, D13, D15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask

from opinion_app.cli.doctor import BAD, CHECKS, GOOD
from opinion_app.desks.rules import operations as rule_desk
from opinion_app.desks.rules.queries import versions, what_if
from opinion_app.flow import clock_changes, clocks
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.moves import Moves, marks
from opinion_app.flow.recompute import preview
from opinion_app.flow.reply_owed import uncounted
from opinion_app.records.case import Case
from opinion_app.records.transaction import transaction
from opinion_app.rules.clock_facts import Unit
from opinion_app.rules.deadline_rules import DeadlineRule
from opinion_app.rules.facts import Actor
from opinion_app.rules.rule_data import from_data
from opinion_app.rules.suspension import SuspensionGround
from opinion_app.rules.words import ClockState, Kind, Procedure, Role, Urgency
from opinion_app.rules.zone import local_date
from opinion_app.steps.handling import suspending
from opinion_app.steps.triage import assigning, merging, operations
from opinion_app.steps.triage.assigning import Allotment
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import HELP, Office, make_office
from tests.builders.office import NOW, make_actor, make_case

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PETITION = Classification(Kind.HELP, "城建", Urgency.NORMAL, Procedure.PETITION)
COMPLAINT = replace(HELP, kind=Kind.COMPLAINT)
BY_RECEIPT = date(2026, 12, 2)  # seven working days from NOW
APPLIED = date(2026, 12, 9)  # twelve


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """A small office inside one transaction."""
    with transaction() as session:
        yield make_office(session)


@pytest.fixture
def admin(office: Office) -> Actor:
    """Who changes the table of rules."""
    return make_actor(office.session, "admin", Role.ADMINISTRATOR)


def due(office: Office, case: Case) -> date | None:
    """The due date of the reply; None while none runs."""
    held = [clock for clock in clocks.open_clocks(office.session, case.id) if clock.stage == "reply"]
    assert len(held) <= 1
    return local_date(held[0].due_at) if held and held[0].due_at else None


def classify(office: Office, case: Case, new: Classification, days: int = 1) -> None:
    operations.classify(office.session, case, office.clerk, NOW + days * DAY + 2 * HOUR, new, know_late=True)


def retire(office: Office, admin: Actor, *, apply: bool = False) -> Moves:
    """The petitions' rule is taken out a day after they came in."""
    saving = rule_desk.Saving(admin, NOW + DAY, apply_to_open=apply)
    return rule_desk.retire(office.session, "reply-petition", (NOW + DAY).date(), "本单位规定", saving, None)[1]


def lengthen(office: Office, admin: Actor) -> Moves:
    """Twelve working days for a call for help, for the cases in hand as well."""
    rule = from_data(versions(office.session, "reply-help")[0].data)
    typed = rule_desk.Changes(
        rule.name, 12, Unit.WORKING_DAYS, None, Unit.HOURS, 1, None, "", 1, 25, rule.source, (NOW + DAY).date()
    )
    return rule_desk.save(office.session, "reply-help", typed, rule_desk.Saving(admin, NOW + DAY, apply_to_open=True), None)[1]


@pytest.mark.parametrize("registered_as", [Procedure.PETITION, Procedure.ORDINARY])
@pytest.mark.parametrize("accepted_as", [Kind.HELP, Kind.COMPLAINT])
def test_d12_a_reply_whose_rule_was_taken_out_stays_under_the_one_that_took_over(
    office: Office, admin: Actor, registered_as: Procedure, accepted_as: Kind
) -> None:
    case = make_case(office.session, office.clerk, procedure=registered_as)
    if registered_as is Procedure.ORDINARY:
        operations.classify(office.session, case, office.clerk, NOW + HOUR, PETITION)
    retire(office, admin)
    operations.accept(office.session, case, office.clerk, NOW + DAY + HOUR, replace(PETITION, kind=accepted_as))
    for kind in (Kind.COMPLAINT, Kind.HELP, Kind.COMPLAINT, Kind.HELP):
        if case.kind is not kind:
            classify(office, case, replace(PETITION, kind=kind))
        assert due(office, case) == BY_RECEIPT, kind


def test_d12_what_is_overdue_gains_no_months_by_another_kind(office: Office, admin: Actor) -> None:
    case = make_case(office.session, office.clerk, procedure=Procedure.PETITION)
    retire(office, admin)
    operations.accept(office.session, case, office.clerk, NOW + DAY + HOUR, PETITION)
    classify(office, case, replace(PETITION, kind=Kind.INQUIRY), days=12)
    assert due(office, case) == date(2026, 11, 26), "three working days from receipt, as an inquiry's reply counts"
    classify(office, case, PETITION, days=13)
    assert due(office, case) == BY_RECEIPT


def test_d12_a_petition_accepted_before_its_rule_was_taken_out_keeps_its_sixty_days(office: Office, admin: Actor) -> None:
    case = make_case(office.session, office.clerk, procedure=Procedure.PETITION)
    operations.accept(office.session, case, office.clerk, NOW + HOUR, PETITION)
    sixty = due(office, case)
    retire(office, admin)
    for new in (replace(PETITION, kind=Kind.INQUIRY), HELP, PETITION):
        classify(office, case, new)
    assert due(office, case) == sixty == date(2027, 1, 22)


def test_d15_a_reply_that_rested_comes_back_under_the_version_put_to_use_meanwhile(office: Office, admin: Actor) -> None:
    case, other = (make_case(office.session, office.clerk) for _ in range(2))
    operations.classify(office.session, case, office.clerk, NOW + HOUR, PETITION)
    assert [row.number for row in lengthen(office, admin)] == [other.number]
    for new in (HELP, COMPLAINT, HELP, PETITION, HELP):
        classify(office, case, new)
    assert due(office, case) == due(office, other) == APPLIED


def test_d13_a_case_taken_apart_runs_under_the_version_put_to_use_meanwhile(office: Office, admin: Actor) -> None:
    survivor, case = (make_case(office.session, office.clerk) for _ in range(2))
    merging.merge(office.session, case, office.clerk, NOW + HOUR, survivor.number, "同一件事")
    lengthen(office, admin)
    merging.unmerge(office.session, case, office.clerk, NOW + DAY + HOUR, "不是一件事")
    assert due(office, case) == APPLIED
    classify(office, case, COMPLAINT)
    classify(office, case, HELP)
    assert due(office, case) == APPLIED
    assert preview(office.session, NOW + 2 * DAY, work_calendar(office.session)) == []
    assert uncounted(office.session) == []


def test_d15_what_came_in_the_morning_does_not_come_under_what_was_saved_at_noon(office: Office, admin: Actor) -> None:
    early, late = NOW + DAY - HOUR, NOW + DAY + HOUR
    waits = make_case(office.session, office.clerk, now=early, procedure=Procedure.PETITION)
    assert due(office, waits) is None
    retire(office, admin)
    after = make_case(office.session, office.clerk, now=late, procedure=Procedure.PETITION)
    assert (due(office, waits), due(office, after)) == (None, date(2026, 12, 3))
    assert uncounted(office.session) == [], "saved for the day it came in, it still waits for its acceptance"
    operations.accept(office.session, waits, office.clerk, late, PETITION)
    assert due(office, waits) == date(2026, 12, 3), "and was accepted when that rule was gone"


def test_d12_a_unit_given_a_case_without_a_reply_owes_its_draft_once_the_reply_is_counted(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    to = Allotment(office.finance.id, [office.roads.id], "请办理")
    assigning.assign(office.session, case, office.clerk, NOW + HOUR, HELP, to)
    whole = waits_for(office, case)
    look = dict(CHECKS)["答复时限"]
    assert look(office.session, NOW).state == GOOD
    drafts = [clock for clock in clocks.open_clocks(office.session, case.id) if clock.stage == "draft"]
    reply = clock_changes.running_reply(office.session, case)
    for clock in drafts:
        office.session.delete(clock)
    office.session.flush()
    found = look(office.session, NOW)
    assert (found.state, "没有提交答复稿的时限" in found.words, case.number in found.words) == (BAD, True, True)
    office.session.delete(reply)
    office.session.flush()
    assert "没有答复时限" in look(office.session, NOW).words
    classify(office, case, COMPLAINT)
    assert waits_for(office, case) == whole
    assert look(office.session, NOW).state == GOOD
    classify(office, case, HELP)
    assert waits_for(office, case) == whole, "and to and fro gives nobody a second one"


def waits_for(office: Office, case: Case) -> list[tuple[str, int | None]]:
    """What runs and which unit owes it."""
    return sorted((clock.met_by_act, clock.unit_id) for clock in clocks.open_clocks(office.session, case.id))


def test_d15_a_petition_that_waits_gets_its_reply_when_the_rule_is_taken_out_for_cases_in_hand(
    office: Office, admin: Actor
) -> None:
    case = make_case(office.session, office.clerk, procedure=Procedure.PETITION)
    out = rule_desk.taken_out(office.session, "reply-petition", (NOW + DAY).date(), "本单位规定")
    told = what_if(office.session, out, NOW + DAY)
    assert [(row.number, row.before, row.after and local_date(row.after), row.becomes_late) for row in told] == [
        (case.number, None, BY_RECEIPT, False)
    ]
    done = retire(office, admin, apply=True)
    assert marks(done) == marks(told)
    assert due(office, case) == BY_RECEIPT
    assert uncounted(office.session) == []
    for new in (replace(PETITION, kind=Kind.COMPLAINT), PETITION):
        classify(office, case, new)
        assert due(office, case) == BY_RECEIPT
    assert preview(office.session, NOW + 2 * DAY, work_calendar(office.session)) == []


def test_d15_one_that_is_late_by_it_is_shown_as_late(office: Office, admin: Actor) -> None:
    make_case(office.session, office.clerk, now=NOW - 30 * DAY, procedure=Procedure.PETITION)
    assert [row.becomes_late for row in retire(office, admin, apply=True)] == [True]


def test_d15_a_reply_that_comes_back_suspended_is_shown_with_what_is_left(office: Office, admin: Actor) -> None:
    case = make_case(office.session, office.clerk)
    suspending.suspend(office.session, case, office.clerk, NOW + HOUR, SuspensionGround.HEARING, NOW + HOUR, "听证")
    operations.classify(office.session, case, office.clerk, NOW + 2 * HOUR, PETITION)
    out = rule_desk.taken_out(office.session, "reply-petition", (NOW + DAY).date(), "本单位规定")
    told = what_if(office.session, out, NOW + DAY)
    assert [(row.before, row.after, row.becomes_late, row.left_after) for row in told] == [(None, None, False, "7 个工作日")]
    assert marks(retire(office, admin, apply=True)) == marks(told)
    assert (due(office, case), case.suspended_for) == (None, "hearing")


def test_d12_a_reply_that_was_late_before_it_rested_does_not_become_late_by_going_on(office: Office, admin: Actor) -> None:
    case = make_case(office.session, office.clerk, now=NOW - 30 * DAY)
    operations.classify(office.session, case, office.clerk, NOW, PETITION, know_late=True)
    out = rule_desk.taken_out(office.session, "reply-petition", (NOW + DAY).date(), "本单位规定")
    for shown in (what_if(office.session, out, NOW + DAY), retire(office, admin, apply=True)):
        assert [(row.number, row.becomes_late) for row in shown] == [(case.number, False)]


def test_d15_the_reply_of_an_accepted_petition_counts_from_receipt_as_the_rule_does_that_took_over(
    office: Office, admin: Actor
) -> None:
    case = make_case(office.session, office.clerk, procedure=Procedure.PETITION)
    operations.accept(office.session, case, office.clerk, NOW + DAY - HOUR, PETITION)
    out = rule_desk.taken_out(office.session, "reply-petition", (NOW + DAY).date(), "本单位规定")
    told = what_if(office.session, out, NOW + DAY)
    assert marks(retire(office, admin, apply=True)) == marks(told)
    for new in (PETITION, replace(PETITION, kind=Kind.COMPLAINT), HELP, PETITION):
        if new != PETITION or case.procedure is not Procedure.PETITION:
            classify(office, case, new)
        assert due(office, case) == BY_RECEIPT


def taken_up_again(office: Office, *, days: int = 2) -> DeadlineRule:
    """The petitions' rule put to use once more, so many days after they came in."""
    rule = from_data(versions(office.session, "reply-petition")[0].data)
    return replace(rule, retired=False, source="恢复执行", in_force_from=(NOW + days * DAY).date())


def take_up(office: Office, admin: Actor, *, days: int = 2) -> Moves:
    """Save that for the cases in hand as well."""
    day = (NOW + days * DAY).date()
    typed = rule_desk.Changes("办结信访事项", 60, Unit.NATURAL_DAYS, None, Unit.HOURS, 1, None, "", 1, 25, "恢复执行", day)
    saving = rule_desk.Saving(admin, NOW + days * DAY, apply_to_open=True)
    return rule_desk.save(office.session, "reply-petition", typed, saving, None)[1]


@pytest.mark.parametrize("kind", [Kind.HELP, Kind.COMPLAINT])
def test_d15_a_petition_counted_from_receipt_waits_for_its_acceptance_when_the_rule_comes_back(
    office: Office, admin: Actor, kind: Kind
) -> None:
    case, other = (make_case(office.session, office.clerk, procedure=Procedure.PETITION) for _ in range(2))
    retire(office, admin, apply=True)
    now = NOW + 2 * DAY
    told = what_if(office.session, taken_up_again(office), now)
    assert [(row.number, row.before and local_date(row.before), row.after, row.waits) for row in told] == [
        (each.number, BY_RECEIPT, None, "受理后起算") for each in (case, other)
    ]
    assert marks(take_up(office, admin)) == marks(told)
    assert (due(office, case), due(office, other)) == (None, None)
    for new in (replace(PETITION, kind=Kind.INQUIRY), PETITION):
        classify(office, other, new, days=2)
    assert due(office, other) is None, "the way there makes no difference"
    assert uncounted(office.session) == []
    operations.accept(office.session, case, office.clerk, now + HOUR, replace(PETITION, kind=kind))
    sixty_days = date(2027, 1, 25)  # from the twenty-fifth of November, rolled over a Sunday
    assert due(office, case) == sixty_days
    for each in (Kind.INQUIRY, Kind.SUGGESTION, kind):
        classify(office, case, replace(PETITION, kind=each))
        assert due(office, case) == sixty_days


def test_d15_one_that_was_let_go_on_counts_from_its_acceptance_all_the_same(office: Office, admin: Actor) -> None:
    case = make_case(office.session, office.clerk, procedure=Procedure.PETITION)
    retire(office, admin, apply=True)
    reply = clock_changes.running_reply(office.session, case)
    take_up(office, admin)
    reply.state, reply.ended_at, reply.end_reason = ClockState.RUNNING, None, ""  # as data are that no rule was asked about since
    office.session.flush()
    assert due(office, case) == BY_RECEIPT
    operations.accept(office.session, case, office.clerk, NOW + 2 * DAY + HOUR, PETITION)
    assert due(office, case) == date(2027, 1, 25)


def test_d12_what_was_late_is_shown_to_stop_and_is_late_still_when_it_goes_on(office: Office, admin: Actor) -> None:
    case = make_case(office.session, office.clerk, now=NOW - 30 * DAY, procedure=Procedure.PETITION)
    retire(office, admin, apply=True)
    overdue = due(office, case)
    assert [row.waits for row in take_up(office, admin)] == ["受理后起算；现已逾期，随之停止计算"]
    assert due(office, case) is None
    saving = rule_desk.Saving(admin, NOW + 3 * DAY, apply_to_open=True)
    again = rule_desk.retire(office.session, "reply-petition", (NOW + 3 * DAY).date(), "本单位规定", saving, None)[1]
    assert [(row.number, row.becomes_late) for row in again] == [(case.number, False)]
    assert due(office, case) == overdue


def test_d13_a_reply_that_rests_again_leaves_the_date_of_the_merged_case(office: Office, admin: Actor) -> None:
    case = make_case(office.session, office.clerk, procedure=Procedure.PETITION)
    retire(office, admin, apply=True)
    later = make_case(office.session, office.clerk, now=NOW + DAY + HOUR)
    merging.merge(office.session, later, office.clerk, NOW + DAY + HOUR, case.number, "同一件事")
    assert due(office, case) == BY_RECEIPT
    told = what_if(office.session, taken_up_again(office), NOW + 2 * DAY)
    lent = date(2026, 12, 3)
    assert [(row.number, row.after and local_date(row.after), row.waits) for row in told] == [(case.number, lent, "")]
    assert marks(take_up(office, admin)) == marks(told)
    assert due(office, case) == lent
    assert preview(office.session, NOW + 2 * DAY, work_calendar(office.session)) == []


def test_d13_a_petition_that_answered_by_another_case_has_its_own_reply_when_that_one_leaves(
    office: Office, admin: Actor
) -> None:
    other = make_case(office.session, office.clerk)
    case = make_case(office.session, office.clerk, procedure=Procedure.PETITION)
    merging.merge(office.session, other, office.clerk, NOW + HOUR, case.number, "同一件事")
    retire(office, admin, apply=True)
    merging.unmerge(office.session, other, office.clerk, NOW + DAY, "不是一件事")
    assert due(office, case) == BY_RECEIPT
    assert not uncounted(office.session)


def test_d13_a_reply_that_rested_does_not_come_back_with_the_date_of_a_case_that_left(office: Office) -> None:
    case = make_case(office.session, office.clerk)
    first = make_case(office.session, office.clerk, now=NOW - 3 * DAY)
    merging.merge(office.session, first, office.clerk, NOW, case.number, "同一件事")
    assert due(office, case) == date(2026, 12, 1), "the earlier of the two"
    operations.classify(office.session, case, office.clerk, NOW, PETITION)
    merging.unmerge(office.session, first, office.clerk, NOW + HOUR, "不是一件事")
    assert due(office, case) is None
    for new in (HELP, PETITION, HELP):
        classify(office, case, new)
        assert due(office, case) == (None if new is PETITION else BY_RECEIPT)


def test_d13_another_duty_of_a_petition_is_changed_beside_the_date_of_a_merged_case(office: Office, admin: Actor) -> None:
    case, other = make_case(office.session, office.clerk, procedure=Procedure.PETITION), make_case(office.session, office.clerk)
    merging.merge(office.session, other, office.clerk, NOW + HOUR, case.number, "同一件事")
    rule = from_data(versions(office.session, "contact-petition")[0].data)
    day = (NOW + DAY).date()
    typed = rule_desk.Changes(rule.name, 20, Unit.NATURAL_DAYS, None, Unit.HOURS, 0, None, "", 1, 25, "本单位规定", day)
    saving = rule_desk.Saving(admin, NOW + DAY, apply_to_open=True)
    moved = rule_desk.save(office.session, "contact-petition", typed, saving, None)[1]
    assert [(row.number, row.stage) for row in moved] == [(case.number, "contact")]
    assert due(office, case) == BY_RECEIPT
