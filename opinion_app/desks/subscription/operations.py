"""The secret link: made, replaced and taken back by its owner; of the secret only its digest is stored."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from opinion_app.flow import trail
from opinion_app.records.person import Person
from opinion_app.rules.facts import Actor


def digest_of(secret: str) -> str:
    """What of a secret is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()


def renew(session: Session, actor: Actor, now: datetime) -> str:
    """Make a new secret; a former link stops working at once."""
    person, secret = session.get_one(Person, actor.id), secrets.token_urlsafe(32)
    person.calendar_token_hash = digest_of(secret)
    trail.record(session, "calendar_link.renew", f"person:{person.login}", actor, now)
    return secret


def revoke(session: Session, actor: Actor, now: datetime) -> None:
    """Take the link back."""
    person = session.get_one(Person, actor.id)
    if person.calendar_token_hash is not None:
        person.calendar_token_hash = None
        trail.record(session, "calendar_link.revoke", f"person:{person.login}", actor, now)
