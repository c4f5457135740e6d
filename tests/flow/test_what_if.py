"""What is said to move and what moves are the same clocks and dates, whichever rule is changed (D15)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from opinion_app.desks.rules.operations import Changes, Saving, changed, save
from opinion_app.desks.rules.queries import every, what_if
from opinion_app.flow import assess as acts
from opinion_app.flow.clocks import open_clocks
from opinion_app.flow.deadline_table import rules
from opinion_app.flow.moves import Moved
from opinion_app.flow.recompute import open_by_case
from opinion_app.records.transaction import transaction
from opinion_app.rules.assessment import Ground, Sheet
from opinion_app.rules.deadline_rules import DeadlineRule
from opinion_app.rules.registration import LetterFacts
from opinion_app.rules.words import Kind, Procedure, RiskFactor, RiskLevel, Source, Urgency
from opinion_app.steps.triage.operations import Classification
from tests.builders.life import Office, assigned, handling_case, make_office
from tests.builders.office import NOW, make_case

LATER = NOW + timedelta(days=3)
LETTER = LetterFacts("县信访局", "信转〔2026〕1号", date(2026, 11, 20), date(2026, 11, 23), report_owed=True)
LEVELS = (RiskLevel.I, RiskLevel.II, RiskLevel.III, RiskLevel.IV)


def fill(session: Session) -> Office:
    """Cases of every sort the table of rules knows, before and after they were given to units."""
    office = make_office(session)
    sorts = [(kind, Urgency.NORMAL, Procedure.ORDINARY) for kind in Kind if kind is not Kind.ACCUSATION]
    sorts += [(Kind.HELP, urgency, Procedure.ORDINARY) for urgency in (Urgency.COMPLEX, Urgency.URGENT)]
    sorts += [(Kind.HELP, Urgency.NORMAL, procedure) for procedure in Procedure if procedure is not Procedure.ORDINARY]
    for kind, urgency, procedure in sorts:
        sort = Classification(kind, "城建", urgency, procedure)
        letter: dict[str, Any] = {"source": Source.FORWARDED_LETTER, "letter": LETTER} if procedure is Procedure.NOTICE else {}
        assigned(office, classification=sort, kind=kind, urgency=urgency, procedure=procedure, **letter)
    for urgency in (Urgency.NORMAL, Urgency.URGENT):
        make_case(session, office.clerk, urgency=urgency)
    assigned(
        office,
        classification=Classification(Kind.ACCUSATION, "城建", Urgency.NORMAL, Procedure.ORDINARY),
        kind=Kind.ACCUSATION,
        accused="某单位",
    )
    for level, historic in [*((level, False) for level in LEVELS), (RiskLevel.IV, True)]:
        grounds = {factor: Ground(1, "见截图") for factor in RiskFactor}
        sheet = Sheet(grounds, level, "综合当前情况", "可能被误读", "口径、发言人、监测安排", historic=historic)
        acts.assess(session, assigned(office), office.clerk, NOW, sheet)
    return office


def with_amount(rule: DeadlineRule, amount: int) -> Changes:
    extension = rule.extension
    return Changes(
        name=rule.name,
        amount=amount,
        unit=rule.span.unit,
        return_amount=rule.return_window.amount if rule.return_window else None,
        return_unit=rule.return_window.unit if rule.return_window else rule.span.unit,
        extension_times=extension.times if extension else 0,
        extension_amount=extension.at_most.amount if extension and extension.at_most else None,
        approver=extension.approver if extension else "",
        warning_days=rule.warning.working_days,
        warning_percent=rule.warning.percent_left,
        source=rule.source,
        in_force_from=NOW.date(),
    )


def said_and_done(session: Session, office: Office, rule: DeadlineRule, changes: Changes) -> tuple[set[Moved], set[Moved]]:
    """What the page says would move, and what then moves; undone again."""
    told = what_if(session, changed(rule, changes), LATER)
    attempt = session.begin_nested()
    _rule, moved = save(session, rule.code, changes, Saving(office.clerk, LATER, apply_to_open=True), None)
    attempt.rollback()
    return set(told), set(moved)


def test_d15_what_is_told_before_is_what_moves_for_every_rule(core: Flask) -> None:
    with transaction() as session:
        office = fill(session)
        table = rules(session)
        running = {table[clock.rule_id].code for _case, held in open_by_case(session) for clock in held if clock.rule_id}
        for rule in every(session):
            told, moved = said_and_done(session, office, rule, with_amount(rule, rule.span.amount + 1))
            assert told == moved, rule.code
            assert bool(told) is (rule.code in running), rule.code
        idle = {rule.code for rule in every(session)} - running
        assert idle == {rule.code for rule in every(session) if rule.lapses}, "every other rule was proved by a clock of its own"


def test_d15_the_list_of_what_moves_calls_each_duty_as_every_other_place_does(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        assigned(office)
        rule = next(rule for rule in rules(session).values() if rule.code == "reply-help")
        told, moved = said_and_done(session, office, rule, with_amount(rule, rule.span.amount + 1))
        assert {one.words for one in told} == {one.words for one in moved} == {"答复", "提交答复稿", "报协办结果"}


def test_d15_a_supporting_unit_owes_its_report_under_a_changed_rule_as_before(core: Flask) -> None:
    with transaction() as session:
        office = make_office(session)
        case = assigned(office)
        rule = next(rule for rule in rules(session).values() if rule.code == "draft")
        before = {clock.met_by_act: clock.source for clock in open_clocks(session, case.id) if clock.stage == "draft"}
        save(session, rule.code, with_amount(rule, rule.span.amount + 1), Saving(office.clerk, LATER, apply_to_open=True), None)
        after = {clock.met_by_act: clock.source for clock in open_clocks(session, case.id) if clock.stage == "draft"}

        assert after["report_support"] == before["report_support"]
        assert "按修改后的规则" in after["submit_reply"]


def test_d02_a_list_of_what_moves_knows_which_dates_are_guesses_before_and_after(core: Flask) -> None:
    with transaction() as session:
        office, december = make_office(session), NOW + timedelta(days=25)
        handling_case(office, december)
        rule = next(rule for rule in rules(session).values() if rule.code == "reply-help")
        for amount, dates in ((9, ["2026-12-29", "2026-12-31"]), (12, ["2026-12-29", "2027-01-05（暂定）"])):
            told, moved = said_and_done(session, office, rule, with_amount(rule, amount))
            assert told == moved
            assert [due and due.iso for one in told if one.stage == "reply" for due in (one.due_before, one.due_after)] == dates
            drafts = {due.iso.endswith("（暂定）") for one in told if one.stage == "draft" for due in (one.due_after,) if due}
            assert drafts == {amount == 12}, "a date counted back from a guess is one"
