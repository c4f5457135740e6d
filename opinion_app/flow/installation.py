"""What tells this installation from every other: a random value of its own, in the numbers of its letters and of its dates."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from opinion_app.flow.settings import setting
from opinion_app.records.current import settings_of
from opinion_app.records.office import Setting, held_settings
from opinion_app.records.once import insert_once
from opinion_app.rules.notices import NOWHERE, domain_of, message_id

INSTALLATION = "installation"


def installation(session: Session) -> str:
    """The value, made where there is none yet; of two who make it at once both have the first one's."""
    held = setting(session, INSTALLATION, "")
    if not held:
        session.execute(insert_once(session, Setting).values(name=INSTALLATION, value=secrets.token_hex(16)))
        held = str(session.scalar(select(Setting.value).where(Setting.name == INSTALLATION)))
        held_settings(session)[INSTALLATION] = held
    return held


def message_ids(session: Session) -> Callable[[str], str]:
    """What gives a new notice its Message-ID by its key.

    After a restore numbers and keys are used again for other letters: its moment takes part, so that their ids are others. A
    notice keeps the id that is stored with it."""
    own = f"{installation(session)}:{setting(session, 'restored_at', '')}"
    settings = settings_of()
    domain = domain_of(settings.mail_from, settings.base_url)
    return lambda key: message_id(key, own, domain)


def calendar_uid(session: Session, clock_id: int) -> str:
    """The UID of a clock's date in a subscribed calendar, kept through a restore. Reads only."""
    return f"clock-{clock_id}@{setting(session, INSTALLATION, '') or NOWHERE}"
