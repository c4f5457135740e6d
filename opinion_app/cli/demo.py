"""`opinion demo`: a made-up office in an empty database, and its accounts."""

from __future__ import annotations

import click

from opinion_app import clock
from opinion_app.cli._office import bring_up_to_date, opened, seed
from opinion_app.demo.greeting import prepare, renew
from opinion_app.rules.errors import Refused


@click.command("demo")
@click.option("--new-passwords", is_flag=True, help="换新密码 / new passwords for the made-up people")
def demo(*, new_passwords: bool) -> None:
    """在空数据库里装入虚构的演示单位，显示登录账号。 / Load a made-up office into an empty database, show its accounts."""
    now = clock.now()
    with opened(checked=False, fresh=True):
        bring_up_to_date(now)
        seed(now)
        said = renew(now) if new_passwords else prepare(now)
    if not said:
        raise Refused("数据库里已有人员或办理件，不能装入示范数据。请用 OPINION_DATA_DIR 指定一个空的数据目录。")
    click.echo(said)


commands = [demo]
