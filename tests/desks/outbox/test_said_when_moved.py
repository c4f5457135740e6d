"""What a look at a changed rule or calendar says will be told is what the next runs send, when and by which rung (N14)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from opinion_app.desks.calendar.operations import add_closure, remove_closure
from opinion_app.desks.calendar.queries import with_closure, without_closure
from opinion_app.desks.casefile.why import why
from opinion_app.desks.reminders.operations import queue_digests
from opinion_app.desks.rules.operations import Saving, changed, retire, save, taken_out
from opinion_app.desks.rules.queries import versions, what_if
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.clocks import reply_clock
from opinion_app.flow.ladder import Saved, ladder, save_ladder
from opinion_app.flow.moves import Moves, NotLooked, marks
from opinion_app.flow.recompute import preview, recompute_open
from opinion_app.flow.said_when_moved import Word, telling
from opinion_app.flow.which_rule import rule_of
from opinion_app.records.office import forget_held
from opinion_app.records.supervision import Supervision
from opinion_app.rules.clock_facts import Span, Unit
from opinion_app.rules.facts import Actor
from opinion_app.rules.ladder import Way
from opinion_app.rules.rule_data import from_data
from opinion_app.rules.words import Procedure, Role
from opinion_app.rules.zone import local_date, parse_moment
from tests.builders.office import make_actor, make_case
from tests.builders.rules import typed
from tests.desks.outbox.posted import DUE, mailing, morning, post
from tests.desks.reminders.laddered import START, Office, with_case
from tests.support.queries import counting

EVENING, NIGHT, NEXT = f"{DUE}T19:00", f"{DUE}T23:30", "2026-11-12"
SNOW = date(2026, 11, 9)  # with it the reply is due on the 12th
WORKING_DAYS, HOURS = Unit.WORKING_DAYS, Unit.HOURS


@pytest.fixture
def office(core: Flask) -> Iterator[Office]:
    """An office with a mail server; the digests of the day before are out."""
    for made in mailing(core):
        post(made, "2026-11-10T08:35")
        yield made


@pytest.fixture
def admin(office: Office) -> Actor:
    """Who keeps calendar and rules."""
    return make_actor(office.session, "admin2", Role.ADMINISTRATOR)


def shorten(office: Office, admin: Actor, moment: str, span: Span) -> Moves:
    """Change the rule of the reply for open cases too; answers what the look said, which is what was then saved."""
    now, rule = parse_moment(moment), rule_of(office.session, office.clock)
    assert rule is not None
    held, change = versions(office.session, rule.code)[0], typed(office.session, rule.code, span, now)
    shown = what_if(office.session, changed(from_data(held.data), change), now)
    _rule, moved = save(office.session, rule.code, change, Saving(admin, now, apply_to_open=True), held.version_no)
    assert (moved, moved.reminded) == (shown, shown.reminded)
    return shown


def closed(office: Office, admin: Actor, moment: str, day: date = SNOW) -> Moves:
    """Close a day after a look, which is what is then saved and said."""
    office.session.expire_all()  # the runs have written past the session
    now, calendar = parse_moment(moment), with_closure(office.session, day, "暴雪")
    shown = preview(office.session, now, calendar)
    return as_shown(shown, add_closure(office.session, day, "暴雪", admin, now, marks(shown)))


def opened(office: Office, admin: Actor, moment: str, day: date = SNOW) -> Moves:
    office.session.expire_all()
    now, calendar = parse_moment(moment), without_closure(office.session, day)
    shown = preview(office.session, now, calendar)
    return as_shown(shown, remove_closure(office.session, day, admin, now, marks(shown)))


def as_shown(shown: Moves, saved: Moves) -> Moves:
    assert (saved, saved.beside, saved.reminded) == (shown, shown.beside, shown.reminded)
    return shown


def told(office: Office, moment: str, until: datetime) -> list[tuple[str, datetime]]:
    """By which rungs the runs tell something by mail, and when: the next minute, in the night, and when it may speak again."""
    now, found = parse_moment(moment), []
    day = (local_date(now) + timedelta(days=1)).isoformat()
    runs = [now, *(parse_moment(f"{day}T{at}") for at in ("00:01", "07:00", "08:30"))]
    for at in (run for run in runs if now <= run <= until):
        if at == runs[-1]:
            queue_digests(office.session, at)
        said = (at + timedelta(minutes=at == now)).isoformat()
        office.run(said)
        rungs = {line.partition(" ")[2].partition("：")[0] for line in post(office, said) if "待办通报" not in line}
        found += [(rung, at) for rung in sorted(rungs)]
    return found


def check(office: Office, moment: str, moved: Moves) -> None:
    """The runs tell what was foretold, when it was; and where nothing was, nothing until the next morning."""
    words = {word for word in (*(row.word for row in moved), *(row.word for row in moved.beside)) if word is not None}
    until = max((word.at for word in words), default=parse_moment(moment) + timedelta(days=1))
    assert told(office, moment, until) == sorted((word.rung, word.at) for word in words)


@pytest.mark.parametrize(
    ("moment", "span", "said"),
    [
        (f"{DUE}T10:00", Span(6, WORKING_DAYS), "随即提醒 1 项（催办通知 1 项）"),
        (f"{DUE}T10:00", Span(2, WORKING_DAYS), "随即提醒 1 项（黄牌督办 1 项）"),
        (EVENING, Span(6, WORKING_DAYS), "11月12日 周四 08:30 提醒 1 项（催办通知 1 项）"),
        (EVENING, Span(2, WORKING_DAYS), "11月12日 周四 08:30 提醒 1 项（黄牌督办 1 项）"),
        (f"{DUE}T10:00", Span(12, WORKING_DAYS), "不为此发出提醒"),
        (f"{DUE}T10:00", Span(270, HOURS), "随即提醒 1 项（即将到期 1 项）"),
        (f"{DUE}T10:00", Span(214, HOURS), "随即提醒 1 项（已逾期 1 项）"),
        (NIGHT, Span(214, HOURS), "11月12日 周四 07:00 提醒 1 项（已逾期 1 项）"),
        (f"{DUE}T10:00", Span(900, HOURS), "不为此发出提醒"),
    ],
)
def test_n14_a_shorter_rule_says_which_rungs_come_at_once_and_they_come(
    office: Office, admin: Actor, moment: str, span: Span, said: str
) -> None:
    morning(office, DUE)
    post(office, f"{DUE}T08:35")
    moved = shorten(office, admin, moment, span)
    assert moved.telling == said
    assert moved.summary.endswith(said)
    assert moved.reminded == ("" if said.startswith("不") else f"，{said}")
    check(office, moment, moved)
    cards = [sheet.card for sheet in office.session.scalars(select(Supervision))]
    assert cards == (["yellow"] if "黄牌" in said else [])


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-11T10:00", "随即提醒 1 项（今天到期 1 项）"),
        ("2026-11-11T19:00", "随即提醒 1 项（今天到期 1 项）"),
        ("2026-11-11T23:30", "随即提醒 1 项（今天到期 1 项）"),
        ("2026-11-10T10:00", "不为此发出提醒"),
    ],
)
def test_n14_a_closure_taken_back_says_what_falls_due_before_the_next_digest(
    office: Office, admin: Actor, moment: str, said: str
) -> None:
    assert closed(office, admin, "2026-11-10T09:00").telling == "不为此发出提醒"
    if moment > DUE:
        morning(office, DUE)
        post(office, f"{DUE}T08:35")
    moved = opened(office, admin, moment)
    assert moved.telling == said
    check(office, moment, moved)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-12T10:00", "随即提醒 1 项（催办通知 1 项）"),
        ("2026-11-12T19:00", "11月13日 周五 08:30 提醒 1 项（催办通知 1 项）"),
    ],
)
def test_n14_a_closure_taken_back_says_when_it_makes_a_rung_come_whose_moment_lay_ahead(
    office: Office, admin: Actor, moment: str, said: str
) -> None:
    closed(office, admin, "2026-11-10T09:00")
    for day in (DUE, NEXT):
        morning(office, day)
        post(office, f"{day}T08:35")
    moved = opened(office, admin, moment)
    assert (moved.telling, [row.becomes_late for row in moved]) == (said, [True])
    office.run(f"{moment[:-2]}01")
    at_once = [line for line in post(office, f"{moment[:-2]}01") if "催办通知" in line]
    morning(office, "2026-11-13")
    later = [line for line in post(office, "2026-11-13T08:35") if "催办通知" in line]
    assert [bool(at_once), bool(later)] == ["随即" in said, "08:30" in said]


def test_n14_a_date_that_stays_says_so_where_the_calendar_brings_its_rung_forward(office: Office, admin: Actor) -> None:
    """The working day after the due day was closed: 催办通知 would come a day later; taken back it comes at once."""
    moment, day = f"{NEXT}T10:00", date.fromisoformat(NEXT)
    assert closed(office, admin, f"{DUE}T09:00", day).summary == "0 项，其中 0 项会变为逾期"
    for at in (DUE, NEXT):
        morning(office, at)
        post(office, f"{at}T08:35")
    office.session.expire_all()  # the runs have written past the session
    now = parse_moment(moment)
    shown = preview(office.session, now, without_closure(office.session, day))
    assert shown.telling == "另有 1 项日期不变而提醒提前：随即提醒 1 项（催办通知 1 项）"
    [named] = [(row.number, row.waits, row.due and row.due.iso, row.word.rung) for row in shown.beside]
    assert named == (office.case.number, "答复", DUE, "催办通知")
    with pytest.raises(NotLooked, match="有 1 项在办时限日期不变而提醒提前。请看过"), office.session.begin_nested():
        remove_closure(office.session, day, admin, now, marks(Moves()))
    forget_held(office.session)  # as the end of a transaction does
    saved = remove_closure(office.session, day, admin, now, marks(shown))
    assert saved.values == {"变动的时限": (None, 0), "日期不变而提醒提前": (None, 1)}
    assert (saved.beside, saved.reminded) == (shown.beside, f"；{shown.telling}"), "the sentence says what the look said"
    office.run(f"{NEXT}T10:01")
    assert {line.partition(" ")[2].partition("：")[0] for line in post(office, f"{NEXT}T10:01")} == {"催办通知"}
    assert preview(office.session, now, with_closure(office.session, day, "暴雪")).telling == "", "what was told comes no more"


@pytest.fixture
def soon(office: Office, admin: Actor) -> Office:
    """An office that tells 即将超时 by a letter of its own; the reply's day is the 13th by its issuer, due soon on the 12th."""
    held = ladder(office.session)
    rungs = tuple(replace(rung, way=Way.LETTER) if rung.code == "soon" else rung for rung in held.days)
    today = Saved(local_date(START), {})
    save_ladder(office.session, replace(held, days=rungs), admin, parse_moment("2026-11-10T08:36"), today)
    office.clock.fixed_on = date(2026, 11, 13)
    recompute_open(office.session, parse_moment("2026-11-10T08:36"))
    office.run("2026-11-10T08:37")
    assert post(office, "2026-11-10T08:38") == []
    morning(office, DUE)
    assert [line for line in post(office, f"{DUE}T08:35") if "待办通报" not in line] == []
    office.session.expire_all()  # the runs have written past the session
    return office


