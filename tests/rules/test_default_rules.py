"""The default table row by row, and the choice among rows."""

from dataclasses import replace
from datetime import date

import pytest

from opinion_app.rules.clock_facts import Span
from opinion_app.rules.deadline_rules import (
    LAST_RESORT,
    Choice,
    ClockStage,
    DeadlineRule,
    OwedBy,
    RuleFacts,
    StartEvent,
    choose,
    newest_in_force,
)
from opinion_app.rules.default_rules import DEFAULT_RULES, days, hours, minutes, natural
from opinion_app.rules.rule_data import check_rule
from opinion_app.rules.words import Kind, Procedure, RiskLevel, Urgency

TODAY = date(2026, 11, 23)
N, P, H, D = Procedure.NOTICE, Procedure.PETITION, Procedure.HOTLINE, Procedure.DISCLOSURE
S = ClockStage


def chosen(facts: RuleFacts, stage: ClockStage, rules: tuple[DeadlineRule, ...] = DEFAULT_RULES) -> Choice:
    choice = choose(rules, facts, stage, TODAY)
    assert choice is not None
    return choice


@pytest.mark.parametrize(
    ("facts", "stage", "span"),
    [
        (RuleFacts(), S.ACCEPT, days(1)),
        (RuleFacts(urgency=Urgency.URGENT), S.ACCEPT, hours(1)),
        (RuleFacts(), S.SIGN_FOR, days(1)),
        (RuleFacts(urgency=Urgency.URGENT), S.SIGN_FOR, hours(1)),
        (RuleFacts(H), S.SIGN_FOR, hours(24)),
        (RuleFacts(kind=Kind.HELP), S.CONTACT, days(3)),
        (RuleFacts(kind=Kind.COMPLAINT), S.CONTACT, days(3)),
        (RuleFacts(urgency=Urgency.COMPLEX), S.CONTACT, days(3)),
        (RuleFacts(urgency=Urgency.URGENT, kind=Kind.HELP), S.CONTACT, hours(2)),
        (RuleFacts(P), S.CONTACT, natural(15)),
        (RuleFacts(kind=Kind.INQUIRY), S.REPLY, days(3)),
        (RuleFacts(kind=Kind.SUGGESTION), S.REPLY, days(5)),
        (RuleFacts(kind=Kind.THANKS), S.REPLY, days(5)),
        (RuleFacts(kind=Kind.HELP), S.REPLY, days(7)),
        (RuleFacts(kind=Kind.COMPLAINT), S.REPLY, days(7)),
        (RuleFacts(kind=Kind.ACCUSATION), S.REPLY, days(15)),
        (RuleFacts(kind=Kind.OTHER), S.REPLY, days(7)),
        (RuleFacts(urgency=Urgency.COMPLEX, kind=Kind.INQUIRY), S.REPLY, days(15)),
        (RuleFacts(urgency=Urgency.URGENT, kind=Kind.INQUIRY), S.REPLY, hours(24)),
        (RuleFacts(N, kind=Kind.INQUIRY), S.REPLY, days(7)),
        (RuleFacts(P), S.REPLY, natural(60)),
        (RuleFacts(D), S.REPLY, days(20)),
        (RuleFacts(H, Urgency.COMPLEX, Kind.INQUIRY), S.REPLY, days(5)),
        (RuleFacts(), S.DRAFT, days(2)),
        (RuleFacts(N), S.OBJECTION, days(5)),
        (RuleFacts(P), S.OBJECTION, days(5)),
        (RuleFacts(N), S.REPORT_BACK, days(7)),
        (RuleFacts(D), S.CORRECTION, days(7)),
        *((RuleFacts(risk_level=level), S.RISK_PHONE, minutes(30)) for level in (RiskLevel.I, RiskLevel.II)),
        *((RuleFacts(risk_level=level), S.RISK_REPORT, hours(1)) for level in (RiskLevel.I, RiskLevel.II)),
        *((RuleFacts(risk_level=level), S.RISK_PUBLISH, hours(5)) for level in (RiskLevel.I, RiskLevel.II)),
        *((RuleFacts(risk_level=level), S.RISK_RESPONSE, hours(24)) for level in (RiskLevel.I, RiskLevel.II)),
        (RuleFacts(risk_level=RiskLevel.III), S.RISK_REPORT, hours(2)),
        (RuleFacts(risk_level=RiskLevel.III), S.RISK_PUBLISH, hours(24)),
        (RuleFacts(risk_level=RiskLevel.III), S.RISK_RESPONSE, hours(48)),
        (RuleFacts(risk_level=RiskLevel.III), S.RISK_VERIFY, days(2)),
        (RuleFacts(risk_level=RiskLevel.IV), S.RISK_REPORT, hours(2)),
        (RuleFacts(risk_level=RiskLevel.IV), S.RISK_RESPONSE, hours(48)),
        (RuleFacts(risk_level=RiskLevel.IV), S.RISK_VERIFY, days(2)),
        (RuleFacts(risk_level=RiskLevel.IV, historic=True), S.RISK_VERIFY, days(5)),
    ],
)
def test_the_default_table(facts: RuleFacts, stage: ClockStage, span: Span) -> None:
    choice = chosen(facts, stage)
    assert choice.rule.span == span
    assert choice.fixed_date is None
    assert bool(choice.warning) is (facts.kind is Kind.OTHER)


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        (RuleFacts(kind=Kind.INQUIRY), S.CONTACT),
        (RuleFacts(), S.OBJECTION),
        (RuleFacts(), S.CORRECTION),
        (RuleFacts(), S.RISK_REPORT),
        (RuleFacts(risk_level=RiskLevel.NONE), S.RISK_RESPONSE),
        (RuleFacts(risk_level=RiskLevel.IV), S.RISK_PUBLISH),
        (RuleFacts(risk_level=RiskLevel.III), S.RISK_PHONE),
    ],
)
def test_a_stage_nobody_owes_has_no_clock(facts: RuleFacts, stage: ClockStage) -> None:
    assert choose(DEFAULT_RULES, facts, stage, TODAY) is None


