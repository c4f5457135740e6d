"""The same replies for machines: Atom, JSON, CSV, the map of the site and what robots may fetch."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask import Blueprint, Response, json, render_template, request
from sqlalchemy import Row

from opinion_app import clock
from opinion_app.flow.settings import office
from opinion_app.public.replies import queries, wanted, whole
from opinion_app.records.base import db
from opinion_app.records.current import settings_of
from opinion_app.records.publication import Publication, PublishedFile
from opinion_app.rules import links
from opinion_app.rules.errors import NotFound
from opinion_app.rules.machine_text import sheet_cell, xml_text
from opinion_app.rules.zone import local, local_date
from opinion_app.search.bigrams import parse_query
from opinion_app.web.access import public_page
from opinion_app.web.cached import cached
from opinion_app.web.long_answers import cached_parts
from opinion_app.web.paging import wanted_page

bp = Blueprint("replies_data", __name__)
IN_FEED = 50
PER_PAGE = 50
HEADS = (
    "索引号",
    "编号",
    "标题",
    "类型",
    "领域",
    "来信时间",
    "答复单位",
    "答复时间",
    "公开时间",
    "留言人",
    "来信内容",
    "答复内容",
    "网址",
    "说明",
)


def _address(row: Publication | Row[Any]) -> str:
    return links.absolute(settings_of().base_url, links.reply(row.number))


@bp.get("/replies/feed.atom")
@public_page
def feed() -> Response:
    """The newest replies as Atom (RFC 4287)."""
    rows = queries.latest(db.session(), IN_FEED)
    updated = max((row.updated_at for row in rows), default=None)
    base = settings_of().base_url
    text = render_template(
        "public/replies/feed.xml",
        rows=rows,
        base=base,
        updated=updated,
        address=_address,
        plain=xml_text,
        office_name=_name(),
        told=_explained,
    )
    return cached(text, "application/atom+xml")


def _name() -> str:
    return office(db.session())["site_name"]


@bp.get("/replies.json")
@public_page
def as_json() -> Response:
    """A page of replies with stable field names; the filters of the list work here too."""
    asked, number = wanted.read(request.args), wanted_page()
    found = queries.listed(db.session(), asked, parse_query(asked.q), local_date(clock.now()), number, PER_PAGE)
    files = queries.files_of(db.session(), [row.id for row in found.rows])
    body = {
        "page": number,
        "per_page": PER_PAGE,
        "total": found.total,
        "total_is_at_least": found.more_than,
        "has_next": found.has_next,
        "items": [_item(row, files[row.id]) for row in found.rows],
    }
    return cached(json.dumps(body, ensure_ascii=False), "application/json")


def _item(row: Row[Any], files: list[PublishedFile]) -> dict[str, Any]:
    return {
        "number": row.number,
        "index_number": row.index_number,
        "title": row.title,
        "kind": row.kind.value,
        "kind_label": row.kind.label,
        "area": row.area,
        "writer": row.writer,
        "question": row.question,
        "answer": row.answer,
        "unit": row.unit_name,
        "asked_on": row.asked_on.isoformat(),
        "answered_on": row.answered_on.isoformat(),
        "published_at": local(row.published_at).isoformat(timespec="seconds") if row.published_at else None,
        "updated_at": local(row.updated_at).isoformat(timespec="seconds"),
        "note": row.note,
        "left_out": row.left_out,
        "files": [_file(row, file) for file in files],
        "url": _address(row),
    }


def _file(row: Row[Any], file: PublishedFile) -> dict[str, Any]:
    url = links.absolute(settings_of().base_url, links.reply_file(row.number, file.serial))
    return {"name": file.name, "media_type": file.media_type, "size": file.size, "sha256": file.sha256, "url": url}


@bp.get("/replies.csv")
@public_page
def as_csv() -> Response:
    """Every reply the filters let through, newest first, for a spreadsheet."""
    asked = wanted.read(request.args)
    batches = whole.in_batches(db.session(), asked, parse_query(asked.q), local_date(clock.now()))
    return cached_parts(_sheet(batches), "text/csv", name="replies.csv")


def _sheet(batches: Iterable[Sequence[Row[Any]]]) -> Iterator[bytes]:
    yield _lines([HEADS]).encode("utf-8-sig")  # the mark by which spreadsheets know the encoding
    for rows in batches:
        yield _lines([sheet_cell(cell) for cell in _cells(row)] for row in rows).encode()


def _lines(rows: Iterable[Iterable[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _cells(row: Row[Any]) -> tuple[str, ...]:
    out = local_date(row.published_at).isoformat() if row.published_at else ""
    return (
        row.index_number,
        row.number,
        row.title,
        row.kind.label,
        row.area,
        row.asked_on.isoformat(),
        row.unit_name,
        row.answered_on.isoformat(),
        out,
        row.writer,
        row.question,
        row.answer,
        _address(row),
        _explained(row),
    )


def _explained(row: Publication | Row[Any]) -> str:
    """What a reader must know of a reply beside its texts: what was left out of it, and that it was corrected."""
    partial = f"部分公开：{row.left_out}" if row.left_out else ""
    return "\n".join(said for said in (partial, row.note) if said)


@bp.get("/sitemap.xml")
@public_page
def sitemap() -> Response:
    """Every public page with the day of its last change; where one file cannot hold them, the list of the files that do."""
    parts = whole.in_map(db.session())
    if parts == 1:
        return _map(1)
    text = render_template("public/replies/sitemaps.xml", base=settings_of().base_url, link=links.map_part, parts=parts)
    return cached(text, "application/xml")


@bp.get("/sitemap-<int:part>.xml")
@public_page
def sitemap_part(part: int) -> Response:
    """One file of the map of a site with very many replies."""
    if not 1 <= part <= whole.in_map(db.session()):
        raise NotFound("网站地图没有这一部分。")
    return _map(part)


def _map(part: int) -> Response:
    rows = [(row.number, local(row.updated_at)) for row in whole.addresses(db.session(), part)]
    base = settings_of().base_url
    return cached(
        render_template("public/replies/sitemap.xml", rows=rows, base=base, link=links.reply, first=part == 1), "application/xml"
    )


@bp.get("/robots.txt")
@public_page
def robots() -> Response:
    """What robots may fetch."""
    lines = (
        "User-agent: *",
        "Disallow: /office/",
        "Disallow: /messages/received",
        "Disallow: /messages/rated",
        f"Sitemap: {settings_of().base_url}/sitemap.xml",
    )
    return cached("\n".join(lines) + "\n", "text/plain")
