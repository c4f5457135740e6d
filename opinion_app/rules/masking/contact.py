"""Contact data as office pages show it: recognisable to whoever knows it, useless to whoever does not."""

import enum

from opinion_app.rules.masking.kinds import Kind
from opinion_app.rules.masking.normalise import ascii_digits
from opinion_app.rules.masking.styles import replacement

_VISIBLE_ADDRESS = 6


class ContactField(enum.StrEnum):
    """The fields of a correspondent that are shown masked."""

    PHONE = "phone"
    EMAIL = "email"
    NAME = "name"
    ADDRESS = "address"


def mask_phone(value: str) -> str:
    """138****5678 for a mobile number, 0731-******** for a landline, stars for anything else."""
    digits = ascii_digits(value)
    mobile = len(digits) >= 11 and digits[-11] == "1"
    return replacement(Kind.MOBILE if mobile else Kind.LANDLINE, value) if digits else _stars(value)


def mask_email(value: str) -> str:
    """z***@qq.com; the domain is shown only where millions share it."""
    return replacement(Kind.EMAIL, value.strip()) if "@" in value else _stars(value)


def mask_name(value: str) -> str:
    """张**; a pseudonym in other letters becomes stars."""
    value = value.strip()
    return f"{value}**" if len(value) == 1 else replacement(Kind.NAME, value) if value else ""


def mask_address(value: str) -> str:
    """The first characters, which name the county or township; the house is never shown."""
    value = value.strip()
    shown = value[: min(_VISIBLE_ADDRESS, len(value) // 2)]
    return f"{shown}******" if value else ""


def mask_contact(field: ContactField, value: str) -> str:
    """The masked form of one field; an empty value stays empty."""
    return _FIELDS[field](value)


def _stars(value: str) -> str:
    return "***" if value.strip() else ""


_FIELDS = {
    ContactField.PHONE: mask_phone,
    ContactField.EMAIL: mask_email,
    ContactField.NAME: mask_name,
    ContactField.ADDRESS: mask_address,
}
