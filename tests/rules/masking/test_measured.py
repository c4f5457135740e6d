"""The figures the service promises, on generated texts, and on marked real ones where they are at hand."""

import pytest

from opinion_app.rules.masking import STRUCTURED, Confidence, Kind
from tests.rules.masking import marked
from tests.rules.masking.generator import samples
from tests.rules.masking.measure import NOT_WANTED, Figures, generated, real


@pytest.fixture(scope="module")
def figures() -> Figures:
    return generated()


def test_structured_kinds_are_found_nearly_always(figures: Figures) -> None:
    assert figures.recall(STRUCTURED) >= 0.995
    assert {kind for kind in STRUCTURED if figures.planted[kind] < 100} == set()
    assert {kind: figures.recall([kind]) for kind in STRUCTURED if figures.recall([kind]) < 0.99} == {}


@pytest.mark.parametrize("kind", [Kind.NAME, Kind.ADDRESS])
def test_names_and_addresses_are_mostly_found(figures: Figures, kind: Kind) -> None:
    assert figures.recall([kind]) >= 0.9


def test_names_that_are_more_than_likely_are_right() -> None:
    asserted = generated(Confidence.MEDIUM)
    assert asserted.recall([Kind.NAME]) >= 0.9
    assert asserted.precision([Kind.NAME]) >= 0.9


def test_what_is_proposed_is_mostly_right(figures: Figures) -> None:
    assert figures.precision(Kind) >= 0.9
    assert figures.precision(STRUCTURED) >= 0.95
    assert figures.precision([Kind.NAME]) >= 0.9
    assert figures.precision([Kind.ADDRESS]) >= 0.9


def test_the_generator_repeats_itself_for_a_seed_and_never_writes_outside_its_text() -> None:
    once, again, other = list(samples(50)), list(samples(50)), list(samples(50, seed=1))
    assert once == again
    assert once != other
    assert all(0 <= each.start < each.end <= len(sample.text) for sample in once for each in sample.planted)


def test_the_marks_name_places_and_no_text() -> None:
    rows = marked.rows()
    assert len({(row["file"], row["number"], row["column"]) for row in rows}) >= 200
    assert all(row["kind"] == "" or int(row["start"]) < int(row["end"]) for row in rows)
    assert set(rows[0]) == {"file", "number", "column", "digest", "start", "end", "kind", "note"}


def test_the_texts_read_later_are_others_than_those_read_before() -> None:
    first, later, last = ({(row["file"], row["number"], row["column"]) for row in marked.rows(source)} for source in marked.ALL)
    assert len(later) >= 60
    assert len(last) >= 160
    assert not first & later
    assert not (first | later) & last
    assert {row["kind"] for row in marked.rows(marked.NAMES)} == {"", Kind.NAME.value}


@pytest.mark.skipif(not marked.available(), reason="OPINION_REAL_DATA is not set: the real messages are not at hand")
def test_real_messages_are_read_nearly_as_well() -> None:
    figures = real()
    assert figures.recall([Kind.LANDLINE]) >= 0.95
    assert figures.precision(STRUCTURED) >= 0.95
    assert figures.recall([Kind.NAME]) >= 0.85
    assert figures.precision([Kind.NAME]) >= 0.85
    assert figures.recall([Kind.ADDRESS]) >= 0.8


@pytest.mark.skipif(not marked.available(), reason="OPINION_REAL_DATA is not set: the real messages are not at hand")
def test_most_names_of_private_persons_are_proposed_in_texts_the_rules_were_not_made_on() -> None:
    figures = real(without=NOT_WANTED, source=marked.NAMES, again=True)
    assert figures.planted[Kind.NAME] == 25
    assert figures.recall([Kind.NAME]) >= 0.75
    assert figures.precision([Kind.NAME]) >= 0.75
