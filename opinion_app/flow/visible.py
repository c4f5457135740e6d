"""What of the cases a person may see, as a condition for queries; the same rule as `rules.permissions.can_see`."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true, union_all
from sqlalchemy.orm import aliased

from opinion_app.records.assignment import Assignment
from opinion_app.records.case import Case, CaseGrant, is_open
from opinion_app.rules.facts import Actor
from opinion_app.rules.permissions import OFFICE_ROLES, UNIT_ROLES
from opinion_app.rules.words import AssignmentState, Stage, UnitRole

ENDED = (AssignmentState.RETURNED, AssignmentState.WITHDRAWN)


def visible(actor: Actor, *, of_few: bool = False) -> ColumnElement[bool]:
    """The condition on `cases` that leaves what `actor` may see; for lists, counts, search, exports and files alike.

    `of_few` says that other conditions leave few cases (the open ones, the hits of a search): then each of them is asked for
    its units, instead of the unit for all its cases. The answer is the same."""
    return and_(_not_against_own_unit(actor), or_(_unrestricted(actor, of_few=of_few), _named(actor)))


def own(actor: Actor) -> ColumnElement[bool] | None:
    """For somebody who works in a unit alone: where the cases are that `visible` leaves and that are in hand or, closed, still
    owe something; None for the office.

    The cases the unit leads or supports and those the person is named for are found by their indexes; to ask every open case
    for its units would cost the more, the more units there are."""
    if actor.has(*OFFICE_ROLES) or actor.unit_id is None:
        return None
    supported = select(Assignment.case_id).where(
        Assignment.unit_id == actor.unit_id, Assignment.role == UnitRole.SUPPORT, Assignment.state.not_in(ENDED)
    )
    named = select(CaseGrant.case_id).where(CaseGrant.person_id == actor.id)
    led = aliased(Case)
    leading = select(led.id).where(led.lead_unit_id == actor.unit_id, is_open(led))
    rests = aliased(Case)
    owing = rests.stage == Stage.CLOSED, rests.next_due_at.is_not(None)
    closed = select(rests.id).where(rests.lead_unit_id == actor.unit_id, *owing)
    return Case.id.in_(union_all(leading, closed, supported, named))


def hidden(actor: Actor) -> Select[int] | None:
    """The ids of what `visible` keeps from a person of the office, who sees nearly all; None where it is no short list.

    Two indexes answer it alone, so that counting a thousand hits need not open a thousand cases."""
    if not actor.has(*OFFICE_ROLES):
        return None
    kept: list[Select[int]] = []
    if not actor.handles_accusations:
        named = select(CaseGrant.case_id).where(CaseGrant.person_id == actor.id)
        kept.append(select(Case.id).where(Case.restricted.is_(True), Case.id.not_in(named)))
    if actor.unit_line:
        kept.append(select(Case.id).where(Case.accused_unit_id.in_(sorted(actor.unit_line))))
    if not kept:
        return select(Case.id).where(false())
    return kept[0] if len(kept) == 1 else select(union_all(*kept).subquery().c.id)


def _not_against_own_unit(actor: Actor) -> ColumnElement[bool]:
    if not actor.unit_line:
        return true()
    return or_(Case.accused_unit_id.is_(None), Case.accused_unit_id.not_in(sorted(actor.unit_line)))


def _unrestricted(actor: Actor, *, of_few: bool) -> ColumnElement[bool]:
    if actor.has(*OFFICE_ROLES):
        return Case.restricted.is_(False)
    if not actor.has(*UNIT_ROLES) or actor.unit_id is None:
        return false()
    parts = select(Assignment.case_id).where(Assignment.unit_id == actor.unit_id, Assignment.state.not_in(ENDED))
    asked = exists(parts.where(Assignment.case_id == Case.id).correlate(Case)) if of_few else Case.id.in_(parts)
    return and_(Case.restricted.is_(False), asked)


def _named(actor: Actor) -> ColumnElement[bool]:
    named = Case.id.in_(select(CaseGrant.case_id).where(CaseGrant.person_id == actor.id))
    if actor.handles_accusations and actor.has(*OFFICE_ROLES):
        return Case.restricted.is_(True)
    return and_(Case.restricted.is_(True), named)
