"""A file that arrived with a form: safely on disk, and not yet named by any row."""

from __future__ import annotations

from dataclasses import dataclass, field

from opinion_app.files.store import AttachmentStore, StoredFile


@dataclass(frozen=True)
class Received:
    """The stored bytes, and the name the person gave them."""

    name: str
    stored: StoredFile
    store: AttachmentStore = field(repr=False, compare=False)

    def discard(self) -> None:
        """Remove the bytes again; raises StorageFailedError when the disk refuses."""
        self.store.discard(self.stored.stored_name)
