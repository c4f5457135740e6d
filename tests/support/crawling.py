"""Opens every address of a service as a visitor whom nobody knows: by following links, and by the table of routes."""

from __future__ import annotations

import html
import re
from collections import deque
from collections.abc import Iterable, Iterator
from urllib.parse import quote, urlsplit

from flask import Flask

from tests.support.client import Browser

MOST = 600
_LINK = re.compile(r'(?:\b(?:href|src|action)=|"url": ?)"([^"]+)"|<(?:loc|id)>([^<]+)</')
_PLACE = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
Pages = dict[str, str]


def crawl(app: Flask, host: str) -> Pages:
    """Every page that links lead to from the first one, with its text; filters are followed one at a time."""
    browser, pages, waiting = Browser(app), Pages(), deque(["/", "/sitemap.xml", "/robots.txt", "/replies.json", "/search.html"])
    while waiting:
        path = waiting.popleft()
        if path in pages or path.startswith("/static/"):
            continue
        answer = browser.get(path, buffered=True)
        assert answer.status_code < 500, path
        assert len(pages) < MOST, "the crawl does not end"
        pages[path] = _whole(answer)
        waiting.extend(_leading(pages[path], host))
        if answer.location:
            waiting.append(answer.location.removeprefix(host))
    return pages


def _whole(answer: object) -> str:
    return f"{getattr(answer, 'headers', '')}\n{getattr(answer, 'data', b'').decode('utf-8', 'replace')}"


def _leading(text: str, host: str) -> Iterator[str]:
    for first, second in _LINK.findall(text):
        path = html.unescape(first or second).removeprefix(host).split("#")[0]
        if path.startswith("/") and not path.startswith("//") and urlsplit(path).query.count("&") == 0:
            yield path


def every_route(app: Flask, numbers: Iterable[str], word: str) -> Pages:
    """Every route with every method, with these numbers, small ids and `word` in its places; nothing is filled in."""
    browser, pages = Browser(app), Pages()
    for rule in app.url_map.iter_rules():
        if rule.endpoint.endswith("static"):
            continue
        for number in numbers if "<number>" in rule.rule else [""]:
            path = _PLACE.sub(lambda found, number=number: _fill(found[1], found[2], number, word), rule.rule)  # type: ignore[misc]
            for method in (rule.methods or set()) - {"OPTIONS"}:
                answer = browser.client.open(path, method=method, buffered=True)
                assert answer.status_code < 500 or rule.rule == "/healthz", f"{method} {path}"
                pages[f"{method} {path}"] = _whole(answer)
    return pages


def _fill(kind: str | None, name: str, number: str, word: str) -> str:
    if kind == "int":
        return "1"
    return number if name == "number" else quote(word)
