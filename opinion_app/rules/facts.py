"""The facts that life and permissions decide on: a person, a case and its assignments as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field

from opinion_app.rules.words import (
    OFFICE_GATES,
    AssessmentState,
    AssignmentState,
    Disclosure,
    Gate,
    Kind,
    ReplyState,
    RiskLevel,
    Role,
    Source,
    Stage,
    UnitRole,
)

TO_GO_OUT = (*OFFICE_GATES, Gate.SIGN_OFF)


def gates_missing(passed: frozenset[Gate]) -> tuple[Gate, ...]:
    """What a wording lacks before the public may read it: the three gates and the signature (decisions 13, 45)."""
    return tuple(gate for gate in TO_GO_OUT if gate not in passed)


@dataclass(frozen=True)
class Actor:
    """Who acts; `unit_line` is the person's unit and every unit above it, `led_units` those the person is in charge of."""

    id: int
    name: str
    roles: frozenset[Role]
    unit_id: int | None = None
    unit_line: frozenset[int] = frozenset()
    led_units: frozenset[int] = frozenset()
    handles_accusations: bool = False
    unit_name: str = ""

    def has(self, *roles: Role) -> bool:
        """Whether the person holds at least one of `roles`."""
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True)
class AssignmentFacts:
    """One unit's part in the case."""

    id: int
    unit_id: int
    role: UnitRole
    state: AssignmentState
    handler_id: int | None = None
    final: bool = False


@dataclass(frozen=True)
class CaseFacts:
    """What is known of a case when somebody wants to do something to it."""

    id: int
    number: str
    stage: Stage
    source: Source = Source.MESSAGE
    kind: Kind = Kind.INQUIRY
    restricted: bool = False
    accused_unit_id: int | None = None
    accepted: bool = False
    needs_leader: bool = False
    imported: bool = False
    assignments: tuple[AssignmentFacts, ...] = ()
    granted: frozenset[int] = frozenset()
    reply_state: ReplyState | None = None
    authors: frozenset[int] = frozenset()
    gates_passed: frozenset[Gate] = frozenset()
    report_owed: bool = False
    merged_reports_owed: int = 0
    disclosure: Disclosure | None = None
    published: bool = False
    planned: bool = False
    plan_held: bool = False
    to_publish: bool = False
    risk_level: RiskLevel | None = None
    assessment_waits: bool = False
    assessor_id: int | None = None
    extension_waits: bool = False
    extension_id: int | None = None  # the request that does
    suspended_for: str = ""
    merged_children: int = 0
    recused: frozenset[int] = frozenset()
    sheets: int = 0
    sheets_waiting: int = 0
    asked: frozenset[int] = frozenset()  # the units whose answers to those are waited for
    askers: frozenset[int] = frozenset()  # the people who issued those

    @property
    def lead(self) -> AssignmentFacts | None:
        """The leading unit's assignment, if the case is assigned."""
        return next((a for a in self.assignments if a.role is UnitRole.LEAD and a.state.is_active), None)

    @property
    def active(self) -> tuple[AssignmentFacts, ...]:
        """The assignments of units that still take part."""
        return tuple(a for a in self.assignments if a.state.is_active)

    @property
    def reports_out(self) -> tuple[int, ...]:
        """The supporting units whose result the leading unit still waits for."""
        done = AssignmentState.REPORTED
        return tuple(a.unit_id for a in self.active if a.role is UnitRole.SUPPORT and a.state is not done)

    def of_unit(self, unit_id: int | None) -> AssignmentFacts | None:
        """The part `unit_id` still has in the case."""
        return next((a for a in self.active if a.unit_id == unit_id), None)

    @property
    def office_gates_passed(self) -> bool:
        """Whether 政治关, 政策关 and 文字关 are all passed for the present version."""
        return all(gate in self.gates_passed for gate in OFFICE_GATES)

    @property
    def gates_missing(self) -> tuple[Gate, ...]:
        """What an approved reply lacks of the three gates and the signature: of our own nothing, of an imported one all."""
        if self.reply_state is not ReplyState.APPROVED:
            return ()
        return gates_missing(self.gates_passed)


@dataclass(frozen=True)
class PolicyFacts:
    """What is known of a policy document; `assessment` is the state of its newest assessment."""

    id: int
    number: str
    unit_id: int
    released: bool = False
    assessment: AssessmentState | None = None
    assessor_id: int | None = None


@dataclass(frozen=True)
class Holder:
    """Who owes the next step: the office's clerks, a unit, the reviewers or the leaders (decisions 4)."""

    desk: str
    unit_id: int | None = None
    label: str = field(default="", compare=False)
