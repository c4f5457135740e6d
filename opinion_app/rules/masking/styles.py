"""What a find is replaced by: enough to see that something stood there, too little to tell who it was."""

import re

from opinion_app.rules.masking.kinds import Kind
from opinion_app.rules.masking.normalise import ascii_digits, read
from opinion_app.rules.masking.surnames import COMPOUND

_AREA = re.compile(r"(?:0086|86)?(0?(?:10|2[0-9]|[3-9][0-9]{2}))[0-9]{7,8}")
_EXTENSION = re.compile(r"(?:转|分机|[Ee][Xx][Tt]|(?<=[0-9]{7})-[0-9]{1,5}$).*$", re.DOTALL)
_PROVIDER = re.compile(
    r"(?:qq|vip\.qq|foxmail|163|vip\.163|126|yeah|sina|sohu|139|189|wo|aliyun|tom|21cn|gmail|outlook|hotmail|live|msn|icloud|yahoo)"
    r"\.(?:com|cn|net|me)(?:\.cn)?",
    re.IGNORECASE,
)
_MOBILE_DIGITS = 11
_HOUSE_NUMBER = re.compile(r"[0-9A-Za-z〇零一二三四五六七八九十百两甲乙丙丁]+")
_CJK = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")


def _mobile(text: str) -> str:
    """Nothing stays of a number in which letters or other signs stand for digits."""
    digits = ascii_digits(text)[-11:]
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) == _MOBILE_DIGITS else "*" * _MOBILE_DIGITS


def _landline(text: str) -> str:
    """The area code alone stays: in a township the last digits already tell whose line it is."""
    area = _AREA.match(ascii_digits(_EXTENSION.sub("", text)))
    return f"{area[1]}-********" if area else "********"


def _identity_card(text: str) -> str:
    view = read(text).spoken.text
    number = re.sub(r"[^0-9Xx]", "", view).upper()
    if len(number) not in (15, 18):
        return "*" * 18
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}"


def _bank_card(text: str) -> str:
    digits = ascii_digits(text)
    hidden = len(digits) - 8
    return f"{digits[:4]}{'*' * hidden}{digits[-4:]}" if hidden >= 8 else "*" * 16


def _credit_code(text: str) -> str:
    return read(text).plain.text[:2].upper() + "*" * 16


def _plate(text: str) -> str:
    view = re.sub(r"[ ·.\-_:]", "", read(text).plain.text).upper()
    return (view[:2] if _CJK.match(view) and len(view) > 6 else "") + "*****"


def _email(text: str) -> str:
    view = read(text).plain.text
    provider = _PROVIDER.search(re.sub("[点。]", ".", view.replace(" ", "")), 1)
    return f"{view[0]}***@{provider[0].lower()}" if provider else "***@***"


def _name(text: str) -> str:
    if not _CJK.match(text):
        return "***"
    return "某" if len(text) == 1 or text in COMPOUND else f"{text[0]}**"


def _address(text: str) -> str:
    masked = _HOUSE_NUMBER.sub("**", read(text).plain.text)
    return masked if "*" in masked else "***"


_STYLES = {
    Kind.ID_NUMBER: _identity_card,
    Kind.CREDIT_CODE: _credit_code,
    Kind.MOBILE: _mobile,
    Kind.LANDLINE: _landline,
    Kind.BANK_CARD: _bank_card,
    Kind.PLATE: _plate,
    Kind.EMAIL: _email,
    Kind.NAME: _name,
    Kind.ADDRESS: _address,
}


def replacement(kind: Kind, text: str) -> str:
    """The masked form of a find: 张**, 138****5678, 0731-********, 430102********1234, 湘A*****, z***@qq.com …"""
    if kind in _STYLES:
        return _STYLES[kind](text)
    return "***" if kind is Kind.OTHER else "******"
