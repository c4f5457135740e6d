"""Files that arrive with a form: on disk before the row that names them, gone again when the form fails."""

from __future__ import annotations

from typing import BinaryIO, cast

from flask import current_app, g, request
from werkzeug.datastructures import FileStorage

from opinion_app.files.received import Received
from opinion_app.files.store import AttachmentStore, StorageFailedError
from opinion_app.records.current import settings_of
from opinion_app.rules.errors import Invalid, OfficeError
from opinion_app.rules.file_kinds import FileRefusedError, UploadLimits, check_count
from opinion_app.rules.file_names import display_name


class StorageTrouble(OfficeError):
    """The disk could not keep a file; nothing of the form was saved."""


def store() -> AttachmentStore:
    """Where this installation keeps its attachments."""
    return AttachmentStore(settings_of(current_app).data_dir / "attachments")


def receive(field: str, limits: UploadLimits, target: AttachmentStore | None = None) -> list[Received]:
    """Keep every file sent in `field`, with the attachments or in `target`; call it before the first query, so that no lock is
    held while bytes arrive.

    The request drops the files again when it does not end well. Raises Invalid naming `field`, or StorageTrouble."""
    sent = [file for file in request.files.getlist(field) if file.filename]
    received: list[Received] = g.setdefault("opinion_received", [])
    mine: list[Received] = []
    try:
        check_count(len(sent), limits)
        for file in sent:
            mine.append(_keep(file, limits, target or store()))
            received.append(mine[-1])
    except FileRefusedError as error:
        raise Invalid(str(error), {field: str(error)}) from error
    except StorageFailedError as error:
        raise StorageTrouble(str(error)) from error
    return mine


def receive_with_form(field: str, limits: UploadLimits) -> tuple[list[Received], Invalid | None]:
    """What `receive` keeps, or why a file was refused: for `OfficeForm.accepts`, so that the form comes back as it was filled in.

    Raises StorageTrouble."""
    try:
        return receive(field, limits), None
    except Invalid as refusal:
        return [], refusal


def _keep(file: FileStorage, limits: UploadLimits, target: AttachmentStore) -> Received:
    name = display_name(file.filename or "")
    return Received(name, target.save(cast(BinaryIO, file.stream), name, limits), target)
