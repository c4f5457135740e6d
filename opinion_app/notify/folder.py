"""Without a mail server letters lie as .eml files in the data folder: whole or not at all, under the Message-ID's name."""

from __future__ import annotations

import os
from pathlib import Path

from opinion_app.rules.delivery import Attempt, Outcome


def file_name(message_id: str) -> str:
    """The name of the file of a letter; a retry writes the same file."""
    local = message_id.strip("<>").partition("@")[0]
    return f"{''.join(mark for mark in local if mark.isalnum())[:64]}.eml"


class FolderPost:
    """Files letters into one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, message_id: str, data: bytes) -> Attempt:
        """Write the letter beside its place and move it there, so that no half letter is ever seen."""
        target = self._folder / file_name(message_id)
        part = target.with_suffix(".part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(target)
        except OSError as error:
            return Attempt(Outcome.DEFERRED, f"邮件文件写不进数据目录：{error.strerror}")
        return Attempt(Outcome.FILED, target.name)
