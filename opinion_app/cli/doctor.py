"""`opinion doctor`: one line for everything that must be in order, and a status that says whether it is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opinion_app import clock
from opinion_app.cli._office import opened
from opinion_app.desks.backup import operations as backup
from opinion_app.desks.backup.queries import TOO_OLD, newest
from opinion_app.desks.clock.queries import alive, lease, queue, standstill
from opinion_app.desks.people.queries import what_is_missing
from opinion_app.flow.calendar import work_calendar
from opinion_app.flow.merged_dates import copies_alone
from opinion_app.flow.missing_drafts import undrafted
from opinion_app.flow.recompute import preview
from opinion_app.flow.reply_owed import dropped, uncounted
from opinion_app.flow.standing_work import JobLine, entries_here, jobs, unheard
from opinion_app.flow.trail import verify_trail
from opinion_app.flow.unjudged import unjudged, unjudged_words
from opinion_app.records import schema
from opinion_app.records.base import db
from opinion_app.records.clock import DeadlineRuleRow
from opinion_app.records.current import settings_of
from opinion_app.records.engine import begin_reading
from opinion_app.records.job import JobRun
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import OfficeError
from opinion_app.rules.spoken import moment_words
from opinion_app.rules.zone import local_date

GOOD, WARNING, BAD = "正常", "注意", "有误"
LEAST_ROOM = 1024**3
LONGEST_WAIT = 30  # minutes
NAMED = 5  # cases that a finding names


@dataclass(frozen=True)
class Finding:
    """What one check found; only BAD makes the command fail."""

    state: str
    words: str


def _schema(session: Session, _now: datetime) -> Finding:
    schema.check(session.connection())
    return Finding(GOOD, f"{db.engine.dialect.name}，结构 {schema.newest()}")


def _secret(_session: Session, _now: datetime) -> Finding:
    settings = settings_of()
    if len(set(settings.secret_key)) < 10:
        return Finding(WARNING, "密钥过于单一，请用随机字符串")
    return Finding(GOOD, "已设置" + ("" if settings.is_https else "；访问地址不是 https，只宜在单位内网使用"))


def _calendar(session: Session, now: datetime) -> Finding:
    calendar, today = work_calendar(session), local_date(now)
    wanted = [today.year] if today.month < 11 else [today.year, today.year + 1]
    absent = [str(year) for year in wanted if calendar.provisional(today.replace(year=year, month=1, day=1))]
    if absent:
        return Finding(WARNING, f"{'、'.join(absent)} 年的放假安排尚未录入，相关期限为暂定")
    return Finding(GOOD, f"{wanted[0]} 年的放假安排已录入")


def _rules(session: Session, _now: datetime) -> Finding:
    count = session.scalar(select(func.count(DeadlineRuleRow.id)).where(DeadlineRuleRow.active))
    return Finding(GOOD, f"{count} 条") if count else Finding(BAD, "没有办理时限规则，请运行 opinion init")


def _dates(session: Session, now: datetime) -> Finding:
    """Whether the stored dates are those that come out anew under today's calendar."""
    astray = preview(session, now, work_calendar(session))
    if astray.left_out:
        first = astray.left_out[0]
        return Finding(BAD, f"{len(astray.left_out)} 件的时限记录有矛盾，推算不出（{first.number}：{first.why.rstrip('。')}）")
    if not astray:
        return Finding(GOOD, "在办时限与重新推算一致")
    named = "、".join(sorted({moved.number for moved in astray})[:NAMED])
    return Finding(WARNING, f"{len(astray)} 项在办时限与重新推算不一致（{named}），请重新载入当年放假安排以重算")


def _replies(session: Session, _now: datetime) -> Finding:
    """Whether of every case not answered yet the reply is counted, or waits for acceptance, here or in the case it lies in."""
    without, undated, lost, alone = uncounted(session), undrafted(session), dropped(session), copies_alone(session)
    said = []
    if alone:
        named = "、".join(case.number for case in alone[:NAMED])
        mend = "请打开该件，受理或改一次分类（可再改回），随即按两者较早的计时"
        said += [f"{len(alone)} 件只按并入件的时限计时，没有计本件自己的答复时限（{named}），{mend}"]
    if without:
        named = "、".join(case.number for case in without[:NAMED])
        said += [f"{len(without)} 件没有答复时限（{named}），请打开该件，交办或改一次分类（可再改回），时限随即起算"]
    if undated:
        named = "、".join(case.number for case in undated[:NAMED])
        said += [f"{len(undated)} 件的承办单位没有提交答复稿的时限（{named}），请打开该件，改一次分类（可再改回），时限随即起算"]
    if lost:
        named = "、".join(case.number for case in lost[:NAMED])
        said += [f"{len(lost)} 件并入的件已不予受理、转出或又并入别的件（{named}），请逐件拆分后单独办理"]
    return Finding(BAD, "；".join(said)) if said else Finding(GOOD, "未答复的件都在计时、依法中止，或等待受理")


