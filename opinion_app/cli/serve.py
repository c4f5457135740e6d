"""`opinion serve`: web and clock of one machine."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from socket import socket
from typing import cast

import click
from flask import Flask

import opinion_app
from opinion_app import locate
from opinion_app.cli._clock_process import ClockProcess
from opinion_app.cli._office import check_schema, sweep_strays
from opinion_app.cli._port import address_of, kept_port, name_address
from opinion_app.cli._server import serve as answer
from opinion_app.clock import now
from opinion_app.core import create_core
from opinion_app.records.base import db
from opinion_app.rules.settings import Settings

host_option = click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True, help="监听地址 / address")
port_option = click.option(
    "--port", envvar="PORT", default=8000, show_default=True, type=click.IntRange(1, 65535), help="端口 / port"
)


@click.command("serve")
@click.option("--no-clock", "clock", flag_value=False, default=True, help="不启动定时进程 / without the clock")
@click.option("--public", "public", is_flag=True, help="只提供公众页面 / citizens' pages only")
@host_option
@port_option
def serve(host: str, port: int, *, clock: bool, public: bool) -> None:
    """启动网页服务和定时进程，Ctrl-C 结束。 / Serve the pages and run the clock until Ctrl-C."""
    with kept_port(host, port) as kept:
        name_address(host, port)
        if public:
            run(public_wing(), kept, address_of(host, port), clock=False, path="/")
            return
        with create_core().app_context():
            check_schema()
            sweep_strays(now())
        run(opinion_app.create_app(), kept, address_of(host, port), clock=clock)


def public_wing() -> Flask:
    """The public wing alone, over the database address meant for it; the office's is not touched, it may be out of reach.

    Raises SchemaMismatch unless that database has exactly this program's schema."""
    settings = cast(Settings, locate.config().load_settings())
    with create_core(settings, database_url=settings.public_database_url or None).app_context():
        check_schema()
        db.engine.dispose()
    return opinion_app.create_app(settings, rooms=("public",))


def run(app: Flask, kept: list[socket], address: str, *, clock: bool, path: str = "/office/") -> None:
    """Serve at the `kept` ports until the end is asked for, with the clock beside it where there is one; `address` and `path` are
    where people begin. That it is there is said when it is."""
    child: ClockProcess | None = None

    def begun() -> Callable[[], None]:
        nonlocal child
        click.echo(f"服务已启动：{address}{path}（Ctrl-C 停止）")
        child = ClockProcess() if clock and find_spec("opinion_app.cli.clock") else None
        return child.look if child else lambda: None

    try:
        answer(app, kept, begun)
    finally:
        if child is not None:
            child.stop()


commands = [serve]
