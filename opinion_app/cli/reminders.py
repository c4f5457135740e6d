"""`opinion remind` and `opinion send`: the morning's digests and the outbox, by hand."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Sequence
from datetime import datetime

import click
from sqlalchemy.orm import Session

from opinion_app import clock
from opinion_app.cli._begun import too_early
from opinion_app.cli._office import not_far_ahead, opened
from opinion_app.desks.calendar.operations import remind_next_year
from opinion_app.desks.outbox.alarm import Before, foreseen
from opinion_app.desks.outbox.delivery import Watch, deliver, post_of, robots, sender_of
from opinion_app.desks.reminders.operations import Queued, ask_first, queue_digests, ring_batch
from opinion_app.desks.reminders.rehearsal import Draft, Rehearsal, arriving_drafts, rehearse
from opinion_app.desks.reminders.suspended import ask_about_suspended
from opinion_app.flow.standing_work import come_up
from opinion_app.records.current import settings_of
from opinion_app.records.engine import reading_only
from opinion_app.records.transaction import transaction
from opinion_app.rules.zone import parse_moment

NOTHING_AT_ALL = "正式运行也不会发出任何内容。"
NOTHING_QUEUED = "没有生成任何通知。按现在的情形提醒，请不带 --at 运行。"


@click.command("remind")
@click.option("--at", "at", metavar="MOMENT", help="按这一时刻计算，例如 2026-11-24T08:30 / as of that moment")
@click.option("--dry-run", is_flag=True, help="只显示将要发送的内容，不写入 / show what would go out, write nothing")
def remind(at: str | None, *, dry_run: bool) -> None:
    """生成当日的待办通报和到时的催办；同样的只生成一次。 / Queue this working day's digests and the rungs that have come."""
    now = parse_moment(at) if at is not None else clock.now()
    if not dry_run:
        not_far_ahead(now)
    with opened():
        if too_early(now, NOTHING_AT_ALL if dry_run else NOTHING_QUEUED, writes=not dry_run):
            return
        with reading_only(), transaction() as session:
            found = rehearse(session, now)
            _show(found, arriving_drafts(session, now)[0] if dry_run else [])
            if dry_run:
                _show_alarms(session, found, now)
        if dry_run:
            click.echo("（不含尚未收取的留言人评价和到时公开引起的通知。）")
        if not dry_run:
            done = _queue_by_day(now)
            while (batch := _next_batch(now, done)).last is not None:
                done.add(batch)
                done.last = batch.last
            click.echo(f"已生成：{done}。")


def _queue_by_day(now: datetime) -> Queued:
    """What the timetable has for a day, where its hour has come and it is not done yet; the rungs come at any moment."""
    with reading_only(), transaction() as session:
        jobs = come_up(session, now)
    done = Queued()
    with transaction() as session:
        if "digest" in jobs:
            done = queue_digests(session, now)
            done.notices += ask_about_suspended(session, now)
        if "calendar" in jobs:
            done.notices += remind_next_year(session, now)
    with transaction() as session:
        done.add(ask_first(session, now))
    return done


def _next_batch(now: datetime, done: Queued) -> Queued:
    with transaction() as session:
        return ring_batch(session, now, done.last or 0)


def _show_alarms(session: Session, found: Rehearsal, now: datetime) -> None:
    """The alarms of that moment, to whoever had none of their sort that day (N15)."""
    before = Before(any(draft.waiting for draft in found.drafts), found.unheard, frozenset(found.ended))
    for alarm in foreseen(session, now, settings_of().alarm_url, before):
        whom = "告警机器人（群机器人）" if alarm.to_robot else f"{'、'.join(alarm.names)}（站内）"
        stuck = "（待发箱里的这次仍发不出去才告警）" if alarm.if_stuck else ""
        click.echo(f"→ {whom}　告警：{alarm.words}{stuck}")


def _show(found: Rehearsal, arriving: Sequence[Draft] = ()) -> None:
    if not found.drafts and not arriving:
        click.echo("没有要发出的提醒（已经发过的不再发；待办通报只在工作日的规定时间至下班前生成，每天一次）。")
    for draft in (*found.drafts, *arriving):
        click.echo(_spoken(draft))
    for draft in found.cancelled:
        click.echo(f"× 待发箱里的，不再发送（{draft.why_not}）：{draft.name}（{draft.ways}）　{draft.subject}")
    for trouble in found.troubles:
        click.echo(f"未能判断的时限（编号 {trouble.clock_id}）：{trouble.error}", err=True)


def _spoken(draft: Draft) -> str:
    waits = "待发箱里的：" if draft.waiting else ""
    lines = [f"→ {waits}{draft.name}（{draft.ways}）　{draft.subject}"]
    for line in draft.lines:
        facts = "　".join(str(line[part]) for part in ("number", "kind", "unit", "text") if line.get(part))
        group, reason = (
            form.format(line[part]) if line.get(part) else "" for part, form in (("group", "【{}】"), ("reason", "（{}）"))
        )
        lines.append(f"  {group}{facts}{reason}{line.get('link', '')}")
    return "\n".join(lines)


@click.command("send")
def send() -> None:
    """发送待发箱里到期的群机器人通知和邮件；没有设置邮件服务器时存为 .eml 文件。 / Send what waits in the outbox."""
    runner = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
    with opened():
        settings = settings_of()
        watch, sender = Watch(clock.now, clock.ticks), sender_of(settings)
        said = [deliver(post, runner, sender, watch) for post in (robots(), post_of(settings))]
    click.echo(f"群机器人：{said[0]}。\n邮件：{said[1]}。")


commands = [remind, send]
