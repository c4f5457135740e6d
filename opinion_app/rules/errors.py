"""The refusals of the service: every rule says no with one of these, in a sentence a clerk can act on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

MARKED: Final = "请改正标出的内容。"  # says no more than that something is marked: a page that marks it does not repeat it


class OfficeError(Exception):
    """A request that cannot be carried out; `message` is Chinese and shown to the person as it stands."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(OfficeError):
    """What was typed cannot be accepted; `fields` maps a field's name to what is wrong with it."""

    def __init__(self, message: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


class Refused(OfficeError):
    """The act is not open in the present state of the thing."""


class Forbidden(OfficeError):
    """The person may see the thing but may not do this to it."""


class NotFound(OfficeError):
    """There is no such thing, or the person may not know that there is (decisions 15)."""


class Unfinished(OfficeError):
    """A job did a part of its work; `message` says what is left. What was done stays done."""


@dataclass
class Difference:
    """One field two people changed at once, with both texts."""

    label: str
    mine: str
    theirs: str


class Conflict(OfficeError):
    """Somebody else saved first; both versions are shown so that nothing typed is lost."""

    def __init__(self, message: str, differences: list[Difference] | None = None) -> None:
        super().__init__(message)
        self.differences = differences or []


@dataclass(frozen=True)
class Warned:
    """Something a person should know before going on; never blocks by itself."""

    message: str
    detail: str = field(default="")
