"""The permission table: named predicates that pages, acts and buttons all ask; least privilege, closed by default."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from opinion_app.rules.facts import Actor, CaseFacts, PolicyFacts
from opinion_app.rules.words import AssignmentState, Gate, Kind, Role, Stage, UnitRole

OFFICE_ROLES = (Role.CLERK, Role.REVIEWER, Role.LEADER, Role.AUDITOR)
DESK_ROLES = (Role.CLERK, Role.REVIEWER, Role.LEADER)  # those of the office who do something: the auditor reads (decisions 15)
UNIT_ROLES = (Role.HANDLER, Role.UNIT_HEAD)


def can_see(actor: Actor, case: CaseFacts) -> bool:
    """Whether the person may know that the case exists.

    A named unit never sees the accusation against it, whatever roles its people hold (信访工作条例 30, 46; decisions 9);
    a restricted case is seen by the people named for it only."""
    if case.accused_unit_id is not None and case.accused_unit_id in actor.unit_line:
        return False
    if case.restricted:
        return actor.id in case.granted or (actor.handles_accusations and actor.has(*OFFICE_ROLES))
    if actor.has(*OFFICE_ROLES):
        return True
    return actor.has(*UNIT_ROLES) and case.of_unit(actor.unit_id) is not None


@dataclass(frozen=True, slots=True)
class Place:
    """What somebody is in the office: the roles, and the unit where there is one."""

    roles: frozenset[Role]
    unit_id: int | None = None


def can_stand_in(deputy: Place, absent: Place) -> bool:
    """Whether a deputy may know of what lies with somebody on leave, and do it: else no reminder for that one reaches anybody who
    could act (N09). An auditor reads every case and acts on none."""
    if not deputy.roles.isdisjoint(DESK_ROLES):
        return True
    of_the_unit = deputy.unit_id == absent.unit_id and not deputy.roles.isdisjoint(UNIT_ROLES)
    return absent.roles.isdisjoint(DESK_ROLES) and (of_the_unit or absent.roles.isdisjoint(UNIT_ROLES))


def _clerk(actor: Actor, case: CaseFacts) -> bool:
    return actor.has(Role.CLERK)


def _leader(actor: Actor, case: CaseFacts) -> bool:
    return actor.has(Role.LEADER)


def _clerk_or_leader(actor: Actor, case: CaseFacts) -> bool:
    return actor.has(Role.CLERK, Role.LEADER)


def _lead_unit(actor: Actor, case: CaseFacts) -> bool:
    return actor.has(*UNIT_ROLES) and case.lead is not None and case.lead.unit_id == actor.unit_id


def _taking_part(actor: Actor, case: CaseFacts) -> bool:
    return actor.has(*UNIT_ROLES) and case.of_unit(actor.unit_id) is not None


def _waiting_to_sign(actor: Actor, case: CaseFacts) -> bool:
    part = case.of_unit(actor.unit_id)
    return actor.has(*UNIT_ROLES) and part is not None and part.state is AssignmentState.PENDING


def _supporting(actor: Actor, case: CaseFacts) -> bool:
    part = case.of_unit(actor.unit_id)
    return actor.has(*UNIT_ROLES) and part is not None and part.role is UnitRole.SUPPORT


def _lead_head(actor: Actor, case: CaseFacts) -> bool:
    return actor.has(Role.UNIT_HEAD) and _lead_unit(actor, case)


def _reviewer(actor: Actor, case: CaseFacts) -> bool:
    return actor.has(Role.REVIEWER) and actor.id not in case.authors


def _signer(actor: Actor, case: CaseFacts) -> bool:
    return actor.has(Role.LEADER) and actor.id not in case.authors


def _worker(actor: Actor, case: CaseFacts) -> bool:
    return actor.has(Role.CLERK, Role.LEADER) or _taking_part(actor, case)


def _answerer(actor: Actor, case: CaseFacts) -> bool:
    return actor.has(Role.CLERK) or _lead_unit(actor, case)


def _asker_of_time(actor: Actor, case: CaseFacts) -> bool:
    """The lead unit; once the writer is answered the clerk too, who owes the report to whoever sent the letter."""
    return _lead_unit(actor, case) or (case.stage is Stage.ANSWERED and actor.has(Role.CLERK))


def _assessor(actor: Actor, case: CaseFacts) -> bool:
    return actor.has(Role.CLERK, Role.REVIEWER, Role.LEADER) or _lead_unit(actor, case)


def _second_pair_of_eyes(actor: Actor, case: CaseFacts) -> bool:
    return actor.has(Role.LEADER) and actor.id != case.assessor_id


def _staff(actor: Actor, case: CaseFacts) -> bool:
    return actor.has(Role.CLERK, Role.REVIEWER, Role.LEADER) or _taking_part(actor, case)


def _contact_reader(actor: Actor, case: CaseFacts) -> bool:
    return actor.has(Role.CLERK) or _taking_part(actor, case)


def _nobody(actor: Actor, case: CaseFacts) -> bool:
    """What the writer alone does, by query code."""
    return False


CASE_PERMISSIONS: dict[str, Callable[[Actor, CaseFacts], bool]] = {
    "case.see": can_see,
    "case.accept": _clerk,
    "case.triage": _clerk,
    "case.propose": _clerk,
    "case.instruct": _clerk_or_leader,
    "case.sign_for": _waiting_to_sign,
    "case.ask_return": _taking_part,
    "case.name_handler": _lead_head,
    "case.report_support": _supporting,
    "case.note": _worker,
    "case.attach": _worker,
    "case.ask_extension": _asker_of_time,
    "case.decide_extension": _leader,
    "case.suspend": _clerk_or_leader,
    "case.draft": _lead_unit,
    "case.check_unit_head": _lead_head,
    "case.check_gates": _reviewer,
    "case.sign_off": _signer,
    "case.answer": _answerer,
    "case.report_back": _clerk,
    "case.close": _clerk,
    "case.publish": _clerk,
    "case.reopen": _clerk_or_leader,
    "case.rate": _nobody,
    "case.archive": _clerk,
    "case.merge": _clerk,
    "case.assess": _assessor,
    "case.approve_assessment": _second_pair_of_eyes,
    "case.risk_act": _assessor,
    "case.grant": _clerk_or_leader,
    "case.reveal_contact": _contact_reader,
    "case.supervise": _clerk_or_leader,
    "case.supervise_feedback": _taking_part,
    "case.see_internal": can_see,
    "case.recuse": _staff,
}

# What somebody who withdrew from a case 回避 may not do to it (信访工作条例 28); to look, and to hand it on, stays open.
BARRED_BY_RECUSAL = frozenset(
    {
        "case.instruct",
        "case.sign_for",
        "case.note",
        "case.report_support",
        "case.ask_extension",
        "case.decide_extension",
        "case.draft",
        "case.check_unit_head",
        "case.check_gates",
        "case.sign_off",
        "case.answer",
        "case.publish",
        "case.assess",
        "case.approve_assessment",
        "case.risk_act",
    }
)

# What needs no case: pages and standing work, by role.
OFFICE_PERMISSIONS: dict[str, frozenset[Role]] = {
    "worklist": frozenset({Role.CLERK, Role.HANDLER, Role.UNIT_HEAD, Role.REVIEWER, Role.LEADER, Role.AUDITOR}),
    "home": frozenset(Role),
    "register": frozenset({Role.CLERK}),
    "assign": frozenset({Role.CLERK}),
    "import": frozenset({Role.CLERK}),
    "export": frozenset({Role.CLERK, Role.HANDLER, Role.UNIT_HEAD, Role.REVIEWER, Role.LEADER, Role.AUDITOR}),
    "search": frozenset({Role.CLERK, Role.HANDLER, Role.UNIT_HEAD, Role.REVIEWER, Role.LEADER, Role.AUDITOR}),
    "contact.lookup": frozenset({Role.CLERK}),
    "policies": frozenset({Role.CLERK, Role.UNIT_HEAD, Role.HANDLER, Role.REVIEWER, Role.LEADER, Role.AUDITOR}),
    "policies.edit": frozenset({Role.CLERK, Role.UNIT_HEAD}),
    "policies.approve": frozenset({Role.LEADER}),
    "reports": frozenset({Role.CLERK, Role.REVIEWER, Role.LEADER, Role.AUDITOR}),
    "outbox": frozenset({Role.CLERK, Role.ADMINISTRATOR, Role.AUDITOR}),
    "clock": frozenset({Role.CLERK, Role.ADMINISTRATOR, Role.AUDITOR}),
    "accounts": frozenset({Role.ADMINISTRATOR}),
    "units": frozenset({Role.ADMINISTRATOR}),
    "calendar": frozenset({Role.ADMINISTRATOR}),
    "calendar.see": frozenset(Role),
    "rules": frozenset({Role.ADMINISTRATOR}),
    "wording": frozenset({Role.CLERK, Role.REVIEWER, Role.ADMINISTRATOR}),
    "settings": frozenset({Role.ADMINISTRATOR}),
    "backup": frozenset({Role.ADMINISTRATOR}),
    "trail": frozenset({Role.AUDITOR}),
    "own": frozenset(Role),
}


def may(actor: Actor, permission: str, case: CaseFacts | None = None) -> bool:
    """Whether `actor` has `permission`, on `case` where it is one about a case.

    Raises KeyError for a permission that is in neither table: an unknown word must never mean yes."""
    if case is None:
        return not actor.roles.isdisjoint(OFFICE_PERMISSIONS[permission])
    if actor.id in case.recused and permission in BARRED_BY_RECUSAL:
        return False
    return can_see(actor, case) and CASE_PERMISSIONS[permission](actor, case)


def can_see_policy(actor: Actor, policy: PolicyFacts) -> bool:
    """Whether the person may know of a policy document: the office's people and those of the unit that drafts it."""
    return actor.has(*OFFICE_ROLES) or (actor.has(*UNIT_ROLES) and actor.unit_id == policy.unit_id)


