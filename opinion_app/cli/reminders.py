"""`opinion remind` and `opinion send`: the morning's digests and the outbox, by hand."""

from __future__ import annotations

import os
import secrets
import socket

import click

from opinion_app import clock
from opinion_app.cli._office import opened
from opinion_app.desks.outbox.delivery import Watch, deliver, post_of, sender_of
from opinion_app.desks.reminders.operations import queue_digests
from opinion_app.desks.reminders.queries import Morning, names_of, plan_digests
from opinion_app.records.current import settings_of
from opinion_app.records.engine import reading_only
from opinion_app.records.transaction import transaction
from opinion_app.rules.digest import GROUPS, PersonDigest
from opinion_app.rules.zone import parse_moment


@click.command("remind")
@click.option("--at", "at", metavar="MOMENT", help="按这一时刻计算，例如 2026-11-24T08:30 / as of that moment")
@click.option("--dry-run", is_flag=True, help="只显示将要发送的内容，不写入 / show what would go out, write nothing")
def remind(at: str | None, *, dry_run: bool) -> None:
    """生成当日的待办通报；同一人同一天只生成一次。 / Queue this working day's digests."""
    now = parse_moment(at) if at is not None else clock.now()
    with opened():
        with reading_only(), transaction() as session:
            morning = plan_digests(session, now)
            names = names_of(session, [digest.person_id for digest in morning.digests])
        _show(morning, names)
        if not dry_run:
            with transaction() as session:
                click.echo(f"已生成：{queue_digests(session, now)}。")


def _show(morning: Morning, names: dict[int, str]) -> None:
    if not morning.digests:
        click.echo("没有要通报的内容（当天不是工作日，或没有临期、到期、逾期的件）。")
    for digest in morning.digests:
        click.echo(_spoken(digest, names[digest.person_id]))
    for trouble in morning.troubles:
        click.echo(f"未能判断的时限（编号 {trouble.clock_id}）：{trouble.error}", err=True)


def _spoken(digest: PersonDigest, name: str) -> str:
    lines = [f"→ {name}　{digest.subject}"]
    for line in digest.lines:
        facts = "　".join(part for part in (line.number, line.kind, line.unit, line.text) if part)
        lines.append(f"  【{GROUPS[line.group]}】{facts}（{line.reason}）{line.link}")
    return "\n".join(lines)


@click.command("send")
def send() -> None:
    """发送待发箱里到期的邮件；没有设置邮件服务器时存为 .eml 文件。 / Send what waits in the outbox."""
    runner = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
    with opened():
        settings = settings_of()
        done = deliver(post_of(settings), runner, sender_of(settings), Watch(clock.now, clock.ticks))
    click.echo(f"{done}。")


commands = [remind, send]
