"""Which rows the table of deadline rules takes, and which it may lose: nothing that cases rely on goes unseen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.deadline_rules import ClockStage as S
from opinion_app.rules.deadline_rules import DeadlineRule, OwedBy, RuleFacts, StartEvent, choose
from opinion_app.rules.default_rules import DEFAULT_RULES
from opinion_app.rules.errors import Invalid
from opinion_app.rules.rule_data import from_data, to_data
from opinion_app.rules.rule_table import Match, check_date, check_retirement, heirs, match_words, new_row, retired
from opinion_app.rules.words import Kind, Procedure, RiskLevel, Urgency

TODAY = date(2026, 11, 23)
LATER = date(2027, 1, 1)


def row(code: str, table: tuple[DeadlineRule, ...] = DEFAULT_RULES) -> DeadlineRule:
    """A row of the default table."""
    return next(rule for rule in table if rule.code == code)


def own(match: Match, **rest: object) -> DeadlineRule:
    """A row of the office's own."""
    filled = {"name": "本地规定", "source": "本单位规定", "in_force_from": TODAY} | rest
    return replace(new_row("own-1", match, DEFAULT_RULES), **filled)  # type: ignore[arg-type]


def refused(match: Match, table: tuple[DeadlineRule, ...] = DEFAULT_RULES) -> set[str]:
    """The fields a match is refused at."""
    with pytest.raises(Invalid) as refusal:
        new_row("own-1", match, table)
    return set(refusal.value.fields)


@pytest.mark.parametrize(
    ("match", "settled"),
    [
        (Match(S.REPLY, kind=Kind.OTHER), (StartEvent.RECEIVED, "answer", OwedBy.HOLDER)),
        (Match(S.REPLY, Procedure.PETITION, Urgency.COMPLEX), (StartEvent.ACCEPTED, "answer", OwedBy.HOLDER)),
        (Match(S.CONTACT, Procedure.HOTLINE), (StartEvent.ASSIGNED, "record_contact", OwedBy.LEAD)),
        (Match(S.CONTACT, Procedure.PETITION, kind=Kind.HELP), (StartEvent.RECEIVED, "record_contact", OwedBy.OFFICE)),
        (Match(S.RISK_REPORT, kind=Kind.HELP, risk_level=RiskLevel.I), (StartEvent.ASSESSED, "report_upward", OwedBy.OFFICE)),
        (Match(S.RISK_PHONE, risk_level=RiskLevel.IV), (StartEvent.ASSESSED, "phone_upward", OwedBy.OFFICE)),
    ],
)
def test_a_new_row_starts_and_is_met_like_the_one_that_governed_such_cases(
    match: Match, settled: tuple[StartEvent, str, OwedBy]
) -> None:
    rule = new_row("own-1", match, DEFAULT_RULES)
    assert (rule.start_event, rule.meeting_act, rule.owed_by) == settled
    assert (rule.lapses, rule.back_from) == (False, None)


def test_a_new_row_keeps_what_is_special_about_its_stage() -> None:
    assert new_row("own-1", Match(S.DRAFT, urgency=Urgency.URGENT), DEFAULT_RULES).back_from is S.REPLY
    assert new_row("own-1", Match(S.OBJECTION, Procedure.NOTICE, kind=Kind.HELP), DEFAULT_RULES).lapses
    alone = new_row("own-1", Match(S.DRAFT), ())
    assert (alone.back_from, alone.start_event, alone.lapses) == (S.REPLY, StartEvent.REPLY_DUE, False)
    assert new_row("own-1", Match(S.RISK_RESPONSE, kind=Kind.HELP, risk_level=RiskLevel.I), DEFAULT_RULES).guidance


def test_the_first_case_under_a_new_row_takes_it_from_its_date_on() -> None:
    rule = own(Match(S.REPLY, kind=Kind.OTHER), span=Span(4, Unit.WORKING_DAYS), in_force_from=LATER)
    table, facts = (*DEFAULT_RULES, rule), RuleFacts(kind=Kind.OTHER)
    before, after = choose(table, facts, S.REPLY, date(2026, 12, 31)), choose(table, facts, S.REPLY, LATER)
    assert before is not None
    assert after is not None
    assert (before.rule.code, after.rule.code, after.warning) == ("reply-default", "own-1", "")


