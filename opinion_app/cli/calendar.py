"""`opinion calendar load` and `opinion due`: a year's notice into the calendar, and the calendar's answer to a question."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from opinion_app import clock
from opinion_app.cli._office import opened
from opinion_app.desks.calendar.operations import load_notice
from opinion_app.desks.calendar.queries import loaded_words, what_if
from opinion_app.desks.casefile.why import why_case
from opinion_app.flow.calendar import work_calendar
from opinion_app.records.engine import reading_only
from opinion_app.records.transaction import transaction
from opinion_app.rules.calendar_file import parse_notice
from opinion_app.rules.clock_facts import ClockFacts, Span, Unit
from opinion_app.rules.deadline import derive
from opinion_app.rules.errors import Invalid, NotFound
from opinion_app.rules.explain import explain_text
from opinion_app.rules.year_notices import notices_named
from opinion_app.rules.zone import UnreadableMoment, parse_moment

LARGEST = 200_000
NUMBER = re.compile(r"[A-Za-z]\S*\d")  # what is written like a number


@click.group("calendar")
def calendar() -> None:
    """工作日历。 / The working calendar."""


@calendar.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--year", type=int, help="通知的年份，省略时按文件判断 / the year of the notice")
@click.option("--dry-run", is_flag=True, help="只列出会变动的时限，不载入 / show what would move, load nothing")
@click.option("--replace", is_flag=True, help="该年已载入时确认替换 / replace a year that is loaded already")
@click.option("--anyway", is_flag=True, help="放假天数过少或过多、确认无误时仍载入 / load a doubtful notice")
@click.option("--source", default="", help="文件依据，例如 国办发明电〔2026〕7号 / where it comes from")
def load(file: Path, year: int | None, source: str, *, dry_run: bool, replace: bool, anyway: bool) -> None:
    """载入一年的放假安排（CSV 或 JSON），并重新计算在办件的时限。 / Load a yearly notice."""
    with file.open("rb") as stream:
        notice = parse_notice(stream.read(LARGEST + 1), year, source)
    with opened(), transaction() as session:
        now = clock.now()
        held = loaded_words(session, notice.year)
        moved = (
            what_if(session, notice, now)
            if dry_run
            else load_notice(session, notice, source or file.name, None, now, replace=replace, anyway=anyway)
        )
    for doubt in notice.doubts:
        click.echo(f"请核对：{doubt}", err=True)
    if held:
        click.echo(f"{held}{'载入会替换它，须加 --replace。' if dry_run else '已被替换。'}", err=True)
    done = "未载入（仅预览）：" if dry_run else "已载入 "
    click.echo(f"{done}{notice.year} 年放假安排 {len(notice.rows)} 天；{len(moved)} 项时限有变动{moved.stayed}。")
    if moved.telling:
        click.echo(f"{moved.telling}。")
    for entry in moved:
        before = entry.due_before.moment() if entry.due_before else "未定"
        after = entry.due_after.moment() if entry.due_after else "未定"
        said = f"{entry.word.when}：{entry.word.rung}" if entry.word is not None else ""
        notes = "，".join(filter(None, ["变为逾期" if entry.becomes_late else "", said]))
        note = f"（{notes}）" if notes else ""
        click.echo(f"  {entry.number} {entry.words}：{before} → {after}{note}")


@click.command("due")
@click.argument("start")
@click.option("--working-days", type=int, help="工作日数 / working days")
@click.option("--days", type=int, help="自然日数，遇休息日顺延 / natural days")
@click.option("--hours", type=int, help="小时数，昼夜连续 / clock hours")
def due(start: str, working_days: int | None, days: int | None, hours: int | None) -> None:
    """推算到期时间并逐日说明理由。 / The due moment and why.

    START 为日期或时刻，不写时区即北京时间；也可以是件的编号，则逐项说明该件各个时限。 / A date, a moment, or a case's number.
    """
    moment = _moment_of(start)
    if moment is None:
        with opened(), reading_only(), transaction() as session:
            click.echo(_why_case(session, start))
        return
    given = {Unit.WORKING_DAYS: working_days, Unit.NATURAL_DAYS: days, Unit.HOURS: hours}
    chosen = [(unit, amount) for unit, amount in given.items() if amount is not None]
    if len(chosen) != 1:
        raise Invalid("请在 --working-days、--days、--hours 中选填一项。")
    unit, amount = chosen[0]
    facts = ClockFacts(moment, Span(amount, unit))
    with opened(), reading_only(), transaction() as session:
        known = work_calendar(session)
        derived = derive(facts, known)
        click.echo(explain_text(derived, notices=notices_named(derived, known)))


def _moment_of(start: str) -> datetime | None:
    try:
        return parse_moment(start)
    except UnreadableMoment:
        return None


def _why_case(session: Session, start: str) -> str:
    """Why the dates of that case are what they are. Raises NotFound for what is no case's number, and no date either."""
    try:
        return why_case(session, start, work_calendar(session))
    except NotFound as error:
        if NUMBER.fullmatch(start.strip()):
            raise
        raise NotFound(f"“{start.strip()}”既不是本系统中件的编号，也不是日期或时刻（如 2026-09-24T09:30）。") from error


commands = [calendar, due]
