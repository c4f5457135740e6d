"""The head of the case page: the acts a person may do now, and the stages as a stepper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from opinion_app.records.case import Case
from opinion_app.records.move import Move
from opinion_app.rules import life, links
from opinion_app.rules.facts import Actor, CaseFacts
from opinion_app.rules.obstacles import publishable
from opinion_app.rules.obstacles import unreviewed as unreviewed_words
from opinion_app.rules.words import MAIN_LINE, Stage
from opinion_app.rules.zone import local

BUTTONS = 2


@dataclass(frozen=True, slots=True)
class ActLink:
    """One act as the page offers it; `panel` opens it in place."""

    words: str
    href: str
    kind: str = ""
    icon: str = ""
    danger: bool = False
    panel: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the stepper: done, current or todo, and when it was reached."""

    words: str
    state: str
    when: str = ""


def acts(actor: Actor, facts: CaseFacts) -> tuple[list[ActLink], list[ActLink]]:
    """The one or two acts that are next, and the others, as `rules.life` permits them and in its order."""
    open_now = life.permitted(actor, facts)
    first = [act for act in open_now if life.is_next(act, facts)][:BUTTONS]
    return [_link(act, facts) for act in first], [_link(act, facts) for act in open_now if act not in first]


def _link(act: life.Act, facts: CaseFacts) -> ActLink:
    return ActLink(act.label, links.case_act(facts.number, act.name), danger=act.danger)


def steps(case: Case, moves: Iterable[Move]) -> list[Step]:
    """The main line of the life with the present stage marked; an exit (不予受理, 转出, 并案) ends the line where it was left."""
    reached: dict[Stage, datetime] = {}
    for move in sorted(moves, key=lambda entry: entry.id):
        if move.from_stage is not move.to_stage:
            reached[move.to_stage] = move.at
    if case.stage not in MAIN_LINE:
        first = Step(Stage.RECEIVED.label, "done", _day(case.registered_at))
        return [first, Step(case.stage.label, "current", _day(reached.get(case.stage)))]
    here = MAIN_LINE.index(case.stage)
    return [_step(stage, place, here, reached) for place, stage in enumerate(MAIN_LINE)]


def _step(stage: Stage, place: int, here: int, reached: dict[Stage, datetime]) -> Step:
    state = "done" if place < here else "current" if place == here else "todo"
    return Step(stage.label, state, _day(reached.get(stage)) if place <= here else "")


def _day(moment: datetime | None) -> str:
    """11月24日: under a step there is room for no more."""
    return f"{local(moment).month}月{local(moment).day}日" if moment is not None else ""


def unreviewed(actor: Actor, facts: CaseFacts) -> tuple[str, ActLink | None] | None:
    """Why an imported reply that is to be public may not go out yet, and what this person may do about it; None where none is."""
    if not facts.gates_missing or facts.stage not in life.CLOSED_ONES or publishable(facts):
        return None
    own = [act for act in life.permitted(actor, facts) if act.name in ("check_history", "sign_history")]
    return unreviewed_words(facts.gates_missing), _link(own[0], facts) if own else None
