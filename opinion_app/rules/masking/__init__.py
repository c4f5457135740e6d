"""Masking (脱敏): finds personal data in texts to be published, proposes replacements, applies what people decided."""

from opinion_app.rules.masking.apply import Action, Decision, apply, only_masks, select, undecided
from opinion_app.rules.masking.by_hand import otherwise
from opinion_app.rules.masking.contact import (
    ContactField,
    mask_address,
    mask_contact,
    mask_email,
    mask_name,
    mask_phone,
)
from opinion_app.rules.masking.contacts import Contacts
from opinion_app.rules.masking.find import find
from opinion_app.rules.masking.kinds import STRUCTURED, Confidence, Find, Kind
from opinion_app.rules.masking.normalise import read
from opinion_app.rules.masking.repeats import core, places, values

__all__ = [
    "STRUCTURED",
    "Action",
    "Confidence",
    "ContactField",
    "Contacts",
    "Decision",
    "Find",
    "Kind",
    "apply",
    "core",
    "find",
    "mask_address",
    "mask_contact",
    "mask_email",
    "mask_name",
    "mask_phone",
    "only_masks",
    "otherwise",
    "places",
    "read",
    "select",
    "undecided",
    "values",
]
