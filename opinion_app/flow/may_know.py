"""Who may hear that a case exists: asked of every reader of a letter about one (decisions 9)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from opinion_app.records.actors import actor_of
from opinion_app.records.person import Person
from opinion_app.rules.facts import CaseFacts
from opinion_app.rules.permissions import can_see
from opinion_app.rules.recipients import fit_for_a_group


def may_know(session: Session, person: Person, facts: CaseFacts) -> bool:
    """Whether somebody may hear that the case exists; asked only of a case that is kept from some (decisions 9)."""
    return fit_for_a_group(facts) or can_see(actor_of(session, person), facts)
