"""A file's own name made safe to show, to store as text and to send in a download header; never used as a path."""

import re
from typing import Final
from urllib.parse import quote

from opinion_app.rules.text import clean_line

NAME_LENGTH_MAX: Final = 200
_EXTENSION_LENGTH_MAX: Final = 20
_NAMELESS: Final = "未命名文件"

_PATH_END = re.compile(r"[\\/]")
# Characters Windows does not allow in a name; a person who saves the file there would meet an error.
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')
# Names Windows keeps for devices, alone or before an extension (the superscript digits count as digits there).
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?:\s*\..*)?", re.IGNORECASE)
_NOT_ASCII = re.compile(r"[^\x20-\x7e]|[%;\\]")
# attr-char of RFC 8187 §3.2.1, beyond letters and digits.
_PLAIN_IN_HEADER: Final = "!#$&+-.^_`|~"


def display_name(raw: str) -> str:
    """The name to show and to store beside the file: no path, nothing unseen, at most NAME_LENGTH_MAX characters.

    The extension survives shortening. A name of which nothing is left becomes a neutral one.
    """
    name = clean_line(_PATH_END.split(clean_line(raw))[-1])
    name = _NOT_IN_NAMES.sub("_", name).strip(". ")
    if not name:
        return _NAMELESS
    if _DEVICE.fullmatch(name):
        name = "_" + name
    return _shortened(name)


def content_disposition(name: str) -> str:
    """The download header for this name, always `attachment`, by RFC 6266: a plain form and a UTF-8 form."""
    shown = display_name(name)
    plain = _NOT_ASCII.sub("_", shown)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(shown, safe=_PLAIN_IN_HEADER)}"


def _shortened(name: str) -> str:
    if len(name) <= NAME_LENGTH_MAX:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > _EXTENSION_LENGTH_MAX:
        return name[:NAME_LENGTH_MAX].rstrip(". ")
    return stem[: NAME_LENGTH_MAX - len(extension) - 1].rstrip(". ") + "." + extension