SOON = "另有 1 项日期不变而提醒提前：随即提醒 1 项（即将超时 1 项）"


def test_n14_a_closure_that_moves_only_when_a_date_is_due_soon_says_so(soon: Office, admin: Actor) -> None:
    """With a working day less before it, 即将超时 comes today where it is told by letter."""
    now, day = parse_moment(f"{DUE}T10:00"), date.fromisoformat(NEXT)
    shown = preview(soon.session, now, with_closure(soon.session, day, "暴雪"))
    assert (len(shown), shown.telling) == (0, SOON)
    assert add_closure(soon.session, day, "暴雪", admin, now, None) == []
    check(soon, f"{DUE}T10:00", shown)


def test_n14_a_look_in_the_night_promises_no_letter_for_what_the_mornings_digest_says(soon: Office, admin: Actor) -> None:
    soon.clock.fixed_on = None
    recompute_open(soon.session, parse_moment(f"{DUE}T09:00"))
    soon.run(f"{DUE}T09:01")
    post(soon, f"{DUE}T09:01")
    soon.session.expire_all()
    assert closed(soon, admin, f"{DUE}T23:00").telling == "不为此发出提醒"
    soon.run(f"{DUE}T23:01")
    assert post(soon, f"{DUE}T23:01") == []
    morning(soon, NEXT)
    assert {line.split()[1] for line in post(soon, f"{NEXT}T08:35")} == {"待办通报"}