def _people(session: Session, _now: datetime) -> Finding:
    missing = what_is_missing(session)
    return Finding(WARNING, "；".join(gap.rstrip("。") for gap in missing)) if missing else Finding(GOOD, "各环节都有人")


def _room(_session: Session, _now: datetime) -> Finding:
    free = shutil.disk_usage(settings_of().data_dir).free
    words = f"数据目录所在磁盘剩余 {free / 1024**3:.1f} GB"
    return Finding(GOOD if free > LEAST_ROOM else BAD, words)


def _trail(session: Session, _now: datetime) -> Finding:
    entries, broken = verify_trail(session)
    return Finding(GOOD, f"{entries} 条，完整") if broken is None else Finding(BAD, broken.reason)


def _clock(session: Session, now: datetime) -> Finding:
    held = lease(session)
    if held is None:
        return Finding(WARNING, standstill(held, now)[0])
    if alive(held, now):
        return Finding(GOOD, f"正在运行，由 {':'.join(held.holder.split(':')[:2])} 值守")
    return Finding(WARNING, "。".join(standstill(held, now)).rstrip("。"))


def _jobs(session: Session, now: datetime) -> Finding:
    """Each job's last and next run, and what was missed or failed."""
    lines = jobs(session, entries_here(), now)
    bad = [
        line for line in lines if line.stands_still or line.troubled or (line.last is not None and line.last.succeeded is False)
    ]
    return Finding(WARNING if bad else GOOD, "；".join(_job(line) for line in lines))


def _job(line: JobLine) -> str:
    last = line.last
    ended = "未运行过" if last is None else f"{moment_words(last.started_at)}{_how_it_ended(line, last)}"
    missed = "，久未结束" if line.hanging else "，应运行而未运行" if line.missed else ""
    return f"{line.entry.label} 上次 {ended}{missed}，下次 {moment_words(line.following) if line.following else '—'}"


def _how_it_ended(line: JobLine, last: JobRun) -> str:
    return f"{WARNING}（{last.report}）" if line.troubled else _ENDED[last.succeeded]


_ENDED = {True: "正常", False: "失败", None: "进行中"}


def _mail(session: Session, now: datetime) -> Finding:
    held = queue(session)
    age = int((now - held.oldest).total_seconds() // 60) if held.oldest else 0
    words = f"待发 {held.waiting} 封" + (f"，最早的等了 {age} 分钟" if held.waiting else "") + f"，没有送到 {held.failed} 封"
    words += f"，结果不明 {held.unknown} 封" if held.unknown else ""
    return Finding(WARNING if held.failed or held.unknown or age > LONGEST_WAIT else GOOD, words)


def _reminders(session: Session, now: datetime) -> Finding:
    """Clocks that the reminders cannot judge, and rungs that nobody could be told of."""
    broken, waiting = unjudged(session, now), unheard(session, now)
    said = [unjudged_words(broken) + f"：{broken[0].error}"] if broken else []
    said += [f"有 {waiting} 项到了提醒时间还没有通知到人"] if waiting else []
    return Finding(WARNING, "；".join(said)) if said else Finding(GOOD, "在办时限都能判断，到时的提醒都有人可以通知")


def _backup(_session: Session, now: datetime) -> Finding:
    last = newest(backup.folder())
    if last is None:
        return Finding(WARNING, "还没有备份")
    hours = int((now - last.made_at).total_seconds() // 3600)
    return Finding(GOOD if now - last.made_at < TOO_OLD else WARNING, f"最近一次在 {hours} 小时前：{last.path.name}")


CHECKS: tuple[tuple[str, Callable[[Session, datetime], Finding]], ...] = (
    ("数据库", _schema),
    ("密钥", _secret),
    ("工作日历", _calendar),
    ("办理时限", _rules),
    ("时限核对", _dates),
    ("答复时限", _replies),
    ("人员", _people),
    ("磁盘", _room),
    ("留痕", _trail),
    ("定时", _clock),
    ("作业", _jobs),
    ("提醒", _reminders),
    ("发信", _mail),
    ("备份", _backup),
)


@click.command("doctor")
def doctor() -> None:
    """逐项检查安装是否正常。 / Check the installation item by item."""
    with opened(checked=False):
        first, *others = CHECKS
        findings = [(first[0], _look(first[1]))]
        if findings[0][1].state != BAD:  # without the tables of this program the others would all say the same, in other words
            findings += [(name, _look(check)) for name, check in others]
    for name, finding in findings:
        click.echo(f"{finding.state}  {name}：{finding.words}")
    if any(finding.state == BAD for _name, finding in findings):
        raise click.exceptions.Exit(1)


def _look(check: Callable[[Session, datetime], Finding]) -> Finding:
    begin_reading()
    try:
        with transaction() as session:
            return check(session, clock.now())
    except OfficeError as error:
        return Finding(BAD, error.message)


commands = [doctor]
