"""The addresses of the static copy (静态副本): which file each page of the public site becomes, and links between files."""

from __future__ import annotations

import hashlib
import html
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, unquote, urljoin, urlsplit

FIXED = {
    "/": "index.html",
    "/replies.json": "replies.json",
    "/replies.csv": "replies.csv",
    "/replies/feed.atom": "replies/feed.atom",
    "/stats": "stats.html",
    "/sitemap.xml": "sitemap.xml",
    "/robots.txt": "robots.txt",
    "/search.html": "search.html",
}
DATA = ("/replies.json", "/replies.csv")
NARROWING = frozenset({"q", "kind", "area", "unit"})  # the copy has the data of all replies and of each year, and no other files
GROUPS = ("kind", "unit")  # by which the copy has lists of their own, for browsers that run no script
EXTENSIONS = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}
_REPLY = re.compile(r"/replies/([^/]+)")
_FILE = re.compile(r"/replies/([^/]+)/files/(\d+)")
_MAP = re.compile(r"/(sitemap-\d+\.xml)")
_LINK = re.compile(r'\b(href|src|action)="([^"]*)"')


def _list_file(asked: Mapping[str, list[str]]) -> str:
    """The file of a page of the list: of all replies, or of those of one kind or one unit (by a hash: units are free words)."""
    name = "index"
    for key in GROUPS:
        if key in asked:
            value = asked[key][0]
            name = f"by-{key}-{value if value.isascii() and value.isalpha() else hashlib.sha256(value.encode()).hexdigest()[:10]}"
            break
    number = int(asked.get("page", ["1"])[0])
    if number == 1:
        return f"replies/{name}.html"
    return f"replies/page-{number}.html" if name == "index" else f"replies/{name}-{number}.html"


def extension(media_type: str) -> str:
    """How the name of a published file ends; what is no known kind gets a name nothing opens by itself."""
    return EXTENSIONS.get(media_type, ".bin")


@dataclass(frozen=True)
class Site:
    """Where things are: `live` is the address of the running service, `home` that of the copy ("" when it is not known).

    `files` maps the address of each published file to how its name ends."""

    live: str
    home: str = ""
    files: Mapping[str, str] = field(default_factory=dict)

    def file_of(self, address: str) -> str | None:
        """The file a page of the site becomes; None for what only the running service can do."""
        parts = urlsplit(address)
        path, asked = unquote(parts.path), parse_qs(parts.query)
        if path.startswith("/static/"):
            return path[1:]
        if path == "/replies/":
            return _list_file(asked)
        if path in DATA and NARROWING & asked.keys():
            return None
        if path == "/replies.json" and asked.get("page", ["1"]) != ["1"]:
            return f"replies-{int(asked['page'][0])}.json"
        if path == "/replies.csv" and asked.get("period"):
            return f"replies-{int(asked['period'][0])}.csv"
        if path in FIXED:
            return FIXED[path]
        if (part := _MAP.fullmatch(path)) is not None:
            return part[1]
        published = _FILE.fullmatch(path)
        if published and path in self.files:
            return f"replies/{published[1]}/files/{published[2]}{self.files[path]}"
        reply = _REPLY.fullmatch(path)
        return f"replies/{reply[1]}.html" if reply else None

    def relative(self, link: str, page: str) -> str:
        """A link of the page at address `page` as it must read in its file: to another file, or to the running service."""
        if not link or link.startswith(("#", "//")) or urlsplit(link).scheme:
            return link
        address = urljoin(page, link)
        target, own = self.file_of(address), self.file_of(page)
        if target is None or own is None:
            return f"{self.live}{address}"
        split = urlsplit(address)
        kept = f"?{split.query}" if target.startswith("static/") and split.query else ""
        kept += f"#{split.fragment}" if split.fragment else ""
        return quote(posixpath.relpath(target, posixpath.dirname(own) or "."), safe="/.-_") + kept

    def page(self, text: str, page: str) -> str:
        """A page of the site with its links made for the copy."""

        def put(found: re.Match[str]) -> str:
            link = self.relative(html.unescape(found[2]), page)
            return f'{found[1]}="{html.escape(link)}"'

        return self.absolute(_LINK.sub(put, text))

    def absolute(self, text: str) -> str:
        """Whole addresses of pages turned to the copy, where its own address is known (feeds, data, meta tags, the map)."""
        if not self.home:
            return text

        def put(found: re.Match[str]) -> str:
            target = self.file_of(found[1])
            if target is None:
                return found[0]
            return self.home + ("/" if target == "index.html" else f"/{quote(target, safe='/.-_')}")

        return re.sub(re.escape(self.live) + r"(/[^\s\"'<>&\\]*)", put, text)
