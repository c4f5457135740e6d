"""`opinion init`: an empty office, or an older one brought up to date."""

from __future__ import annotations

import click
from sqlalchemy import func, select

from opinion_app import clock
from opinion_app.cli._office import bring_up_to_date, opened, seed
from opinion_app.records import schema
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction


@click.command("init")
def init() -> None:
    """建立或升级数据库，写入默认办理时限和工作日历；不建立任何账号。 / Prepare or upgrade the database; makes no account."""
    now = clock.now()
    with opened(checked=False, fresh=True):
        before, saved = bring_up_to_date(now)
        if saved is not None:
            click.echo(f"升级前已备份：{saved}")
        click.echo("数据库已是最新。" if before == schema.newest() else f"数据库已建立或升级到 {schema.newest()}。")
        added = seed(now)
        if added:
            click.echo(f"已写入 {added} 条办理时限规则和工作日历。")
        with transaction() as session:
            people = session.scalar(select(func.count(Person.id)))
    if not people:
        click.echo("还没有任何账号。下一步：opinion person add --login admin --name 姓名 --role administrator")


commands = [init]
