"""`opinion start`: what `make run` and the offline package's start script do - a made-up office to look at, ready to use."""

from __future__ import annotations

import importlib
import ipaddress
import os
import secrets
from importlib.util import find_spec
from pathlib import Path

import click

import opinion_app
from opinion_app import clock, locate
from opinion_app.cli._office import bring_up_to_date, seed, sweep_strays
from opinion_app.cli._port import address_of, kept_port, name_address
from opinion_app.cli.serve import host_option, port_option, run
from opinion_app.core import create_core
from opinion_app.rules.errors import Refused

DEMO = "opinion_app.demo"


@click.command("start")
@host_option
@port_option
@click.option("--no-clock", "with_clock", flag_value=False, default=True, help="不启动定时进程 / without the clock")
@click.option(
    "--anywhere",
    is_flag=True,
    envvar="OPINION_DEMO_ANYWHERE",
    help="不限本机 / not only on this machine",
)
def start(host: str, port: int, *, with_clock: bool, anywhere: bool) -> None:
    """准备好一切并启动：密钥、数据库、演示单位、网页和定时。 / Prepare everything and serve a demonstration office."""
    if not (anywhere or _is_loopback(host)):
        raise Refused(f"演示单位只在本机（127.0.0.1）上提供，不能在 {host} 上。正式使用请运行 opinion init 和 opinion serve。")
    with kept_port(host, port) as kept:
        name_address(host, port)
        _keep_secret()
        now = clock.now()
        core = create_core()
        with core.app_context():
            bring_up_to_date(now)
            seed(now)
            sweep_strays(now)
            words = _demonstration()
        if words:
            click.echo(words)
        run(opinion_app.create_app(), kept, address_of(host, port), clock=with_clock)


def _demonstration() -> str:
    """Fill an empty office with made-up cases where the package brings some; answers the accounts to print."""
    if find_spec(DEMO) is None:
        return ""
    demo = importlib.import_module(DEMO)
    return str(demo.prepare(clock.now()))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _keep_secret() -> None:
    """Without OPINION_SECRET_KEY, use the key kept in the data folder, and make it the first time, for this user's eyes only."""
    if os.environ.get("OPINION_SECRET_KEY", "").strip():
        return
    data_dir = next(option.default for option in locate.config().OPTIONS if option.name == "DATA_DIR")
    path = Path(os.environ.get("OPINION_DATA_DIR", "").strip() or data_dir).expanduser().absolute() / "secret.key"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
    os.environ["OPINION_SECRET_KEY"] = path.read_text(encoding="ascii").strip()


commands = [start]
