"""What becomes of text on its way in: typed, pasted or imported characters are cleaned, and texts get a key."""

import hashlib
import re
import unicodedata
from typing import Final

_INDENT_MAX: Final = 40
_ACCENTS_MAX: Final = 8
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_IDEOGRAPHIC_SPACE: Final = "\N{IDEOGRAPHIC SPACE}"

# Excel writes a control character inside a shared string as its number between underscores.
_SHEET_ESCAPE = re.compile(r"_x000(?:[Dd]_(?:\n|_x000[Aa]_)?|[Aa]_)")
_SHEET_TAB = re.compile(r"_x0009_")
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
_SPACE = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f]")
# Category Cc without tab and newline, category Cf (zero width, direction marks, tags), and code points that are no
# characters: none can be seen, and they hide a phone number from masking or an .exe behind a .pdf.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e007f]"
)
_ACCENT: Final = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_ACCENTS = re.compile(f"({_ACCENT}{{{_ACCENTS_MAX}}}){_ACCENT}+")
_VARIANT = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_BLANKS = re.compile(r"[ \t]+")
_BLANK_LINES = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    """Text of several paragraphs as it is stored.

    Line ends become one newline, the sheet's `_x000D_` included; what cannot be seen is removed; odd spaces become
    plain ones and runs of them one. Every line loses its margins, except that an indent of ideographic spaces (the
    usual two at a paragraph's head, or the row that moves a signature to the right) stays. Blank lines shrink to one,
    and none is left at either end. Cleaning twice changes nothing more.
    """
    if not text:
        return text
    text = _UNSEEN.sub("", _without_lone_surrogates(text))
    text = _SPACE.sub(" ", _LINE_END.sub("\n", text))
    text = _SHEET_TAB.sub("\t", _SHEET_ESCAPE.sub("\n", text))
    text = _ACCENTS.sub(r"\1", text)
    lines = [_tidy_line(line) for line in text.split("\n")]
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def clean_line(text: str) -> str:
    """Text of a one-line field as it is stored: cleaned, and every run of space, newlines too, is one plain space."""
    return " ".join(clean(text).split())


def fold(text: str) -> str:
    """Text as it is compared, never shown: full-width and half-width alike, lower case, no space at all."""
    cleaned = _VARIANT.sub("", clean(text))
    lowered = unicodedata.normalize("NFKC", cleaned).lower()
    return unicodedata.normalize("NFKC", "".join(lowered.split()))


def count_words(text: str) -> int:
    """How many characters of a text say something (字): Han, letters and figures, no punctuation and no space."""
    return sum(map(str.isalnum, text))


def text_key(*parts: str) -> str:
    """A fixed-length key (64 hexadecimal digits) that is the same for texts which differ in space, width or case only.

    Several parts, such as title and body, stay apart: moving a word from one to the other gives another key.
    """
    return hashlib.sha256("\n".join(fold(part) for part in parts).encode()).hexdigest()


def _tidy_line(line: str) -> str:
    line = _BLANKS.sub(" ", line).strip(" \t")
    body = line.strip(" " + _IDEOGRAPHIC_SPACE)
    if not body:
        return ""
    margin = line[: line.index(body)]
    return _IDEOGRAPHIC_SPACE * min(margin.count(_IDEOGRAPHIC_SPACE), _INDENT_MAX) + body


def _without_lone_surrogates(text: str) -> str:
    """Halves of a pair are joined; a half alone, which no file or database can hold, becomes the replacement mark."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
