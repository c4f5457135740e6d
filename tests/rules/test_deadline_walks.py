"""Every step of a walk, word for word: what is counted, left out, rolled, run and held, as the page and `opinion due` show it.

The expected steps stand in walk_steps.txt, one paragraph for each case here; they were checked by hand against the calendar.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from opinion_app.rules.clock_facts import Adoption, ClockFacts, Extension, Pause, Restart, Span
from opinion_app.rules.deadline import Derivation, derive
from opinion_app.rules.trace import Step
from tests.rules.calendars import CHINA, WH, at, hours, nd, on, wd

BASE = ClockFacts(at("2026-11-23T09:00"), wd(5))


def pause(begin: str, over: str | None, reason: str = "") -> Pause:
    return Pause(at(f"2026-{begin}"), at(f"2026-{over}") if over else None, reason)


CASES = {
    "two touching suspensions, each with its ground": replace(
        BASE, pauses=(pause("11-24T09:00", "11-25T09:00", "补正"), pause("11-25T09:00", "11-26T09:00", "听证"))
    ),
    "suspended without ground over weekend": replace(BASE, pauses=(pause("11-27T10:00", "11-30T10:00"),)),
    "open": replace(BASE, pauses=(pause("11-25T09:00", None, "鉴定"),)),
    "open on last day": replace(BASE, pauses=(pause("11-30T09:00", None, "鉴定"),)),
    "natural rolled into open": replace(BASE, span=nd(5), pauses=(pause("11-28T09:00", None, "鉴定"),)),
    "fixed date suspended": replace(BASE, fixed_date=on("2026-12-02"), pauses=(pause("11-25T09:00", "11-27T09:00", "补正"),)),
    "fixed date open": replace(BASE, fixed_date=on("2026-12-02"), pauses=(pause("11-25T09:00", None, "补正"),)),
    "fixed date natural open": replace(
        BASE, span=nd(9), fixed_date=on("2026-12-02"), pauses=(pause("11-25T09:00", None, "补正"),)
    ),
    "fixed date, resumed on the very day it began": replace(
        BASE, fixed_date=on("2026-12-02"), pauses=(pause("11-25T09:00", "11-25T10:00", "补正"),)
    ),
    "provisional": ClockFacts(at("2027-12-29T09:00"), wd(3)),
    "make-up and holiday": ClockFacts(at("2026-09-30T09:00"), wd(2)),
    "hours paused": replace(BASE, span=hours(4), pauses=(pause("11-23T10:00", "11-23T12:30", "补正"),)),
    "hours paused no ground": replace(BASE, span=hours(4), pauses=(pause("11-23T10:00", "11-23T12:30"),)),
    "hours open": replace(BASE, span=hours(4), pauses=(pause("11-23T10:00", None, "补正"),)),
    "working hours": replace(BASE, span=Span(5, WH), pauses=(pause("11-23T11:00", "11-24T09:00", "补正"),)),
    "working hours provisional": ClockFacts(at("2027-12-31T16:30"), Span(3, WH)),
    "hours touching": replace(
        BASE, span=hours(6), pauses=(pause("11-23T10:00", "11-23T11:00", "补正"), pause("11-23T11:00", "11-23T12:00", "听证"))
    ),
    "hours fixed suspended": replace(
        BASE, span=hours(4), fixed_date=on("2026-11-24"), pauses=(pause("11-23T10:00", "11-23T12:00", "补正"),)
    ),
    "hours fixed open": replace(BASE, span=hours(4), fixed_date=on("2026-11-24"), pauses=(pause("11-23T10:00", None, "补正"),)),
    "extended to day then suspended": replace(
        BASE,
        extensions=(Extension(at("2026-11-24T09:00"), until=on("2026-12-03")),),
        pauses=(pause("12-01T09:00", "12-01T15:00"),),
    ),
    "extended to day then suspended days": replace(
        BASE,
        extensions=(Extension(at("2026-11-24T09:00"), until=on("2026-12-03")),),
        pauses=(pause("12-01T09:00", "12-02T15:00"),),
    ),
    "restart ends open pause": replace(
        BASE, pauses=(pause("11-24T09:00", None, "补正"),), restarts=(Restart(at("2026-11-26T09:00"), "补正已收到"),)
    ),
    "restart later pause stays": replace(
        BASE, pauses=(pause("11-26T09:00", None, "补正"),), restarts=(Restart(at("2026-11-26T09:00"), "补正已收到"),)
    ),
    "suspended on the last day, resumed later": replace(BASE, pauses=(pause("11-30T16:00", "12-05T09:00", "听证"),)),
    "two suspensions, the first ended before the start": replace(
        BASE, span=hours(3), pauses=(pause("11-23T07:00", "11-23T09:00", "补正"), pause("11-23T12:00", "11-23T13:00", "听证"))
    ),
    "working hours, suspended over the lunch break": replace(
        BASE, span=Span(4, WH), pauses=(pause("11-23T12:00", "11-23T14:30", "补正"),)
    ),
    "natural days over a holiday": ClockFacts(at("2026-09-25T09:00"), nd(7)),
    "a day in a year that is not loaded, counted in natural days": ClockFacts(at("2026-12-30T09:00"), nd(2)),
    "hours fixed, suspended after the work of that day": replace(
        BASE, span=Span(4, WH), fixed_date=on("2026-11-24"), pauses=(pause("11-24T18:30", "11-25T10:00", "补正"),)
    ),
    "hours fixed, a suspension over before the start": replace(
        BASE, span=hours(4), fixed_date=on("2026-11-24"), pauses=(pause("11-23T07:00", "11-23T08:00", "补正"),)
    ),
    "hours fixed, a suspension over at the start": replace(
        BASE, span=hours(4), fixed_date=on("2026-11-24"), pauses=(pause("11-23T07:00", "11-23T09:00", "补正"),)
    ),
    "hours fixed, suspended at the very end": replace(
        BASE, span=hours(4), fixed_date=on("2026-11-24"), pauses=(pause("11-24T23:59:59", "11-25T10:00", "补正"),)
    ),
    "working hours, resumed at the end of a frame": replace(
        BASE, span=Span(4, WH), pauses=(pause("11-23T11:00", "11-23T12:00", "补正"),)
    ),
    "working hours extended to day": replace(
        BASE, span=Span(4, WH), extensions=(Extension(at("2026-11-23T10:00"), until=on("2026-11-25")),)
    ),
    "working hours, an earlier moment taken over, suspended over lunch": replace(
        BASE,
        span=Span(9, WH),
        pauses=(pause("11-23T12:30", "11-23T13:30", "听证"),),
        adoptions=(Adoption(at("2026-11-23T10:00"), at("2026-11-23T16:00"), "甲"),),
    ),
}


def told(derived: Derivation) -> str:
    """The end and the steps of a walk as lines."""
    due = derived.due_at.isoformat(timespec="minutes") if derived.due_at else "-"
    head = f"due {due} held {derived.held or '-'}{' guessed' if derived.provisional else ''}"
    return "\n".join([head, *map(line, derived.trace)])


def line(step: Step) -> str:
    parts = [step.kind.value, step.day.isoformat(), step.reason]
    parts += [f"#{step.number}"] if step.number else []
    parts += ["?"] if step.provisional else []
    parts += [step.moment.isoformat(timespec="minutes")] if step.moment else []
    parts += [f"-{step.until.isoformat(timespec='minutes')}"] if step.until else []
    parts += [f"({step.made_up})"] if step.made_up else []
    return " ".join(parts)


EXPECTED = dict(
    paragraph.strip().split("\n", 1)
    for paragraph in Path(__file__).with_name("walk_steps.txt").read_text(encoding="utf-8").split("## ")
    if paragraph.strip()
)


def test_every_case_has_its_paragraph() -> None:
    assert list(EXPECTED) == list(CASES)


@pytest.mark.parametrize("name", CASES)
def test_the_steps_of_a_walk(name: str) -> None:
    derived = derive(CASES[name], CHINA)
    assert told(derived) == EXPECTED[name]
    assert type(derived.provisional) is bool
    assert all(type(step.provisional) is bool and type(step.number) is int for step in derived.trace)
