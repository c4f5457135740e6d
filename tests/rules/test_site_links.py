"""Every page of the site has one file in the copy; links lead from file to file, or to the running service."""

from __future__ import annotations

import pytest

from opinion_app.rules.site_links import Site, extension

FILES = {"/replies/LY2026-000001/files/1": ".pdf"}
SITE = Site("https://town.example", "https://county.example/town", FILES)


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("/", "index.html"),
        ("/replies/", "replies/index.html"),
        ("/replies/?page=1", "replies/index.html"),
        ("/replies/?page=3", "replies/page-3.html"),
        ("/replies/LY2026-000001", "replies/LY2026-000001.html"),
        ("/replies/LY2026-000001/files/1", "replies/LY2026-000001/files/1.pdf"),
        ("/replies/LY2026-000001/files/2", None),
        ("/replies.json?page=2", "replies-2.json"),
        ("/replies.csv?period=2025", "replies-2025.csv"),
        ("/replies/feed.atom", "replies/feed.atom"),
        ("/replies/?kind=help", "replies/by-kind-help.html"),
        ("/replies/?kind=help&page=3", "replies/by-kind-help-3.html"),
        ("/replies/?unit=%E8%B4%A2%E6%94%BF%E6%89%80", "replies/by-unit-71e5313047.html"),
        ("/replies.json?kind=help", None),
        ("/replies.csv?unit=%E8%B4%A2%E6%94%BF%E6%89%80&period=2025", None),
        ("/stats", "stats.html"),
        ("/sitemap.xml", "sitemap.xml"),
        ("/sitemap-2.xml", "sitemap-2.xml"),
        ("/static/css/public.css?v=1", "static/css/public.css"),
        ("/messages/new", None),
        ("/office/", None),
    ],
)
def test_each_page_becomes_one_file(address: str, file: str | None) -> None:
    assert SITE.file_of(address) == file


@pytest.mark.parametrize(
    ("link", "page", "written"),
    [
        ("/", "/", "index.html"),
        ("/", "/replies/LY2026-000001", "../index.html"),
        ("/replies/LY2026-000001", "/replies/", "LY2026-000001.html"),
        ("?page=2", "/replies/", "page-2.html"),
        ("?page=1", "/replies/?page=2", "index.html"),
        ("/static/css/public.css?v=1", "/stats", "static/css/public.css?v=1"),
        ("/messages/new", "/", "https://town.example/messages/new"),
        ("#main", "/", "#main"),
        ("/stats#months", "/", "stats.html#months"),
        ("https://beian.miit.gov.cn/", "/", "https://beian.miit.gov.cn/"),
        ("", "/", ""),
    ],
)
def test_links_are_made_for_files(link: str, page: str, written: str) -> None:
    assert SITE.relative(link, page) == written


def test_a_page_is_rewritten_and_its_text_left_alone() -> None:
    text = '<a href="/replies/?page=2&amp;x=1">2</a><p>写着 href=&#34;/stats&#34; 的字</p><meta content="https://town.example/replies/A">'
    assert SITE.page(text, "/") == (
        '<a href="replies/page-2.html">2</a><p>写着 href=&#34;/stats&#34; 的字</p>'
        '<meta content="https://county.example/town/replies/A.html">'
    )


def test_addresses_stay_those_of_the_service_where_the_copy_has_none() -> None:
    assert Site("https://town.example").absolute("https://town.example/replies/A") == "https://town.example/replies/A"
    said = SITE.absolute("https://town.example/ https://town.example/messages/new https://other.example/replies/A")
    assert said == "https://county.example/town/ https://town.example/messages/new https://other.example/replies/A"


def test_unknown_kinds_get_a_name_nothing_opens() -> None:
    assert (extension("application/pdf"), extension("text/html")) == (".pdf", ".bin")