def test_a_row_that_is_there_already_or_fits_nothing_is_refused_beside_its_field() -> None:
    assert refused(Match(S.REPLY, kind=Kind.HELP)) == {"stage"}
    assert refused(Match(S.FEEDBACK)) == {"stage"}
    assert refused(Match(S.RISK_VERIFY)) == {"risk_level"}
    assert refused(Match(S.REPLY, risk_level=RiskLevel.I)) == {"risk_level"}
    assert refused(Match(S.REPLY, historic=True)) == {"historic"}
    assert refused(Match(S.RISK_VERIFY, risk_level=RiskLevel.IV, historic=True)) == {"stage"}
    coming = own(Match(S.REPLY, kind=Kind.OTHER), in_force_from=LATER)
    assert refused(Match(S.REPLY, kind=Kind.OTHER), (*DEFAULT_RULES, coming)) == {"stage"}
    gone = retired(row("reply-help"), TODAY, "本单位规定")
    assert new_row("own-1", Match(S.REPLY, kind=Kind.HELP), (*DEFAULT_RULES, gone)).meeting_act == "answer"


def test_a_version_begins_no_earlier_than_the_newest_one() -> None:
    held = replace(row("reply-help"), in_force_from=TODAY)
    check_date(held, TODAY)
    with pytest.raises(Invalid) as refusal:
        check_date(held, date(2026, 11, 22))
    assert set(refusal.value.fields) == {"in_force_from"}


def test_a_retired_row_governs_nothing_from_its_date_on_and_may_be_taken_up_again() -> None:
    held = row("reply-inquiry")
    out = retired(held, LATER, " 镇政办发〔2026〕9号 ")
    assert (out.source, from_data(to_data(out))) == ("镇政办发〔2026〕9号", out)
    table, facts = (*DEFAULT_RULES, out), RuleFacts(kind=Kind.INQUIRY)
    codes = [choice.rule.code for day in (TODAY, LATER) if (choice := choose(table, facts, S.REPLY, day))]
    assert codes == ["reply-inquiry", "reply-default"]
    again = choose((*table, replace(held, in_force_from=LATER)), facts, S.REPLY, LATER)
    assert again is not None
    assert again.rule.code == "reply-inquiry"


@pytest.mark.parametrize(("day", "source", "field"), [(date(2019, 1, 1), "本单位规定", "in_force_from"), (TODAY, "  ", "source")])
def test_a_retirement_needs_a_date_and_a_source(day: date, source: str, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        retired(row("reply-help"), day, source)
    assert set(refusal.value.fields) == {field}


def test_what_is_retired_is_not_retired_again() -> None:
    with pytest.raises(Invalid, match="已经停用"):
        retired(retired(row("reply-help"), TODAY, "本单位规定"), TODAY, "本单位规定")


@pytest.mark.parametrize(
    "code", ["accept", "sign-for", "reply-default", "draft", "report-back", "risk-report-I", "risk-response-IV"]
)
def test_the_last_row_that_cases_rely_on_stays(code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_retirement(retired(row(code), LATER, "本单位规定"), DEFAULT_RULES)
    assert "请先增加接替的规则" in refusal.value.fields["in_force_from"]


@pytest.mark.parametrize("code", ["reply-help", "accept-urgent", "sign-for-notice", "contact-help", "risk-verify-III"])
def test_what_others_cover_or_only_some_cases_owe_may_go(code: str) -> None:
    check_retirement(retired(row(code), LATER, "本单位规定"), DEFAULT_RULES)


def test_a_row_that_takes_over_must_do_so_for_good() -> None:
    other = [own(Match(S.ACCEPT, procedure=procedure), code=f"own-{procedure}") for procedure in Procedure]
    table = (*DEFAULT_RULES, *other)
    check_retirement(retired(row("accept"), LATER, "本单位规定"), table)
    leaving = retired(other[0], date(2027, 3, 1), "本单位规定")
    check_retirement(leaving, table)
    with pytest.raises(Invalid, match="2027-03-01"):
        check_retirement(retired(row("accept"), LATER, "本单位规定"), (*table, leaving))


def test_who_takes_over_is_told() -> None:
    assert [heir.code for heir in heirs(retired(row("reply-help"), TODAY, "x"), DEFAULT_RULES) if heir] == ["reply-default"]
    assert heirs(retired(row("contact-help"), TODAY, "x"), DEFAULT_RULES) == (None,)
    assert heirs(retired(row("risk-verify-IV-historic"), TODAY, "x"), DEFAULT_RULES) == (row("risk-verify-IV"),)
    governed_by_others = replace(row("reply-help"), procedure=Procedure.PETITION, code="own-2")
    closer = replace(governed_by_others, urgency=None, code="own-3", in_force_from=TODAY)
    assert heirs(retired(governed_by_others, TODAY, "x"), (governed_by_others, closer)) == ()


def test_the_words_of_a_match() -> None:
    assert match_words(Match(S.REPLY)) == "所有的件"
    assert match_words(Match(S.RISK_VERIFY, kind=Kind.HELP, risk_level=RiskLevel.IV, historic=False)).endswith("、非历史遗留")
    assert match_words(Match(S.RISK_VERIFY, historic=True)) == "历史遗留"
