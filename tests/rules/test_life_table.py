"""The whole life in one table: in which stage which act is open; a change of the life is a change of that file, seen in review.

Rewrite it with `python -m tests.rules.test_life_table` and look at what changed."""

from __future__ import annotations

import csv
from pathlib import Path

from opinion_app.rules.life import ACTS
from opinion_app.rules.permissions import CASE_PERMISSIONS
from opinion_app.rules.words import Stage

TABLE = Path(__file__).with_name("life_table.csv")
HEAD = ["act", "permission", *(stage.value for stage in Stage)]


def rows() -> list[list[str]]:
    """Per act its permission, and per stage `-` (not open), `open` (stage stays) or the stages it may lead to."""
    return [HEAD, *([act.name, act.permission, *(_cell(act.name, stage) for stage in Stage)] for act in ACTS.values())]


def _cell(name: str, stage: Stage) -> str:
    act = ACTS[name]
    if stage not in act.stages:
        return "-"
    return " ".join(sorted(act.to)) or "open"


def test_every_pair_of_stage_and_act_is_decided_in_the_table() -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == rows()


def test_every_act_asks_for_a_permission_that_exists() -> None:
    assert {act.permission for act in ACTS.values()} <= set(CASE_PERMISSIONS)


def test_every_open_stage_has_a_way_on() -> None:
    stuck = [stage for stage in Stage if stage.is_open and not any(stage in act.stages and act.to for act in ACTS.values())]

    assert not stuck


if __name__ == "__main__":
    with TABLE.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target, lineterminator="\n").writerows(rows())
