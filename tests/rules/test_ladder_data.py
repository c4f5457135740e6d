"""The ladder as data: read back equal, every fault of a typed rung named, a changed rung looks forward only."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from opinion_app.rules.errors import Invalid
from opinion_app.rules.ladder import DEFAULT_LADDER, Anchor, Card, Ladder, Rung, Way, Who
from opinion_app.rules.ladder_data import from_data, to_data, with_rung

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
NEW = Rung("extra", "再催", Anchor.WORKING_DAYS, 3, (Who.HEADS,), (Who.CLERKS,), Way.LETTER, Card.RED, sheet=True)


def test_what_is_written_is_read_back_equal() -> None:
    changed = with_rung(replace(DEFAULT_LADDER, main_leader_id=7, late_days=9), NEW, NOW, in_days=True)
    held = json.loads(json.dumps(to_data(changed)))
    assert from_data(held, time(8, 30)) == changed
    assert from_data(held, time(9)).morning == time(9)


@pytest.mark.parametrize(
    ("rung", "in_days", "fields"),
    [
        (replace(NEW, label=" "), True, {"label"}),
        (replace(NEW, label="长" * 13), True, {"label"}),
        (replace(NEW, label="长" * 12), True, set()),
        (replace(NEW, label="催办通知"), True, {"label"}),
        (replace(NEW, label="催办：二"), True, {"label"}),
        (replace(NEW, to=()), True, {"to"}),
        (replace(NEW, amount=0), True, {"amount"}),
        (replace(NEW, amount=1), True, {"amount"}),  # 催办通知 has that moment
        (replace(NEW, amount=250), True, set()),
        (replace(NEW, amount=251), True, {"amount"}),
        (replace(NEW, anchor=Anchor.DAYS, amount=366), True, set()),
        (replace(NEW, anchor=Anchor.DAYS, amount=367), True, {"amount"}),
        (replace(NEW, anchor=Anchor.ELAPSED, amount=99), True, set()),
        (replace(NEW, anchor=Anchor.ELAPSED, amount=100), True, {"amount"}),
        (replace(NEW, anchor=Anchor.WARNING, amount=5), True, {"amount"}),
        (replace(NEW, anchor=Anchor.HOURS), True, {"anchor"}),
        (replace(NEW, anchor=Anchor.HOURS), False, set()),
        (replace(NEW, anchor=Anchor.HOURS, amount=1441), False, {"amount"}),
        (replace(NEW, anchor=Anchor.DAYS), False, {"anchor"}),
        (replace(NEW, anchor=Anchor.WORKING_DAYS), False, {"anchor"}),
        (replace(NEW, anchor=Anchor.HOURS, way=Way.DIGEST), False, {"way"}),
        (replace(NEW, way=Way.DIGEST), True, {"sheet"}),
        (replace(NEW, way=Way.DIGEST, sheet=False), True, set()),
        (replace(NEW, way=Way.INSIDE), True, set()),
        (replace(NEW, label="", to=(), amount=-1), True, {"label", "to", "amount"}),
    ],
)
def test_each_fault_of_a_typed_rung_is_named(rung: Rung, in_days: bool, fields: set[str]) -> None:
    if not fields:
        assert rung.label in {other.label for other in _rungs(with_rung(DEFAULT_LADDER, rung, NOW, in_days=in_days), in_days)}
        return
    with pytest.raises(Invalid) as refused:
        with_rung(DEFAULT_LADDER, rung, NOW, in_days=in_days)
    assert set(refused.value.fields) == fields
    assert all(words.endswith("。") for words in refused.value.fields.values())


def _rungs(ladder: Ladder, in_days: bool) -> tuple[Rung, ...]:
    return ladder.days if in_days else ladder.hours


def test_a_rung_that_is_new_moved_or_taken_up_again_looks_forward_only() -> None:
    new = with_rung(DEFAULT_LADDER, NEW, NOW, in_days=True)
    assert new.named("extra") == replace(NEW, since=NOW)
    assert new.days[:-1] == DEFAULT_LADDER.days
    urge = DEFAULT_LADDER.days[3]
    renamed = with_rung(DEFAULT_LADDER, replace(urge, label="催办函"), NOW, in_days=True)
    assert renamed.named("urge") == replace(urge, label="催办函")
    moved = with_rung(DEFAULT_LADDER, replace(urge, amount=2), NOW, in_days=True)
    assert moved.named("urge") == replace(urge, amount=2, since=NOW)
    resting = with_rung(moved, replace(urge, amount=2, active=False), NOW, in_days=True)
    assert resting.named("urge") == replace(urge, amount=2, active=False, since=NOW)
    later = datetime(2026, 12, 1, tzinfo=UTC)
    again = with_rung(resting, replace(urge, amount=2), later, in_days=True)
    assert again.named("urge") == replace(urge, amount=2, since=later)
    assert len(again.days) == len(DEFAULT_LADDER.days)


def test_an_amount_means_nothing_where_none_is_counted_and_hours_have_a_ladder_of_their_own() -> None:
    due = with_rung(DEFAULT_LADDER, replace(DEFAULT_LADDER.hours[1], amount=5), NOW, in_days=False)
    assert due.hours == DEFAULT_LADDER.hours
    assert due.days == DEFAULT_LADDER.days
