"""A policy document is assessed, approved and only then released; its people and the office see it, nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from opinion_app.rules.errors import Invalid
from opinion_app.rules.facts import Actor, PolicyFacts
from opinion_app.rules.permissions import can_see_policy, may_policy
from opinion_app.rules.policies import PolicyStep, PolicyText, check_policy, check_release, release_refusal, step_of
from opinion_app.rules.words import AssessmentState, Role

A = AssessmentState
POLICY = PolicyFacts(1, "ZC2026-0001", unit_id=5)


def person(role: Role, unit: int | None = None, number: int = 7) -> Actor:
    return Actor(number, "某人", frozenset({role}), unit)


@pytest.mark.parametrize(
    ("state", "released", "step"),
    [
        (None, False, PolicyStep.TO_ASSESS),
        (A.SUPERSEDED, False, PolicyStep.TO_ASSESS),
        (A.DECIDED, False, PolicyStep.WAITS),
        (A.SENT_BACK, False, PolicyStep.SENT_BACK),
        (A.APPROVED, False, PolicyStep.READY),
        (A.APPROVED, True, PolicyStep.RELEASED),
    ],
)
def test_only_an_approved_document_can_be_released(state: A | None, released: bool, step: PolicyStep) -> None:
    policy = replace(POLICY, assessment=state, released=released)
    assert step_of(policy) is step
    assert (release_refusal(policy) is None) is (step is PolicyStep.READY)


@pytest.mark.parametrize(
    ("actor", "sees", "edits", "assesses"),
    [
        (person(Role.CLERK), True, True, True),
        (person(Role.LEADER), True, False, False),
        (person(Role.REVIEWER), True, False, False),
        (person(Role.AUDITOR), True, False, False),
        (person(Role.ADMINISTRATOR), False, False, False),
        (person(Role.UNIT_HEAD, 5), True, True, True),
        (person(Role.HANDLER, 5), True, False, True),
        (person(Role.UNIT_HEAD, 6), False, False, False),
        (person(Role.HANDLER), False, False, False),
    ],
)
def test_who_may_what_with_a_document(actor: Actor, sees: bool, edits: bool, assesses: bool) -> None:
    assert can_see_policy(actor, POLICY) is sees
    assert may_policy(actor, "policy.edit", POLICY) is edits
    assert may_policy(actor, "policy.release", POLICY) is edits
    assert may_policy(actor, "policy.assess", POLICY) is assesses


def test_nobody_approves_what_they_assessed() -> None:
    waiting = replace(POLICY, assessment=A.DECIDED, assessor_id=7)
    assert not may_policy(person(Role.LEADER), "policy.approve", waiting)
    assert may_policy(person(Role.LEADER, number=8), "policy.approve", waiting)
    assert not may_policy(person(Role.CLERK, number=8), "policy.approve", waiting)
    with pytest.raises(KeyError):
        may_policy(person(Role.LEADER), "policy.unknown", POLICY)


@pytest.mark.parametrize(
    ("text", "field"),
    [(PolicyText("", 5), "title"), (PolicyText("题" * 201, 5), "title"), (PolicyText("办法", 5, summary="长" * 5001), "summary")],
)
def test_a_document_needs_a_title_of_fitting_length(text: PolicyText, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_policy(text)
    assert field in refusal.value.fields
    check_policy(PolicyText("村民用水办法", 5))


def test_a_secret_document_and_a_release_to_come_are_refused() -> None:
    with pytest.raises(Invalid, match="密级"):
        check_policy(PolicyText("秘密★10年 某办法", 5))
    with pytest.raises(Invalid):
        check_release(date(2026, 11, 24), date(2026, 11, 20), date(2026, 11, 23))
    with pytest.raises(Invalid, match="发布日期不对"):
        check_release(date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 23))
    check_release(date(2026, 11, 20), date(2026, 11, 20), date(2026, 11, 23))
    check_release(date(2026, 11, 23), date(2026, 11, 20), date(2026, 11, 23))
