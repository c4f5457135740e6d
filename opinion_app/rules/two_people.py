"""Who may give the 保密审查 of a snapshot: better another person than the one who masked it, and only such a one where the office
says so (decisions 14; 保密法 35 asks for a review, not by whom)."""

from __future__ import annotations

from typing import Final

from opinion_app.rules.errors import Refused

SETTING: Final = "secrecy_by_other"
MUST: Final = "本单位规定，保密审查须由遮盖以外的人作出。请提请审查，由另一名受理员审查后公开。"
SHOULD: Final = "保密审查最好由遮盖以外的人作出。可以提请另一名受理员审查；由您一人办理的，遮盖和两项审查都记在您名下。"
LEAST_CLERKS: Final = 2
TOO_FEW: Final = (
    "已规定保密审查由遮盖以外的人作出，而在岗的受理员不足两名：没有一件能够公开。请增加受理员，或在单位信息里取消这项规定。"
)


def is_same(masker: int | None, reviewer: int) -> bool:
    """Whether who masked would review; a snapshot nobody laid down before is masked by who reviews it."""
    return masker is None or masker == reviewer


def told(masker: int | None, reviewer: int, *, strict: bool) -> str:
    """What the page says before one tries; empty where two people are at work."""
    return (MUST if strict else SHOULD) if is_same(masker, reviewer) else ""


def check_reviewer(masker: int | None, reviewer: int, *, strict: bool) -> None:
    """Raise Refused where the office wants another person than the one who masked."""
    if strict and is_same(masker, reviewer):
        raise Refused(MUST)


def too_few(clerks: int, *, strict: bool) -> str:
    """What the administrator is told where the office cannot do as it says (decisions 13); empty where it can."""
    return TOO_FEW if strict and clerks < LEAST_CLERKS else ""
