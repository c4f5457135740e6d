"""`opinion backup`, `opinion restore` and `opinion verify-trail`."""

from __future__ import annotations

from pathlib import Path

import click

from opinion_app import clock
from opinion_app.cli._office import opened
from opinion_app.desks.backup import operations, restoring
from opinion_app.flow.trail import verify_trail
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import Refused
from opinion_app.rules.zone import local

FILE = click.Path(dir_okay=False, path_type=Path)
NAMED = 20  # cases that a sentence names


@click.command("backup")
@click.argument("file", required=False, type=FILE)
def backup(file: Path | None) -> None:
    """备份全部数据和附件到一个文件，服务无需停止。 / Back up data and attachments into one file while the service runs."""
    now = clock.now()
    with opened():
        made = operations.back_up(file.absolute() if file else operations.target_for(now), now)
        with transaction() as session:
            operations.note(session, made, None, now)
    click.echo(f"已备份：{made.path}\n{made.words}")


@click.command("restore")
@click.argument("file", type=FILE)
@click.option("--force", is_flag=True, help="覆盖已有数据（先自动备份） / replace what is here, saved before")
def restore(file: Path, *, force: bool) -> None:
    """从备份恢复到当前设置的数据库和数据目录；请先停止服务。 / Restore into the configured place; stop the service first."""
    now = clock.now()
    with opened(checked=False, fresh=True):
        done = restoring.restore(file.absolute(), now, force=force)
    if done.saved_before is not None:
        click.echo(f"覆盖前的数据已备份：{done.saved_before}")
    click.echo(
        f"已恢复 {local(done.made_at):%Y-%m-%d %H:%M} 的备份：{done.rows} 行数据、{done.attachments} 个附件。所有人需重新登录。"
    )
    if done.held_back:
        click.echo(
            f"备份之后撤回或更正过的公开答复没有恢复公开，请核对后重新公开（更正过的已列入“待公开”）：{'、'.join(done.held_back)}"
        )
    elif done.out and done.saved_before is None:
        click.echo(
            f"注意：现有 {done.out} 件公开答复按备份时的样子公开。备份之后撤回或更正过的无从得知，开放公众端之前请逐件核对。",
            err=True,
        )
    if done.unheard:
        named = "、".join(done.unheard[:NAMED]) + (f"等 {len(done.unheard)} 件" if len(done.unheard) > NAMED else "")
        click.echo(f"注意：今天的待办通报不再补发，下面各件有时限今天到期，请转告承办人：{named}", err=True)
    if done.other_secret:
        click.echo("注意：现在的 OPINION_SECRET_KEY 与备份时不同，查询码和按联系方式检索将失效；请改用原来的密钥。", err=True)


@click.command("verify-trail")
def verify() -> None:
    """核对留痕是否完整、未被改动。 / Check that the trail is whole and unaltered."""
    with opened(), transaction() as session:
        entries, broken = verify_trail(session)
    if broken is not None:
        raise Refused(f"留痕不完整：{broken.reason}。")
    click.echo(f"留痕完整，共 {entries} 条。")


commands = [backup, restore, verify]
