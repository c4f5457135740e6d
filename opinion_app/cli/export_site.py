"""`opinion export-site`: the whole public site as files, for a shared web platform or an intranet."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click
from flask import Flask

from opinion_app import locate
from opinion_app.cli.serve import public_wing
from opinion_app.files.site_folder import alone
from opinion_app.public.site.exporting import Fetch, Published, export, gather
from opinion_app.records.base import db
from opinion_app.records.current import settings_of
from opinion_app.records.engine import begin_reading

STATIC_COPY = "OPINION_STATIC_COPY"  # pages are made for files: no counters, the search runs in the browser


@click.command("export-site")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--site-url", default="", metavar="URL", help="副本的网址，写入订阅源和网站地图 / where the copy lies")
def export_site(folder: Path, site_url: str) -> None:
    """把公众网站导出为静态文件；再次导出只改写有变化的文件。 / Write the public site as static files; again: what changed."""
    app = public_wing()
    app.config[STATIC_COPY] = True
    fetch = _fetching(app)
    live, home = settings_of(app).base_url, site_url.rstrip("/")
    with alone(folder):
        count = export(_published(app), fetch, folder, live, home, _frame(fetch, site_url))
    click.echo(f"已导出到 {folder}：{count}。用浏览器打开 {folder / 'index.html'} 查看。")


def _published(app: Flask) -> Published:
    with app.app_context():
        begin_reading()
        try:
            return gather(db.session())
        finally:
            db.session.remove()


def _fetching(app: Flask) -> Fetch:
    client = app.test_client()

    def fetch(address: str) -> bytes | None:
        with client.get(address) as answer:
            if answer.status_code == 404:
                return None
            if answer.status_code != 200:
                raise click.ClickException(f"{address} 没有正常生成（{answer.status_code}），已写的文件都好，请看日志后重试。")
            return bytes(answer.data)

    return fetch


def _frame(fetch: Fetch, site_url: str) -> str:
    """A hash of what all pages share: the frame with the office's words, and the templates of this version."""
    told = hashlib.sha256((fetch("/search.html") or b"") + site_url.encode())
    for template in sorted(locate.templates().rglob("*")):
        if template.is_file():
            told.update(template.read_bytes())
    return told.hexdigest()[:16]


commands = [export_site]
