"""Playing the stories: every act of every case in the order of time, through the operations the office itself uses."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from opinion_app.demo.cast import Cast
from opinion_app.demo.stories import Story
from opinion_app.demo.times import Almanac
from opinion_app.files.store import AttachmentStore
from opinion_app.rules.facts import Actor

REGISTER = "register"
OWN_PAGE = "web_form"


@dataclass
class Scene:
    """One act about to be done: the whole stage an act needs."""

    session: Session
    story: Story
    tales: dict[str, Story]
    cast: Cast
    almanac: Almanac
    store: AttachmentStore
    secret: str
    now: datetime

    @property
    def clerk(self) -> Actor:
        """The clerk of this story: one takes messages, the other letters, where it names nobody."""
        usual = "yangzhicheng" if "letter" in self.story.data else "liwenjing"
        return self.cast.actors[self.story.data.get("clerk", usual)]

    @property
    def head(self) -> Actor:
        """The head of the lead unit."""
        return self.cast.head(self.story.lead)

    @property
    def handler(self) -> Actor:
        """Whoever handles the case in the lead unit."""
        return self.cast.handler(self.story.lead)

    @property
    def leader(self) -> Actor:
        """The leader who signs: the story's own, or the one in charge of the lead unit."""
        named = self.story.data.get("leader")
        return self.cast.actors[named] if named else self.cast.leader(self.story.data.get("lead"))


@dataclass(frozen=True, order=True)
class Cue:
    """When which act of which story is due; `turn` keeps the order of acts of one moment."""

    at: datetime
    turn: int
    act: str
    story: str


def cues(tales: dict[str, Story], almanac: Almanac) -> list[Cue]:
    """Everything that happens, in order of time. Raises ValueError where a story tells of the future."""
    listed = [cue for turn, story in enumerate(tales.values()) for cue in _of(story, almanac, turn * 100)]
    return sorted(listed)


def _of(story: Story, almanac: Almanac, turn: int) -> list[Cue]:
    chance = random.Random(story.key)  # noqa: S311 - minutes, not a secret
    received = almanac.received(story.data["received"])
    registered = received + timedelta(minutes=0 if story.data.get("channel") == OWN_PAGE else chance.randrange(3, 25))
    registered = min(registered, received) if story.data["received"].startswith("now") else registered
    planned = almanac.plan(story.data.get("life", ""), registered, chance)
    return [
        Cue(registered, turn, story.data.get("begins", REGISTER), story.key),
        *(Cue(act.at, turn + place, act.name, story.key) for place, act in enumerate(planned, 1)),
    ]
