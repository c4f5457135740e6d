"""Which template writes the entry of an act."""

from __future__ import annotations

from opinion_app.desks.casefile.entries import OWN, mark
from opinion_app.locate import templates


def test_an_act_with_an_entry_of_its_own_is_written_by_it_and_every_other_by_the_default() -> None:
    assert mark("publish").template == "timeline/publish.html"
    assert mark("close").template == "timeline/_default.html"
    assert mark("an act of a later version").template == "timeline/_default.html"
    assert mark("an act of a later version").words == "an act of a later version"


def test_every_entry_of_its_own_is_used() -> None:
    assert {mark(act).template for act in OWN} == {
        f"timeline/{path.name}" for path in (templates() / "timeline").glob("[!_]*.html")
    }
