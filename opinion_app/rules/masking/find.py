"""Finds personal data in a text and settles overlaps; every find is a proposal that a person confirms or keeps."""

from collections.abc import Iterable, Iterator
from itertools import chain

from opinion_app.rules.masking import (
    accounts,
    addresses,
    contacts,
    disguised,
    known,
    likely_names,
    names,
    numbers,
    plates,
    repeats,
)
from opinion_app.rules.masking.contacts import Contacts
from opinion_app.rules.masking.kinds import Candidate, Confidence, Find, Kind
from opinion_app.rules.masking.normalise import Reading, read
from opinion_app.rules.masking.phones import KeptNumbers
from opinion_app.rules.masking.styles import replacement

_RANK = {
    kind: rank
    for rank, kind in enumerate(
        (
            Kind.EMAIL,
            Kind.ID_NUMBER,
            Kind.CREDIT_CODE,
            Kind.MOBILE,
            Kind.LANDLINE,
            Kind.BANK_CARD,
            Kind.WECHAT,
            Kind.QQ,
            Kind.PLATE,
            Kind.NAME,
            Kind.ADDRESS,
            Kind.OTHER,
        )
    )
}


def find(
    text: str,
    known_names: Iterable[str] = (),
    kept_numbers: Iterable[str] = (),
    repeated: Iterable[Find] = (),
    writers: Iterable[Contacts] = (),
) -> tuple[Find, ...]:
    """The personal data of a text, title or file name, in order and without overlaps.

    `known_names` are the correspondents' names, proposed wherever they occur; `kept_numbers` are the telephone
    numbers of the office itself, never proposed. Service numbers (12345, 110, 95xxx, 400…) are never proposed either.
    `writers` are the telephone numbers, addresses and the like the correspondents left: what is theirs is theirs as a whole.
    `repeated` are finds of other texts (`repeats.values`), proposed here too where no rule sees them by itself.
    """
    reading, kept = read(text), KeptNumbers(tuple(kept_numbers))
    found = {*numbers.candidates(reading, kept), *disguised.candidates(reading, kept)}
    announced = set(names.candidates(reading, tuple(found)))
    found.update(announced, likely_names.candidates(reading, announced), addresses.candidates(reading))
    found.update(accounts.candidates(reading), plates.candidates(reading), known.candidates(reading, known_names))
    wanted = [value for value in repeated if repeats.core(value) not in kept]
    again = set(repeats.candidates(reading, wanted, tuple(found)))
    found = {*repeats.without_parts(found, again), *again}
    known_first = (sorted(contacts.candidates(reading, writers, kept), key=_order), sorted(found, key=_order))
    settled = _settle(text, chain.from_iterable(known_first))
    return tuple(sorted((_find(reading, each) for each in settled), key=lambda each: each.start))


def _order(candidate: Candidate) -> tuple[bool, int, int, int, int, str]:
    """Doubtful ones last, then ID, credit code, telephone, bank card; among equals the surer, the longer, the first.

    The reason comes last, so that of two rules that saw the same the same one is always named."""
    doubtful = candidate.confidence is Confidence.LOW
    length = candidate.end - candidate.start
    return doubtful, _RANK[candidate.kind], -candidate.confidence, -length, candidate.start, candidate.reason


def _settle(text: str, ordered: Iterable[Candidate]) -> Iterator[Candidate]:
    """Each character goes to the first that claims it; what is left of a later one stays, unless doubtful or signs alone."""
    taken = bytearray(len(text))
    for candidate in ordered:
        free = list(_free(taken, candidate.start, candidate.end))
        if candidate.confidence is Confidence.LOW and free != [(candidate.start, candidate.end)]:
            continue
        for start, end in free:
            taken[start:end] = b"\x01" * (end - start)
            if (start, end) == candidate[1:3] or any(map(str.isalnum, text[start:end])):
                yield candidate._replace(start=start, end=end)


def _free(taken: bytearray, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretches of a span that nobody has claimed."""
    while start < end:
        start = taken.find(0, start, end)
        if start < 0:
            return
        stop = taken.find(1, start, end)
        stop = end if stop < 0 else stop
        yield start, stop
        start = stop


def _find(reading: Reading, candidate: Candidate) -> Find:
    text = reading.original[candidate.start : candidate.end]
    return Find(*candidate[:3], text, candidate.confidence, candidate.reason, replacement(candidate.kind, text))