def test_n14_a_rule_that_warns_earlier_says_so_and_is_heard_that_day(soon: Office, admin: Actor) -> None:
    now, rule = parse_moment(f"{DUE}T10:00"), rule_of(soon.session, soon.clock)
    assert rule is not None
    held = versions(soon.session, rule.code)[0]
    change = replace(typed(soon.session, rule.code, rule.span, now), warning_days=2)
    shown = what_if(soon.session, changed(from_data(held.data), change), now)
    assert (len(shown), shown.telling) == (0, SOON)
    assert save(soon.session, rule.code, change, Saving(admin, now, apply_to_open=True), held.version_no)[1] == []
    check(soon, f"{DUE}T10:00", shown)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (f"{DUE}T10:00", "随即提醒 1 项（今天到期 1 项）"),
        (EVENING, "随即提醒 1 项（今天到期 1 项）"),
        (NIGHT, "随即提醒 1 项（今天到期 1 项）"),
        (f"{NEXT}T10:00", "随即提醒 1 项（催办通知 1 项）"),
        (f"{NEXT}T19:00", "11月13日 周五 08:30 提醒 1 项（催办通知 1 项）"),
        ("2026-11-10T10:00", "不为此发出提醒"),
    ],
)
def test_n02_a_reply_that_begins_by_a_rule_taken_out_is_told_before_it_is_late(
    office: Office, admin: Actor, moment: str, said: str
) -> None:
    """Nobody's act begins it, so no letter named its date; who owes it hears of what the next digest would find late."""
    waits = make_case(office.session, None, now=START, procedure=Procedure.PETITION)
    office.run("2026-11-10T08:40")
    post(office, "2026-11-10T08:41")  # that nobody accepted it in time
    now, code = parse_moment(moment), "reply-petition"
    for day in (day for day in (DUE, NEXT) if moment > day):
        morning(office, day)
        post(office, f"{day}T08:35")
    office.session.expire_all()
    shown = what_if(office.session, taken_out(office.session, code, local_date(now), "本单位规定"), now)
    _rule, moved = retire(office.session, code, local_date(now), "本单位规定", Saving(admin, now, apply_to_open=True), None)
    assert moved == shown
    assert (moved.telling, [row.number for row in moved]) == (said, [waits.number])
    check(office, moment, moved)
    clock = reply_clock(office.session, waits.id)
    assert clock is not None
    assert [entry["version"] for entry in clock.dates] == [1]
    (only,) = why(office.session, clock, work_calendar(office.session)).versions
    assert (only.number, only.why) == (1, "时限规则“办结信访事项”已停用")


