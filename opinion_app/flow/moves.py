"""The clocks that another calendar or rule moves, as a look shows them and a sentence counts them (D15, decisions 23)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from opinion_app.flow.due import waits_words
from opinion_app.flow.said_when_moved import Beside, Word, counted, telling
from opinion_app.flow.trail import Values
from opinion_app.rules.due_date import DueDate, due_date
from opinion_app.rules.errors import Invalid
from opinion_app.rules.shown import mark_of

NAMED = 5  # cases that a sentence names


class NotLooked(Invalid):
    """A change that moves open clocks, or brings letters about others forward, by somebody who has not seen which: `moved`."""

    def __init__(self, moved: Moves) -> None:
        self.moved = moved
        late = sum(row.becomes_late for row in moved)
        said = f"会变动 {len(moved)} 项在办时限" + (f"，其中 {late} 项会变为逾期" if late else "")
        said = said if moved else f"有 {len(moved.beside)} 项在办时限日期不变而提醒提前"
        super().__init__(f"还没有保存：{said}。请看过下面的清单，确认后再保存一次。")


@dataclass(frozen=True, slots=True)
class Moved:
    """A clock of an open case that another calendar or rule moves; `becomes_late` where it was in time until then.

    One that stands still has no date, but a rule changes what is left of it: `left_before`, `left_after` say how much.
    `puts_aside`: time granted to it counts no longer, because it counts hours now or days; `by_support`: a supporting unit owes
    it. `waits`: a reply that rests until its case is accepted, in words. `word`: the letter that tells of it, if any goes
    out because it moves. `guess_before`, `guess_after`: that date rests on a year not loaded (D02)."""

    case_id: int
    number: str
    stage: str
    before: datetime | None
    after: datetime | None
    becomes_late: bool
    puts_aside: bool = False
    left_before: str = ""
    left_after: str = ""
    by_support: bool = False
    waits: str = ""
    word: Word | None = None
    guess_before: bool = False
    guess_after: bool = False

    @property
    def due_before(self) -> DueDate | None:
        """The date it has now, as it is said."""
        return due_date(self.before, guess=self.guess_before)

    @property
    def due_after(self) -> DueDate | None:
        """The date it would have, as it is said."""
        return due_date(self.after, guess=self.guess_after)

    @property
    def words(self) -> str:
        """What the clock waits for, in the words every other place has for it."""
        return waits_words(self.stage, by_support=self.by_support)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A case that stays as it is because its own facts contradict themselves; `why` says how."""

    number: str
    why: str


class Moves(list[Moved]):
    """The clocks that move, and the cases `left_out` of it: one that cannot be derived never holds up the others.

    `beside`: the letters about dates that stay, of which a rung comes earlier."""

    def __init__(self, moved: Iterable[Moved] = (), left_out: Iterable[LeftOut] = ()) -> None:
        super().__init__(moved)
        self.left_out = list(left_out)
        self.beside: list[Beside] = []

    @property
    def to_look_at(self) -> bool:
        """Whether there is anything that whoever makes the change is to have seen."""
        return bool(self or self.beside)

    @property
    def telling(self) -> str:
        """What is told because of it, and that nothing else is (flow/said_when_moved)."""
        return "；".join(filter(None, [telling([row.word for row in self]) if self else "", self._earlier]))

    @property
    def _earlier(self) -> str:
        words = "，".join(counted(row.word for row in self.beside))
        return f"另有 {len(self.beside)} 项日期不变而提醒提前：{words}" if self.beside else ""

    @property
    def reminded(self) -> str:
        """What is told because of it, to go on with a sentence about those that moved; empty where nothing is."""
        moved = "".join(f"，{part}" for part in counted(row.word for row in self if row.word is not None))
        return moved + (f"；{self._earlier}" if self._earlier else "")

    @property
    def summary(self) -> str:
        """How many clocks move, how many of them become late, and what is told of them."""
        late = f"{len(self)} 项，其中 {sum(row.becomes_late for row in self)} 项会变为逾期"
        return "；".join(filter(None, [late, self.telling]))

    @property
    def stayed(self) -> str:
        """Which cases stay as they are, to go on with a sentence about those that move; empty where none does."""
        named = "、".join(case.number for case in self.left_out[:NAMED])
        more = f"等 {len(self.left_out)} 件" if len(self.left_out) > NAMED else ""
        return f"；{named}{more}的时限记录有矛盾，推算不出，没有变动，请逐件核对" if self.left_out else ""

    @property
    def values(self) -> Values:
        """The same for the trail."""
        left_out = "、".join(case.number for case in self.left_out)
        earlier = {"日期不变而提醒提前": (None, len(self.beside))} if self.beside else {}
        return {"变动的时限": (None, len(self))} | earlier | ({"推算不出的件": (None, left_out)} if left_out else {})


def marks(moved: Moves) -> str:
    """A mark of what somebody was shown: the same clocks moved from and to the same moments, the same letters about others."""
    dates = (f"{row.case_id} {row.stage} {_mark(row.before)} {_mark(row.after)} {row.left_after}" for row in moved)
    letters = (f"{row.number} {row.waits} {row.word.rung}" for row in moved.beside)
    return mark_of([*sorted(dates), *sorted(letters)])


def _mark(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment is not None else ""  # the same read from the database or just derived


def check_looked(moved: Moves, looked: str | None) -> None:
    """Raises NotLooked where there is something to look at and `looked` is not the mark of it; None: asked elsewhere."""
    if looked is not None and moved.to_look_at and looked != marks(moved):
        raise NotLooked(moved)
