"""Files kept while a form is put right: a refused form names them by a signed note, so that nobody chooses them twice."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from flask import current_app, g, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from opinion_app.files.received import Received
from opinion_app.files.store import StoredFile
from opinion_app.rules.file_kinds import UploadLimits, check_count
from opinion_app.web.identity import actor
from opinion_app.web.uploads import receive, store

FIELD = "kept"
# The sweep of stray files leaves what is younger than some hours alone, so a note must not outlive that.
LASTS_SECONDS = 2 * 3600


@dataclass(frozen=True)
class Kept:
    """One kept file as the form shows it: its name, its size in bytes and the signed note that stands for it."""

    name: str
    size: int
    note: str


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"kept upload of {actor().id}")


def receive_again(field: str, limits: UploadLimits) -> list[Received]:
    """The files sent now, and those an earlier try of the form left with us; before the first query, like `receive`.

    Raises Invalid naming `field`, or StorageTrouble."""
    earlier = [file for file in map(_read, request.form.getlist(FIELD)) if file is not None]
    g.setdefault("opinion_received", []).extend(earlier)
    check_count(len(earlier), limits)
    return [*earlier, *receive(field, limits)]


def _read(note: str) -> Received | None:
    """The file behind a note; None when the note is too old, somebody else's, or the file is gone."""
    try:
        held: dict[str, Any] = _signer().loads(note, max_age=LASTS_SECONDS)
    except BadSignature:
        return None
    stored, target = StoredFile(**held["stored"]), store()
    return Received(held["name"], stored, target) if target.path(stored.stored_name).exists() else None


def keep() -> list[Kept]:
    """Hold on to what this request received, for the next try of its form; what nobody comes back for is swept."""
    files: list[Received] = g.pop("opinion_received", [])
    signer = _signer()
    return [Kept(file.name, file.stored.size, signer.dumps({"name": file.name, "stored": asdict(file.stored)})) for file in files]
