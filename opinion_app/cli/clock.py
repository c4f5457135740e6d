"""`opinion clock`: the clock process, or one look at everything that is due."""

from __future__ import annotations

import logging

import click

from opinion_app.cli._begun import too_early
from opinion_app.cli._office import not_far_ahead, opened
from opinion_app.rules.zone import parse_moment
from opinion_app.scheduler.process import run, run_once

NOTHING_RUN = "没有运行任何作业。按现在的情形运行，请不带 --at。"


@click.command("clock")
@click.option("--once", is_flag=True, help="到期的作业各运行一次后退出 / run what is due once and leave")
@click.option("--at", "at", metavar="MOMENT", help="按这一时刻计算，仅与 --once 同用 / as if it were that moment")
def clock(*, once: bool, at: str | None) -> None:
    """运行定时作业：通报、催办、发信、备份。 / Run the standing jobs until ended."""
    if at is not None and not once:
        raise click.UsageError("--at 只能与 --once 一起使用。")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for chatty in ("apscheduler", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    moment = parse_moment(at) if at is not None else None
    if moment is not None:
        not_far_ahead(moment)
    with opened() as app:
        if not once:
            run(app)
            return
        if moment is not None and too_early(moment, NOTHING_RUN, writes=True):
            return
        ran = run_once(app, moment)
    click.echo(f"已运行：{'、'.join(ran)}" if ran else "没有到期的作业。")


commands = [clock]
