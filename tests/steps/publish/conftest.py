"""An office for the tests of publication: a clerk, a unit with its head, and cases that are closed and decided to be public."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from opinion_app.records.case import Case
from opinion_app.records.transaction import transaction
from opinion_app.records.unit import Unit
from opinion_app.rules.facts import Actor
from opinion_app.rules.publication import LEFT_OUT
from opinion_app.rules.words import Disclosure, Role
from opinion_app.steps.publish import bench, queries
from opinion_app.steps.publish.chosen import Chosen, Review
from tests.builders.office import make_actor, make_unit
from tests.builders.published import make_closed

REVIEW = Review("不涉密", "可以公开")
BODY = "村口的路灯坏了半个月，我叫刘一帆，电话13800001234，请修一下。"


@dataclass
class Office:
    """The people of the tests and what they may do with a case."""

    session: Session
    clerk: Actor
    head: Actor
    unit: Unit

    def closed(self, disclosure_is: Disclosure = Disclosure.PUBLIC, **values: Any) -> Case:
        """A closed case that was decided to be public."""
        case = make_closed(self.session, self.clerk, self.unit, **({"body": BODY} | values))
        case.disclosure = disclosure_is
        return case

    def laid(self, case: Case, more: str = "", note: str = "", left_out: str = LEFT_OUT) -> bench.Bench:
        """The bench with everything masked."""
        held = queries.material(self.session, case, note=note, left_out=left_out)
        return bench.lay_out(held, {}, more, "网友", everything=True)

    def said(self, case: Case, **values: Any) -> dict[str, Any]:
        """What a clerk says when she publishes."""
        laid = self.laid(case, note=values.get("correction", ""), left_out=values.get("left_out", LEFT_OUT))
        assert laid.snapshot is not None
        said = Chosen(laid.decisions, "网友", laid.snapshot.hash, **values)
        return {"chosen": said, "review": REVIEW}


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """The office within one transaction."""
    with transaction() as session:
        unit = make_unit(session, "村镇建设办", phone="0875-7120001")
        clerk = make_actor(session, "clerk", Role.CLERK)
        yield Office(session, clerk, make_actor(session, "head", Role.UNIT_HEAD, unit=unit), unit)