def test_the_notices_own_date_beats_the_rule() -> None:
    facts = RuleFacts(N, notice_date=date(2026, 12, 4))
    for stage in (S.REPLY, S.REPORT_BACK):
        choice = chosen(facts, stage)
        assert (choice.fixed_date, choice.why) == (date(2026, 12, 4), "来文要求的日期")
    assert chosen(facts, S.SIGN_FOR).fixed_date is None


def test_the_reason_of_the_choice_is_told() -> None:
    assert chosen(RuleFacts(kind=Kind.INQUIRY), S.REPLY).why == "咨询"
    assert chosen(RuleFacts(urgency=Urgency.URGENT), S.ACCEPT).why == "紧急"
    assert chosen(RuleFacts(), S.ACCEPT).why == "通用规则"
    assert chosen(RuleFacts(), S.REPLY).why == "默认规则"
    assert chosen(RuleFacts(), S.REPLY, ()).rule is LAST_RESORT


def test_the_newest_version_in_force_counts() -> None:
    old = next(rule for rule in DEFAULT_RULES if rule.code == "reply-inquiry")
    new = replace(old, span=days(2), in_force_from=date(2026, 11, 1))
    later = replace(old, span=days(1), in_force_from=date(2026, 12, 1))
    rules = (later, old, new)
    assert newest_in_force(rules, TODAY) == [new]
    assert chosen(RuleFacts(kind=Kind.INQUIRY), S.REPLY, rules).rule.span == days(2)
    assert newest_in_force(rules, date(2026, 10, 31)) == [old]
    corrected = replace(new, span=days(4))
    assert newest_in_force((old, new, corrected), TODAY) == [corrected]
    narrowed = replace(new, kind=Kind.THANKS)
    assert chosen(RuleFacts(kind=Kind.INQUIRY), S.REPLY, (old, narrowed)).rule is LAST_RESORT


def test_d15_a_version_the_office_applied_counts_though_it_came_later() -> None:
    old = next(rule for rule in DEFAULT_RULES if rule.code == "reply-inquiry")
    first, second = (replace(old, span=days(amount), in_force_from=date(2026, 12, amount)) for amount in (1, 2))
    rules = (old, first, second)
    assert newest_in_force(rules, TODAY) == [old]
    assert newest_in_force(rules, TODAY, {first}) == [first]
    assert newest_in_force(rules, TODAY, {first, second}) == [second]
    choice = choose(rules, RuleFacts(kind=Kind.INQUIRY), S.REPLY, TODAY, {first})
    assert choice is not None
    assert choice.rule == first
    gone = replace(first, retired=True)
    assert newest_in_force((old, gone), TODAY, {gone}) == []


def test_d17_a_letter_from_before_the_table_begins_comes_under_its_first_rules() -> None:
    early, later = date(2018, 3, 1), date(2026, 12, 1)
    for stage, code in ((S.ACCEPT, "accept"), (S.REPLY, "reply-help")):
        choice = choose(DEFAULT_RULES, RuleFacts(kind=Kind.HELP), stage, early)
        assert choice is not None
        assert (choice.rule.code, choice.warning) == (code, "")
    own = replace(next(rule for rule in DEFAULT_RULES if rule.code == "reply-help"), code="own", in_force_from=later)
    assert "own" not in {rule.code for rule in newest_in_force((*DEFAULT_RULES, own), early)}, (
        "what comes later holds from then on"
    )
    assert newest_in_force((), early) == []


def test_every_row_can_stand_and_names_its_source() -> None:
    codes = [rule.code for rule in DEFAULT_RULES]
    assert len(codes) == len(set(codes))
    for rule in DEFAULT_RULES:
        check_rule(rule)
        assert rule.source
        assert rule.mark in {"R1", "R2", "K", "I"}


def test_who_owes_and_where_clocks_start() -> None:
    assert chosen(RuleFacts(P), S.REPLY).rule.start_event is StartEvent.ACCEPTED
    assert chosen(RuleFacts(), S.REPLY).rule.start_event is StartEvent.RECEIVED
    assert chosen(RuleFacts(), S.SIGN_FOR).rule.start_event is StartEvent.ASSIGNED
    assert chosen(RuleFacts(P), S.CONTACT).rule.owed_by is OwedBy.OFFICE
    assert chosen(RuleFacts(kind=Kind.HELP), S.CONTACT).rule.owed_by is OwedBy.LEAD
    assert chosen(RuleFacts(), S.DRAFT).rule.back_from is S.REPLY
    assert chosen(RuleFacts(N), S.OBJECTION).rule.lapses
    assert chosen(RuleFacts(risk_level=RiskLevel.I), S.RISK_RESPONSE).rule.guidance == "配合上级发布会"