def test_n01_a_look_promises_no_letter_that_everybody_had(office: Office, admin: Actor) -> None:
    """Late and urged by the old date: a shorter rule tells of it once more only by a higher rung."""
    for day in (DUE, NEXT):
        morning(office, day)
        post(office, f"{day}T08:35")
    moved = shorten(office, admin, f"{NEXT}T10:00", Span(6, WORKING_DAYS))
    assert moved.summary == "1 项，其中 0 项会变为逾期；不为此发出提醒"
    office.run(f"{NEXT}T10:01")
    assert post(office, f"{NEXT}T10:01") == []


def test_n14_the_look_counts_by_rung_and_asks_no_more_for_more_rows(core: Flask, office: Office, admin: Actor) -> None:
    asked, unit = [], office.case.lead_unit_id
    assert unit is not None
    for more in (1, 6):
        for _ in range(more):
            with_case(office.session, None, unit, office.people["handler"].id)
        office.run("2026-11-10T08:40")
        office.session.expire_all()
        now, rule = parse_moment(f"{DUE}T10:00"), rule_of(office.session, office.clock)
        assert rule is not None
        held, change = versions(office.session, rule.code)[0], typed(office.session, rule.code, Span(6, WORKING_DAYS), now)
        with counting(core) as statements:
            shown = what_if(office.session, changed(from_data(held.data), change), now)
        asked.append(len(statements))
    assert shown.summary == "8 项，其中 8 项会变为逾期；随即提醒 8 项（催办通知 8 项）"
    assert asked[0] == asked[1]


def test_the_sentence_counts_each_moment_and_the_rest() -> None:
    now, later = parse_moment(f"{DUE}T10:00"), parse_moment(f"{NEXT}T08:30")
    words = [Word("黄牌督办", later, False), Word("催办通知", now, True), None, Word("催办通知", now, True)]
    said = "随即提醒 2 项（催办通知 2 项），11月12日 周四 08:30 提醒 1 项（黄牌督办 1 项）"
    assert telling(words) == f"{said}，其余不为此发出提醒"
    assert telling([*words[:2], words[3]]) == said
    assert telling([None]) == "不为此发出提醒"
