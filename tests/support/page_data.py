"""What machines read in a page: its meta tags, and the microdata in it as a tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
Item = tuple[str, list[tuple[str, Any]]]  # the type, and each property with its words or its item


def metas(text: str) -> list[tuple[str, str]]:
    """Name and content of every named meta tag of a page, in order."""
    return _read(text).metas


def microdata(text: str) -> list[Item]:
    """The items of a page that are no property of another, each with its properties in order (HTML Standard, 5 Microdata)."""
    return _read(text).items


def _read(text: str) -> _Reader:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader


@dataclass
class _Open:
    """An element that is open: the item it is, and the property whose words it collects."""

    tag: str
    item: Item | None = None
    name: str = ""
    owner: Item | None = None
    words: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.metas: list[tuple[str, str]] = []
        self.items: list[Item] = []
        self._open: list[_Open] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        if tag == "meta" and "name" in held:
            self.metas.append((held["name"], held.get("content", "")))
        owner = next((one.item for one in reversed(self._open) if one.item is not None), None)
        element = _Open(tag, name=held.get("itemprop", ""), owner=owner)
        if "itemscope" in held:
            element.item = (held.get("itemtype", ""), [])
            self._put(element, element.item)
        elif element.name and (tag == "meta" or "datetime" in held):
            self._put(element, held["content" if tag == "meta" else "datetime"])
            element.name = ""
        if tag not in VOID:
            self._open.append(element)

    def _put(self, element: _Open, value: Any) -> None:
        if element.name and element.owner is not None:
            element.owner[1].append((element.name, value))
        elif element.item is not None:
            self.items.append(element.item)

    def handle_data(self, data: str) -> None:
        for element in self._open:
            if element.name and element.item is None:
                element.words.append(data)

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            element = self._open.pop()
            if element.name and element.item is None:
                self._put(element, "".join(element.words))
            if element.tag == tag:
                return
