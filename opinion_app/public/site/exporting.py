"""The static copy of the public site (export-site): which pages there are, and how each becomes a file."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from opinion_app.files.site_folder import Count, Folder
from opinion_app.public.replies import queries, whole
from opinion_app.rules import links
from opinion_app.rules.site_links import Site, extension

PER_LIST, PER_JSON = 20, 50  # as the pages themselves count
JSON_IN_PART = 4  # pages of data in one file of the search
SINGLE = ("/", "/stats", "/search.html", "/replies/feed.atom", "/replies.csv", "/sitemap.xml", "/robots.txt")
PAGES_WITH_PARTS = ("/", "/replies/", "/stats", "/search.html")
_STATIC = re.compile(r'"(/static/[^"?]+)')
Fetch = Callable[[str], bytes | None]


@dataclass(frozen=True)
class Published:
    """What is out at the beginning of a run: address and stamp of each reply and each file, and the years."""

    replies: Sequence[tuple[str, str]]
    files: Sequence[tuple[str, str, str]]  # address, hash of the bytes, media type
    years: Sequence[int]
    groups: Sequence[tuple[str, str]] = ()  # address and stamp of each page of the lists by kind and by unit


def gather(session: Session) -> Published:
    """Everything that is out, newest first; a reply's stamp changes with all that its page shows."""
    rows = queries.every(session)
    files = queries.every_file(session)
    of_reply: dict[str, list[str]] = {}
    for number, _serial, sha256, _kind in files:
        of_reply.setdefault(number, []).append(sha256)
    replies = [
        (links.reply(row.number), "|".join([str(row.version), row.updated_at.isoformat(), *of_reply.get(row.number, [])]))
        for row in rows
    ]
    held = [(links.reply_file(number, serial), sha256, kind) for number, serial, sha256, kind in files]
    return Published(replies, held, queries.years(session), list(_groups(session, rows, replies)))


def _groups(session: Session, rows: Sequence[Any], replies: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Each page of each list; its stamp changes with the replies on it, their number, and the lists there are."""
    groups = queries.groups(session)
    there = "|".join(f"{group.key}={group.value}" for group in groups)
    for group in groups:
        own = [stamp for row, stamp in zip(rows, replies, strict=True) if _is_in(row, group)]
        for number in range(1, _pages(len(own), PER_LIST) + 1):
            shown = own[(number - 1) * PER_LIST : number * PER_LIST]
            stamp = hashlib.sha256(f"{there}|{len(own)}|{shown}".encode()).hexdigest()
            yield f"{group.address}&page={number}" if number > 1 else group.address, stamp


def _is_in(row: Any, group: queries.Group) -> bool:
    return str(row.kind.value if group.key == "kind" else row.unit_name) == group.value


def export(held: Published, fetch: Fetch, path: Path, live: str, home: str, frame: str) -> Count:
    """Write the copy into `path`. `fetch` answers a page of the running program, None for one that is gone by now;
    `frame` changes with everything that all pages share, so that a page is made again when it must be."""
    folder = Folder.open(path)
    site = Site(live, home, {address: extension(kind) for address, _sha, kind in held.files})
    plan = dict(_plan(held, frame))
    shown = [*PAGES_WITH_PARTS, *(address for address, _stamp in held.replies[:1])]  # what each kind of page is made with
    first = {address: text for address in shown if (text := fetch(address)) is not None}
    plan |= dict.fromkeys(sorted({link for text in first.values() for link in _STATIC.findall(text.decode())}), "")
    parts = _parts(len(held.replies))
    names = {name for address in plan if (name := site.file_of(address)) is not None}
    folder.remove_all_but(names | {_part(number) for number in range(1, parts + 1)})
    for address, stamp in plan.items():
        _write(folder, site, fetch, address, stamp)
    for number in range(1, parts + 1):
        folder.write(_part(number), _search_part(site, fetch, number))
    folder.close()
    return folder.count


def _plan(held: Published, frame: str) -> Iterator[tuple[str, str]]:
    """Each address with the stamp that tells whether its file must be made again; without one it always is."""
    yield from ((address, "") for address in SINGLE)
    parts = whole.parts_of_map(len(held.replies))
    yield from ((links.map_part(part), "") for part in range(1, parts + 1) if parts > 1)
    yield from ((f"/replies/?page={number}" if number > 1 else "/replies/", "") for number in _numbers(held, PER_LIST))
    yield from ((f"/replies.json?page={number}" if number > 1 else "/replies.json", "") for number in _numbers(held, PER_JSON))
    yield from ((f"/replies.csv?period={year}", "") for year in held.years)
    yield from ((address, f"{stamp}|{frame}") for address, stamp in (*held.replies, *held.groups))
    yield from ((address, sha256) for address, sha256, _kind in held.files)


def _numbers(held: Published, per_page: int) -> range:
    return range(1, _pages(len(held.replies), per_page) + 1)


def _pages(replies: int, per_page: int) -> int:
    return max(1, -(-replies // per_page))


def _parts(replies: int) -> int:
    return -(-replies // (PER_JSON * JSON_IN_PART))


def _part(number: int) -> str:
    return f"search/part-{number}.js"


def _write(folder: Folder, site: Site, fetch: Fetch, address: str, stamp: str) -> None:
    name = site.file_of(address)
    if name is None or folder.keep(name, stamp):
        return
    content = fetch(address)
    if content is None:
        folder.drop(name)  # withdrawn while this run was under way
    else:
        folder.write(name, _made(site, address, name, content), stamp)


def _made(site: Site, address: str, name: str, content: bytes) -> bytes:
    if name.endswith(".html"):
        return site.page(content.decode(), address).encode()
    if name.endswith((".json", ".atom", ".xml", ".csv", ".txt")):
        return site.absolute(content.decode()).encode()
    return content


def _search_part(site: Site, fetch: Fetch, number: int) -> bytes:
    """Some hundred replies as a script, because a page opened from a disk may load scripts and nothing else."""
    first = (number - 1) * JSON_IN_PART + 1
    pages = [fetch(f"/replies.json?page={page}") for page in range(first, first + JSON_IN_PART)]
    items = [_found(site, item) for page in pages if page is not None for item in json.loads(page)["items"]]
    return f"opinionPart({number}, {json.dumps(items, ensure_ascii=False)});\n".encode()


def _found(site: Site, item: dict[str, Any]) -> dict[str, Any]:
    """What the search looks through, filters by (as the list does: the day of publication) and shows."""
    kept = ("number", "title", "question", "answer", "kind", "kind_label", "area", "unit", "asked_on", "answered_on", "left_out")
    more = {"href": site.file_of(links.reply(item["number"])), "published_on": (item["published_at"] or "")[:10]}
    return {name: item[name] for name in kept} | more
