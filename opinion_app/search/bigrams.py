"""Turns text into what is compared (folded text), what is indexed (grams) and what is asked for (a query).

One rule governs search: a document is found when every word of the query occurs inside its folded text, exactly as
Python's ``in`` would say. The grams are only a quick way to that answer, and both engines take them from here.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# What is indexed of one document and read of one query, in characters of folded text. The first keeps the grams of the
# worst text below the 1 MB PostgreSQL allows a tsvector; a longer text is still stored whole by its owner.
MAX_DOCUMENT = 100_000
MAX_QUERY = 200
MAX_WORDS = 10

# Length of a gram. Chinese words are mostly of two characters; letters and digits need four to be telling (a year).
WIDE_GRAM = 2
ASCII_GRAM = 4

# Any mark that ends a run. Chinese punctuation, emoji and the border between two texts all become this one, so that
# folded text holds nothing but ASCII and wide word characters and can be cut again without any Unicode table.
BREAK = "|"

_DASHES = frozenset("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58")
# All but the characters that are their own folded form and make up nearly all of a Chinese text.
_UNSETTLED = re.compile(r"[^0-9a-z\u4e00-\u9fff]+")
_RUN = re.compile(r"[0-9a-z]+|[^\x00-\x7f]+")
# Signs that belong to a number or an address when they stand between letters or digits: LY2026-000123, a.cn/b_1.
_WORD = re.compile(r"(?:[0-9a-z]|[^\x00-\x7f]|(?<=[0-9a-z])[-_./:@#&+=%?]{1,3}(?=[0-9a-z]))+")
# What nearly all texts consist of: characters that become exactly one character each.
_EVEN = re.compile(r"[\n 0-9A-Za-z\u4e00-\u9fff，。、；：？！“”‘’（）《》【】〔〕,.;:?!()\-/%+·～]*")
# A letter pasted from PDF breaks its lines inside words: a line break between two wide characters is no border.
_WRAP = re.compile(r"(?<=[^\x00-\x7f])[ \t]*\n[ \t\n]*(?=[^\x00-\x7f])")


class _Fold(dict[int, str]):
    """The folded form of each character, filled as characters are met; a table for ``str.translate``."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


def _fold_character(character: str) -> str:
    """One character without width, case or accent, whatever stands around it; empty for what nobody sees."""
    if character in _DASHES:
        return "-"
    if character in "\n\r\v\f\x85\u2028\u2029":
        return "\n"
    bare = "".join(part for part in unicodedata.normalize("NFKD", character) if unicodedata.category(part) != "Mn")
    return "".join(_fold_part(part) for part in unicodedata.normalize("NFKC", bare).lower())


def _fold_part(part: str) -> str:
    category = unicodedata.category(part)
    if category in ("Mn", "Cf"):
        return ""
    if part.isspace() or category in ("Cc", "Cs"):
        return " "
    if part.isascii() or part.isalnum():
        return part
    return BREAK


_TABLE = _Fold()


def fold(text: str) -> str:
    """The form of a text that is compared: width, case, accents, wrapping and invisible characters do not count."""
    return _WRAP.sub("", _UNSETTLED.sub(lambda found: found.group().translate(_TABLE), text))


def fold_with_origins(text: str) -> tuple[str, list[int]]:
    """The folded text and, for each of its characters, the position in the original it came from."""
    if _EVEN.fullmatch(text):
        folded = fold(text)
        if len(folded) == len(text):  # no line break was taken out
            return folded, list(range(len(text)))
    pieces: list[str] = []
    origins: list[int] = []
    settled = 0
    for found in _UNSETTLED.finditer(text):
        pieces.append(text[settled : found.start()])
        origins.extend(range(settled, found.start()))
        settled = found.end()
        for origin in range(found.start(), settled):
            part = _TABLE[ord(text[origin])]
            pieces.append(part)
            origins.extend([origin] * len(part))
    origins.extend(range(settled, len(text)))
    unwrapped = "".join(pieces) + text[settled:]
    for wrap in reversed(list(_WRAP.finditer(unwrapped))):
        del origins[wrap.start() : wrap.end()]
    return _WRAP.sub("", unwrapped), origins


def fold_document(texts: Iterable[str | None]) -> str:
    """The folded form of one document made of several texts (title, body, reply); no word runs on into the next.

    Of very long documents the first MAX_DOCUMENT characters count.
    """
    return BREAK.join(fold(text) for text in texts if text)[:MAX_DOCUMENT]


def grams(folded: str) -> Iterator[str]:
    """What is indexed of a folded text: at every place of a run, the gram that starts there, shorter at the run's end.

    So a run of at least a gram's length is a series of whole grams, and anything shorter is the beginning of some gram.
    The SQLite index is cleared of a row by making its grams anew from the stored folded text: whoever changes this
    function or the gram lengths must rebuild both indexes in the same migration.
    """
    for match in _RUN.finditer(folded):
        run = match.group()
        size = gram_length(run)
        for start in range(len(run)):
            yield run[start : start + size]


def gram_length(run: str) -> int:
    """Length of the grams of a run of ASCII letters and digits or of wide characters (Chinese, all other scripts)."""
    return ASCII_GRAM if run[0].isascii() else WIDE_GRAM


@dataclass(frozen=True, slots=True)
class Term:
    """Part of a word the index can answer: whole grams that follow each other, or the beginning of one gram."""

    grams: tuple[str, ...]
    is_prefix: bool


@dataclass(frozen=True, slots=True)
class Query:
    """The words a person asked for, folded; all must occur. No words: nothing that can be searched for was typed."""

    words: tuple[str, ...]
    is_cut: bool = False

    def __bool__(self) -> bool:
        return bool(self.words)

    def terms(self) -> tuple[Term, ...]:
        """What to ask the index, each once; finds every document that has the words and perhaps some more."""
        return tuple(dict.fromkeys(_term(run) for word in self.words for run in _RUN.findall(word)))

    def matches(self, folded: str) -> bool:
        """The rule itself: whether every word occurs in a folded document."""
        return all(word in folded for word in self.words)

    def unproven(self, *, phrases: bool) -> tuple[str, ...]:
        """The words the grams alone do not prove, to be looked for in the folded text of the rows found.

        Grams do not tell that two runs stand together (12号楼, LY2026-000123); an index without ``phrases`` does not
        even tell that the grams of one run follow each other.
        """
        return tuple(word for word in self.words if not _is_proven(word, phrases=phrases))


def _is_proven(word: str, *, phrases: bool) -> bool:
    runs = _RUN.findall(word)
    return len(runs) == 1 and (phrases or len(word) <= gram_length(word))


def _term(run: str) -> Term:
    size = gram_length(run)
    if len(run) < size:
        return Term((run,), is_prefix=True)
    return Term(tuple(run[start : start + size] for start in range(len(run) - size + 1)), is_prefix=False)


def parse_query(text: str) -> Query:
    """Reads what a person typed: words parted by spaces or punctuation, all of which must occur; no operators.

    Only the first MAX_QUERY characters and MAX_WORDS words count; ``is_cut`` tells that there was more.
    """
    folded = fold(text[: 4 * MAX_QUERY])
    words = tuple(dict.fromkeys(_WORD.findall(folded[:MAX_QUERY])))
    is_cut = len(text) > 4 * MAX_QUERY or len(folded) > MAX_QUERY or len(words) > MAX_WORDS
    return Query(words[:MAX_WORDS], is_cut)