def _drafting(actor: Actor, policy: PolicyFacts) -> bool:
    return actor.has(*UNIT_ROLES) and actor.unit_id == policy.unit_id


def _clerk_or_drafting_head(actor: Actor, policy: PolicyFacts) -> bool:
    return actor.has(Role.CLERK) or (actor.has(Role.UNIT_HEAD) and _drafting(actor, policy))


def _clerk_or_drafting(actor: Actor, policy: PolicyFacts) -> bool:
    return actor.has(Role.CLERK) or _drafting(actor, policy)


def _policy_approver(actor: Actor, policy: PolicyFacts) -> bool:
    return actor.has(Role.LEADER) and actor.id != policy.assessor_id


# Who drafts assesses (谁起草谁研判); a leader other than the assessor approves.
POLICY_PERMISSIONS: dict[str, Callable[[Actor, PolicyFacts], bool]] = {
    "policy.see": can_see_policy,
    "policy.edit": _clerk_or_drafting_head,
    "policy.assess": _clerk_or_drafting,
    "policy.approve": _policy_approver,
    "policy.release": _clerk_or_drafting_head,
}


def may_policy(actor: Actor, permission: str, policy: PolicyFacts) -> bool:
    """Whether `actor` has `permission` on a policy document; raises KeyError for an unknown word."""
    return can_see_policy(actor, policy) and POLICY_PERMISSIONS[permission](actor, policy)


def never_public(case: CaseFacts) -> bool:
    """An accusation is never published, whatever anybody decides (decisions 9)."""
    return case.kind is Kind.ACCUSATION or case.restricted


def gate_permission(gate: Gate) -> str:
    """The permission that opens `gate`."""
    if gate is Gate.UNIT_HEAD:
        return "case.check_unit_head"
    return "case.sign_off" if gate is Gate.SIGN_OFF else "case.check_gates"
