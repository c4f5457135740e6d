"""Unit, kind, area and both days are reviewed with the texts: what is changed after that does not go out unseen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from opinion_app.records.case import Case
from opinion_app.records.publication import Publication
from opinion_app.rules.errors import Conflict
from opinion_app.rules.publication import Snapshot
from opinion_app.rules.words import Kind
from opinion_app.steps.publish import last_look, operations, planning
from tests.builders.office import NOW
from tests.steps.publish.conftest import Office
from tests.steps.publish.test_planning import AT

RENAMED = "村镇建设办（张三13800005555）"
Change = Callable[[Office, Case], None]


def rename(office: Office, _case: Case) -> None:
    office.unit.name = RENAMED


def other_kind(_office: Office, case: Case) -> None:
    case.kind = Kind.INQUIRY if case.kind is not Kind.INQUIRY else Kind.HELP


def other_area(_office: Office, case: Case) -> None:
    case.area = "其他13800005555"


def received_earlier(_office: Office, case: Case) -> None:
    case.received_at -= timedelta(days=3)


def answered_later(_office: Office, case: Case) -> None:
    case.answered_at = NOW + timedelta(days=3)


CHANGES = (rename, other_kind, other_area, received_earlier, answered_later)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_after_the_review_voids_it(office: Office, change: Change) -> None:
    case = office.closed()
    said = office.said(case)
    change(office, case)
    office.session.flush()
    with pytest.raises(Conflict, match="单位、领域、日期"):
        operations.publish(office.session, case, office.clerk, NOW, **said)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_after_the_plan_holds_it(office: Office, change: Change) -> None:
    case = office.closed()
    plan = planning.plan(office.session, case, office.clerk, NOW, AT, **office.said(case))
    change(office, case)
    office.session.flush()
    assert planning.release(office.session, plan.id, AT) is False
    assert plan.end_reason == last_look.CHANGED
    assert office.session.scalars(select(Publication.id)).all() == []


def test_what_was_reviewed_is_what_goes_out(office: Office) -> None:
    case = office.closed()
    row = operations.publish(office.session, case, office.clerk, NOW, **office.said(case))
    laid = office.laid(case)
    assert laid.snapshot is not None
    told = (row.unit_name, row.kind.value, row.area, row.asked_on.isoformat(), row.answered_on.isoformat())
    assert (told, row.snapshot_hash) == (laid.snapshot.beside, laid.snapshot.hash)


def test_a_plan_reviewed_before_they_were_part_of_it_is_held(office: Office) -> None:
    case = office.closed()
    plan = planning.plan(office.session, case, office.clerk, NOW, AT, **office.said(case))
    new = ("unit", "kind", "area", "asked_on", "answered_on")
    plan.texts = {name: value for name, value in plan.texts.items() if name not in new}
    office.session.flush()
    assert planning.release(office.session, plan.id, AT) is False
    assert plan.end_reason == last_look.EARLIER


def test_each_of_them_is_in_the_hash_and_a_hash_without_them_stays() -> None:
    bare = Snapshot("标题", "来信", "答复")
    whole = replace(bare, unit="甲办", kind="help", area="城建", asked_on="2026-11-01", answered_on="2026-11-05")
    changed: list[dict[str, Any]] = [{name: "另"} for name in ("unit", "kind", "area", "asked_on", "answered_on")]
    others = [replace(whole, **values) for values in changed]
    assert len({bare.hash, whole.hash, *(each.hash for each in others)}) == 7
    assert Snapshot.from_json(whole.as_json()) == whole
