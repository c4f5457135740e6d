"""What other programs rely on, word for word: fields of the data, meta tags (网站发展指引 annex), structured data, feed and map.

A change here is a change for whoever reads them: fields are added, never renamed or taken away. docs/public.md says the same."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from opinion_app.flow.settings import put_office
from opinion_app.records.publication import PublishedFile
from opinion_app.records.transaction import transaction
from opinion_app.rules.settings import Settings
from opinion_app.rules.words import Kind
from tests.builders.office import make_case
from tests.builders.published import make_publication
from tests.support.client import Browser
from tests.support.databases import make_settings
from tests.support.page_data import metas, microdata

BASE = "https://liuyan.town.example"
PUBLISHED = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # after midnight in Shanghai: the 24th
CHANGED = datetime(2026, 11, 25, 20, 5, tzinfo=UTC)  # the 26th
OFFICE = {
    "name": "示例镇人民政府",
    "site_name": "示例镇留言办理平台",
    "site_domain": "town.example",
    "site_id_code": "5305240001",
}
INDEX_NUMBER = "11533025015264594R-/2026-1124001"
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
DOCS = Path(__file__).parents[3] / "docs" / "public.md"


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """One engine is enough: what is read is tested on both."""
    return make_settings(tmp_path / "data", sqlite_url, base_url=BASE)


@pytest.fixture
def browser(app: Flask) -> Browser:
    """Two replies are out, the second, newer one with everything a reply can have."""
    with app.app_context(), transaction() as session:
        put_office(session, OFFICE)
        make_publication(session, make_case(session), PUBLISHED - timedelta(days=1))
        row = make_publication(
            session,
            make_case(session),
            PUBLISHED,
            index_number=INDEX_NUMBER,
            title="校车几点到",
            question="校车几点到学校？",
            answer="早上七点。",
            kind=Kind.INQUIRY,
            area="教育",
            unit_name="中心学校",
            writer="刘**",
            left_out="个人情况没有公开。",
            note="2026年11月26日更正：时间写错。",
        )
        row.asked_on, row.answered_on, row.updated_at = date(2026, 11, 18), date(2026, 11, 20), CHANGED
        session.flush()
        file = {"name": "时刻表.pdf", "stored_name": "ab12", "size": 2048, "sha256": "c" * 64, "media_type": "application/pdf"}
        session.add(PublishedFile(publication_id=row.id, serial=1, **file))
    return Browser(app)


FILE = {
    "media_type": "application/pdf",
    "name": "时刻表.pdf",
    "sha256": "c" * 64,
    "size": 2048,
    "url": f"{BASE}/replies/LY2026-000002/files/1",
}
ITEM = {
    "answer": "早上七点。",
    "answered_on": "2026-11-20",
    "area": "教育",
    "asked_on": "2026-11-18",
    "files": [FILE],
    "index_number": INDEX_NUMBER,
    "kind": "inquiry",
    "kind_label": "咨询",
    "left_out": "个人情况没有公开。",
    "note": "2026年11月26日更正：时间写错。",
    "number": "LY2026-000002",
    "published_at": "2026-11-24T00:30:00+08:00",
    "question": "校车几点到学校？",
    "title": "校车几点到",
    "unit": "中心学校",
    "updated_at": "2026-11-26T04:05:00+08:00",
    "url": f"{BASE}/replies/LY2026-000002",
    "writer": "刘**",
}
PAGE = {"has_next": False, "items": [ITEM], "page": 1, "per_page": 50, "total": 1, "total_is_at_least": False}


def test_the_json(browser: Browser) -> None:
    answer = browser.get("/replies.json?kind=inquiry")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert json.loads(answer.data) == PAGE
    assert answer.text == json.dumps(PAGE, ensure_ascii=False), "the keys stand in the order of the alphabet"


def test_the_files_of_a_reply_may_be_none(browser: Browser) -> None:
    items = browser.get("/replies.json").get_json()["items"]
    assert [list(item) for item in items] == [list(ITEM), list(ITEM)]
    assert [item["number"] for item in items] == ["LY2026-000002", "LY2026-000001"]
    assert (items[1]["files"], items[1]["note"], items[1]["left_out"]) == ([], "", "")


SHEET = [
    ("索引号", INDEX_NUMBER),
    ("编号", "LY2026-000002"),
    ("标题", "校车几点到"),
    ("类型", "咨询"),
    ("领域", "教育"),
    ("来信时间", "2026-11-18"),
    ("答复单位", "中心学校"),
    ("答复时间", "2026-11-20"),
    ("公开时间", "2026-11-24"),
    ("留言人", "刘**"),
    ("来信内容", "校车几点到学校？"),
    ("答复内容", "早上七点。"),
    ("网址", f"{BASE}/replies/LY2026-000002"),
    ("说明", "部分公开：个人情况没有公开。\n2026年11月26日更正：时间写错。"),
]


def test_the_csv(browser: Browser) -> None:
    answer = browser.get("/replies.csv?kind=inquiry")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    heads, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""))
    assert [list(zip(heads, row, strict=True)) for row in rows] == [SHEET]


def test_the_feed(browser: Browser) -> None:
    answer = browser.get("/replies/feed.atom")
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(answer.data)
    *head, newest, oldest = [_element(one) for one in feed]
    own = {"rel": "self", "type": "application/atom+xml", "href": f"{BASE}/replies/feed.atom"}
    assert feed.tag == f"{ATOM}feed"
    assert head == [
        ("title", {}, "示例镇留言办理平台 公开答复"),
        ("id", {}, f"{BASE}/replies/"),
        ("link", own, ""),
        ("link", {"rel": "alternate", "type": "text/html", "href": f"{BASE}/replies/"}, ""),
        ("updated", {}, "2026-11-26T04:05:00+08:00"),
    ]
    assert newest == [
        ("title", {}, "校车几点到"),
        ("id", {}, f"{BASE}/replies/LY2026-000002"),
        ("link", {"rel": "alternate", "type": "text/html", "href": f"{BASE}/replies/LY2026-000002"}, ""),
        ("published", {}, "2026-11-24T00:30:00+08:00"),
        ("updated", {}, "2026-11-26T04:05:00+08:00"),
        ("author", [("name", {}, "中心学校")]),
        ("category", {"term": "inquiry", "label": "咨询"}, ""),
        (
            "content",
            {"type": "text"},
            "校车几点到学校？\n\n【答复】早上七点。\n\n【说明】部分公开：个人情况没有公开。\n2026年11月26日更正：时间写错。",
        ),
    ]
    assert [part[0] for part in oldest] == [part[0] for part in newest]
    assert oldest[1] == ("id", {}, f"{BASE}/replies/LY2026-000001")


def _element(element: ET.Element) -> Any:
    name = element.tag.removeprefix(ATOM)
    if name == "entry":
        return [_element(one) for one in element]
    return (name, [_element(one) for one in element]) if len(element) else (name, dict(element.attrib), element.text or "")


def test_the_map(browser: Browser) -> None:
    root = ET.fromstring(browser.get("/sitemap.xml").data)
    assert [[(one.tag.removeprefix(MAP), one.text) for one in url] for url in root] == [
        *([("loc", BASE + path)] for path in ("/", "/replies/", "/stats", "/messages/new", "/messages/track")),
        [("loc", f"{BASE}/replies/LY2026-000001"), ("lastmod", "2026-11-23")],
        [("loc", f"{BASE}/replies/LY2026-000002"), ("lastmod", "2026-11-26")],
    ]


SITE = [("SiteName", "示例镇留言办理平台"), ("SiteDomain", "town.example"), ("SiteIDCode", "5305240001")]
REPLIES = "经审核公开的留言和答复"
NOT_TAGS_OF_THE_ANNEX = ("viewport", "robots")


def column(name: str, description: str) -> list[tuple[str, str]]:
    return [
        ("ColumnName", name),
        ("ColumnDescription", description),
        ("ColumnKeywords", name),
        ("ColumnType", "互动交流"),
    ]


@pytest.mark.parametrize(
    ("path", "tags"),
    [
        (
            "/",
            [
                *column("首页", "留言、查询进度、公开答复"),
                ("description", "示例镇留言办理平台：给我们留言，查询办理进度，阅读公开答复"),
            ],
        ),
        ("/replies/", [*column("公开答复", REPLIES), ("description", f"示例镇留言办理平台：{REPLIES}，可以搜索和筛选")]),
        (
            "/replies/?q=校车&page=2",
            [*column("公开答复", REPLIES), ("description", f"示例镇留言办理平台：{REPLIES}，可以搜索和筛选")],
        ),
        (
            "/replies/LY2026-000002",
            [
                *column("公开答复", REPLIES),
                ("ArticleTitle", "校车几点到"),
                ("PubDate", "2026-11-24 00:30"),
                ("ContentSource", "中心学校"),
                ("Keywords", "咨询,教育,中心学校"),
                ("Author", "中心学校"),
                ("Description", "早上七点。"),
                ("Image", ""),
                ("Url", f"{BASE}/replies/LY2026-000002"),
            ],
        ),
        (
            "/stats",
            [
                *column("办理统计", "收到、答复、按时答复和满意度"),
                ("description", "近 12 个月来信的办理情况：收到、答复、按时答复和满意度，每个比率都写明分母"),
            ],
        ),
        ("/messages/new", [*column("我要留言", "咨询、求助、投诉、建议"), ("description", "咨询、求助、投诉、建议")]),
        (
            "/messages/track",
            [*column("查询进度", "凭编号和查询码查询留言的办理进度"), ("description", "凭编号和查询码查询留言的办理进度")],
        ),
    ],
)
def test_the_meta_tags_of_each_kind_of_page(browser: Browser, path: str, tags: list[tuple[str, str]]) -> None:
    found = [tag for tag in metas(browser.get(path).text) if tag[0] not in NOT_TAGS_OF_THE_ANNEX]
    assert found == SITE + tags


def test_an_error_page_says_whose_site_it_is(browser: Browser) -> None:
    found = [tag for tag in metas(browser.get("/replies/LY2026-999999").text) if tag[0] not in NOT_TAGS_OF_THE_ANNEX]
    assert found[:3] == SITE


SCHEMA = "https://schema.org/"
QUESTION = [
    ("name", "校车几点到"),
    ("author", (f"{SCHEMA}Person", [("name", "刘**")])),
    ("text", "校车几点到学校？"),
    ("dateCreated", "2026-11-18"),
    ("answerCount", "1"),
    (
        "acceptedAnswer",
        (
            f"{SCHEMA}Answer",
            [
                ("text", "早上七点。"),
                ("author", (f"{SCHEMA}GovernmentOrganization", [("name", "中心学校")])),
                ("dateCreated", "2026-11-20"),
            ],
        ),
    ),
]


def test_the_structured_data_of_a_reply(browser: Browser) -> None:
    page = browser.get("/replies/LY2026-000002").text
    assert microdata(page) == [(f"{SCHEMA}QAPage", [("mainEntity", (f"{SCHEMA}Question", QUESTION))])]


@pytest.mark.parametrize("path", ["/", "/replies/", "/stats"])
def test_no_other_page_claims_to_be_one_question(browser: Browser, path: str) -> None:
    assert microdata(browser.get(path).text) == []


def test_the_manual_says_the_same() -> None:
    text = DOCS.read_text("utf-8")
    said = text.partition("## The fields of the data")[2].partition("\n## ")[0]
    tags = [name for name, _content in SITE] + ["ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType"]
    tags += ["ArticleTitle", "PubDate", "ContentSource", "Keywords", "Author", "Description", "Image", "Url"]
    structured = ["QAPage", "Question", "Person", "Answer", "GovernmentOrganization", *(name for name, _value in QUESTION)]
    feed = ["title", "id", "link", "published", "updated", "author", "category", "content"]
    missing = [name for name in (*PAGE, *ITEM, *FILE, *tags, *structured, *feed, "lastmod") if f"`{name}`" not in said]
    assert missing == []
    assert ", ".join(head for head, _cell in SHEET) in said
