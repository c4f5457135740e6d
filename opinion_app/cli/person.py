"""`opinion person …`: the first account, and a way in when the last administrator is locked out."""

from __future__ import annotations

import click
from sqlalchemy import select

from opinion_app import clock
from opinion_app.cli._office import opened
from opinion_app.flow import accounts
from opinion_app.flow.accounts import NewPerson
from opinion_app.records.person import Person
from opinion_app.records.transaction import transaction
from opinion_app.records.unit import Unit
from opinion_app.rules.errors import NotFound
from opinion_app.rules.passwords import hash_password, login_key, one_time_password
from opinion_app.rules.words import Role


@click.group("person")
def person() -> None:
    """账号：新增、重置密码、解除锁定。 / Accounts: add, reset the password, unlock."""


@person.command("add")
@click.option("--login", required=True, help="登录名 / login")
@click.option("--name", required=True, help="姓名 / name")
@click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]), help="角色，可重复 / role"
)
@click.option("--unit", default="", help="单位名称（没有则新建） / unit, made where it does not exist")
@click.option("--accusations", is_flag=True, help="可办理举报件 / handles accusations")
def add(login: str, name: str, roles: tuple[str, ...], unit: str, *, accusations: bool) -> None:
    """新增人员，显示一次性初始密码。 / Add a person and show a one-time password."""
    now, password = clock.now(), one_time_password()
    stored = hash_password(password)
    with opened(), transaction() as session:
        unit_id = None
        if unit:
            held = session.scalar(select(Unit.id).where(Unit.name == unit))
            unit_id = held or accounts.add_unit(session, unit, None, now).id
        new = NewPerson(login, name, frozenset(map(Role.of, roles)), unit_id, handles_accusations=accusations)
        accounts.add_person(session, new, stored, None, now)
    click.echo(f"已新增 {name}（{login_key(login)}）。初始密码：{password}\n首次登录必须修改密码；本密码只显示这一次。")


@person.command("reset-password")
@click.argument("login")
def reset_password(login: str) -> None:
    """重置密码并解除锁定，显示一次性密码。 / Reset the password, unlock, show a one-time password."""
    now, password = clock.now(), one_time_password()
    stored = hash_password(password)
    with opened(), transaction() as session:
        found = session.scalar(select(Person).where(Person.login == login_key(login)))
        if found is None:
            raise NotFound(f"没有登录名为“{login}”的人员。")
        accounts.reset_password(session, found, stored, None, now)
    click.echo(f"一次性密码：{password}\n首次登录必须修改密码；本密码只显示这一次。")


@person.command("unlock")
@click.argument("login")
def unlock(login: str) -> None:
    """解除因输错密码造成的锁定。 / Lift the lock after wrong passwords."""
    with opened(), transaction() as session:
        found = session.scalar(select(Person).where(Person.login == login_key(login)))
        if found is None:
            raise NotFound(f"没有登录名为“{login}”的人员。")
        accounts.unlock(session, found, None, clock.now())
    click.echo("已解除锁定。")


commands = [person]
